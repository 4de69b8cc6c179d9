//! The arguments of `packages`.

use clap::{Args as Arguments, ValueEnum};

use crate::cli::args::image::Common;
use crate::report::Sbom;

pub(super) const EXAMPLES: &str = "\
Examples:
  layertui packages image.tar                packages at the last layer, each with the layer that installed it
  layertui packages image.tar --history      what each layer installed, upgraded and removed
  layertui packages image.tar --layer 2      packages at layer 2
  layertui packages image.tar --format spdx  a bill of materials, each package with its layer";

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

    /// A bill of materials in this format instead of text.
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["json", "history"])]
    format: Option<SbomFormat>,
}

impl Packages {
    pub(crate) fn sbom(&self) -> Option<Sbom> {
        self.format.map(|format| match format {
            SbomFormat::Cyclonedx => Sbom::CycloneDx,
            SbomFormat::Spdx => Sbom::Spdx,
        })
    }
}

/// Values of `--format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SbomFormat {
    /// CycloneDX 1.6, JSON
    Cyclonedx,
    /// SPDX 2.3, JSON
    Spdx,
}
