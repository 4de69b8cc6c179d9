//! Decoders that start at a checkpoint.

use std::io;

use crate::layer::blob::Blob;
use crate::layer::checkpoints::Point;
use crate::layer::codec::collector::StreamPosition;
use crate::layer::codec::gzip::Gzip;
use crate::layer::codec::input::Input;
use crate::layer::codec::{Decoder, State};
use crate::layer::encoding::Codec;

impl Decoder {
    /// Starts at a checkpoint.
    ///
    /// # Errors
    /// `InvalidData` if the checkpoint cannot be of this blob, else as [`Self::new`].
    pub(in crate::layer) fn resume(blob: &Blob, codec: Codec, point: &Point) -> io::Result<Self> {
        let at = StreamPosition { input: point.input, output: point.output };
        let mut decoder = Self::at(blob, codec, at)?;
        if let Some(state) = &point.state {
            let last = byte_before(blob, point.input)?;
            decoder.enter(Gzip::resume(state, last))?;
        }
        Ok(decoder)
    }

    /// Starts between two blocks of a gzip member, after the decoded bytes `window`. `unread` high bits (0 to 7) of the
    /// byte before are not decoded yet. The checksum of the member is not checked.
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

    /// Continues in the body of a member.
    fn enter(&mut self, member: Option<Gzip>) -> io::Result<()> {
        let member = member.ok_or_else(wrong_checkpoint)?;
        self.member = Some(Box::new(member));
        self.state = State::Inside;
        Ok(())
    }
}

/// The byte before `at`, some bits of which may be unread.
fn byte_before(blob: &Blob, at: u64) -> io::Result<u8> {
    let mut last = [0];
    let count = blob.fill_at(&mut last, at.saturating_sub(1))?;
    if count == 1 { Ok(last[0]) } else { Err(wrong_checkpoint()) }
}

fn wrong_checkpoint() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a checkpoint does not belong to the blob")
}
