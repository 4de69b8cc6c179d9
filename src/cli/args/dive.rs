//! The options of dive, under their own names, for scripts that exist. Its rules are judged by dive's measure; the help does
//! not list them.

use std::path::PathBuf;

use clap::{Args as Arguments, ValueEnum};

/// The options that dive has without a command.
#[derive(Clone, Debug, Default, Arguments)]
#[command(next_help_heading = "Options of dive")]
pub(in crate::cli) struct DiveOptions {
    /// Check against rules, as ci does; also where the environment has CI=true.
    #[arg(long)]
    pub(in crate::cli) ci: bool,

    /// Write the analysis to a file in dive's format (- is standard output).
    #[arg(id = "dive-json", short = 'j', long = "json", value_name = "FILE")]
    pub(in crate::cli) json: Option<String>,

    /// Where the image is.
    #[arg(long, value_name = "SOURCE")]
    source: Option<Engine>,

    /// Go on after errors, which layertui always does.
    #[arg(short, long, hide = true)]
    ignore_errors: bool,

    #[command(flatten)]
    pub(in crate::cli) rules: DiveRules,
}

/// Values of `--source`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Engine {
    /// As docker-daemon:REF
    Docker,
    /// As podman:REF
    Podman,
    /// As docker-archive:FILE
    DockerArchive,
}

impl DiveOptions {
    /// The argument of `--source` as part of the reference. A reference that names its transport is left alone.
    pub(in crate::cli) fn reference(&self, image: &str) -> String {
        let named = image.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//"));
        let transport = match self.source {
            None => return image.to_owned(),
            Some(_) if named => return image.to_owned(),
            Some(Engine::Docker) => "docker-daemon",
            Some(Engine::Podman) => "podman",
            Some(Engine::DockerArchive) => "docker-archive",
        };
        format!("{transport}:{image}")
    }

    /// The option that only an image without a command takes, if one is there.
    pub(in crate::cli) fn first(&self) -> Option<&'static str> {
        let rules = &self.rules;
        let given = [
            (self.ci, "--ci"),
            (self.json.is_some(), "--json FILE"),
            (self.source.is_some(), "--source"),
            (self.ignore_errors, "--ignore-errors"),
            (rules.ci_config.is_some(), "--ci-config"),
            (rules.dive_efficiency.is_some(), "--lowestEfficiency"),
            (rules.dive_wasted.is_some(), "--highestWastedBytes"),
            (rules.dive_user_wasted.is_some(), "--highestUserWastedPercent"),
        ];
        given.into_iter().find_map(|(given, name)| given.then_some(name))
    }
}

/// dive's rules and where it reads them.
#[derive(Clone, Debug, Default, Arguments)]
pub(in crate::cli) struct DiveRules {
    /// dive's rules file.
    #[arg(long, value_name = "FILE", hide = true)]
    pub(in crate::cli) ci_config: Option<PathBuf>,

    /// Minimum efficiency by dive's measure.
    #[arg(long = "lowestEfficiency", value_name = "RATIO", hide = true)]
    pub(in crate::cli) dive_efficiency: Option<String>,

    /// Maximum of wasted bytes by dive's measure.
    #[arg(long = "highestWastedBytes", value_name = "SIZE", hide = true)]
    pub(in crate::cli) dive_wasted: Option<String>,

    /// Maximum of wasted bytes / bytes above layer 0 by dive's measure.
    #[arg(long = "highestUserWastedPercent", value_name = "RATIO", hide = true)]
    pub(in crate::cli) dive_user_wasted: Option<String>,
}
