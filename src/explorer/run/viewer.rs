//! Reads parts of files for the viewer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::content::Contents;
use crate::content::search::Needle;
use crate::explorer::model::file::{ReadPart, ReadRequest, ViewTarget};
use crate::load::Loader;
use crate::load::files::part;

/// Reads what `request` asks for. Stops if `newest`, the number of the newest request, is another.
pub(super) fn read(
    loader: &Loader,
    request: &ReadRequest,
    newest: &Arc<AtomicU64>,
) -> Result<Box<Contents>, String> {
    let wanted = || newest.load(Ordering::Relaxed) == request.number;
    let found = match request.what {
        ViewTarget::Two(old, new) => part::difference(loader, old, new, &wanted),
        ViewTarget::Version(event) => match part(&request.part) {
            Some(part) => part::part(loader, event, &part, &wanted),
            None => return Err("nothing to search for".to_owned()),
        },
    };
    found.map(Box::new).map_err(|error| reason(&error))
}

fn part(part: &ReadPart) -> Option<part::Part> {
    Some(match part {
        ReadPart::At(at) => part::Part::At(*at),
        ReadPart::End => part::Part::End,
        ReadPart::Find { text, from, forward } => {
            part::Part::Find { needle: Needle::new(text)?, from: *from, forward: *forward }
        }
    })
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!(
            "{error}; run layertui as the owner of this store: with sudo, or `podman unshare layertui ...`"
        ),
        _ => error.to_string(),
    }
}
