//! Case folding of names as Windows does it: each letter is replaced by its capital if that is a single letter (NTFS,
//! `$UpCase`). The displayed name is the spelling of the first layer that has it, as on NTFS.

use std::borrow::Cow;

/// The key of a name: equal for names that Windows treats as the same. Of a name that is not UTF-8 only ASCII letters are
/// folded.
pub(super) fn key(name: &[u8]) -> Cow<'_, [u8]> {
    let capital = |letter: char| {
        let mut capitals = letter.to_uppercase();
        match (capitals.next(), capitals.next()) {
            (Some(capital), None) => capital,
            _ => letter,
        }
    };
    match std::str::from_utf8(name) {
        _ if name.is_ascii() && !name.iter().any(u8::is_ascii_lowercase) => Cow::Borrowed(name),
        Ok(text) => Cow::Owned(text.chars().map(capital).collect::<String>().into_bytes()),
        Err(_) => Cow::Owned(name.to_ascii_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use crate::stack::kept::case::key;

    #[test]
    fn letters_of_both_cases_are_the_same() {
        for (one, other) in [("Windows", "WINDOWS"), ("\u{e4}b", "\u{c4}B"), ("a.DLL", "A.dll")] {
            assert_eq!(key(one.as_bytes()), key(other.as_bytes()), "{one}");
        }
        assert_ne!(key("stra\u{df}e".as_bytes()), key(b"strasse"));
        assert_eq!(key(b"\xffA"), key(b"\xffa"));
        assert_ne!(key(b"a"), key(b"b"));
    }
}
