//! The arguments, as clap parses them. Doc comments of fields and variants are the help texts. Pure.

mod building;
pub(crate) mod dive;
pub(crate) mod image;
mod image_path;
mod judging;
mod listing;
mod packages;
mod searching;

use std::path::PathBuf;

use clap::{ArgAction, Args as Arguments, Parser, Subcommand, ValueEnum};

pub(super) use crate::cli::args::building::{Build, apart};
use crate::cli::args::dive::DiveOptions;
use crate::cli::args::image::Common;
pub(super) use crate::cli::args::image_path::ImagePath;
pub(super) use crate::cli::args::judging::{
    Ci, Findings, Level, OwnLimits, Report, ReportFormat, Waste,
};
pub(super) use crate::cli::args::listing::{History, Layers, Ls};
pub(super) use crate::cli::args::packages::Packages;
pub(super) use crate::cli::args::searching::Grep;
use crate::cli::failure::Failure;
use crate::explorer::model::appearance::Theme;
use crate::image::platform::Platform;
use crate::source::Pull;

const EXAMPLES: &str = "\
Examples:
  layertui image.tar                     explore a saved image
  layertui demo                          explore the built-in example
  docker save nginx | layertui -         explore an image as it is exported
  layertui oci:build/layout:v2           a tag of an OCI layout
  layertui layers image.tar              the layer stack as text
  layertui diff image.tar --layer 3      what layer 3 changed
  layertui history image.tar /etc/passwd who added it, who changed it, who deleted it
  layertui find image.tar id_rsa         in any layer, also where it was deleted
  layertui grep image.tar 'pass(wd|word)=' lines of files in any layer, deleted ones too
  layertui waste image.tar               bytes stored without use, and how to avoid them
  layertui findings image.tar            problems to fix, each with its instruction
  layertui packages image.tar --history  packages that each layer installed, upgraded, removed
  layertui ci image.tar --format junit   rules of .layertui.yaml or .dive-ci
  layertui build --ci -t app .           build, then check against the same rules
  layertui ls image.tar /etc --long --layer -2
  layertui ls image.tar --du --depth 2   directories with the bytes below them
  layertui cat image.tar /etc/motd --layer 3
  layertui compare old.tar new.tar       what differs; exit 1 where something does
  layertui extract image.tar /etc ./etc  a subtree; - as DEST is a tar stream
  layertui verify image.tar              whether every digest and diff ID is ok
  layertui images --containers           what local stores and engines hold
  layertui docker-daemon:nginx           from Docker's socket, DOCKER_HOST or context
  layertui docker://nginx                from its registry, fetching only what is shown
  sudo layertui docker-root:nginx        from Docker's data root, without the daemon

<IMAGE> is a path (recognised by its content), a name in a local store or an engine, - for standard input, or one of
docker-archive:FILE[:REF or @INDEX], oci:DIR[:TAG], oci-archive:FILE[:TAG], dir:DIR, rootfs:DIR, layer:FILE,
docker-root:[ROOT]REF, containers-storage:[DRIVER@ROOT]REF, containerd:[NAMESPACE@ROOT]REF, container:[ROOT]NAME,
docker-daemon:REF, podman:REF, docker://REF (a registry, without any engine).
Credentials of docker login and podman login are used for registries; mirrors of registries.conf are tried first.
Without <IMAGE>: a list of the images and containers of local stores and engines.

Exit codes: 0 success, 1 the answer is no (path not found, images differ, rule broken), 2 could not be done.";

const USAGE: &str = "layertui [OPTIONS] [IMAGE]
       layertui [OPTIONS] COMMAND …";

/// Shows a container image as a union filesystem: which layer added this file?
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(version, after_help = EXAMPLES, override_usage = USAGE)]
#[command(subcommand_value_name = "COMMAND", max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// The image to explore.
    pub(super) image: Option<String>,

    /// The platform to show of a multi-platform image: OS/ARCH[/VARIANT].
    #[arg(long, value_name = "PLATFORM", global = true)]
    platform: Option<String>,

    /// Read every layer again, and do not write to the cache.
    #[arg(long, global = true)]
    pub(super) no_cache: bool,

    /// When to look up a bare NAME in a registry. Default: never; the explorer asks first.
    #[arg(long, value_name = "WHEN", global = true)]
    pub(crate) pull: Option<PullWhen>,

    /// Set to false to accept untrusted certificates or plain HTTP. Default: false for registries on localhost, true for
    /// others.
    #[arg(long, value_name = "BOOL", global = true, action = ArgAction::Set)]
    pub(super) tls_verify: Option<bool>,

    /// Do not capture the mouse.
    #[arg(long)]
    pub(crate) no_mouse: bool,

    /// Colours: dark, light, high-contrast or mono. Default: dark or light, by the terminal's
    /// background; mono under NO_COLOR or TERM=dumb.
    #[arg(long, value_name = "THEME", value_parser = theme)]
    pub(crate) theme: Option<Theme>,

    /// Print a config file with the defaults: keys by action, theme, glyphs, mouse, columns.
    #[arg(long)]
    pub(super) print_config: bool,

    /// Check $XDG_CONFIG_HOME/layertui/config.toml (or ~/.config) for errors; exit 1 if there are any.
    #[arg(long, conflicts_with = "print_config")]
    pub(super) check_config: bool,

    // Last: its heading holds for all that follows.
    #[command(flatten)]
    pub(super) dive: DiveOptions,
}

impl Args {
    pub(super) fn platform(&self) -> Result<Option<Platform>, Failure> {
        let Some(platform) = &self.platform else { return Ok(None) };
        Platform::parse(platform)
            .map(Some)
            .map_err(|error| Failure::Error(format!("--platform {platform}: {error}")))
    }
}

fn theme(name: &str) -> Result<Theme, String> {
    let names = Theme::ALL.map(Theme::name).join(", ");
    Theme::parse(name).ok_or_else(|| format!("expected one of {names}"))
}

/// Values of `--pull`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PullWhen {
    /// Never
    Never,
    /// If no local store has it
    Missing,
    /// Always
    Always,
}

impl From<PullWhen> for Pull {
    fn from(when: PullWhen) -> Self {
        match when {
            PullWhen::Never => Self::Never,
            PullWhen::Missing => Self::Missing,
            PullWhen::Always => Self::Always,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Explore the built-in example image
    Demo,
    /// The layer stack: sizes, commands, what each layer changed
    Layers(Layers),
    /// The merged tree at a layer
    Ls(Ls),
    /// What a layer, or a range of layers, changed
    Diff(Diff),
    /// Every event of a path, oldest first
    History(History),
    /// Find paths in any layer, including deleted and shadowed ones
    Find(Find),
    /// Lines that match a regular expression, in the files of any layer, deleted and overwritten ones too
    #[command(after_help = searching::EXAMPLES)]
    Grep(Grep),
    /// Wasted bytes by path and by layer, and how to avoid them
    Waste(Waste),
    /// Problems to fix: secrets, caches, leftovers, waste, permissions; each with the instruction that caused it
    Findings(Findings),
    /// Distribution packages by layer: dpkg, apk, rpm
    #[command(after_help = packages::EXAMPLES)]
    Packages(Packages),
    /// Check the image against rules (exit 0 pass, 1 fail, 2 could not be evaluated)
    Ci(Box<Ci>),
    /// The cache of layers: where it is, its size, removing it
    Cache(Cache),
    /// The bytes of a file, as of a layer
    Cat(Cat),
    /// What differs between two images: files, packages, settings, layers
    Compare(Compare),
    /// Extract a file or a subtree, as of a layer, to the disk or as a tar stream
    Extract(Extract),
    /// The whole analysis as JSON, an HTML page, or Markdown
    Report(Report),
    /// Recompute every digest and diff ID
    Verify(Verify),
    /// Build with docker, podman or buildah, then open the result
    #[command(after_help = building::BORDER)]
    Build(Build),
    /// The images that local stores and engines hold
    Images(Images),
    /// A completion script for a shell
    Completions(Completions),
    /// A manual page: of layertui, or of one of its commands
    Man(Man),
}

#[derive(Debug, Arguments)]
pub(super) struct Images {
    /// List containers as well, each with its writable layer on top.
    #[arg(long)]
    pub(super) containers: bool,

    /// JSON instead of text: one object a line.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Arguments)]
pub(super) struct Cat {
    /// The image.
    pub(super) image: String,

    /// The file. Symbolic links are followed inside the image.
    pub(super) path: ImagePath,

    /// The layer whose merged tree is used (default: the last): a number from 0, a negative number from the top, or a digest
    /// prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(super) layer: Option<String>,

    /// Write to a terminal even if the file contains control characters, which the terminal would interpret.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Arguments)]
#[command(after_help = "\
Examples:
  layertui compare yesterday.tar today.tar --layers    why each layer has another digest
  layertui compare old.tar new.tar --semantic --exclude '/var/lib/apt/lists/**'    whether two builds mean the same")]
pub(super) struct Compare {
    /// The old image.
    pub(super) old: String,

    /// The new image.
    pub(super) new: String,

    /// JSON instead of text: one object a line, the verdict last.
    #[arg(long)]
    pub(super) json: bool,

    /// Ignore times, order, how files are divided among layers, and the contents of files that every build rewrites, which
    /// are listed.
    #[arg(long)]
    pub(super) semantic: bool,

    /// Do not compare these paths (default: excludes of the rules file). May be repeated.
    #[arg(long, value_name = "GLOB", conflicts_with = "layers")]
    pub(super) exclude: Vec<String>,

    /// The rules file; excludes are read from it (default: .layertui.yaml in this directory).
    #[arg(long, value_name = "FILE", conflicts_with = "layers")]
    pub(super) config: Option<PathBuf>,

    /// Say of each layer why its digest is another, down to the entry: the same tar under another compression, the same
    /// contents with other times, owners or order, changed files. Layers are paired by diff ID, then by instruction and
    /// position.
    #[arg(long, conflicts_with = "semantic")]
    pub(super) layers: bool,
}

#[derive(Debug, Arguments)]
pub(super) struct Extract {
    /// The image.
    pub(super) image: String,

    /// A file or a directory. Symbolic links in PATH are followed inside the image; PATH itself is extracted as a link if
    /// it is one.
    pub(super) path: ImagePath,

    /// The destination. The contents of a directory go into DEST; a file becomes DEST, or goes into it if DEST is a
    /// directory. - writes a tar to standard output.
    pub(super) dest: PathBuf,

    /// The layer whose merged tree is used (default: the last): a number from 0, a negative number from the top, or a digest
    /// prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(super) layer: Option<String>,

    /// Replace existing files, and write into directories that are not empty.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Arguments)]
pub(super) struct Completions {
    /// The shell.
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Arguments)]
pub(super) struct Man {
    /// The command (default: the program as a whole).
    pub(super) command: Option<String>,
}

#[derive(Debug, Arguments)]
pub(super) struct Verify {
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Arguments)]
pub(super) struct Diff {
    #[command(flatten)]
    pub(super) common: Common,

    /// The layer (default: the last): a number from 0, a negative number from the top, or a digest prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true, conflicts_with_all = ["from", "to"])]
    pub(super) layer: Option<String>,

    /// The first layer of a range (default: 0 if --to is given).
    #[arg(long, value_name = "A", allow_hyphen_values = true)]
    pub(super) from: Option<String>,

    /// The last layer of a range (default: the last if --from is given).
    #[arg(long, value_name = "B", allow_hyphen_values = true)]
    pub(super) to: Option<String>,
}

#[derive(Debug, Arguments)]
pub(super) struct Find {
    #[command(flatten)]
    pub(super) common: Common,

    /// Part of a name; of a path if it has a '/'; a shell pattern if it has a wildcard.
    pub(super) pattern: String,
}

#[derive(Debug, Arguments)]
pub(super) struct Cache {
    #[command(subcommand)]
    pub(super) command: Option<CacheCommand>,

    /// JSON instead of text.
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum CacheCommand {
    /// Print its directory and size (the default)
    Info,
    /// Remove all of it
    Clear,
    /// Remove damaged and unfinished files, and what exceeds the limit
    Prune,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands in console blocks of the documents, without their comments.
    #[test]
    fn commands_in_the_documents_parse() {
        let documents = concat!(
            include_str!("../../README.md"),
            include_str!("../../docs/json.md"),
            include_str!("../../docs/sources.md")
        );
        let commands: Vec<&str> =
            documents.lines().filter_map(|line| line.strip_prefix("$ layertui ")).collect();
        assert!(commands.len() > 20, "{commands:?}");
        for command in commands {
            let words = command.split('#').next().unwrap_or_default().split_whitespace();
            let parsed = Args::try_parse_from(std::iter::once("layertui").chain(words));
            assert!(parsed.is_ok(), "{command}: {:?}", parsed.err());
        }
    }
}
