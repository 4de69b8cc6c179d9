//! How much may be read before an image is described. Every document is small, but foreign lists can name the same
//! one thousands of times.

/// Documents of one place that are read before it is taken for an attack.
const MOST_DOCUMENTS: usize = 4096;

/// Bytes of documents that are read before a place is taken for an attack.
const MOST_BYTES: u64 = 64 << 20;

/// What is left to be read of one place.
#[derive(Debug)]
pub(crate) struct Budget {
    documents: usize,
    bytes: u64,
}

impl Budget {
    pub(crate) const fn new() -> Self {
        Self { documents: MOST_DOCUMENTS, bytes: MOST_BYTES }
    }

    /// Whether one more document may be read.
    pub(crate) const fn allows(&self) -> bool {
        self.documents > 0 && self.bytes > 0
    }

    /// A document of that length was read.
    pub(crate) const fn spend(&mut self, bytes: usize) {
        self.documents = self.documents.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes as u64);
    }
}
