//! `layertui demo`: the explorer on an image that is part of the program.

use std::io;
use std::io::IsTerminal as _;

use crate::cli::args::Args;
use crate::cli::explore;
use crate::cli::failure::{Failure, Outcome};

/// Generated from `assets/demo/recipe.txt`.
const IMAGE: &[u8] = include_bytes!("../../assets/demo/image.tar");

pub(super) fn run(args: &Args) -> Outcome {
    if !io::stdout().is_terminal() {
        let what = "the demo is explored on a terminal, and standard output is none";
        return Err(Failure::Error(what.to_owned()));
    }
    explore::bytes(args, IMAGE, "demo")
}
