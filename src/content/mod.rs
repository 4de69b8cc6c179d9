//! The contents of one file: lines, file type, syntax highlighting, text diff, package databases.
//!
//! Pure: `load` reads the bytes, and `explorer` makes them visible. A [`Window`] is a part of a file with its rows, [`facts`]
//! describes a file by its bytes, [`colours`] assigns tokens to a text, [`diff`] compares two texts.

pub mod colours;
pub mod diff;
pub mod elf;
pub mod fact;
pub mod facts;
pub mod packages;
pub mod search;
mod window;

pub use crate::content::window::{Row, Window};

/// The syntactic role of a part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// Ordinary text.
    Plain,
    /// A comment.
    Comment,
    /// A string literal.
    Text,
    /// A number or another constant.
    Constant,
    /// A keyword of the language.
    Keyword,
    /// The name of a definition, of a call or of a key.
    Name,
    /// A line of only the newer text.
    Added,
    /// A line of only the older text.
    Removed,
    /// The header of a hunk.
    Hunk,
}

/// A part of a file, or of the difference between two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The requested part.
    pub window: Window,
    /// The file is not text.
    pub binary: bool,
    /// The description of the file; the first fact is its type.
    pub facts: Vec<fact::Fact>,
    /// Offset in the file of the match of a search; `None` if there is none.
    pub found: Option<u64>,
}

/// Bytes at the beginning of a file that decide whether it is text.
const SNIFFED: usize = 8192;

/// Whether a file is not text, by its beginning: it has a NUL, or more than a tenth of the bytes are control characters.
#[must_use]
pub fn is_binary(first: &[u8]) -> bool {
    let first = &first[..first.len().min(SNIFFED)];
    let odd = first.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)).count();
    first.contains(&0) || odd * 10 > first.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_any_encoding_is_not_binary() {
        assert!(!is_binary(b""));
        assert!(!is_binary("Grüße\tund\r\n\x1b[1mfett\x1b[0m\n".as_bytes()));
        assert!(!is_binary(b"caf\xe9\n"));
        assert!(is_binary(b"\x7fELF\x02\x01\x01\0"));
        assert!(is_binary(b"\x01\x02\x03abcdef"));
    }
}
