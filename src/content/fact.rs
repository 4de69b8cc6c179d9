//! The types of facts about a file, and of reading it.

/// Reads `length` bytes of the file at an offset, fewer at its end. `None` if the file cannot be read.
pub type ReadAt<'r> = dyn FnMut(u64, usize) -> Option<Vec<u8>> + 'r;

/// A label and a value, which is foreign text.
pub type Fact = (&'static str, String);
