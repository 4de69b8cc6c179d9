//! Fuzzy matching: letters that stand in a text in their order, others between them.

use memchr::{memrchr, memrchr2};

/// Letters to be found in their order.
pub struct Letters<'n> {
    /// In lower case, where case is folded.
    pub needle: &'n [u8],
    /// Whether ASCII letters match in either case.
    pub fold_case: bool,
}

impl Letters<'_> {
    /// The last place of a letter in these bytes.
    fn last(&self, letter: u8, bytes: &[u8]) -> Option<usize> {
        if self.fold_case {
            memrchr2(letter, letter.to_ascii_uppercase(), bytes)
        } else {
            memrchr(letter, bytes)
        }
    }

    /// Where the letters of the needle's end stand in `text` in their order, the last of them first, as near to its end
    /// as can be.
    pub fn places<'l>(&'l self, text: &'l [u8]) -> impl Iterator<Item = usize> + 'l {
        let mut rest = text;
        self.needle.iter().rev().map_while(move |&letter| {
            let at = self.last(letter, rest)?;
            rest = &rest[..at];
            Some(at)
        })
    }

    /// The places of all letters, the last first; `None` where some are missing.
    #[must_use]
    pub fn all_places(&self, text: &[u8]) -> Option<Vec<usize>> {
        let places: Vec<usize> = self.places(text).collect();
        (places.len() == self.needle.len()).then_some(places)
    }
}
