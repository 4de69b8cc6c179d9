//! Stored files for whoever judges an image: opened through its source, as few and as little as can be.

use std::cell::Cell;
use std::io::Read;

use xxhash_rust::xxh3::Xxh3;

use crate::findings::Contents;
use crate::source::{Source, Stored};
use crate::stack::{EventId, Stack};

/// How much of a file tells what it is.
const HEAD: u64 = 4096;

/// Files opened for their beginning at the most: in a compressed layer each costs what lies before it.
const HEADS: usize = 256;

/// The stored files of a loaded image.
pub(super) struct StoredFiles<'l> {
    source: &'l dyn Source,
    stack: &'l Stack,
    heads_left: Cell<usize>,
}

impl<'l> StoredFiles<'l> {
    pub(super) fn new(source: &'l dyn Source, stack: &'l Stack) -> Self {
        Self { source, stack, heads_left: Cell::new(HEADS) }
    }

    fn open(&self, event: EventId) -> Option<Box<dyn Read + Send>> {
        let payload = self.stack.payload(event)?;
        self.source.open(payload.layer, &Stored::from(&payload)).ok()
    }
}

impl Contents for StoredFiles<'_> {
    fn head(&self, event: EventId) -> Option<Vec<u8>> {
        self.heads_left.set(self.heads_left.get().checked_sub(1)?);
        let mut head = Vec::new();
        self.open(event)?.take(HEAD).read_to_end(&mut head).ok()?;
        Some(head)
    }

    fn digest(&self, event: EventId) -> Option<u64> {
        let mut contents = self.open(event)?;
        let mut hash = Xxh3::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match contents.read(&mut buffer) {
                Ok(0) => return Some(hash.digest()),
                Ok(count) => hash.update(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }
}
