//! One file's payload out of a layer: where it lies in a plain one, or by decoding up to it.

use std::io::{self, Read};

use super::blob::Blob;
use super::codec::{Codec, Decoder, sniff_blob};

/// Opens the payload of one file: `stored` bytes at offset `data` of the uncompressed layer, as a listing gave
/// them. In a compressed layer all that lies before is decoded first.
///
/// # Errors
/// Where the blob cannot be read or decoded. The reader fails with `UnexpectedEof` where the payload is cut short.
pub fn open(blob: &Blob, data: u64, stored: u64) -> io::Result<Box<dyn Read + Send>> {
    let codec = sniff_blob(blob)?;
    if codec == Codec::Plain {
        return Ok(Box::new(Payload { from: blob.slice(data, stored).reader(), left: stored }));
    }
    let mut decoder = Decoder::new(blob, codec)?;
    let mut scratch = vec![0; 128 * 1024];
    while decoder.produced() < data {
        let wanted =
            usize::try_from(data - decoder.produced()).unwrap_or(usize::MAX).min(scratch.len());
        match decoder.read(&mut scratch[..wanted]) {
            Ok(0) => return Err(cut(data - decoder.produced())),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Box::new(Payload { from: decoder, left: stored }))
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
