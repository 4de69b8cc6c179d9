//! Decoders that begin in the midst of a blob, at places that somebody has found before.

use std::io;

use crate::layer::blob::Blob;
use crate::layer::checkpoints::Point;
use crate::layer::codec::collector::StreamPosition;
use crate::layer::codec::gzip::Gzip;
use crate::layer::codec::input::Input;
use crate::layer::codec::{Decoder, State};
use crate::layer::encoding::Codec;

impl Decoder {
    /// A decoder that begins at a checkpoint.
    ///
    /// # Errors
    /// `InvalidData` where the checkpoint cannot be one of this blob, else as [`Self::new`].
    pub(in crate::layer) fn resume(blob: &Blob, codec: Codec, point: &Point) -> io::Result<Self> {
        let at = StreamPosition { input: point.input, output: point.output };
        let mut decoder = Self::at(blob, codec, at)?;
        if let Some(state) = &point.state {
            let last = byte_before(blob, point.input)?;
            decoder.enter(Gzip::resume(state, last))?;
        }
        Ok(decoder)
    }

    /// A decoder that begins between two blocks of a gzip member: `unread` high bits of the byte before are still to come
    /// (0 to 7), and `window` came out before. The member's checksum is not known there and not checked.
    ///
    /// # Errors
    /// As [`Self::resume`].
    pub(in crate::layer) fn between(
        blob: &Blob,
        at: StreamPosition,
        unread: u8,
        window: &[u8],
    ) -> io::Result<Self> {
        let mut decoder = Self::at(blob, Codec::Gzip, at)?;
        let last = if unread > 0 { byte_before(blob, at.input)? } else { 0 };
        decoder.enter(Gzip::between(window, unread, last))?;
        Ok(decoder)
    }

    fn at(blob: &Blob, codec: Codec, at: StreamPosition) -> io::Result<Self> {
        let decoder = Self::with_input(Input::new(blob, at.input), codec)?;
        Ok(Self { produced: at.output, ..decoder })
    }

    /// Goes on in the body of a member.
    fn enter(&mut self, member: Option<Gzip>) -> io::Result<()> {
        let member = member.ok_or_else(wrong_checkpoint)?;
        self.member = Some(Box::new(member));
        self.state = State::Inside;
        Ok(())
    }
}

/// The byte before `at`, of which some bits may still be unread.
fn byte_before(blob: &Blob, at: u64) -> io::Result<u8> {
    let mut last = [0];
    let count = blob.fill_at(&mut last, at.saturating_sub(1))?;
    if count == 1 { Ok(last[0]) } else { Err(wrong_checkpoint()) }
}

fn wrong_checkpoint() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a checkpoint does not belong to the blob")
}
