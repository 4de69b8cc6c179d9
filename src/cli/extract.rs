//! `layertui extract`: paths of the merged tree onto a disk, or as a tar to standard output.

use std::io;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;

use crate::cli::args::{Extract, ImagePath};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs};
use crate::cli::missing::missing;
use crate::cli::open::examine;
use crate::cli::output::notice;
use crate::cli::progress::Progress;
use crate::extract;
use crate::extract::Plan;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::text::visible;

/// Number of failed paths that are listed; the others are counted.
const LISTED_MAX: usize = 20;

pub(super) fn run(command: &Extract, settings: &OpenSettings) -> Outcome {
    if command.dest.as_os_str() == "-" && io::stdout().is_terminal() {
        let message = "a tar stream is not written to a terminal: redirect it to a file or pipe it into a program";
        return Err(Failure::Error(message.to_owned()));
    }
    examine(&command.image, settings, Want::Tree, |loaded| {
        let layer = loaded.layer(command.layer.as_deref())?;
        let needs = if command.force { Needs::EvenRefused(layer) } else { Needs::UpTo(layer) };
        loaded.needs(needs);
        let plan = plan(loaded, &command.path, layer)?;
        let (refused, unread) = loaded.subject(|subject| {
            let unsure = subject.unsure().into_iter().filter(|it| it.layer <= layer);
            let (refused, unread): (Vec<_>, Vec<_>) = unsure.partition(|it| it.refused);
            (!refused.is_empty(), !unread.is_empty())
        });
        if refused && !command.force {
            return Err(Failure::Error(
                "nothing was extracted: --force extracts from a layer that engines refuse"
                    .to_owned(),
            ));
        }
        judge(&make(loaded, &plan, command)?, |item| place(&plan, &command.dest, item))?;
        if unread {
            let what = "the image is damaged: what could be read of it was extracted";
            return Err(Failure::Error(what.to_owned()));
        }
        Ok(())
    })
}

/// Executes the plan, with progress.
fn make(loaded: &Loaded, plan: &Plan, command: &Extract) -> Result<extract::Outcome, Failure> {
    let progress = Progress::new().with_verb("extracting");
    let source = loaded.loader.source().as_ref();
    let made = if command.dest.as_os_str() == "-" {
        let mut out = BufWriter::with_capacity(128 * 1024, io::stdout().lock());
        extract::to_stream(source, plan, &mut out, &progress)
            .and_then(|made| out.flush().map(|()| made).map_err(extract::sink::Error::Writing))
    } else {
        extract::to_disk(source, plan, &command.dest, command.force, &progress)
    };
    progress.clear();
    made.map_err(|error| failure(&error))
}

fn plan(loaded: &Loaded, path: &ImagePath, layer: usize) -> Result<Plan, Failure> {
    loaded.with_stack(|stack| {
        let at = |layer| extract::locate(stack, path.as_bytes(), layer);
        let missing = || missing(stack, path, layer, |other| at(other).is_some());
        let node = at(layer).ok_or_else(missing)?;
        Ok(extract::plan(stack, node, layer))
    })
}

fn failure(error: &extract::sink::Error) -> Failure {
    match error {
        extract::sink::Error::Writing(cause) if cause.kind() == io::ErrorKind::BrokenPipe => {
            Failure::ClosedPipe
        }
        error => Failure::Error(error.to_string()),
    }
}

/// Where an item of the plan was to be created.
fn place(plan: &Plan, dest: &Path, item: &[u8]) -> Vec<u8> {
    let on_disk = extract::place(plan, dest);
    let in_stream = dest.as_os_str() == "-";
    let mut place = if in_stream { plan.name() } else { on_disk.as_os_str().as_encoded_bytes() };
    while let Some(before) = place.strip_suffix(b"/") {
        place = before;
    }
    match item {
        b"" if place.is_empty() => b"/".to_vec(),
        b"" => place.to_vec(),
        item => [place, b"/", item].concat(),
    }
}

/// Prints the objects that could not be created, by their places.
fn judge(made: &extract::Outcome, place: impl Fn(&[u8]) -> Vec<u8>) -> Outcome {
    if made.failed == 0 {
        return Ok(());
    }
    for (path, why) in made.failures.iter().take(LISTED_MAX) {
        notice(&format!("{}: {why}", visible(&place(path))));
    }
    let more = made.failed.saturating_sub(LISTED_MAX as u64);
    let rest = if more > 0 { format!(" ({more} more than are named here)") } else { String::new() };
    Err(Failure::Error(format!(
        "{} of {} objects could not be extracted as they are{rest}",
        made.failed,
        made.failed + made.done,
    )))
}
