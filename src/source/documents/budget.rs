//! Limits of what is read to describe an image. Each document is small, but a foreign list can name the same document
//! thousands of times.

/// The most documents that are read of one archive, layout or store.
const MOST_DOCUMENTS: usize = 4096;

/// The most bytes of documents that are read of one archive, layout or store.
const MOST_BYTES: u64 = 64 << 20;

/// The remaining documents and bytes.
#[derive(Debug)]
pub(crate) struct Budget {
    documents: usize,
    bytes: u64,
}

impl Budget {
    pub(crate) const fn new() -> Self {
        Self { documents: MOST_DOCUMENTS, bytes: MOST_BYTES }
    }

    /// Whether another document may be read.
    pub(crate) const fn allows(&self) -> bool {
        self.documents > 0 && self.bytes > 0
    }

    /// Records that a document was read.
    pub(crate) const fn spend(&mut self, bytes: usize) {
        self.documents = self.documents.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes as u64);
    }
}
