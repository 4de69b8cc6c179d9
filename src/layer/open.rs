//! Reads the payload of one file in a layer: directly from a plain blob, or by decoding from the start or from the last
//! checkpoint before the file.

use std::io;
use std::io::{Cursor, Read};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::layer::blob::Blob;
use crate::layer::checkpoints::{Checkpoints, Point};
use crate::layer::codec::{Decoder, sniff_blob};
use crate::layer::encoding::Codec;
use crate::stack::kept::entry::Fingerprint;

/// Size of the buffer for skipped decoded bytes.
const SCRATCH: usize = 128 * 1024;

/// Length of the first range that is requested of a remote blob, in bytes.
const FIRST_PART: u64 = 256 * 1024;

/// Opens the payload of one file: `stored` bytes at offset `data` of the uncompressed layer, as stated by a listing. In
/// a compressed layer everything before it is decoded first, from the start or from the last of the `checkpoints` (of a
/// listing of the same blob) before the file. Wrong checkpoints cost time only: decoding then starts at the front.
///
/// # Errors
/// Where the blob cannot be read or decoded. The reader fails with `UnexpectedEof` if the payload is truncated.
pub fn open_at(
    blob: &Blob,
    data: u64,
    stored: u64,
    checkpoints: Option<&Checkpoints>,
) -> io::Result<Box<dyn Read + Send>> {
    let codec = sniff_blob(blob)?;
    if codec == Codec::Plain {
        return Ok(Box::new(ExactReader::new(blob.slice(data, stored).reader(), stored)));
    }
    let point = checkpoints.and_then(|points| points.before(data, codec, blob.len()));
    if let Some(point) = point
        && let Ok(from) = resume(blob, codec, point)
        && let Ok(from) = pass(from, data - point.output)
    {
        return Ok(Box::new(ExactReader::new(from, stored)));
    }
    let from = pass(Decoder::new(blob, codec)?, data)?;
    Ok(Box::new(ExactReader::new(from, stored)))
}

/// [`open_at`] for a remote blob: downloads only the ranges between a checkpoint and the end of the file. The bytes are
/// verified by `mark`, the fingerprint of the file; a mismatch is an error before the last bytes are returned. `None`
/// if the fingerprint or a checkpoint is missing, so that the whole blob is needed.
#[must_use]
pub fn open_remote(
    blob: &Blob,
    data: u64,
    stored: u64,
    checkpoints: &Checkpoints,
    mark: Fingerprint,
) -> Option<Box<dyn Read + Send>> {
    let Fingerprint::Xxh3(mark) = mark else { return None };
    let codec = checkpoints.codec();
    let point = checkpoints.before(data, codec, blob.len())?;
    let parts = blob.in_ranges(0, blob.len(), FIRST_PART)?;
    let from =
        resume(&parts, codec, point).and_then(|from| pass(from, data - point.output)).ok()?;
    Some(Box::new(Marked { payload: ExactReader::new(from, stored), sum: Xxh3::new(), mark }))
}

/// Decodes from a checkpoint, after checking that the first bytes match its proof.
fn resume(blob: &Blob, codec: Codec, point: &Point) -> io::Result<impl Read + Send + use<>> {
    let mut decoder = Decoder::resume(blob, codec, point)?;
    let mut first = Vec::new();
    if let Some(state) = &point.state {
        first.resize(state.proof.len as usize, 0);
        decoder.read_exact(&mut first)?;
        if xxh3_64(&first) != state.proof.hash {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(Cursor::new(first).chain(decoder))
}

/// Skips `count` bytes.
fn pass<R: Read>(mut from: R, count: u64) -> io::Result<R> {
    let mut scratch = vec![0; SCRATCH];
    let mut left = count;
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(scratch.len());
        match from.read(&mut scratch[..wanted]) {
            Ok(0) => return Err(ends_early(left)),
            Ok(count) => left -= count as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(from)
}

/// Whether [`open_at`] reads nothing but the file itself: the layer is plain.
#[must_use]
pub fn opens_cheaply(blob: &Blob) -> bool {
    sniff_blob(blob).is_ok_and(|codec| codec == Codec::Plain)
}

/// Reads a payload of known length; fewer bytes are an error.
pub struct ExactReader<R> {
    from: R,
    left: u64,
}

impl<R: Read> ExactReader<R> {
    /// Reads the next `len` bytes of `from`. Fails with `UnexpectedEof` if there are fewer.
    pub const fn new(from: R, len: u64) -> Self {
        Self { from, left: len }
    }

    /// The remaining bytes.
    pub const fn left(&self) -> u64 {
        self.left
    }
}

impl<R: Read> Read for ExactReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let count = self.from.read(&mut buffer[..wanted])?;
        if count == 0 {
            return Err(ends_early(self.left));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Verifies a payload by its fingerprint while it is read.
struct Marked<R> {
    payload: ExactReader<R>,
    sum: Xxh3,
    mark: u64,
}

impl<R: Read> Read for Marked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.payload.read(buffer)?;
        self.sum.update(&buffer[..count]);
        if count > 0 && self.payload.left() == 0 && self.sum.digest128() as u64 != self.mark {
            let message = "the part of the layer that was fetched differs from what was listed";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(count)
    }
}

/// The error for a layer that ends `missing` bytes before the end of a payload.
#[must_use]
pub fn ends_early(missing: u64) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the layer ends {missing} bytes too early"),
    )
}
