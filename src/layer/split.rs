//! A layer that an engine stores as files and a tar-split listing.
//!
//! tar-split has every byte of the layer's tar except the contents of files (headers, padding, the end). The rows come
//! from it alone, and the exact tar is restored with the contents. Docker ≥ 1.8 and containers/storage store one for
//! each layer. Format: vbatts/tar-split, `tar/storage`.
//!
//! ```text
//! lines ─┬► feed ─► tar::walker ─► recorder ─► Listing
//!        └► assemble ◄─ contents
//! ```

mod assemble;
mod contents;
mod crc;
mod error;
mod feed;
mod lines;

use std::io;
use std::io::{Read, Write};
use std::thread::JoinHandle;

use crate::layer::blob::Blob;
use crate::layer::list::unreadable;
use crate::layer::listing::{Limits, Listing, Severity};
use crate::layer::problems::Problems;
use crate::layer::split::contents::ChecksummedFile;
pub use crate::layer::split::contents::Contents;
pub use crate::layer::split::error::Error;
use crate::layer::split::feed::SplitFeed;
use crate::layer::tar::feed::Feed;
use crate::layer::tar::recorder::Recorder;
use crate::layer::tar::walker::Walker;
use crate::layer::watch::Watch;
use crate::stack::kept::entry::Fingerprint;

/// A layer as tar-split listing and contents.
#[derive(Clone, Debug)]
pub struct Split {
    listing: Blob,
    contents: Contents,
    key: String,
}

impl Split {
    /// `listing` is the tar-split, compressed or plain. `key` is equal for equal layers of one image.
    #[must_use]
    pub const fn new(listing: Blob, contents: Contents, key: String) -> Self {
        Self { listing, contents, key }
    }

    /// Equal for equal layers of one image.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The total of [`Watch::progress`] for a listing, in bytes.
    #[must_use]
    pub const fn weight(&self) -> u64 {
        self.listing.len()
    }

    /// Lists the layer without opening any file. Never fails as a whole: errors become problems of the listing, and its
    /// table has the rows before the error.
    #[must_use]
    pub fn list(&self, watch: &dyn Watch) -> Listing {
        let feed = match SplitFeed::new(&self.listing, watch) {
            Ok(feed) => feed,
            Err(error) => return unreadable(&error),
        };
        let mut problems = Problems::default();
        let mut walker = Walker::new(feed);
        let mut recorder = Recorder::new(Limits::of_stored(self.listing.len()));
        while let Some(mut found) = walker.next(&mut problems) {
            // There is no tar: contents are found by path.
            found.fields.data = None;
            if recorder.record(&found, &mut problems).is_break() {
                break;
            }
        }
        let mut listing = recorder.finish(&mut problems);
        listing.cancelled = walker.cancelled();
        let feed = walker.into_feed();
        if feed.lines() == 0 && !listing.cancelled {
            problems
                .error(|| "the tar-split is empty: the layer's contents are unknown".to_owned());
        }
        if let Contents::Unavailable(why) = &self.contents {
            problems.note(|| format!("files are listed, their contents are not available: {why}"));
        }
        listing.problems = problems.finish();
        if !listing.cancelled
            && listing.problems.iter().all(|found| found.severity < Severity::Error)
        {
            listing.uncompressed = Some(feed.position());
            watch.progress(self.listing.len());
        }
        listing
    }

    /// Opens a regular file by its normalised path: `stored` bytes, with the checksum of `fingerprint` if it has one. A
    /// file that has changed is an error of kind `InvalidData` that names it: at once if the length differs, with its
    /// last bytes if the checksum does.
    ///
    /// # Errors
    /// If the file does not exist, is not a regular file, or has another length.
    pub fn open(
        &self,
        path: &[u8],
        stored: u64,
        fingerprint: Option<Fingerprint>,
    ) -> io::Result<Box<dyn Read + Send>> {
        if stored == 0 {
            return Ok(Box::new(io::empty()));
        }
        let file = self.contents.open(&mut self.contents.enter()?, path, stored)?;
        let crc = match fingerprint {
            Some(Fingerprint::Crc64(crc)) => Some(crc),
            _ => None,
        };
        Ok(Box::new(ChecksummedFile::new(file, path, stored, crc)))
    }

    /// The exact tar of the layer as a stream, which a thread writes until the reader is dropped. Errors of
    /// [`Self::assemble`] are those of the reader.
    ///
    /// # Errors
    /// If the system has no pipe or thread left.
    pub fn tar(&self) -> io::Result<Box<dyn Read + Send>> {
        let (pipe, writer) = io::pipe()?;
        let split = self.clone();
        let thread = std::thread::Builder::new().name("tar-split".to_owned());
        let writing = thread.spawn(move || {
            let mut buffered = io::BufWriter::with_capacity(64 * 1024, writer);
            split.assemble(&mut buffered)?;
            buffered.flush().map_err(Error::Write)
        })?;
        Ok(Box::new(Assembled { pipe, writing: Some(writing) }))
    }

    /// Writes the exact tar of the layer, whose SHA-256 is the diff ID, and returns its length. Length and checksum of
    /// each file are verified.
    ///
    /// # Errors
    /// If the tar-split is damaged, a file has changed or cannot be read, or `out` fails. The bytes written before are
    /// then not the tar.
    pub fn assemble(&self, out: &mut dyn Write) -> Result<u64, Error> {
        assemble::assemble(&self.listing, &self.contents, out)
    }
}

/// The reader of a tar that a thread assembles.
struct Assembled {
    pipe: io::PipeReader,
    writing: Option<JoinHandle<Result<(), Error>>>,
}

impl Read for Assembled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.pipe.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        // The end of the pipe is the end of the tar only if the thread says so.
        match self.writing.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(0),
            Some(Ok(Err(error))) => Err(io::Error::other(error.to_string())),
            Some(Err(_)) => Err(io::Error::other("the tar could not be put together")),
        }
    }
}
