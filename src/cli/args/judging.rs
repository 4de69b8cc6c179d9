//! The arguments of the commands that judge an image.

use clap::{Args as Arguments, ValueEnum};

use super::Common;

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Waste {
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
