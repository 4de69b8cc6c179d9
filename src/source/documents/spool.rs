//! Copies bytes without random access (a pipe, a compressed archive) to a temporary file.
//!
//! The temporary file has no name, so that it disappears with the process. Long runs of zeros become holes, so that a
//! sparse archive takes little space.

use std::fs::File;
use std::io;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use crate::layer::blob::Blob;
use crate::layer::codec::Decoder;
use crate::layer::encoding::Codec;
use crate::layer::{Watch, codec, tar};
use crate::source::Error;

const CHUNK: usize = 128 << 10;

/// The number of bytes up to which any compression ratio is accepted.
const RATIO_CHECKED_FROM: u64 = 1 << 30;

/// The greatest ratio of uncompressed to compressed bytes above [`RATIO_CHECKED_FROM`]. Archives of real files stay below it.
const MOST_RATIO: u64 = 250;

/// A copy, and the error that truncated it.
pub(crate) struct Spooled {
    /// The copy.
    pub(crate) blob: Blob,
    /// The error that truncated it.
    pub(crate) problem: Option<String>,
}

/// Copies `stream` to its end.
pub(crate) fn stream(mut stream: impl Read, place: &str, watch: &dyn Watch) -> Result<Blob, Error> {
    let mut copy = Copy::begin(place)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        if watch.cancelled() {
            return Err(Error::Cancelled { place: place.to_owned() });
        }
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => copy.write(&chunk[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => {
                return Err(Error::Io { place: place.to_owned(), doing: "cannot be read", source });
            }
        }
        watch.progress(copy.written);
    }
    copy.finish()
}

/// Copies the archive in `blob`, decompressed if it is compressed. Of truncated data the beginning is kept.
pub(crate) fn uncompressed(blob: Blob, place: &str, watch: &dyn Watch) -> Result<Spooled, Error> {
    plain_within(blob, place, watch, RATIO_CHECKED_FROM)
}

fn plain_within(
    blob: Blob,
    place: &str,
    watch: &dyn Watch,
    ratio_checked_from: u64,
) -> Result<Spooled, Error> {
    let unreadable =
        |source| Error::Io { place: place.to_owned(), doing: "cannot be read", source };
    let codec = codec::sniff_blob(&blob).map_err(unreadable)?;
    if codec == Codec::Plain {
        return Ok(Spooled { blob, problem: None });
    }
    let mut decoder = Decoder::new(&blob, codec).map_err(unreadable)?;
    let mut copy = Copy::begin(place)?;
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut problem;
    loop {
        if watch.cancelled() {
            return Err(Error::Cancelled { place: place.to_owned() });
        }
        chunk.clear();
        // What was decoded before an error is kept.
        let read = decoder.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
        problem = read.err().map(|error| error.to_string());
        let first = copy.written == 0;
        if first && !tar::begins(&chunk) {
            let found = problem.unwrap_or_else(|| "no tar archive inside".to_owned());
            return Err(Error::Unknown {
                place: place.to_owned(),
                what: format!("{} data, {found}", codec.name()),
                remedy: crate::source::contract::error::WHAT_OPENS,
            });
        }
        copy.write(&chunk)?;
        watch.progress(decoder.consumed());
        let empty = first && chunk.iter().take(1024).all(|&byte| byte == 0);
        if chunk.len() < CHUNK || problem.is_some() || empty {
            break;
        }
        let (consumed, produced) = (decoder.consumed(), copy.written);
        if produced > ratio_checked_from && produced / MOST_RATIO > consumed {
            return Err(Error::Bomb { place: place.to_owned(), consumed, produced });
        }
    }
    Ok(Spooled { blob: copy.finish()?, problem })
}

/// A copy that is being written.
pub(crate) struct Copy<'p> {
    place: &'p str,
    file: File,
    written: u64,
}

impl<'p> Copy<'p> {
    /// An empty copy of `place`.
    pub(crate) fn begin(place: &'p str) -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(|source| spool_error(place, 0, source))?;
        Ok(Self { place, file, written: 0 })
    }

    /// Adds a hole of `count` bytes, which read as zeros.
    pub(crate) fn add_hole(&mut self, count: u64) -> Result<(), Error> {
        let by = i64::try_from(count).unwrap_or(i64::MAX);
        let sought = self.file.seek(SeekFrom::Current(by));
        sought.map_err(|source| spool_error(self.place, self.written, source))?;
        self.written += count;
        Ok(())
    }

    /// Adds bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() >= 4096 && bytes.iter().all(|&byte| byte == 0) {
            return self.add_hole(bytes.len() as u64);
        }
        let done = self.file.write_all(bytes);
        done.map_err(|source| spool_error(self.place, self.written, source))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Finishes the copy.
    pub(crate) fn finish(self) -> Result<Blob, Error> {
        // A hole at the end needs the file's length to be set.
        let set = self.file.set_len(self.written);
        set.map_err(|source| spool_error(self.place, self.written, source))?;
        Ok(Blob::region(Arc::new(self.file), 0, self.written))
    }
}

fn spool_error(place: &str, written: u64, source: io::Error) -> Error {
    let directory = std::env::temp_dir().display().to_string();
    Error::Spool { place: place.to_owned(), directory, written, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Unwatched;

    struct Cancelled;

    impl Watch for Cancelled {
        fn progress(&self, _done: u64) {}
        fn cancelled(&self) -> bool {
            true
        }
    }

    fn gzip(bytes: &[u8]) -> Blob {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        Blob::memory(encoder.finish().unwrap())
    }

    /// Bytes after a valid header.
    fn tar_of(payload: usize) -> Vec<u8> {
        let mut bytes = vec![0; 512 + payload];
        bytes[..8].copy_from_slice(b"big file");
        bytes[148..156].copy_from_slice(b"        ");
        let sum: u32 = bytes[..512].iter().map(|&byte| u32::from(byte)).sum();
        bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes
    }

    #[test]
    fn a_copy_is_the_same_bytes_holes_or_not() {
        let mut bytes = tar_of(3 * CHUNK);
        bytes[2 * CHUNK + 5] = 1;
        bytes.extend([7; 100]);
        bytes.resize(bytes.len() + 2 * CHUNK, 0);
        let copy = stream(&bytes[..], "x", &Unwatched).unwrap();
        assert_eq!(copy.read_all(u64::MAX).unwrap(), bytes);
        let copy = uncompressed(gzip(&bytes), "x", &Unwatched).unwrap();
        assert_eq!(copy.blob.read_all(u64::MAX).unwrap(), bytes);
        assert_eq!(copy.problem, None);
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = gzip(&tar_of(4 << 20));
        let error = plain_within(bomb, "x", &Unwatched, 1 << 16).err().unwrap();
        assert!(matches!(error, Error::Bomb { produced, .. } if produced > 1 << 16), "{error}");
    }

    #[test]
    fn a_cancelled_copy_is_not_kept() {
        assert!(matches!(stream(&[1u8; 9][..], "x", &Cancelled), Err(Error::Cancelled { .. })));
        let cancelled = uncompressed(gzip(&tar_of(9)), "x", &Cancelled);
        assert!(matches!(cancelled, Err(Error::Cancelled { .. })));
    }
}
