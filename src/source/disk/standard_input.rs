//! An archive on standard input: a pipe is copied first, a redirected file is read in place.

use std::io;
use std::io::IsTerminal as _;

use crate::image::reference;
use crate::layer::Watch;
use crate::layer::blob::Blob;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::Opened;
use crate::source::disk::open::archive_in;
use crate::source::documents::spool;

/// Opens the archive on standard input; `pick` is the part of the reference after `-`.
///
/// # Errors
/// If standard input is a terminal, or not an archive.
pub(crate) fn open(pick: &str, ask: Ask, watch: &dyn Watch) -> Result<Opened, Error> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(Error::Unsupported {
            reference: ask.reference,
            what: "standard input is a terminal".to_owned(),
            remedy: "pipe an archive into it, for example `docker save NAME | layertui -`"
                .to_owned(),
        });
    }
    let ask = Ask {
        base: "-".to_owned(),
        place: "standard input".to_owned(),
        pick: reference::parse_pick(pick).flatten(),
        ..ask
    };
    let blob = match redirected() {
        Some(blob) => blob,
        None => spool::stream(stdin.lock(), &ask.place, watch)?,
    };
    archive_in(blob, &ask, watch)
}

/// Standard input as a file (`layertui - < image.tar`), which needs no copy.
#[cfg(unix)]
fn redirected() -> Option<Blob> {
    use std::fs::File;
    use std::io::Seek as _;
    use std::os::fd::AsFd as _;
    use std::sync::Arc;
    let mut file = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
    let metadata = file.metadata().ok()?;
    let at = file.stream_position().ok()?;
    let length = metadata.len().checked_sub(at)?;
    metadata.is_file().then(|| Blob::region(Arc::new(file), at, length).watched())
}

#[cfg(not(unix))]
const fn redirected() -> Option<Blob> {
    None
}
