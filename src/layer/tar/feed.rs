//! The source of the bytes of a tar. The state machine is written once and works on a plain blob, whose payloads need
//! not be read, and on a decoder, whose payloads are decoded anyway.

use std::io;

use crate::stack::kept::entry::Fingerprint;

/// The most bytes that [`Feed::peek`] returns.
pub(in crate::layer) const PEEK_MAX: usize = 4096;

/// The bytes of a tar, front to back.
///
/// No method fails: after an error or cancellation the bytes end, and [`Feed::end_reason`] returns the reason.
pub(in crate::layer) trait Feed {
    /// Offset in the uncompressed tar of the next byte.
    fn position(&self) -> u64;

    /// The next `count` bytes (at most [`PEEK_MAX`]), or fewer at the end of the tar.
    fn peek(&mut self, count: usize) -> &[u8];

    /// Consumes `count` bytes that [`Self::peek`] returned.
    fn consume(&mut self, count: usize);

    /// Skips `count` bytes; returns how many existed.
    fn skip(&mut self, count: u64) -> u64;

    /// Skips `count` bytes of a file's contents. Returns how many existed, and their fingerprint if all of them were
    /// read.
    fn contents(&mut self, count: u64) -> (u64, Option<Fingerprint>);

    /// Whether [`Self::announce`] is to be called before [`Self::contents`].
    fn wants_names(&self) -> bool {
        false
    }

    /// The name of the file whose contents come next.
    fn announce(&mut self, _name: Vec<u8>) {}

    /// Skips the rest, within a limit; returns the offset of the first byte that is not zero.
    fn rest(&mut self) -> Option<u64>;

    /// Why there are no more bytes. Resets an error.
    fn end_reason(&mut self) -> EndReason;
}

/// Why a feed has no more bytes.
#[derive(Debug)]
pub(in crate::layer) enum EndReason {
    /// The tar ends.
    End,
    /// The file is truncated: it has this many bytes instead of that many.
    Short(u64, u64),
    /// Reading was cancelled.
    Cancelled,
    /// The bytes could not be read or decoded.
    Failed(io::Error),
}
