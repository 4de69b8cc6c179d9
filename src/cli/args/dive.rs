//! The options of dive, under their own names, judged by dive's measure. The help does not list them: they are for scripts
//! that exist.

use std::path::PathBuf;

use clap::Args as Arguments;

/// dive's rules and where it reads them.
#[derive(Clone, Debug, Default, Arguments)]
pub(in crate::cli) struct DiveRules {
    /// dive's rules file.
    #[arg(long, value_name = "FILE", hide = true, conflicts_with = "config")]
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
