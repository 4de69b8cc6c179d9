//! Pseudo links of aufs: a file with several names is stored under its inode number in `.wh..wh.plnk`, and its real
//! names are hard links to it. The directory is hidden, but the file must be listed.

use std::collections::HashMap;

use crate::layer::tar::entry::{TarEntry, TarFields};
use crate::layer::whiteout::is_pseudo_link;
use crate::stack::kept::entry::Kind;
use crate::stack::kept::paths;

/// The most bytes of names that are kept: enough for some hundred thousand files.
const BYTES_MAX: usize = 64 << 20;

/// The files of one layer's `.wh..wh.plnk`.
#[derive(Default)]
pub(super) struct PseudoLinks {
    known: HashMap<Vec<u8>, PseudoLink>,
    bytes: usize,
}

enum PseudoLink {
    /// No real name was found yet.
    Source(TarFields),
    /// The first real name; later ones become hard links to it.
    Named(Vec<u8>),
}

impl PseudoLinks {
    /// Stores a hidden object if it is a file with pseudo links.
    pub(super) fn remember(&mut self, path: &[u8], found: &TarEntry<'_>) {
        if !is_pseudo_link(path) {
            return;
        }
        let (link, length) = match found.kind {
            Kind::File => (PseudoLink::Source(**found), 0),
            Kind::Hardlink => {
                let mut target = Vec::new();
                paths::normalise(found.link, &mut target);
                let length = target.len();
                (PseudoLink::Named(target), length)
            }
            _ => return,
        };
        if self.spend(path.len() + length + size_of::<PseudoLink>()) {
            self.known.insert(path.to_vec(), link);
        }
    }

    /// Resolves the hard link at `path` to `target`, if that is a pseudo link: the first name becomes the file
    /// (`fields` changes), later names link to the first (`target` changes).
    pub(super) fn resolve(&mut self, path: &[u8], target: &mut Vec<u8>, fields: &mut TarFields) {
        if self.known.is_empty() || !is_pseudo_link(target) {
            return;
        }
        let source = match self.known.get(target.as_slice()) {
            None => return,
            Some(PseudoLink::Named(first)) => {
                target.clone_from(first);
                return;
            }
            Some(PseudoLink::Source(source)) => *source,
        };
        // Mode, owner and time come from the header of the link; the contents are those of the source.
        *fields = TarFields {
            kind: Kind::File,
            size: source.size,
            stored: source.stored,
            sparse: source.sparse,
            data: source.data,
            fingerprint: source.fingerprint,
            ..*fields
        };
        if self.spend(path.len()) {
            self.known.insert(target.clone(), PseudoLink::Named(path.to_vec()));
        }
    }

    /// Takes bytes from the budget, if it has enough.
    const fn spend(&mut self, bytes: usize) -> bool {
        let room = bytes <= BYTES_MAX - self.bytes;
        if room {
            self.bytes += bytes;
        }
        room
    }
}
