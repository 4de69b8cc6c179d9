//! One file's payload out of a layer: where it lies in a plain one, or by decoding up to it from the front or from the
//! last checkpoint before it.

use std::io::{self, Cursor, Read};

use xxhash_rust::xxh3::xxh3_64;

use super::blob::Blob;
use super::checkpoints::{Checkpoints, Point};
use super::codec::{Codec, Decoder, sniff_blob};

/// What is decoded only to be passed over goes through a buffer of this size.
const SCRATCH: usize = 128 * 1024;

/// Opens the payload of one file: `stored` bytes at offset `data` of the uncompressed layer, as a listing gave
/// them. In a compressed layer all that lies before is decoded first.
///
/// # Errors
/// Where the blob cannot be read or decoded. The reader fails with `UnexpectedEof` where the payload is cut short.
pub fn open(blob: &Blob, data: u64, stored: u64) -> io::Result<Box<dyn Read + Send>> {
    open_at(blob, data, stored, None)
}

/// [`open`], with the checkpoints that the listing of the same blob brought: decoding begins at the last one before
/// the file. Checkpoints that do not fit the blob cost time and change nothing.
///
/// # Errors
/// As [`open`].
pub fn open_at(
    blob: &Blob,
    data: u64,
    stored: u64,
    checkpoints: Option<&Checkpoints>,
) -> io::Result<Box<dyn Read + Send>> {
    let codec = sniff_blob(blob)?;
    if codec == Codec::Plain {
        return Ok(Box::new(Payload { from: blob.slice(data, stored).reader(), left: stored }));
    }
    let point = checkpoints.and_then(|points| points.before(data, codec, blob.len()));
    if let Some(point) = point
        && let Ok(from) = resume(blob, codec, point)
        && let Ok(from) = pass(from, data - point.output)
    {
        return Ok(Box::new(Payload { from, left: stored }));
    }
    let from = pass(Decoder::new(blob, codec)?, data)?;
    Ok(Box::new(Payload { from, left: stored }))
}

/// Decodes from a checkpoint on, once what comes out first is what came out there before.
fn resume(blob: &Blob, codec: Codec, point: &Point) -> io::Result<impl Read + Send + use<>> {
    let mut decoder = Decoder::resume(blob, codec, point)?;
    let mut first = Vec::new();
    if let Some(inside) = &point.inside {
        first.resize(inside.proof.len as usize, 0);
        decoder.read_exact(&mut first)?;
        if xxh3_64(&first) != inside.proof.hash {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(Cursor::new(first).chain(decoder))
}

/// Reads `count` bytes and forgets them.
fn pass<R: Read>(mut from: R, count: u64) -> io::Result<R> {
    let mut scratch = vec![0; SCRATCH];
    let mut left = count;
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(scratch.len());
        match from.read(&mut scratch[..wanted]) {
            Ok(0) => return Err(cut(left)),
            Ok(count) => left -= count as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(from)
}

/// Whether [`open`] costs no more than the file itself: the layer is stored plain.
#[must_use]
pub fn opens_cheaply(blob: &Blob) -> bool {
    sniff_blob(blob).is_ok_and(|codec| codec == Codec::Plain)
}

/// A payload of known length: one that ends early is an error, never a shorter file.
struct Payload<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Payload<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let count = self.from.read(&mut buffer[..wanted])?;
        if count == 0 {
            return Err(cut(self.left));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

fn cut(missing: u64) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the layer ends {missing} bytes too early"),
    )
}
