//! Fuzzy matching: letters that occur in a text in their order, with others between them.

use memchr::{memrchr, memrchr2};

/// Letters to match, in their order.
pub struct Letters<'n> {
    /// In lower case, where case is folded.
    pub needle: &'n [u8],
    /// Whether ASCII letters match in either case.
    pub fold_case: bool,
}

impl Letters<'_> {
    /// The last position of a letter in these bytes.
    fn last(&self, letter: u8, bytes: &[u8]) -> Option<usize> {
        if self.fold_case {
            memrchr2(letter, letter.to_ascii_uppercase(), bytes)
        } else {
            memrchr(letter, bytes)
        }
    }

    /// Positions of the needle's letters in `text`, the last first, each as close to the end as possible. Ends at the
    /// first letter without a match.
    pub fn places<'l>(&'l self, text: &'l [u8]) -> impl Iterator<Item = usize> + 'l {
        let mut rest = text;
        self.needle.iter().rev().map_while(move |&letter| {
            let at = self.last(letter, rest)?;
            rest = &rest[..at];
            Some(at)
        })
    }

    /// Positions of all letters, the last first; `None` if one is missing.
    #[must_use]
    pub fn all_places(&self, text: &[u8]) -> Option<Vec<usize>> {
        let places: Vec<usize> = self.places(text).collect();
        (places.len() == self.needle.len()).then_some(places)
    }
}
