//! `layertui extract`

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use super::args::Extract;
use super::open::{Loaded, Setting, load};
use super::progress::Progress;
use super::{Failure, Outcome, remark};
use crate::extract::{self, Plan};
use crate::load::Want;

/// Paths that are said to have failed before the rest is only counted.
const SAID: usize = 20;

pub(super) fn run(command: &Extract, setting: &Setting) -> Outcome {
    let to_stream = command.dest == "-";
    if to_stream && io::stdout().is_terminal() {
        let how = "a tar stream is not written to a terminal: put a file or a program behind it";
        return Err(Failure::Error(how.to_owned()));
    }
    let loaded = load(&command.image, setting, Want::Tree)?;
    let layer = loaded.layer(command.layer.as_deref())?;
    let plan =
        plan(&loaded, &command.path, layer).map_err(|failure| loaded.doubted(failure, layer))?;
    let progress = Progress::new().saying("extracting");
    let source = loaded.loader.source().as_ref();
    let made = if to_stream {
        let mut out = BufWriter::with_capacity(128 * 1024, io::stdout().lock());
        extract::to_stream(source, &plan, &mut out, &progress)
            .and_then(|made| out.flush().map(|()| made).map_err(extract::Error::Writing))
    } else {
        extract::to_disk(source, &plan, Path::new(&command.dest), command.force, &progress)
    };
    progress.clear();
    let damage = loaded.subject(|subject| {
        let unread = subject.unread().into_iter().filter(|(at, _)| *at <= layer);
        unread.map(|(at, why)| format!("layer {at}: {why}")).collect::<Vec<_>>()
    });
    for problem in &damage {
        remark(problem);
    }
    judge(&made.map_err(|error| failure(&error))?)?;
    if damage.is_empty() {
        return Ok(());
    }
    Err(Failure::Error("the image is damaged: what could be read of it was extracted".to_owned()))
}

fn plan(loaded: &Loaded, path: &str, layer: usize) -> Result<Plan, Failure> {
    loaded.with_stack(|stack| {
        let node = extract::locate(stack, path.as_bytes(), layer);
        let node = node.ok_or_else(|| super::cat::missing(path, layer))?;
        Ok(extract::plan(stack, node, layer))
    })
}

fn failure(error: &extract::Error) -> Failure {
    match error {
        extract::Error::Writing(cause) if cause.kind() == io::ErrorKind::BrokenPipe => {
            Failure::ClosedPipe
        }
        error => Failure::Error(error.to_string()),
    }
}

/// What was not made is said path by path.
fn judge(made: &extract::Outcome) -> Outcome {
    if made.failed == 0 {
        return Ok(());
    }
    for (path, why) in made.failures.iter().take(SAID) {
        remark(&format!("/{}: {why}", String::from_utf8_lossy(path)));
    }
    let more = made.failed.saturating_sub(SAID as u64);
    let rest = if more > 0 { format!(" ({more} more than are named here)") } else { String::new() };
    Err(Failure::Error(format!(
        "{} of {} objects could not be extracted as they are{rest}",
        made.failed,
        made.failed + made.done,
    )))
}
