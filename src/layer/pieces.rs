//! A region of a distant blob, fetched in parts by whoever reads it front to back: a few bytes at first, then more.
//!
//! Nothing here verifies what comes; whoever reads has a digest or a fingerprint of what the bytes become.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::distant::Distant;

/// No part is longer: that much is held in memory.
const LONGEST: u64 = 4 << 20;

/// The last part that was fetched of a distant blob.
#[derive(Debug)]
pub(super) struct Pieces {
    distant: Arc<dyn Distant>,
    /// Nothing behind this is asked for.
    end: u64,
    last: Mutex<Piece>,
}

#[derive(Debug)]
struct Piece {
    at: u64,
    bytes: Vec<u8>,
    /// How long the next one is to be.
    next: u64,
}

impl Pieces {
    /// Of a blob up to `end`; the first part has `first` bytes, each further one twice as many.
    pub(super) fn new(distant: Arc<dyn Distant>, end: u64, first: u64) -> Self {
        let last = Mutex::new(Piece { at: 0, bytes: Vec::new(), next: first.clamp(1, LONGEST) });
        Self { distant, end, last }
    }

    /// Reads at `offset` what the last part has of it, or fetches the next.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let within = offset.checked_sub(last.at).is_some_and(|it| it < last.bytes.len() as u64);
        if !within {
            let len = last.next.min(self.end.saturating_sub(offset));
            if len == 0 {
                return Ok(0);
            }
            let bytes = match self.distant.part(offset, len) {
                // Then all of it comes, once; from then on there are parts of it.
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                    self.distant.verdict(true)?;
                    self.distant.part(offset, len)?
                }
                part => part?,
            };
            *last = Piece { at: offset, bytes, next: (last.next * 2).min(LONGEST) };
        }
        let there = &last.bytes[(offset - last.at) as usize..];
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }
}
