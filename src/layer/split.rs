//! A layer that an engine keeps as a tar-split listing with the files' contents beside it.
//!
//! tar-split holds every byte of the layer's tar but the files' contents (headers, padding, the end), so the exact
//! rows come from it alone and the exact tar comes back when the contents are put between. Docker ≥ 1.8 and
//! containers/storage keep one beside each layer. Format: vbatts/tar-split, `tar/storage`.
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

use crate::layer::blob::Blob;
use crate::layer::directory::beneath::BeneathDir;
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
use crate::stack::kept::entry::{Fingerprint, Kind};
use crate::stack::kept::paths;

/// A layer in two parts: the listing, and where the files' contents are.
#[derive(Clone, Debug)]
pub struct Split {
    listing: Blob,
    contents: Contents,
    key: String,
    checked: bool,
}

impl Split {
    /// A layer whose tar-split, compressed or plain, is `listing`. `key` is equal for equal layers of one image.
    #[must_use]
    pub const fn new(listing: Blob, contents: Contents, key: String) -> Self {
        Self { listing, contents, key, checked: false }
    }

    /// Also looks, while listing, whether each file is still there and has its length: one look into its directory a
    /// file. What has changed is among the problems.
    #[must_use]
    pub const fn checked(mut self) -> Self {
        self.checked = true;
        self
    }

    /// Equal for equal layers of one image.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Bytes that listing has to deal with, as [`Watch::progress`] counts them.
    #[must_use]
    pub const fn weight(&self) -> u64 {
        self.listing.len()
    }

    /// Lists the layer without touching any file's contents. Never fails as a whole: what went wrong is among the
    /// problems, and what was read before it is in the table.
    #[must_use]
    pub fn list(&self, watch: &dyn Watch) -> Listing {
        let feed = match SplitFeed::new(&self.listing, watch) {
            Ok(feed) => feed,
            Err(error) => return unreadable(&error),
        };
        let mut problems = Problems::default();
        let mut checks = self.checks(&mut problems);
        let mut walker = Walker::new(feed);
        let mut recorder = Recorder::new(Limits::default());
        while let Some(mut found) = walker.next(&mut problems) {
            if let Some(inside) = &mut checks
                && found.kind == Kind::File
                && found.size > 0
            {
                let (name, size) = (found.name, found.size);
                self.check_inside(inside, name, size).into_iter().for_each(|changed| {
                    problems.warning(|| changed);
                });
            }
            // The tar is nowhere: contents are found by their path.
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
                .error(|| "the tar-split is empty: what the layer holds is not known".to_owned());
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

    /// The directory to check files in, where that was asked for.
    fn checks(&self, problems: &mut Problems) -> Option<BeneathDir> {
        if !self.checked || matches!(self.contents, Contents::Unavailable(_)) {
            return None;
        }
        match self.contents.enter() {
            Ok(inside) => Some(inside),
            Err(error) => {
                problems.error(|| format!("the layer's directory cannot be opened: {error}"));
                None
            }
        }
    }

    fn check_inside(&self, inside: &mut BeneathDir, name: &[u8], size: u64) -> Option<String> {
        let mut path = Vec::new();
        paths::normalise(name, &mut path);
        self.contents.check(inside, &path, size)
    }

    /// Whether the file with that normalised path is still there and still has `size` bytes: what is wrong, if
    /// anything. Its contents are not read.
    #[must_use]
    pub fn check(&self, path: &[u8], size: u64) -> Option<String> {
        match self.contents.enter() {
            Ok(mut inside) => self.contents.check(&mut inside, path, size),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Opens the contents of one regular file by its normalised path: `stored` bytes, which have the checksum that
    /// `fingerprint` says, if it says one. A file that has changed since is an error of kind `InvalidData` that names
    /// it: at once where its length differs, with its last bytes where the checksum does.
    ///
    /// # Errors
    /// Where the file is not there, is no regular file, or has another length.
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

    /// Writes the layer's exact tar, whose SHA-256 is the layer's diff ID, and returns its length. Every file's
    /// length and checksum are checked as it passes.
    ///
    /// # Errors
    /// Where the tar-split is damaged, a file has changed or cannot be read, or `out` fails. What was written by then
    /// is not the tar.
    pub fn assemble(&self, out: &mut dyn Write) -> Result<u64, Error> {
        assemble::assemble(&self.listing, &self.contents, out)
    }
}
