//! `layertui grep`: lines of files in any layer; exit 1 if none matches.

use std::io;
use std::io::IsTerminal;
use std::sync::Arc;

use crate::cli::args::Grep;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs, layer_of, range_of};
use crate::cli::open::examine_with;
use crate::cli::output::{notice, output};
use crate::cli::progress::Progress;
use crate::explorer::terminal;
use crate::image::Image;
use crate::load::grep::{Selection, Tap, search};
use crate::load::settings::OpenSettings;
use crate::load::{Examiners, grep};
use crate::report;
use crate::report::{Format, Range};
use crate::text;

pub(super) fn run(command: &Grep, settings: &OpenSettings) -> Outcome {
    let colours = io::stdout().is_terminal() && !terminal::is_colourless();
    let query = command.query().map_err(Failure::Error)?;
    let marked = colours || command.common.format() == Format::Json;
    let query = if marked { query } else { query.unmarked() };
    let scope = command.scope().map_err(Failure::Error)?;
    let reference = &command.common.image;
    let prepare = |image: &Image| {
        let selection = selection(command, image)?;
        let tap = Arc::new(Tap::new(query, scope, selection.layers.clone()));
        Ok((Arc::clone(&tap) as Arc<dyn Examiners>, (selection, tap)))
    };
    examine_with(reference, settings, prepare, |loaded, (selection, tap)| {
        if let Some(layer) = selection.visible_at {
            loaded.needs(Needs::UpTo(layer));
        }
        let found = print(command, loaded, &selection, &tap, colours)?;
        verdict(command, &loaded.image().reference.visible().to_string(), &found)
    })
}

/// The versions that the options select.
fn selection(command: &Grep, image: &Image) -> Result<Selection, Failure> {
    let layer = || layer_of(image, command.layer.as_deref());
    if command.visible {
        let top = layer()?;
        return Ok(Selection { layers: 0..=top, visible_at: Some(top) });
    }
    let layers = if command.layer.is_some() {
        let at = layer()?;
        at..=at
    } else {
        let Range { from, to } = range_of(image, command.from.as_deref(), command.to.as_deref())?;
        from..=to
    };
    Ok(Selection { layers, visible_at: None })
}

/// Searches, and prints what is found.
fn print(
    command: &Grep,
    loaded: &Loaded,
    selection: &Selection,
    tap: &Tap,
    colours: bool,
) -> Result<grep::Outcome, Failure> {
    let progress = Progress::new().with_verb("searching");
    let outcome = loaded.subject(|subject| {
        output(|out| {
            let format = command.common.format();
            let mut lines = report::Grep::new(subject, tap.wanted(), format, colours);
            let report = |event| progress.event(0, &event);
            search(&loaded.loader, tap, selection, &report, &mut |file| {
                progress.clear();
                lines.write(out, file)
            })
        })
    });
    progress.clear();
    outcome
}

/// The exit code, after a line for what could not be read.
fn verdict(command: &Grep, reference: &str, found: &grep::Outcome) -> Outcome {
    for unread in &found.unread {
        let path = text::visible(&unread.path);
        notice(&format!("{reference}: layer {}: {path}: {}", unread.layer, unread.error));
    }
    if found.unread_count > found.unread.len() {
        let more = found.unread_count - found.unread.len();
        notice(&format!("{reference}: {more} more files could not be read"));
    }
    for path in &found.missing {
        notice(&format!("{reference}: {}: no layer has it", text::visible(path)));
    }
    if let Some(failed) = &found.failed {
        notice(&format!("{reference}: {failed}"));
    }
    if found.unread_count > 0 || !found.missing.is_empty() || found.failed.is_some() {
        return Err(Failure::ExitCode(2));
    }
    if found.files == 0 {
        return Err(Failure::No(format!("{}: no file has a matching line", command.pattern)));
    }
    Ok(())
}
