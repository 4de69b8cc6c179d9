//! Search for a text in the bytes of a file. Without a capital letter, both cases match.

use regex::bytes::Regex;

use crate::text::pattern;

/// A search text.
#[derive(Clone, Debug)]
pub struct Needle {
    pattern: Regex,
    /// The most bytes of a match.
    len: usize,
}

impl Needle {
    /// `None` for an empty text.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let any_case = !text.chars().any(char::is_uppercase);
        let pattern = pattern::literal(text, any_case).ok()?;
        // The other case of a character may take up to three times as many bytes.
        (!text.is_empty()).then(|| Self { pattern, len: text.len() * 3 })
    }

    /// Bytes at the end of a searched part that have to be searched again with the part after it.
    #[must_use]
    pub const fn overlap(&self) -> usize {
        self.len
    }

    /// Start and end of all matches, ascending, not overlapping.
    pub fn matches<'h>(&'h self, bytes: &'h [u8]) -> impl Iterator<Item = (usize, usize)> + 'h {
        self.pattern.find_iter(bytes).map(|found| (found.start(), found.end()))
    }

    /// The start of the first match at or after `from`, or of the last one before it. Wraps around.
    #[must_use]
    pub fn next(&self, bytes: &[u8], from: usize, forward: bool) -> Option<usize> {
        let starts = || self.matches(bytes).map(|(start, _)| start);
        if forward {
            starts().find(|&at| at >= from).or_else(|| starts().next())
        } else {
            starts().take_while(|&at| at < from).last().or_else(|| starts().last())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_capitals_matches_both_cases() {
        let text = b"Listen 80\nlisten.conf (listen)";
        let small = Needle::new("listen").unwrap();
        assert_eq!(small.matches(text).count(), 3);
        assert_eq!(Needle::new("Listen").unwrap().matches(text).count(), 1);
        assert_eq!(small.next(text, 1, true), Some(10));
        assert_eq!(small.next(text, 28, true), Some(0));
        assert_eq!(small.next(text, 0, false), Some(23));
        assert!(Needle::new("").is_none());
        assert_eq!(Needle::new("(l").unwrap().next(text, 0, true), Some(22));
    }
}
