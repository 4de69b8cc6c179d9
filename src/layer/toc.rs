//! Layers with a table of contents (TOC): listed without downloading the layer; files are read from the ranges of the
//! blob that hold them. The TOC of eStargz and zstd:chunked is in the layer itself; that of SOCI is a separate blob for
//! an ordinary gzip layer.
//!
//! A TOC is used only with the digest that the manifest (or the SOCI index of the image) states. It may still differ
//! from the tar that it describes, so a listing states that it comes from a TOC, and a layer that is local is read
//! itself. Without a TOC, or without range requests, the layer is read as any other.
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
use std::sync::OnceLock;

use crate::image::digest::Digest;
use crate::layer::blob::Blob;
use crate::layer::blob::remote::{RemoteBlob, with_cancellation};
use crate::layer::toc::chunks::{File, Index};
pub use crate::layer::toc::document::digests;
pub use crate::layer::toc::soci_layer::SociLayer;
pub use crate::layer::toc::toc_descriptor::TocDescriptor;
use crate::layer::{Listing, Problem, Severity, Unwatched, Watch, list, list_remote};

/// A remote layer with a TOC.
#[derive(Debug)]
pub struct TocLayer {
    blob: Blob,
    stated: TocDescriptor,
    index: OnceLock<Index>,
}

impl TocLayer {
    /// A layer with the TOC that `stated` describes. `None` if the blob is local, which is then read itself.
    #[must_use]
    pub fn new(blob: &Blob, stated: TocDescriptor) -> Option<Self> {
        blob.as_remote()?;
        Some(Self { blob: blob.clone(), stated, index: OnceLock::new() })
    }

    /// The blob of the layer.
    #[must_use]
    pub const fn blob(&self) -> &Blob {
        &self.blob
    }

    /// The digest of the TOC.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        self.stated.digest()
    }

    /// Lists the layer from its TOC, or from the blob if that fails (with a problem that says why). Never fails as a
    /// whole.
    #[must_use]
    pub fn list(&self, watch: &dyn Watch) -> Listing {
        list_by(&self.blob, watch, &self.table(), |remote| self.read(remote, watch).map(Some))
    }

    /// The name of the TOC in messages.
    fn table(&self) -> String {
        format!("{} table of contents", self.stated.format())
    }

    /// Opens a file of the TOC by its normalised path: `size` bytes; only the ranges that hold it are downloaded.
    ///
    /// # Errors
    /// If the TOC cannot be downloaded, or does not have the file.
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
        let here = self.blob.as_remote().and_then(RemoteBlob::local);
        let blob = here.unwrap_or_else(|| self.blob.clone());
        Ok(Box::new(File::new(blob, self.stated.codec(), index, path, size)?))
    }

    /// Reads the TOC: returns the listing, and stores the index of files.
    fn read(&self, remote: &dyn RemoteBlob, watch: &dyn Watch) -> io::Result<Listing> {
        let table = self.stated.fetch(remote, self.blob.len())?;
        let (mut listing, index) = rows::read(&table.json, table.end, watch)?;
        if !listing.cancelled {
            let _ = self.index.set(index);
            watch.progress(self.blob.len());
        }
        listing.codec = Some(self.stated.codec());
        Ok(listing)
    }
}

/// Lists a layer by `read`, which reads its TOC (called `table` in messages) or returns `None` if there is none. Lists the
/// blob itself if it is local, if there is no TOC, or, with a problem that says why, if reading the TOC failed.
fn list_by(
    blob: &Blob,
    watch: &dyn Watch,
    table: &str,
    read: impl FnOnce(&dyn RemoteBlob) -> io::Result<Option<Listing>>,
) -> Listing {
    let Some(remote) = blob.as_remote() else { return list(blob, watch) };
    if remote.local().is_some() {
        return list_remote::list(blob, remote, watch);
    }
    let why = match with_cancellation(remote, watch, || read(remote)) {
        Ok(Some(mut listing)) => {
            let message = format!("listed by its {table}: the layer itself was not read");
            listing.problems.push(Problem { severity: Severity::Note, message });
            return listing;
        }
        Ok(None) => return list_remote::list(blob, remote, watch),
        Err(why) => why,
    };
    let mut listing = list_remote::list(blob, remote, watch);
    let message = format!("read as a whole, without its {table}: {why}");
    // A connection error is not a problem of the layer.
    let severity = match why.kind() {
        io::ErrorKind::InvalidData => Severity::Warning,
        _ => Severity::Note,
    };
    listing.problems.push(Problem { severity, message });
    listing.problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    listing
}
