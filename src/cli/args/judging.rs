//! The arguments of the commands that judge an image.

use std::path::PathBuf;

use clap::{Args as Arguments, ValueEnum};

use crate::cli::args::image::Common;
use crate::report::CiFormat;

#[derive(Debug, Arguments)]
pub(crate) struct Waste {
    #[command(flatten)]
    pub(in crate::cli) common: Common,

    /// Every path, not only the largest (JSON always has all).
    #[arg(long)]
    pub(in crate::cli) all: bool,
}

/// A finding's severity.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Level {
    /// Worth a look, or more
    Low,
    /// Costs size or safety, or more
    Medium,
    /// Somebody can take what is not theirs
    High,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Findings {
    #[command(flatten)]
    pub(in crate::cli) common: Common,

    /// The rules file, of which base, excludes and findings count (default: .layertui.yaml of this directory).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// Exit 1 if there is a finding of this severity or above.
    #[arg(long, value_name = "SEVERITY")]
    pub(in crate::cli) fail_on: Option<Level>,

    /// Accept a finding: ID, ID:GLOB for some of its paths, ID:NAME for a variable or label. May be repeated.
    #[arg(long, value_name = "ID[:GLOB]", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,

    /// Say nothing about these paths. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) exclude: Vec<String>,

    /// The image this one is built on, or the digest of its last layer (default: what annotations, history and local
    /// images tell).
    #[arg(long, value_name = "IMAGE or DIGEST")]
    pub(in crate::cli) base: Option<String>,
}

/// What `ci` writes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Wanted {
    /// For people
    Text,
    /// One object
    Json,
    /// Test report in JUnit's XML
    Junit,
    /// Annotations of GitHub's workflows
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

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Ci {
    /// The image.
    pub(in crate::cli) image: String,

    /// The rules file (default: .layertui.yaml, else .dive-ci, of this directory).
    #[arg(long, value_name = "FILE", alias = "ci-config")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// How to write the verdicts.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Wanted,

    /// JSON instead of text: as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,

    /// Visible bytes / stored bytes at the least: a ratio from 0 to 1, or disabled.
    #[arg(long, value_name = "RATIO", alias = "lowestEfficiency")]
    pub(in crate::cli) lowest_efficiency: Option<String>,

    /// Wasted bytes at the most (20MB), or disabled.
    #[arg(long, value_name = "SIZE", alias = "highestWastedBytes")]
    pub(in crate::cli) highest_wasted_bytes: Option<String>,

    /// Wasted part of the layers above the base at the most: a ratio from 0 to 1, or disabled.
    #[arg(long, value_name = "RATIO", alias = "highestUserWastedPercent")]
    pub(in crate::cli) highest_user_wasted_percent: Option<String>,

    /// Layers at the most.
    #[arg(long, value_name = "N")]
    pub(in crate::cli) max_layers: Option<u64>,

    /// Bytes that all layers store at the most (500MB), or disabled.
    #[arg(long, value_name = "SIZE")]
    pub(in crate::cli) max_size: Option<String>,

    /// Paths that no layer may have, deleted ones included. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) block: Vec<String>,

    /// Paths of which nothing may be wasted. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) deny_waste: Vec<String>,

    /// The only setuid and setgid programs there may be. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) no_setuid_except: Vec<String>,

    /// Findings that break: those of this severity or above.
    #[arg(long, value_name = "SEVERITY")]
    pub(in crate::cli) fail_on: Option<Level>,

    /// Accept a finding: ID, ID:GLOB for some of its paths, ID:NAME for a variable or label. May be repeated.
    #[arg(long, value_name = "ID[:GLOB]", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,

    /// Paths that no rule looks at. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) exclude: Vec<String>,

    /// The image this one is built on, or the digest of its last layer.
    #[arg(long, value_name = "IMAGE or DIGEST")]
    pub(in crate::cli) base: Option<String>,
}

impl Ci {
    pub(in crate::cli) fn format(&self) -> CiFormat {
        if self.json { CiFormat::Json } else { self.format.into() }
    }
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Report {
    /// The image.
    pub(in crate::cli) image: String,

    /// Write one page that needs nothing else to be read (- is standard output).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) html: Option<String>,

    /// Write a few tables of Markdown (- is standard output).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) markdown: Option<String>,

    /// The rules file, of which base, excludes and ignored findings count (default: .layertui.yaml of this directory).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) config: Option<PathBuf>,
}
