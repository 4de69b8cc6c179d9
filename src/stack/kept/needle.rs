//! A search string for path components, with or without regard to case (of ASCII letters only: names are bytes).

use memchr::{memchr, memchr2};

/// A search string.
pub(crate) struct Needle<'n> {
    bytes: &'n [u8],
    fold_case: bool,
    /// Index of the byte that is rarest in file names, which is searched first.
    rarest: usize,
}

/// Smart case: a needle without a capital letter matches both cases.
pub(crate) fn folds_case(needle: &[u8]) -> bool {
    !needle.iter().any(u8::is_ascii_uppercase)
}

/// The bytes of file names, most frequent first. All others are rarer.
const FREQUENT: &[u8] = b"eatisonrlcdpum.h_gb-fy0v12kx3wz456789jq";

impl<'n> Needle<'n> {
    /// `needle` must have no capital letters if `fold_case` is set.
    pub(crate) fn new(needle: &'n [u8], fold_case: bool) -> Self {
        let rank = |byte: u8| memchr(byte.to_ascii_lowercase(), FREQUENT).unwrap_or(FREQUENT.len());
        let rarest = (0..needle.len()).max_by_key(|&at| rank(needle[at])).unwrap_or(0);
        Self { bytes: needle, fold_case, rarest }
    }

    /// The rarest byte as a slice; empty for an empty needle.
    pub(crate) fn rarest(&self) -> &'n [u8] {
        self.bytes.get(self.rarest..=self.rarest).unwrap_or_default()
    }

    /// Index in `bytes` of the first occurrence of the rarest byte.
    pub(super) fn find_rarest(&self, bytes: &[u8]) -> Option<usize> {
        let byte = *self.bytes.get(self.rarest)?;
        if self.fold_case && byte.is_ascii_lowercase() {
            memchr2(byte, byte.to_ascii_uppercase(), bytes)
        } else {
            memchr(byte, bytes)
        }
    }

    /// Whether `name` contains the needle with its rarest byte at index `at`.
    pub(super) fn matches_at(&self, name: &[u8], at: usize) -> bool {
        let Some(start) = at.checked_sub(self.rarest) else { return false };
        name.get(start..start + self.bytes.len()).is_some_and(|part| self.is_all(part))
    }

    pub(crate) fn is_prefix(&self, name: &[u8]) -> bool {
        name.get(..self.bytes.len()).is_some_and(|part| self.is_all(part))
    }

    pub(crate) fn is_suffix(&self, name: &[u8]) -> bool {
        let start = name.len().checked_sub(self.bytes.len());
        start.is_some_and(|start| self.is_all(&name[start..]))
    }

    pub(crate) fn is_all(&self, name: &[u8]) -> bool {
        if self.fold_case { name.eq_ignore_ascii_case(self.bytes) } else { name == self.bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::kept::names::Names;

    fn containing(names: &[&str], needle: &str) -> Vec<usize> {
        let mut interned = Names::default();
        let ids: Vec<u32> = names.iter().map(|name| interned.intern(name.as_bytes())).collect();
        let needle = needle.as_bytes();
        let mut found = Vec::new();
        interned.containing(&Needle::new(needle, folds_case(needle)), |id| {
            found.extend(ids.iter().position(|&known| known == id));
        });
        found
    }

    #[test]
    fn a_name_is_found_once_and_in_either_case() {
        let names = ["python3", "PyPy", "py", "happy.py.py", "nothing", ""];
        assert_eq!(containing(&names, "py"), [0, 1, 2, 3]);
        assert_eq!(containing(&names, "Py"), [1]);
        assert_eq!(containing(&names, "y"), [0, 1, 2, 3]);
        assert_eq!(containing(&names, "ppy"), [3]);
    }

    #[test]
    fn matches_neither_span_two_names_nor_include_a_length() {
        // 97 bytes: the length of this name is the byte `a`.
        let long = "b".repeat(97);
        assert_eq!(containing(&["x", &long, "c"], "a"), [0; 0]);
        assert_eq!(containing(&["x", &long, "c"], "ab"), [0; 0]);
        assert_eq!(containing(&["x", &long, "c"], "xa"), [0; 0]);
        assert_eq!(containing(&["xy", "yz"], "yy"), [0; 0]);
        let longer = format!("{}needle{}", "-".repeat(300), "-".repeat(20_000));
        assert_eq!(containing(&["ne", &longer, "edle"], "needle"), [1]);
    }
}
