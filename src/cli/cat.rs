//! `layertui cat`

use std::io::{self, Read};

use super::args::Cat;
use super::open::{Loaded, Setting, load};
use super::{Failure, Outcome, output};
use crate::load::Want;
use crate::stack::entry::Kind;

pub(super) fn run(command: &Cat, setting: &Setting) -> Outcome {
    let loaded = load(&command.image, setting, Want::Tree)?;
    let layer = loaded.layer(command.layer.as_deref())?;
    let mut contents = contents(&loaded, &command.path, layer)
        .map_err(|failure| loaded.doubted(failure, layer))?;
    output(|out| {
        let mut buffer = vec![0; 128 * 1024];
        loop {
            match contents.read(&mut buffer) {
                Ok(0) => return Ok(Ok(())),
                Ok(count) => out.write_all(&buffer[..count])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Err(unreadable(&command.path, &error))),
            }
        }
    })?
}

/// The bytes of the file that the merged tree has at the path.
fn contents(loaded: &Loaded, path: &str, layer: usize) -> Result<Box<dyn Read + Send>, Failure> {
    let payload = loaded.with_stack(|stack| {
        let missing = || missing(path, layer);
        let node = stack.follow(path.as_bytes(), layer).ok_or_else(missing)?;
        let version = stack.visible(node, layer).ok_or_else(missing)?;
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
    loaded.loader.open(&payload).map_err(|error| unreadable(path, &error))
}

/// The answer where a layer's view has nothing at the path.
pub(super) fn missing(path: &str, layer: usize) -> Failure {
    Failure::No(format!(
        "{path}: not in the merged tree at layer {layer}; 'layertui find' also knows removed paths, and --layer goes back \
         to where one was"
    ))
}

fn unreadable(path: &str, error: &io::Error) -> Failure {
    let remedy = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "; run layertui as the owner of this store: with sudo, or `podman unshare layertui …`"
        }
        _ => "",
    };
    Failure::Error(format!("{path}: cannot be read: {error}{remedy}"))
}
