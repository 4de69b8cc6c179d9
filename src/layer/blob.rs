//! The bytes of one blob: a region of a file or of memory, or a remote blob, read at any offset.
//!
//! A blob is immutable and cheap to clone. Its contents are not interpreted.

pub mod growing_file;
mod identity;
pub(crate) mod ranged_reader;
pub mod remote;

use std::fs::File;
use std::io;
use std::io::Read;
use std::sync::Arc;

pub use crate::image::problem::CHANGED;
pub use crate::layer::blob::identity::Identity;
use crate::layer::blob::identity::{Stamp, file_identity};
use crate::layer::blob::ranged_reader::{RangedReader, Span};
use crate::layer::blob::remote::RemoteBlob;

/// A region of bytes that can be read at any offset, from several threads at once.
#[derive(Clone, Debug)]
pub struct Blob {
    bytes: Bytes,
    offset: u64,
    len: u64,
    /// For a file of the user: size and time when it was opened.
    stamp: Option<Stamp>,
}

#[derive(Clone, Debug)]
enum Bytes {
    File(Arc<File>),
    Memory(Arc<[u8]>),
    Remote(Arc<dyn RemoteBlob>),
    Ranged(Arc<RangedReader>),
}

impl Blob {
    /// `len` bytes of `file` at `offset`. The region may extend past the end of the file; reads then end early.
    #[must_use]
    pub const fn region(file: Arc<File>, offset: u64, len: u64) -> Self {
        Self { bytes: Bytes::File(file), offset, len, stamp: None }
    }

    /// A whole open file, with its current length.
    ///
    /// # Errors
    /// Where the file's size cannot be read.
    pub fn whole(file: File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self::region(Arc::new(file), 0, len).watched())
    }

    /// The same bytes, with size and time recorded for [`Self::changed`].
    #[must_use]
    pub fn watched(self) -> Self {
        let stamp = match &self.bytes {
            Bytes::File(file) => file.metadata().ok().as_ref().and_then(Stamp::of),
            Bytes::Memory(_) | Bytes::Remote(_) | Bytes::Ranged(_) => None,
        };
        Self { stamp, ..self }
    }

    /// Whether the file was written to or truncated since it was opened, so that earlier and later reads may not belong
    /// together. `false` where that is unknown.
    #[must_use]
    pub fn changed(&self) -> bool {
        match (&self.bytes, self.stamp) {
            (Bytes::File(file), Some(stamp)) => {
                file.metadata().is_ok_and(|now| Stamp::of(&now) != Some(stamp))
            }
            _ => false,
        }
    }

    /// Fails if the bytes have [changed](Self::changed).
    ///
    /// # Errors
    /// If the file was changed.
    pub fn unchanged(&self) -> io::Result<()> {
        if self.changed() { Err(io::Error::other(CHANGED)) } else { Ok(()) }
    }

    /// Bytes in memory.
    #[must_use]
    pub fn memory(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let len = bytes.len() as u64;
        Self { bytes: Bytes::Memory(bytes), offset: 0, len, stamp: None }
    }

    /// A remote blob of `len` bytes.
    #[must_use]
    pub fn remote(remote: Arc<dyn RemoteBlob>, len: u64) -> Self {
        Self { bytes: Bytes::Remote(remote), offset: 0, len, stamp: None }
    }

    /// The remote blob that this is, or is a region of.
    #[must_use]
    pub fn as_remote(&self) -> Option<&dyn RemoteBlob> {
        match &self.bytes {
            Bytes::Remote(remote) => Some(remote.as_ref()),
            _ => None,
        }
    }

    /// `len` bytes from `offset`, downloaded in unverified ranges without the rest of the remote blob. `None` if the
    /// blob is local.
    #[must_use]
    pub(super) fn in_ranges(&self, offset: u64, len: u64, first: u64) -> Option<Self> {
        let Bytes::Remote(remote) = &self.bytes else { return None };
        let region = self.slice(offset, len);
        let end = region.offset.saturating_add(region.len);
        let pieces = RangedReader::new(Arc::clone(remote), end, first);
        Some(Self { bytes: Bytes::Ranged(Arc::new(pieces)), ..region })
    }

    /// The same bytes, downloaded in spans that are verified one by one. `None` if the blob is local or a region.
    #[must_use]
    pub(super) fn in_spans(&self, spans: Arc<[Span]>) -> Option<Self> {
        let Bytes::Remote(remote) = &self.bytes else { return None };
        let pieces = RangedReader::spans(Arc::clone(remote), spans);
        let whole = Self { bytes: Bytes::Ranged(Arc::new(pieces)), ..*self };
        (self.offset == 0).then_some(whole)
    }

    /// The length of the region in bytes.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether the region is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of bytes that exist: less than [`Self::len`] if the file ends early.
    ///
    /// # Errors
    /// Where the file's size cannot be read.
    pub fn present(&self) -> io::Result<u64> {
        let there = match &self.bytes {
            Bytes::File(file) => {
                let metadata = file.metadata()?;
                // The size of a device is not in its metadata.
                if metadata.is_file() { metadata.len() } else { u64::MAX }
            }
            Bytes::Memory(bytes) => bytes.len() as u64,
            Bytes::Remote(_) | Bytes::Ranged(_) => u64::MAX,
        };
        Ok(self.len.min(there.saturating_sub(self.offset)))
    }

    /// The identity of these bytes. `None` for memory, remote blobs, devices, pipes, files without a name (another file
    /// may get the same inode later), and systems without inodes.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        match &self.bytes {
            Bytes::File(file) => file_identity(file, self.offset, self.len),
            Bytes::Memory(_) | Bytes::Remote(_) | Bytes::Ranged(_) => None,
        }
    }

    /// A region of this region, truncated at its end.
    #[must_use]
    pub fn slice(&self, offset: u64, len: u64) -> Self {
        let offset = offset.min(self.len);
        Self {
            bytes: self.bytes.clone(),
            offset: self.offset.saturating_add(offset),
            len: len.min(self.len - offset),
            stamp: self.stamp,
        }
    }

    /// Reads at `offset` with one system call; 0 at the end.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = &mut buffer[..wanted];
        match &self.bytes {
            Bytes::File(file) => read_file_at(file, buffer, self.offset.saturating_add(offset)),
            Bytes::Memory(bytes) => {
                let start =
                    usize::try_from(self.offset.saturating_add(offset)).unwrap_or(usize::MAX);
                let source = bytes.get(start..).unwrap_or(&[]);
                let count = buffer.len().min(source.len());
                buffer[..count].copy_from_slice(&source[..count]);
                Ok(count)
            }
            Bytes::Remote(remote) => remote.read_at(buffer, self.offset.saturating_add(offset)),
            Bytes::Ranged(pieces) => pieces.read_at(buffer, self.offset.saturating_add(offset)),
        }
    }

    /// Reads until `buffer` is full or the region ends; returns the number of bytes.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn fill_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_at(&mut buffer[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Reads at `offset` from the page cache only, without waiting for a device; may return fewer bytes than exist.
    ///
    /// # Errors
    /// `WouldBlock` where the bytes are not in memory; another error (mostly `Unsupported`) where that cannot be
    /// determined.
    pub fn read_resident_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match &self.bytes {
            Bytes::File(file) => {
                let left = self.len.saturating_sub(offset);
                let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
                let at = self.offset.saturating_add(offset);
                read_resident_file_at(file, &mut buffer[..wanted], at)
            }
            Bytes::Memory(_) => self.read_at(buffer, offset),
            Bytes::Remote(_) | Bytes::Ranged(_) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Reads the whole region into memory, if it has at most `limit` bytes.
    ///
    /// # Errors
    /// `InvalidData` where the region is larger, else what the file system reports.
    pub fn read_all(&self, limit: u64) -> io::Result<Vec<u8>> {
        if self.len > limit {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} bytes, more than the {limit} that such a document may have", self.len),
            ));
        }
        // The file may be shorter than the region: the buffer grows with the bytes read.
        let mut bytes = Vec::new();
        self.reader().take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// A sequential reader over the region.
    #[must_use]
    pub fn reader(&self) -> BlobReader {
        BlobReader { blob: self.clone(), at: 0 }
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(target_os = "linux")]
fn read_resident_file_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut buffers = [io::IoSliceMut::new(buffer)];
    Ok(rustix::io::preadv2(file, &mut buffers, offset, rustix::io::ReadWriteFlags::NOWAIT)?)
}

#[cfg(not(target_os = "linux"))]
fn read_resident_file_at(_file: &File, _buffer: &mut [u8], _offset: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Reads a [`Blob`] front to back.
#[derive(Clone, Debug)]
pub struct BlobReader {
    blob: Blob,
    at: u64,
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.blob.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_file_that_is_written_to_or_cut_has_changed_and_a_replaced_one_has_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let open = || {
            std::fs::write(&path, b"0123456789").unwrap();
            let file = File::open(&path).unwrap();
            let past = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
            File::options().write(true).open(&path).unwrap().set_modified(past).unwrap();
            Blob::whole(file).unwrap().slice(2, 5)
        };
        let blob = open();
        std::fs::write(&path, b"9876543210").unwrap();
        assert!(blob.changed(), "as many bytes");
        let blob = open();
        File::options().write(true).open(&path).unwrap().set_len(3).unwrap();
        assert!(blob.changed() && blob.unchanged().is_err(), "cut");
        let blob = open();
        std::fs::rename(&path, dir.path().join("elsewhere")).unwrap();
        std::fs::write(&path, b"another").unwrap();
        assert!(!blob.changed() && blob.unchanged().is_ok());
    }
}
