//! Text in bytes: as typed, in either case where nothing typed is a capital.

use regex::bytes::Regex;

use crate::text::pattern;

/// Something to look for.
#[derive(Clone, Debug)]
pub struct Needle {
    pattern: Regex,
    /// Bytes it takes at most.
    len: usize,
}

impl Needle {
    /// `None` where nothing was typed.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let any_case = !text.chars().any(char::is_uppercase);
        let pattern = pattern::literal(text, any_case).ok()?;
        // The other case of a character may take more bytes than the typed one.
        (!text.is_empty()).then(|| Self { pattern, len: text.len() * 3 })
    }

    /// How much of what was looked through has to be looked at again with what follows it.
    #[must_use]
    pub const fn overlap(&self) -> usize {
        self.len
    }

    /// Every place it stands at, first to last, not overlapping: offsets of first byte and the one behind the last.
    pub fn places<'h>(&'h self, bytes: &'h [u8]) -> impl Iterator<Item = (usize, usize)> + 'h {
        self.pattern.find_iter(bytes).map(|found| (found.start(), found.end()))
    }

    /// The first place at or behind `from`, or the last place before it; round the end where there is none.
    #[must_use]
    pub fn next(&self, bytes: &[u8], from: usize, forward: bool) -> Option<usize> {
        let places = || self.places(bytes).map(|(start, _)| start);
        if forward {
            places().find(|&at| at >= from).or_else(|| places().next())
        } else {
            places().take_while(|&at| at < from).last().or_else(|| places().last())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_find_both_and_capitals_only_themselves() {
        let text = b"Listen 80\nlisten.conf (listen)";
        let small = Needle::new("listen").unwrap();
        assert_eq!(small.places(text).count(), 3);
        assert_eq!(Needle::new("Listen").unwrap().places(text).count(), 1);
        assert_eq!(small.next(text, 1, true), Some(10));
        assert_eq!(small.next(text, 28, true), Some(0));
        assert_eq!(small.next(text, 0, false), Some(23));
        assert!(Needle::new("").is_none());
        assert_eq!(Needle::new("(l").unwrap().next(text, 0, true), Some(22));
    }
}
