//! Where the contents of a split layer's files are, the way to one of them, and whether it is still what went into
//! the layer.

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

/// Where an engine keeps the contents of a layer's files.
#[derive(Clone, Debug)]
pub enum Contents {
    /// A directory tree in which each file lies under its own path.
    Directory(PathBuf),
    /// A directory in which files lie under the SHA-256 of their contents (`xx/` and 62 more digits), as composefs
    /// stores of containers/storage keep them.
    ByDigest {
        /// The directory.
        root: PathBuf,
        /// Each file's digest, 64 hexadecimal digits, by its normalised path.
        digests: Arc<HashMap<Vec<u8>, String>>,
    },
    /// Nowhere that can be read, for this reason.
    Unavailable(String),
}

impl Contents {
    /// The door to the directory.
    pub(super) fn enter(&self) -> io::Result<BeneathDir> {
        match self {
            Self::Directory(root) | Self::ByDigest { root, .. } => BeneathDir::new(root),
            Self::Unavailable(why) => Err(io::Error::other(why.clone())),
        }
    }

    /// Where in the directory the file with that normalised path is.
    fn place(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        let Self::ByDigest { digests, .. } = self else { return Ok(path.to_vec()) };
        let digest = digests.get(path).map(String::as_bytes).unwrap_or_default();
        if digest.len() != 64 || !digest.iter().all(u8::is_ascii_hexdigit) {
            let message = format!("{}: the store does not say where its contents are", quote(path));
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        Ok([&digest[..2], b"/", &digest[2..]].concat())
    }

    /// Opens a file, which has to have `size` bytes.
    pub(super) fn open(&self, inside: &mut BeneathDir, path: &[u8], size: u64) -> io::Result<File> {
        let opened = self.place(path).and_then(|place| inside.open(&place));
        let file = opened.map_err(|error| named(path, &error))?;
        match file.metadata()?.len() {
            now if now == size => Ok(file),
            now => Err(changed(path, &length_differs(now, size))),
        }
    }

    /// What is wrong with a file that should have `size` bytes, as far as its entry in the directory tells.
    pub(super) fn check(&self, inside: &mut BeneathDir, path: &[u8], size: u64) -> Option<String> {
        match self.place(path).and_then(|place| inside.file_size(&place)) {
            Ok(now) => (now != size).then(|| changed(path, &length_differs(now, size)).to_string()),
            Err(error) => Some(named(path, &error).to_string()),
        }
    }
}

fn length_differs(now: u64, then: u64) -> String {
    format!("it has {now} bytes now and had {then}")
}

/// The file is not what went into the layer.
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

/// A file's contents, counted and checked as they pass: what differs from the layer is an error at its end.
pub(super) struct ChecksummedFile {
    file: File,
    path: Vec<u8>,
    left: u64,
    /// The checksum so far, and what it should be in the end.
    crc: Option<(Crc64, u64)>,
}

impl ChecksummedFile {
    /// From the start of `file`, which should give `size` bytes with that checksum.
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
            // Nothing of this last piece is given: a reader that stops at the last byte would not ask again.
            return Err(changed(&self.path, "its bytes are not those that went into the layer"));
        }
        Ok(count)
    }
}
