//! `layertui cat`: the bytes of one file at a layer, to standard output.

use std::io;
use std::io::{IsTerminal as _, Read};

use crate::cli::args::{Cat, ImagePath};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs};
use crate::cli::missing::missing;
use crate::cli::open::examine;
use crate::cli::output::output;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::stack::kept::entry::Kind;
use crate::text::control::Scanner;

pub(super) fn run(command: &Cat, settings: &OpenSettings) -> Outcome {
    examine(&command.image, settings, Want::Tree, |loaded| {
        let layer = loaded.layer(command.layer.as_deref())?;
        loaded.needs(Needs::UpTo(layer));
        if io::stdout().is_terminal() && !command.force {
            refuse_controls(&command.path, contents(loaded, &command.path, layer)?.1)?;
        }
        print(&command.path, contents(loaded, &command.path, layer)?)
    })
}

/// Fails unless all `stated` bytes were read.
fn print(path: &ImagePath, (stated, mut contents): (u64, Box<dyn Read + Send>)) -> Outcome {
    output(|out| {
        let mut buffer = vec![0; 128 * 1024];
        let mut printed = 0;
        loop {
            match contents.read(&mut buffer) {
                Ok(0) if printed < stated => {
                    let short = format!("it ends after {printed} of {stated} bytes");
                    return Ok(Err(unreadable(path, &io::Error::other(short))));
                }
                Ok(0) => return Ok(Ok(())),
                Ok(count) => {
                    printed += count as u64;
                    out.write_all(&buffer[..count])?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Err(unreadable(path, &error))),
            }
        }
    })?
}

/// Fails if the contents have control characters. Reads all of them; the file is opened again for writing.
fn refuse_controls(path: &ImagePath, mut contents: impl Read) -> Outcome {
    let mut scanner = Scanner::default();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let found = match contents.read(&mut buffer) {
            Ok(0) if scanner.finds_at_end() => true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => false,
            // Read errors are reported when the file is written.
            Ok(0) | Err(_) => return Ok(()),
            Ok(count) => scanner.finds_in(&buffer[..count]),
        };
        if found {
            return Err(Failure::Error(format!(
                "{path}: contains control characters that this terminal would interpret; --force writes them anyway; a pipe or a file gets the exact bytes"
            )));
        }
    }
}

/// The length and the bytes of the file that the merged tree has at the path.
fn contents(
    loaded: &Loaded,
    path: &ImagePath,
    layer: usize,
) -> Result<(u64, Box<dyn Read + Send>), Failure> {
    let payload = loaded.with_stack(|stack| {
        let at = |layer| stack.visible(stack.follow(path.as_bytes(), layer)?, layer);
        let missing = || missing(stack, path, layer, |other| at(other).is_some());
        let version = at(layer).ok_or_else(missing)?;
        let version = stack.object(&version);
        if !version.kind.is_regular() {
            let kind = match version.kind {
                Kind::Directory => "a directory",
                other => other.name(),
            };
            return Err(Failure::Error(format!("{path}: not a file but {kind}")));
        }
        stack.payload(version.event).ok_or_else(|| {
            Failure::Error(format!("{path}: a hard link to a file that no layer stores"))
        })
    })?;
    let contents = loaded.loader.open(&payload).map_err(|error| unreadable(path, &error))?;
    Ok((payload.length(), contents))
}

fn unreadable(path: &ImagePath, error: &io::Error) -> Failure {
    let remedy = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "; run layertui as the owner of this store: with sudo, or `podman unshare layertui …`"
        }
        _ => "",
    };
    Failure::Error(format!("{path}: cannot be read: {error}{remedy}"))
}
