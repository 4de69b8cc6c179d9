//! `layertui demo`: the explorer on an image that is part of the program.

use crate::cli::args::Args;
use crate::cli::failure::Outcome;
use crate::cli::settings::OpenSettings;
use crate::explorer::run;
use crate::source;

/// Made from `assets/demo/recipe.txt`, which says how.
const IMAGE: &[u8] = include_bytes!("../../assets/demo/image.tar");

pub(super) fn run(args: &Args) -> Outcome {
    run::run(args, &OpenSettings::default(), None, || source::open_bytes(IMAGE, "demo"))
}
