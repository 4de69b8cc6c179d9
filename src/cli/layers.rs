//! `layertui layers`, and `layertui IMAGE` without a terminal.

use crate::cli::args::Layers;
use crate::cli::conclude::conclude_without_layers;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::{examine_briefly, open};
use crate::cli::output::output;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::report;
use crate::report::{Format, Subject};

pub(super) fn run(command: &Layers, settings: &OpenSettings) -> Outcome {
    let image = &command.common.image;
    if command.dockerfile {
        let source = open(image, settings)?;
        let outcome = match &source.image().config.unread {
            Some(why) => Err(Failure::Error(format!("{image}: {}", why.visible()))),
            None => output(|out| report::dockerfile(out, source.image())),
        };
        return conclude_without_layers(source.image(), outcome);
    }
    write(image, settings, command.common.format())
}

pub(super) fn print(image: &str, settings: &OpenSettings) -> Outcome {
    write(image, settings, Format::Text)
}

fn write(image: &str, settings: &OpenSettings, format: Format) -> Outcome {
    examine_briefly(image, settings, Want::Kinds, |loaded| {
        let mut image = loaded.image().clone();
        if format == Format::Json {
            let attachments = loaded.loader.source().attachments();
            image.others.extend(attachments.found);
            image.problems.extend(attachments.unread.map(Into::into));
        }
        loaded.subject(|subject| {
            let subject = Subject { image: &image, ..subject };
            output(|out| report::layers(out, subject, format))
        })
    })
}
