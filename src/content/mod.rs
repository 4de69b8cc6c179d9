//! What the bytes of one file are: lines or no lines, which program or key or archive, which colours, what differs.
//!
//! Pure, and foreign bytes all the way: a [`Window`] holds a part of a file with its rows found, [`facts`] tells what a
//! file that is no text is, [`colours`] gives the words of a text their roles, [`diff`] puts two texts side by side.
//! Nothing here is made visible: whoever draws a row does that. Who reads the bytes is `load`.

pub mod colours;
pub mod diff;
pub mod elf;
pub mod fact;
pub mod facts;
pub mod packages;
pub mod search;
mod window;

pub use crate::content::window::{Row, Window};

/// What a piece of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// Ordinary text.
    Plain,
    /// A remark.
    Comment,
    /// A quoted text.
    Text,
    /// A number or another constant.
    Constant,
    /// A word of the language.
    Keyword,
    /// The name of something that is defined or called here, or of a key.
    Name,
    /// A line that only the newer of two texts has.
    Added,
    /// A line that only the older one has.
    Removed,
    /// Where in two texts the lines below are.
    Place,
}

/// What is shown of a file at one time, or of the difference between two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The part that was asked for.
    pub window: Window,
    /// It is no text.
    pub binary: bool,
    /// What it is; the first says it in a word.
    pub facts: Vec<fact::Fact>,
    /// Where the text that was looked for begins: an offset in the file. `None` where it is not there.
    pub found: Option<u64>,
}

/// Bytes looked at to tell text from anything else.
const SNIFFED: usize = 8192;

/// Whether the beginning of a file is no text: it holds a NUL, or one byte in ten is a control character.
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
    fn text_is_told_from_other_bytes() {
        assert!(!is_binary(b""));
        assert!(!is_binary("Grüße\tund\r\n\x1b[1mfett\x1b[0m\n".as_bytes()));
        assert!(!is_binary(b"caf\xe9\n"));
        assert!(is_binary(b"\x7fELF\x02\x01\x01\0"));
        assert!(is_binary(b"\x01\x02\x03abcdef"));
    }
}
