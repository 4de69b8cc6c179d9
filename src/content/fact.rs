//! One fact about a file, and how files are read for it.

/// Gives `length` bytes of the file from an offset, or as many as there are.
pub type ReadAt<'r> = dyn FnMut(u64, usize) -> Option<Vec<u8>> + 'r;

/// A label and a value, raw.
pub type Fact = (&'static str, String);
