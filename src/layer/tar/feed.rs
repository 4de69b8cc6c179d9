//! Where the walker gets the bytes of a tar from: one trait, so that the state machine is written once and works on
//! a plain blob, whose payloads need not be read, and on a decoder, whose payloads pass by anyway.

use std::io;

use crate::stack::kept::entry::Fingerprint;

/// The most bytes that [`Feed::peek`] can show.
pub(in crate::layer) const PEEK_MAX: usize = 4096;

/// The bytes of a tar, front to back.
///
/// Nothing here fails: an error, or being cancelled, makes the bytes end early, and [`Feed::end_reason`] tells why.
pub(in crate::layer) trait Feed {
    /// Offset in the uncompressed tar of the next byte.
    fn position(&self) -> u64;

    /// The next `count` bytes (at most [`PEEK_MAX`]), or all that follow where the bytes end before.
    fn peek(&mut self, count: usize) -> &[u8];

    /// Passes `count` bytes that [`Self::peek`] has just shown.
    fn consume(&mut self, count: usize);

    /// Passes `count` bytes; how many there were.
    fn skip(&mut self, count: u64) -> u64;

    /// Passes `count` bytes of a file's contents: how many there were, and their fingerprint where all of them were
    /// seen in passing.
    fn contents(&mut self, count: u64) -> (u64, Option<Fingerprint>);

    /// Passes all that is left, as far as it is worth it: offset of the first byte that is not zero.
    fn rest(&mut self) -> Option<u64>;

    /// Why there are no more bytes.
    fn end_reason(&mut self) -> EndReason;
}

/// Why a feed has no more bytes.
#[derive(Debug)]
pub(in crate::layer) enum EndReason {
    /// The tar ends there.
    End,
    /// The blob is shorter than its surroundings say: it ends at this offset instead of that.
    Short(u64, u64),
    /// Whoever waits asked to stop.
    Cancelled,
    /// The bytes could not be read or decoded.
    Failed(io::Error),
}
