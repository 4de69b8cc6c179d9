//! A remote gzip layer that may have a zTOC, which is looked up when the layer is listed.

use std::io;
use std::io::Read;
use std::sync::OnceLock;

use crate::layer::blob::Blob;
use crate::layer::blob::remote::RemoteBlob;
use crate::layer::encoding::Codec;
use crate::layer::toc::ztoc::Index;
use crate::layer::toc::{list_by, ztoc};
use crate::layer::{Listing, Unwatched, Watch};

/// The name in messages.
const FORMAT: &str = "SOCI index";

/// A remote gzip layer.
#[derive(Debug)]
pub struct SociLayer {
    blob: Blob,
    index: OnceLock<Index>,
}

impl SociLayer {
    /// `None` if the blob is local, which is then read itself.
    #[must_use]
    pub fn new(blob: &Blob) -> Option<Self> {
        blob.as_remote()?;
        Some(Self { blob: blob.clone(), index: OnceLock::new() })
    }

    /// Lists the layer from its zTOC, or from the blob if there is none or it is not valid (with a problem that says
    /// why). Never fails as a whole.
    #[must_use]
    pub fn list(&self, watch: &dyn Watch) -> Listing {
        list_by(&self.blob, watch, FORMAT, |remote| self.read(remote, watch))
    }

    /// Opens a file of the zTOC by its normalised path: `size` bytes; only the spans that hold it are downloaded.
    ///
    /// # Errors
    /// If the zTOC cannot be downloaded, or does not have the file.
    pub fn open(&self, path: &[u8], size: u64) -> io::Result<Box<dyn Read + Send>> {
        if size == 0 {
            return Ok(Box::new(io::empty()));
        }
        if self.index.get().is_none()
            && let Some(remote) = self.blob.as_remote()
        {
            self.read(remote, &Unwatched)?;
        }
        let index = self.index.get().ok_or(io::ErrorKind::NotFound)?;
        index.open(path, size)
    }

    /// Reads the zTOC: returns the listing, and stores the index of files. `None` if there is no zTOC.
    fn read(&self, remote: &dyn RemoteBlob, watch: &dyn Watch) -> io::Result<Option<Listing>> {
        let Some(document) = remote.ztoc()? else { return Ok(None) };
        let (mut listing, index) = ztoc::read(&document, &self.blob, watch)?;
        if !listing.cancelled {
            let _ = self.index.set(index);
            watch.progress(self.blob.len());
        }
        listing.codec = Some(Codec::Gzip);
        Ok(Some(listing))
    }
}
