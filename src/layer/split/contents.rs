//! Finds, opens and verifies the files of a split layer.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use crate::layer::directory::beneath::BeneathDir;
use crate::layer::problems::quote;
use crate::layer::split::crc;
use crate::layer::split::crc::Crc64;

/// Where an engine stores the contents of files.
#[derive(Clone, Debug)]
pub enum Contents {
    /// A directory tree; each file is at its own path.
    Directory(PathBuf),
    /// A directory with files named by the SHA-256 of their contents (`xx/` and 62 more digits), as in composefs stores
    /// of containers/storage.
    ByDigest {
        /// The directory.
        root: PathBuf,
        /// The digest of each file, 64 hexadecimal digits, by its normalised path.
        digests: Arc<HashMap<Vec<u8>, String>>,
    },
    /// Not readable, for this reason.
    Unavailable(String),
}

impl Contents {
    /// Opens the directory.
    pub(super) fn enter(&self) -> io::Result<BeneathDir> {
        match self {
            Self::Directory(root) | Self::ByDigest { root, .. } => BeneathDir::new(root),
            Self::Unavailable(why) => Err(io::Error::other(why.clone())),
        }
    }

    /// The path in the directory of a file of the layer.
    fn place(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        let Self::ByDigest { digests, .. } = self else { return Ok(path.to_vec()) };
        let digest = digests.get(path).map(String::as_bytes).unwrap_or_default();
        if digest.len() != 64 || !digest.iter().all(u8::is_ascii_hexdigit) {
            let message = format!("{}: the store does not say where its contents are", quote(path));
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        Ok([&digest[..2], b"/", &digest[2..]].concat())
    }

    /// Opens a file, which must have `size` bytes.
    pub(super) fn open(&self, inside: &mut BeneathDir, path: &[u8], size: u64) -> io::Result<File> {
        let opened = self.place(path).and_then(|place| inside.open(&place));
        let file = opened.map_err(|error| named(path, &error))?;
        match file.metadata()?.len() {
            now if now == size => Ok(file),
            now => Err(changed(path, &length_differs(now, size))),
        }
    }
}

fn length_differs(now: u64, then: u64) -> String {
    format!("it has {now} bytes now and had {then}")
}

/// The error for a file that has changed.
pub(super) fn changed(path: &[u8], how: &str) -> io::Error {
    let message = format!("{} has changed on disk: {how}", quote(path));
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn named(path: &[u8], error: &io::Error) -> io::Error {
    let path = quote(path);
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!("{path} is missing on disk"),
        _ => format!("{path} cannot be opened: {error}"),
    };
    io::Error::new(error.kind(), message)
}

/// Reads a file and verifies its length and checksum: a difference is an error at its end.
pub(super) struct ChecksummedFile {
    file: File,
    path: Vec<u8>,
    left: u64,
    /// The checksum so far, and the expected one.
    crc: Option<(Crc64, u64)>,
}

impl ChecksummedFile {
    /// `file` must be at its start, and should have `size` bytes with the checksum `crc`.
    pub(super) fn new(file: File, path: &[u8], size: u64, crc: Option<u64>) -> Self {
        Self {
            file,
            path: path.to_vec(),
            left: size,
            crc: crc.map(|stated| (crc::start(), stated)),
        }
    }
}

impl Read for ChecksummedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let count = self.file.read(&mut buffer[..wanted])?;
        if count == 0 {
            let missing = format!("it ends {} bytes too early", self.left);
            return Err(changed(&self.path, &missing));
        }
        self.left -= count as u64;
        if let Some((crc, _)) = &mut self.crc {
            crc.update(&buffer[..count]);
        }
        if self.left == 0
            && let Some((crc, stated)) = self.crc.take()
            && crc.finalize() != stated
        {
            // The last bytes are not returned: a caller may stop reading at the last byte.
            return Err(changed(
                &self.path,
                "its bytes differ from those that the layer was made of",
            ));
        }
        Ok(count)
    }
}
