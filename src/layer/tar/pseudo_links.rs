//! aufs's pseudo links: a file with several names lies under its inode number in `.wh..wh.plnk`, and all of its real
//! names are hard links to there. The directory is bookkeeping and hidden; the file must not vanish with it.

use std::collections::HashMap;

use crate::layer::tar::walker::{TarEntry, TarFields};
use crate::layer::whiteout::is_pseudo_link;
use crate::stack::kept::entry::Kind;
use crate::stack::kept::paths;

/// The most bytes of names that are remembered: some hundred thousand files' worth.
const BYTES_MAX: usize = 64 << 20;

/// The files of one layer's `.wh..wh.plnk`.
#[derive(Default)]
pub(super) struct PseudoLinks {
    known: HashMap<Vec<u8>, PseudoLink>,
    bytes: usize,
}

enum PseudoLink {
    /// No real name has come yet.
    Source(TarFields),
    /// The first of its real names, which stands for the file.
    Named(Vec<u8>),
}

impl PseudoLinks {
    /// Remembers a hidden object, if it is such a file.
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

    /// Looks at the hard link at `path` to `target`: where that is a pseudo link, the first such name becomes the
    /// file (`fields`), and later ones link to the first (`target`).
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
        // The link's own header speaks of mode, owner and time; the source has the contents.
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

    /// Whether there is room for so many more bytes; if so they are taken.
    const fn spend(&mut self, bytes: usize) -> bool {
        let room = bytes <= BYTES_MAX - self.bytes;
        if room {
            self.bytes += bytes;
        }
        room
    }
}
