//! Foreign bytes to characters that can be seen, and the type of text that may be shown.
//!
//! What a terminal would obey, hide, join or reorder is written as an escape: `\n`, `\t`, `\r`, `\x1b` for controls and
//! for bytes that are not UTF-8, `\u{202e}` for everything else. All other text stays exactly as it is, backslashes
//! too, so that what is copied from a screen or a report is what the image has, and making text visible twice changes
//! nothing.
//!
//! The explorer shows [`Visible`] and nothing else, and text becomes visible only in this module. These do not compile:
//!
//! ```compile_fail
//! let title: layertui::text::Visible<'static> = String::from("\u{1b}[2J").into();
//! ```
//!
//! ```compile_fail
//! let name = String::from("\u{1b}[2J");
//! let title: layertui::text::Visible<'static> = name.as_str().into();
//! ```
//!
//! ```compile_fail
//! use layertui::explorer::model::role::{Role, Span};
//! let span: Span = (Role::Text, String::from("\u{1b}[2J"));
//! ```
//!
//! ```compile_fail
//! let cells = layertui::text::width::width(&String::from("\u{1b}[2J"));
//! ```
//!
//! These do:
//!
//! ```
//! use layertui::explorer::model::role::{Role, Span};
//! use layertui::text::visible;
//! let name = String::from("\u{1b}[2J");
//! let spans: [Span; 2] = [(Role::Quiet, "name: ".into()), (Role::Text, visible(&name).into_owned())];
//! assert_eq!(layertui::visible!["layer ", 3, ": ", name].to_string(), r"layer 3: \x1b[2J");
//! ```

use std::borrow::Cow;
use std::fmt;

use crate::text::escape::{ESCAPE, code_len, with_escapes};

/// Text that may be shown: our own, or made visible.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Visible<'t>(Cow<'t, str>);

impl Visible<'_> {
    /// Text of our own.
    #[must_use]
    pub const fn constant(text: &'static str) -> Visible<'static> {
        Visible(Cow::Borrowed(text))
    }

    /// Text without hazards, with [`ESCAPE`] before each escape.
    pub(in crate::text) const fn owned(marked: String) -> Visible<'static> {
        Visible(Cow::Owned(marked))
    }

    /// Each text made visible, one behind the other. See [`crate::visible!`].
    #[must_use]
    pub fn concat(texts: &[&dyn ToVisible]) -> Visible<'static> {
        Visible::owned(texts.iter().map(|text| text.to_visible().0).collect())
    }

    /// The texts with `between` between them.
    #[must_use]
    pub fn join(texts: &[Self], between: &'static str) -> Visible<'static> {
        let texts: Vec<&str> = texts.iter().map(Self::marked).collect();
        Visible::owned(texts.join(between))
    }

    /// So many blanks.
    #[must_use]
    pub fn blanks(cells: usize) -> Visible<'static> {
        Visible::owned(" ".repeat(cells))
    }

    /// Its own copy of the text.
    #[must_use]
    pub fn into_owned(self) -> Visible<'static> {
        Visible(Cow::Owned(self.0.into_owned()))
    }

    /// Whether there is no character at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes it takes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// As it is printed.
    #[must_use]
    pub fn plain(&self) -> Cow<'_, str> {
        if self.0.contains(ESCAPE) {
            Cow::Owned(self.0.replace(ESCAPE, "\\"))
        } else {
            Cow::Borrowed(&self.0)
        }
    }

    /// The text with [`ESCAPE`] before each escape.
    pub(in crate::text) fn marked(&self) -> &str {
        &self.0
    }

    /// A part of the text.
    pub(in crate::text) fn slice(&self, range: std::ops::Range<usize>) -> Visible<'_> {
        Visible(Cow::Borrowed(&self.0[range]))
    }

    /// Cuts the text where escapes begin and end. Gives for each piece its text as it is printed, and whether it is an
    /// escape or what was left of one.
    pub fn pieces(&self) -> impl Iterator<Item = (Cow<'_, str>, bool)> {
        let mut rest = self.marked();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (piece, is_escape) = match rest.strip_prefix(ESCAPE) {
                Some(code) => (&rest[..ESCAPE.len_utf8() + code_len(code)], true),
                None => (rest.find(ESCAPE).map_or(rest, |at| &rest[..at]), false),
            };
            rest = &rest[piece.len()..];
            let printed = if is_escape {
                Cow::Owned(piece.replace(ESCAPE, "\\"))
            } else {
                Cow::Borrowed(piece)
            };
            Some((printed, is_escape))
        })
    }
}

impl fmt::Display for Visible<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.plain())
    }
}

impl fmt::Debug for Visible<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{}\"", self.plain())
    }
}

impl From<&'static str> for Visible<'_> {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl<'t> From<&'t Visible<'_>> for Visible<'t> {
    fn from(text: &'t Visible<'_>) -> Self {
        Self(Cow::Borrowed(text.marked()))
    }
}

impl PartialEq<str> for Visible<'_> {
    fn eq(&self, other: &str) -> bool {
        self.plain() == other
    }
}

impl PartialEq<&str> for Visible<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.plain() == *other
    }
}

/// What can be made visible.
pub trait ToVisible {
    /// The text as it may be shown. Borrows where nothing had to change.
    fn to_visible(&self) -> Visible<'_>;

    /// Of long text only the beginning, about so many bytes of it; and how many bytes were left out.
    fn beginning(&self, _bytes: usize) -> (Visible<'_>, usize) {
        (self.to_visible(), 0)
    }
}

impl ToVisible for [u8] {
    fn to_visible(&self) -> Visible<'_> {
        Visible(with_escapes(self))
    }
}

impl ToVisible for str {
    fn to_visible(&self) -> Visible<'_> {
        self.as_bytes().to_visible()
    }

    fn beginning(&self, bytes: usize) -> (Visible<'_>, usize) {
        let (shown, rest) = self.split_at(self.floor_char_boundary(bytes));
        (shown.to_visible(), rest.len())
    }
}

impl ToVisible for Visible<'_> {
    fn to_visible(&self) -> Visible<'_> {
        self.into()
    }

    fn beginning(&self, bytes: usize) -> (Visible<'_>, usize) {
        let shown = self.slice(0..self.marked().floor_char_boundary(bytes));
        let left = self.len() - shown.len();
        (shown, left)
    }
}

impl ToVisible for char {
    fn to_visible(&self) -> Visible<'_> {
        self.encode_utf8(&mut [0; 4]).to_visible().into_owned()
    }
}

impl<T: ToVisible + ?Sized> ToVisible for &T {
    fn to_visible(&self) -> Visible<'_> {
        (**self).to_visible()
    }

    fn beginning(&self, bytes: usize) -> (Visible<'_>, usize) {
        (**self).beginning(bytes)
    }
}

macro_rules! to_visible_by_slice {
    ($($owned:ty),*) => {$(
        impl ToVisible for $owned {
            fn to_visible(&self) -> Visible<'_> {
                self[..].to_visible()
            }

            fn beginning(&self, bytes: usize) -> (Visible<'_>, usize) {
                self[..].beginning(bytes)
            }
        }
    )*};
}

to_visible_by_slice!(String, Vec<u8>, Cow<'_, str>, Cow<'_, [u8]>);

macro_rules! number_to_visible {
    ($($number:ty),*) => {$(
        impl ToVisible for $number {
            fn to_visible(&self) -> Visible<'_> {
                Visible::owned(self.to_string())
            }
        }
    )*};
}

number_to_visible!(i32, u16, u32, u64, u128, usize);

/// Makes text visible: bytes, strings, foreign text.
#[must_use]
pub fn visible(text: &(impl ToVisible + ?Sized)) -> Visible<'_> {
    text.to_visible()
}

/// Texts and numbers one behind the other, each made visible: `visible!["layer ", 3]`.
#[macro_export]
macro_rules! visible {
    ($($text:expr),+ $(,)?) => {
        $crate::text::Visible::concat(&[$(&$text),+])
    };
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthChar as _;

    use super::*;
    use crate::text::escape::{MARKS_MAX, is_hazard};
    use crate::text::width::width;

    #[test]
    fn visible_text_is_unchanged() {
        for text in ["etc/passwd", "Grüße", "日本語", "naïve", "Привет", "a b~c", "e\u{301}", "😀"]
        {
            assert_eq!(visible(text), text);
        }
        assert!(matches!(visible("usr/bin").0, Cow::Borrowed(_)));
    }

    #[test]
    fn controls_and_invisible_characters_are_escaped() {
        for (raw, seen) in [
            ("a\x1b[31mb", "a\\x1b[31mb"),
            ("nl\nx\ty\rz", "nl\\nx\\ty\\rz"),
            ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
            ("a\u{200b}b", "a\\u{200b}b"),
            ("x\u{e0041}", "x\\u{e0041}"),
            ("c1 \u{9b}31m", "c1 \\u{9b}31m"),
            ("a\u{a0}b", "a\\u{a0}b"),
            ("soft\u{ad}hyphen", "soft\\u{ad}hyphen"),
        ] {
            assert_eq!(visible(raw), seen);
        }
    }

    #[test]
    fn invalid_utf8_is_escaped() {
        assert_eq!(visible(&b"caf\xe9"[..]), "caf\\xe9");
        assert_eq!(visible(&b"\xff\xfe"[..]), "\\xff\\xfe");
        assert_eq!(visible(&b"\xe2\x82"[..]), "\\xe2\\x82");
    }

    #[test]
    fn joined_emoji_are_split_into_parts_of_known_width() {
        assert_eq!(visible("👨\u{200d}👩"), "👨\\u{200d}\\u{1f469}");
        assert_eq!(visible("❤\u{fe0f}"), "❤\\u{fe0f}");
        assert_eq!(visible("👍🏽"), "👍\\u{1f3fd}");
        assert_eq!(visible("🇩🇪"), "\\u{1f1e9}\\u{1f1ea}");
        assert_eq!(visible("1\u{20e3}"), "1\\u{20e3}");
    }

    #[test]
    fn marks_need_a_letter_and_are_limited() {
        assert_eq!(visible("\u{301}x"), "\\u{301}x");
        let tower = format!("a{}", "\u{301}".repeat(40));
        let seen = visible(&tower).to_string();
        assert!(seen.starts_with("a\u{301}"));
        assert_eq!(seen.matches("\\u{301}").count(), 40 - MARKS_MAX);
    }

    #[test]
    fn a_backslash_stays_as_it_is() {
        for text in [r"C:\Program", r"end\", r"\x1b", r"printf 'a\n'", r"\\", r"\u{202e}"] {
            assert_eq!(visible(text), text);
        }
        assert_eq!(visible(&b"\\\x1b"[..]), r"\\x1b");
        assert_eq!(visible(&b"\\\xff"[..]), r"\\xff");
    }

    #[test]
    fn pieces_distinguish_escapes_from_equal_text() {
        let cut = |raw: &[u8]| -> Vec<(String, bool)> {
            visible(raw).pieces().map(|(text, escape)| (text.into_owned(), escape)).collect()
        };
        assert_eq!(cut(br"a\x1b"), [(r"a\x1b".to_owned(), false)]);
        assert_eq!(cut(b"a\x1bb"), [("a", false), ("\\x1b", true), ("b", false)].map(own));
        assert_eq!(
            cut("\n\u{202e}\u{f05c}".as_bytes()),
            [("\\n", true), ("\\u{202e}", true), ("\\u{f05c}", true)].map(own)
        );
        assert_eq!(cut(b""), []);
        let shortened = Visible::owned(format!("{ESCAPE}x1…{ESCAPE}u{{20…{ESCAPE}…"));
        assert_eq!(shortened.pieces().filter(|(_, escape)| *escape).count(), 3);
        assert_eq!(width(&visible("a\x1b")), 5, "the mark is as wide as the backslash");
    }

    fn own((text, escape): (&str, bool)) -> (String, bool) {
        (text.to_owned(), escape)
    }

    proptest::proptest! {
        #[test]
        fn pieces_are_the_text_wherever_it_is_cut(bytes: Vec<u8>, text: String, cells in 0usize..40) {
            for raw in [bytes.as_slice(), text.as_bytes()] {
                let shown = visible(raw);
                let pieces: String = shown.pieces().map(|(text, _)| text).collect();
                proptest::prop_assert_eq!(pieces, shown.plain());
                let start = crate::text::width::start(&shown, cells);
                let pieces: String = start.pieces().map(|(text, _)| text).collect();
                proptest::prop_assert!(!pieces.chars().any(is_hazard));
            }
        }

        #[test]
        fn no_hazard_remains(bytes: Vec<u8>, text: String) {
            for raw in [bytes.as_slice(), text.as_bytes()] {
                let shown = visible(raw);
                let plain = shown.plain();
                proptest::prop_assert!(!plain.chars().any(is_hazard));
                proptest::prop_assert_eq!(visible(&plain), &*plain);
                let cells: usize = plain.chars().map(|c| c.width().unwrap_or(0)).sum();
                proptest::prop_assert_eq!(width(&shown), cells);
            }
        }
    }
}
