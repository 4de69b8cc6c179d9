//! The arguments, as clap parses them. Nothing here touches the world.

mod building;
pub(crate) mod image;
mod judging;

use clap::{ArgAction, Args as Arguments, Parser, Subcommand, ValueEnum};

pub(super) use crate::cli::args::building::{Build, apart};
use crate::cli::args::image::Common;
pub(super) use crate::cli::args::judging::{Ci, Findings, Level, Report, Waste};
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
  layertui waste image.tar               what it stores in vain, and how to get it back
  layertui findings image.tar            what to mend, beside the instruction that caused it
  layertui ci image.tar --format junit   rules of .layertui.yaml or .dive-ci
  layertui build --ci -t app .           build, then judge by the same rules
  layertui ls image.tar /etc --long --layer -2
  layertui cat image.tar /etc/motd --layer 3
  layertui compare old.tar new.tar       what differs; exit 1 where something does
  layertui extract image.tar /etc ./etc  a subtree; - as DEST is a tar stream
  layertui verify image.tar              whether every digest and diff ID is ok
  layertui images --containers           what local stores and engines hold
  layertui docker-daemon:nginx           from Docker's socket, DOCKER_HOST or context
  layertui docker://nginx                straight from its registry, fetching what is looked at
  sudo layertui docker-root:nginx        straight from Docker's data root, no daemon needed

<IMAGE> is a path (recognised by its content), a name in a local store or an engine, - for standard input, or one of
docker-archive:FILE[:REF or @INDEX], oci:DIR[:TAG], oci-archive:FILE[:TAG], dir:DIR, rootfs:DIR, layer:FILE,
docker-root:[ROOT]REF, containers-storage:[DRIVER@ROOT]REF, containerd:[NAMESPACE@ROOT]REF, container:[ROOT]NAME,
docker-daemon:REF, podman:REF, docker://REF (a registry, without any engine).
Registries are signed in to as docker login and podman login left it, and their mirrors in registries.conf come first.
Without <IMAGE>: choose among the images and containers of local stores and engines.

Exit codes: 0 fine, 1 the answer is no (path not found, images differ, rule broken), 2 could not be done.";

const USAGE: &str = "layertui [OPTIONS] [IMAGE]
       layertui [OPTIONS] COMMAND …";

/// Opens a container image as the union filesystem it is: which layer added this file?
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(version, after_help = EXAMPLES, override_usage = USAGE)]
#[command(subcommand_value_name = "COMMAND", max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// The image to explore.
    pub(super) image: Option<String>,

    /// Of a multi-platform image, take this platform: OS/ARCH[/VARIANT].
    #[arg(long, value_name = "PLATFORM", global = true)]
    platform: Option<String>,

    /// Read every layer anew, and keep nothing of it.
    #[arg(long, global = true)]
    pub(super) no_cache: bool,

    /// Whether a bare NAME is asked for in its registry: where no local store has it, or whatever they have. Default:
    /// never; the explorer asks.
    #[arg(long, value_name = "WHEN", global = true)]
    pub(crate) pull: Option<PullWhen>,

    /// false: registries may have certificates nobody vouches for, or no encryption at all. Default: false on this machine
    /// itself, true elsewhere.
    #[arg(long, value_name = "BOOL", global = true, action = ArgAction::Set)]
    pub(super) tls_verify: Option<bool>,

    /// Leave the mouse to the terminal.
    #[arg(long)]
    pub(crate) no_mouse: bool,

    /// Colours: dark, light, high-contrast or mono. Default: dark; mono under NO_COLOR or TERM=dumb.
    #[arg(long, value_name = "THEME", value_parser = theme)]
    pub(crate) theme: Option<Theme>,

    /// Print a config file that says what holds without one: keys by action, theme, glyphs, mouse, columns.
    #[arg(long)]
    pub(super) print_config: bool,

    /// Say what is wrong with $XDG_CONFIG_HOME/layertui/config.toml (or ~/.config); exit 1 where anything is.
    #[arg(long, conflicts_with = "print_config")]
    pub(super) check_config: bool,
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
    Theme::parse(name).ok_or_else(|| format!("themes are {names}"))
}

/// When a bare name is asked for in its registry.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PullWhen {
    /// Never
    Never,
    /// Where no local store has it
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
    /// Paths in any layer, also removed and shadowed ones
    Find(Find),
    /// Wasted bytes by path and by layer, and what gets them back
    Waste(Waste),
    /// What to mend: secrets, caches, leftovers, waste, rights; with the instruction that caused it
    Findings(Findings),
    /// Rules that the image has to keep: exit 0 kept, 1 broken, 2 not to be judged
    Ci(Ci),
    /// What is kept of layers that were read before
    Cache(Cache),
    /// The bytes of a file, as a layer sees it
    Cat(Cat),
    /// What differs between two images: files, packages, settings, layers
    Compare(Compare),
    /// A file or a subtree, as a layer sees it, onto the disk or as a tar stream
    Extract(Extract),
    /// The whole analysis: JSON, a page, or Markdown
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
    /// Containers as well, each with its own writable layer on top.
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
    pub(super) path: String,

    /// The layer whose view counts (default: the last): a number from 0, a negative number from the top, or a digest
    /// prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(super) layer: Option<String>,

    /// Write to a terminal even what has control characters in it, which the terminal obeys.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Arguments)]
pub(super) struct Compare {
    /// The old image.
    pub(super) old: String,

    /// The new image.
    pub(super) new: String,

    /// JSON instead of text: one object a line, the verdict last.
    #[arg(long)]
    pub(super) json: bool,

    /// Times and order do not count, nor how the files are spread over layers.
    #[arg(long)]
    pub(super) semantic: bool,
}

#[derive(Debug, Arguments)]
pub(super) struct Extract {
    /// The image.
    pub(super) image: String,

    /// A file or a directory. Links on the way are followed inside the image; a link itself is extracted as a link.
    pub(super) path: String,

    /// Where to: what a directory holds goes into DEST, anything else becomes DEST or goes into it. - writes a tar to
    /// standard output.
    pub(super) dest: String,

    /// The layer whose view counts (default: the last): a number from 0, a negative number from the top, or a digest
    /// prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(super) layer: Option<String>,

    /// Replace files that are there already, and put into directories that are not empty.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Arguments)]
pub(super) struct Layers {
    #[command(flatten)]
    pub(super) common: Common,
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
pub(super) struct Ls {
    #[command(flatten)]
    pub(super) common: Common,

    /// Where to begin.
    #[arg(default_value = "/")]
    pub(super) path: String,

    /// The layer on top: a number from 0, a negative number from the top, or a digest prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(super) layer: Option<String>,

    /// Everything below, too.
    #[arg(long, short)]
    pub(super) recursive: bool,

    /// Mode, owner, size, time and owner layer.
    #[arg(long, short)]
    pub(super) long: bool,
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
pub(super) struct History {
    #[command(flatten)]
    pub(super) common: Common,

    /// The path, or a pattern with --glob or --regex.
    pub(super) path: String,

    /// PATH is a shell pattern (over the whole path if it has a '/', else over the name).
    #[arg(long, conflicts_with = "regex")]
    pub(super) glob: bool,

    /// PATH is a regular expression over whole paths.
    #[arg(long)]
    pub(super) regex: bool,
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
    /// Where it is and how much it holds (the default)
    Info,
    /// Remove all of it
    Clear,
    /// Remove what is damaged, left behind or over the limit
    Prune,
}
