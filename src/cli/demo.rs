//! `layertui demo`: the explorer on an image that is part of the program.

use crate::cli::args::Args;
use crate::cli::explore;
use crate::cli::failure::Outcome;

/// Generated from `assets/demo/recipe.txt`.
const IMAGE: &[u8] = include_bytes!("../../assets/demo/image.tar");

pub(super) fn run(args: &Args) -> Outcome {
    explore::bytes(args, IMAGE, "demo")
}
