//! `layertui demo`: the explorer on an image that is part of the program.

use super::args::Args;
use super::open::Setting;
use super::{Outcome, explore};
use crate::source;

/// Made from `assets/demo/recipe.txt`, which says how.
const IMAGE: &[u8] = include_bytes!("../../assets/demo/image.tar");

pub(super) fn run(args: &Args) -> Outcome {
    explore::run(args, &Setting::default(), None, || source::open_bytes(IMAGE, "demo"))
}
