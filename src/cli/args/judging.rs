//! The arguments of `waste`, `findings`, `ci` and `report`.

use std::path::PathBuf;

use clap::{Args as Arguments, ValueEnum};

use crate::cli::args::dive::DiveRules;
use crate::cli::args::image::Common;
use crate::report::CiFormat;

#[derive(Debug, Arguments)]
pub(crate) struct Waste {
    #[command(flatten)]
    pub(in crate::cli) common: Common,

    /// Every path, not only the largest (JSON always has all).
    #[arg(long)]
    pub(in crate::cli) all: bool,

    /// The changes to the build that give bytes back, each with its bytes, and the size of the image then.
    #[arg(long, conflicts_with = "all")]
    pub(in crate::cli) plan: bool,

    /// The image this one is built on, or the digest of its last layer: nothing is planned for its layers (default:
    /// recognised from annotations, history and local images).
    #[arg(long, value_name = "IMAGE or DIGEST", requires = "plan")]
    pub(in crate::cli) base: Option<String>,
}

/// A finding's severity.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Level {
    /// Informational, or more severe
    Low,
    /// Costs size or security, or more severe
    Medium,
    /// Exposes a secret, or lets an attacker gain access
    High,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Findings {
    #[command(flatten)]
    pub(in crate::cli) common: Common,

    /// The rules file; base, excludes and findings are read from it (default: .layertui.yaml in this directory).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// Exit 1 if there is a finding of this severity or above.
    #[arg(long, value_name = "SEVERITY")]
    pub(in crate::cli) fail_on: Option<Level>,

    /// Accept a finding: ID, ID:GLOB for some of its paths, ID:NAME for a variable or label. May be repeated.
    #[arg(long, value_name = "ID[:GLOB]", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,

    /// Ignore these paths. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) exclude: Vec<String>,

    /// The image this one is built on, or the digest of its last layer (default: recognised from
    /// annotations, history and local images).
    #[arg(long, value_name = "IMAGE or DIGEST")]
    pub(in crate::cli) base: Option<String>,

    /// Only what the layers above the base have and cause counts.
    #[arg(long)]
    pub(in crate::cli) above_base: bool,
}

/// What `ci` writes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Wanted {
    /// Plain text
    Text,
    /// One JSON object
    Json,
    /// JUnit XML test report
    Junit,
    /// GitHub workflow annotations
    Github,
    /// SARIF 2.1.0
    Sarif,
    /// A table for a pull request
    Markdown,
}

impl From<Wanted> for CiFormat {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Text => Self::Text,
            Wanted::Json => Self::Json,
            Wanted::Junit => Self::Junit,
            Wanted::Github => Self::Github,
            Wanted::Sarif => Self::Sarif,
            Wanted::Markdown => Self::Markdown,
        }
    }
}

/// Limits on wasted bytes, by our definition.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct OwnLimits {
    /// Minimum of visible bytes / stored bytes: a ratio from 0 to 1, a percentage (95%), or disabled.
    #[arg(long, value_name = "RATIO")]
    pub(in crate::cli) lowest_efficiency: Option<String>,

    /// Maximum of wasted bytes (20MB), or disabled.
    #[arg(long, value_name = "SIZE")]
    pub(in crate::cli) highest_wasted_bytes: Option<String>,

    /// Maximum wasted share of the bytes that the layers above the base store: a ratio from 0 to 1, a percentage (5%), or
    /// disabled.
    #[arg(long, value_name = "RATIO")]
    pub(in crate::cli) highest_user_wasted_percent: Option<String>,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Ci {
    /// The image.
    pub(in crate::cli) image: String,

    /// The rules file (default: .layertui.yaml, else .dive-ci, in this directory).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// The output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Wanted,

    /// JSON instead of text: as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,

    #[command(flatten)]
    pub(in crate::cli) numbers: OwnLimits,

    #[command(flatten)]
    pub(in crate::cli) dive: DiveRules,

    /// Maximum number of layers.
    #[arg(long, value_name = "N")]
    pub(in crate::cli) max_layers: Option<u64>,

    /// Maximum of bytes stored in all layers (500MB), or disabled.
    #[arg(long, value_name = "SIZE")]
    pub(in crate::cli) max_size: Option<String>,

    /// Paths that must not be in any layer, including deleted ones. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) block: Vec<String>,

    /// Paths that must not waste any bytes. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) deny_waste: Vec<String>,

    /// Setuid and setgid programs that are allowed; all others fail. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) no_setuid_except: Vec<String>,

    /// Fail on findings of this severity or above.
    #[arg(long, value_name = "SEVERITY")]
    pub(in crate::cli) fail_on: Option<Level>,

    /// Accept a finding: ID, ID:GLOB for some of its paths, ID:NAME for a variable or label. May be repeated.
    #[arg(long, value_name = "ID[:GLOB]", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,

    /// Paths that all rules ignore. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) exclude: Vec<String>,

    /// The image this one is built on, or the digest of its last layer.
    #[arg(long, value_name = "IMAGE or DIGEST")]
    pub(in crate::cli) base: Option<String>,

    /// The Dockerfile that built the image: SARIF names its lines.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) dockerfile: Option<PathBuf>,

    /// Only what the layers above the base have and cause counts.
    #[arg(long)]
    pub(in crate::cli) above_base: bool,
}

impl Ci {
    pub(in crate::cli) fn format(&self) -> CiFormat {
        if self.json { CiFormat::Json } else { self.format.into() }
    }
}

/// The format of `report` on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportFormat {
    /// The whole analysis as one JSON object
    Json,
    /// The JSON of dive: numbers by dive's measure, and every file of every layer
    Dive,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Report {
    /// The image.
    pub(in crate::cli) image: String,

    /// The output format.
    #[arg(long, value_name = "FORMAT", default_value = "json", conflicts_with_all = ["html", "markdown"])]
    pub(in crate::cli) format: ReportFormat,

    /// Write a self-contained HTML page (- is standard output).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) html: Option<String>,

    /// Write Markdown tables (- is standard output).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) markdown: Option<String>,

    /// The rules file; base, excludes and ignored findings are read from it (default: .layertui.yaml in this directory).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) config: Option<PathBuf>,
}
