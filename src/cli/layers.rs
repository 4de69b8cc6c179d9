//! `layertui layers`, and what `layertui IMAGE` prints where there is no terminal.

use super::args::Layers;
use super::open::{Setting, examine_briefly};
use super::{Outcome, output};
use crate::load::Want;
use crate::report::{self, Format, Subject};

pub(super) fn run(command: &Layers, setting: &Setting) -> Outcome {
    write(&command.common.image, setting, command.common.format())
}

pub(super) fn print(image: &str, setting: &Setting) -> Outcome {
    write(image, setting, Format::Text)
}

fn write(image: &str, setting: &Setting, format: Format) -> Outcome {
    examine_briefly(image, setting, Want::Kinds, |loaded| {
        let mut image = loaded.image().clone();
        if format == Format::Json {
            image.others.extend(loaded.loader.source().beside());
        }
        loaded.subject(|subject| {
            let subject = Subject { image: &image, ..subject };
            output(|out| report::layers(out, subject, format))
        })
    })
}
