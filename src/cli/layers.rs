//! `layertui layers`, and what `layertui IMAGE` prints where there is no terminal.

use super::args::Layers;
use super::open::load;
use super::{Outcome, output};
use crate::image::platform::Platform;
use crate::load::Want;
use crate::report::{self, Format};

pub(super) fn run(command: &Layers, platform: Option<Platform>) -> Outcome {
    write(&command.common.image, platform, command.common.format())
}

pub(super) fn print(image: &str, platform: Option<Platform>) -> Outcome {
    write(image, platform, Format::Text)
}

fn write(image: &str, platform: Option<Platform>, format: Format) -> Outcome {
    let loaded = load(image, platform, Want::Kinds)?;
    loaded.subject(|subject| output(|out| report::layers(out, subject, format)))
}
