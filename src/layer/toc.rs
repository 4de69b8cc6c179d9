//! Layers with a table of contents: listed without the layer, their files read by the parts of the blob that hold them.
//! In eStargz and zstd:chunked the table is in the layer itself; SOCI's lies beside a usual gzip layer.
//!
//! A table counts only with the digest that the manifest (or SOCI's index of the image) states; it may still say
//! something else than the tar that it is about, so a listing says where it is from, and a layer that is here anyway is
//! read itself. Where there is no such table, or no way to read a part of the blob, the layer is read as any other.
//!
//! ```text
//! stated (annotations) ─► the blob's end ─► document ─► rows ─┬► recorder ─► Listing
//!                                                             └► chunks ─► a file's bytes
//! indexed ─► a document beside the blob ─► ztoc ─┬► recorder ─► Listing
//!                                                └► spans ─► a file's bytes
//! ```

mod chunks;
mod document;
mod rows;
mod soci_layer;
mod toc_descriptor;
mod ztoc;

use std::io;
use std::io::Read;
use std::sync::{Arc, Mutex};

use crate::image::digest::Digest;
use crate::layer;
use crate::layer::blob::Blob;
use crate::layer::blob::remote::{RemoteBlob, with_cancellation};
use crate::layer::toc::chunks::{File, Index};
pub use crate::layer::toc::document::digests;
pub use crate::layer::toc::soci_layer::SociLayer;
pub use crate::layer::toc::toc_descriptor::TocDescriptor;
use crate::layer::{Listing, Problem, Severity, Unwatched, Watch};
use crate::sync;

/// A layer elsewhere that has a table of contents.
#[derive(Debug)]
pub struct TocLayer {
    blob: Blob,
    stated: TocDescriptor,
    index: Mutex<Option<Arc<Index>>>,
}

impl TocLayer {
    /// The layer of that blob, of which `stated` was said. `None` where the blob is here: it is read itself.
    #[must_use]
    pub fn new(blob: &Blob, stated: TocDescriptor) -> Option<Self> {
        blob.as_remote()?;
        Some(Self { blob: blob.clone(), stated, index: Mutex::default() })
    }

    /// The whole layer.
    #[must_use]
    pub const fn blob(&self) -> &Blob {
        &self.blob
    }

    /// The digest of the table.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        self.stated.digest()
    }

    /// Lists the layer by its table of contents, else (with a problem that says why) by itself. Never fails as a whole.
    #[must_use]
    pub fn list(&self, watch: &dyn Watch) -> Listing {
        let Some(remote) = self.blob.as_remote() else {
            return crate::layer::list::list(&self.blob, watch);
        };
        if remote.local().is_some() {
            return layer::list_remote::list(&self.blob, remote, watch);
        }
        let why = match with_cancellation(remote, watch, || self.read(remote, watch)) {
            Ok(listing) => return listing,
            Err(why) => why,
        };
        list_without_toc(&self.blob, remote, watch, &self.table(), &why)
    }

    /// What people call the table.
    fn table(&self) -> String {
        format!("{} table of contents", self.stated.format())
    }

    /// Opens a file that a table of contents listed, by its normalised path: `size` bytes, of which only the parts come
    /// that hold it.
    ///
    /// # Errors
    /// Where the table does not come, or does not have the file.
    pub fn open(&self, path: &[u8], size: u64) -> io::Result<Box<dyn Read + Send>> {
        if size == 0 {
            return Ok(Box::new(io::empty()));
        }
        let index = match self.known() {
            Some(index) => index,
            None => self.fetch_index()?,
        };
        let here = self.blob.as_remote().and_then(RemoteBlob::local);
        let blob = here.unwrap_or_else(|| self.blob.clone());
        Ok(Box::new(File::new(blob, self.stated.codec(), &index, path, size)?))
    }

    fn known(&self) -> Option<Arc<Index>> {
        sync::lock(&self.index).clone()
    }

    fn fetch_index(&self) -> io::Result<Arc<Index>> {
        if let Some(remote) = self.blob.as_remote() {
            self.read(remote, &Unwatched)?;
        }
        self.known().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Reads the table: the listing, and where the files are.
    fn read(&self, remote: &dyn RemoteBlob, watch: &dyn Watch) -> io::Result<Listing> {
        let table = self.stated.fetch(remote, self.blob.len())?;
        let (mut listing, index) = rows::read(&table.json, table.end, watch)?;
        if !listing.cancelled {
            *sync::lock(&self.index) = Some(Arc::new(index));
            watch.progress(self.blob.len());
        }
        listing.codec = Some(self.stated.codec());
        listing.problems.push(listed_by_toc(&self.table()));
        Ok(listing)
    }
}

/// The listing of the layer itself, with a remark why it is not by its table.
fn list_without_toc(
    blob: &Blob,
    remote: &dyn RemoteBlob,
    watch: &dyn Watch,
    table: &str,
    why: &io::Error,
) -> Listing {
    let mut listing = layer::list_remote::list(blob, remote, watch);
    let message = format!("read as a whole, without its {table}: {why}");
    // What kind of connection it was is no fault of the layer's.
    let severity = match why.kind() {
        io::ErrorKind::InvalidData => Severity::Warning,
        _ => Severity::Note,
    };
    listing.problems.push(Problem { severity, message });
    listing.problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    listing
}

/// What a listing says that is by a table.
fn listed_by_toc(table: &str) -> Problem {
    let message = format!("listed by its {table}: the layer itself was not read");
    Problem { severity: Severity::Note, message }
}
