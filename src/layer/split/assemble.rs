//! Restores the exact tar: segments of the tar-split, with the contents of files between them.

use std::io::{ErrorKind, Read, Write};

use crate::layer::blob::Blob;
use crate::layer::directory::beneath::BeneathDir;
use crate::layer::split::contents::ChecksummedFile;
use crate::layer::split::lines::{Item, Lines};
use crate::layer::split::{Contents, Error};
use crate::stack::kept::paths;

const BUFFER: usize = 128 * 1024;

/// Writes the tar; returns its length in bytes.
pub(super) fn assemble(
    listing: &Blob,
    contents: &Contents,
    out: &mut dyn Write,
) -> Result<u64, Error> {
    let mut lines = Lines::new(listing).map_err(Error::Listing)?;
    let mut files = Files { contents, inside: None, path: Vec::new(), buffer: vec![0; BUFFER] };
    let mut written = 0;
    while let Some(item) = lines.next().map_err(Error::Listing)? {
        written += match item {
            Item::Segment(bytes) => {
                out.write_all(bytes).map_err(Error::Write)?;
                bytes.len() as u64
            }
            Item::Entry { size: 0, .. } => 0,
            Item::Entry { name, size, crc } => {
                files.copy(&name, size, crc, out)?;
                size
            }
        };
    }
    Ok(written)
}

struct Files<'c> {
    contents: &'c Contents,
    inside: Option<BeneathDir>,
    path: Vec<u8>,
    buffer: Vec<u8>,
}

impl Files<'_> {
    /// Writes the contents of one file.
    fn copy(
        &mut self,
        name: &[u8],
        size: u64,
        crc: Option<u64>,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        if let Contents::Unavailable(why) = self.contents {
            return Err(Error::Unavailable(why.clone()));
        }
        if self.inside.is_none() {
            let entered = self.contents.enter();
            let entered = entered
                .map_err(|error| Error::Unavailable(format!("the layer's directory: {error}")))?;
            self.inside = Some(entered);
        }
        let Some(inside) = &mut self.inside else { return Ok(()) };
        paths::normalise(name, &mut self.path);
        let changed =
            |error: std::io::Error| Error::Changed { path: name.to_vec(), how: error.to_string() };
        let file = self.contents.open(inside, &self.path, size).map_err(changed)?;
        let mut checked = ChecksummedFile::new(file, &self.path, size, crc);
        loop {
            match checked.read(&mut self.buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => out.write_all(&self.buffer[..count]).map_err(Error::Write)?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(changed(error)),
            }
        }
    }
}
