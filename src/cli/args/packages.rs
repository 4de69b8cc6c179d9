//! The arguments of `packages`.

use clap::Args as Arguments;

use crate::cli::args::image::Common;

pub(super) const EXAMPLES: &str = "\
Examples:
  layertui packages image.tar                packages at the last layer, each with the layer that installed it
  layertui packages image.tar --history      what each layer installed, upgraded and removed
  layertui packages image.tar --layer 2      packages at layer 2";

#[derive(Debug, Arguments)]
pub(crate) struct Packages {
    #[command(flatten)]
    pub(crate) common: Common,

    /// What each layer installed, upgraded and removed, instead of what is installed at the end.
    #[arg(long)]
    pub(crate) history: bool,

    /// The layer on top (default: the last): a number from 0, a negative number from the top, or a digest prefix.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) layer: Option<String>,
}
