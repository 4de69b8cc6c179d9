//! A gzip layer elsewhere of which somebody may have made a zTOC: whether there is one is asked when the layer is listed.

use std::io;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use crate::layer;
use crate::layer::blob::Blob;
use crate::layer::blob::remote::{RemoteBlob, attentively};
use crate::layer::encoding::Codec;
use crate::layer::toc::ztoc::Index;
use crate::layer::toc::{as_a_whole, by_table, ztoc};
use crate::layer::{Listing, Unwatched, Watch};

/// What people call it.
const FORMAT: &str = "SOCI index";

/// A layer.
#[derive(Debug)]
pub struct Indexed {
    blob: Blob,
    index: Mutex<Option<Arc<Index>>>,
}

impl Indexed {
    /// The layer of that blob. `None` where it is here: then it is read itself.
    #[must_use]
    pub fn new(blob: &Blob) -> Option<Self> {
        blob.as_distant()?;
        Some(Self { blob: blob.clone(), index: Mutex::default() })
    }

    /// Lists the layer by its zTOC, else by itself (with a problem that says why, where there is one that is no good).
    /// Never fails as a whole.
    #[must_use]
    pub fn list(&self, watch: &dyn Watch) -> Listing {
        let Some(distant) = self.blob.as_distant() else {
            return crate::layer::list::list(&self.blob, watch);
        };
        if distant.here().is_some() {
            return layer::list_remote::list(&self.blob, distant, watch);
        }
        match attentively(distant, watch, || self.read(distant, watch)) {
            Ok(Some(listing)) => listing,
            Ok(None) => layer::list_remote::list(&self.blob, distant, watch),
            Err(why) => as_a_whole(&self.blob, distant, watch, FORMAT, &why),
        }
    }

    /// Opens a file that a zTOC listed, by its normalised path: `size` bytes, of which only the spans come that hold
    /// it.
    ///
    /// # Errors
    /// Where the zTOC does not come, or does not have the file.
    pub fn open(&self, path: &[u8], size: u64) -> io::Result<Box<dyn Read + Send>> {
        if size == 0 {
            return Ok(Box::new(io::empty()));
        }
        if self.known().is_none()
            && let Some(distant) = self.blob.as_distant()
        {
            self.read(distant, &Unwatched)?;
        }
        let index = self.known().ok_or(io::ErrorKind::NotFound)?;
        index.open(path, size)
    }

    fn known(&self) -> Option<Arc<Index>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the zTOC: the listing, and where the files are. `None` where there is none.
    fn read(&self, distant: &dyn RemoteBlob, watch: &dyn Watch) -> io::Result<Option<Listing>> {
        let Some(document) = distant.table()? else { return Ok(None) };
        let (mut listing, index) = ztoc::read(&document, &self.blob, watch)?;
        if !listing.cancelled {
            *self.index.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(index));
            watch.progress(self.blob.len());
        }
        listing.codec = Some(Codec::Gzip);
        listing.problems.push(by_table(FORMAT));
        Ok(Some(listing))
    }
}
