//! Bytes of foreign text to characters that can be seen.
//!
//! What a terminal would obey, hide, join or reorder is written as an escape: `\n`, `\t`, `\r`, `\x1b` for controls and
//! for bytes that are not UTF-8, `\u{202e}` for everything else. All other text stays exactly as it is, backslashes
//! too, so that what is copied from a screen or a report is what the image has, and making text visible twice changes
//! nothing.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// More marks than this on one letter are no script but a stack of ink over the neighbouring rows.
const MARKS_MAX: usize = 6;

/// Stands for the backslash of an escape in text for a screen, which draws escapes in a look of their own: a name that
/// has an escape written out looks different. One cell wide. Foreign text never has it, because it is a hazard itself.
pub const ESCAPE: char = '\u{f05c}';

/// Makes bytes visible. Borrows where nothing had to change.
#[must_use]
pub fn visible(bytes: &[u8]) -> Cow<'_, str> {
    with_escapes(bytes, '\\')
}

/// Makes a string visible: [`visible`] for text that is known to be UTF-8.
#[must_use]
pub fn visible_str(text: &str) -> Cow<'_, str> {
    visible(text.as_bytes())
}

/// Makes bytes visible on a screen: as [`visible`], with [`ESCAPE`] before each escape. Only for what is drawn.
#[must_use]
pub fn marked(bytes: &[u8]) -> Cow<'_, str> {
    with_escapes(bytes, ESCAPE)
}

/// [`marked`] for text that is known to be UTF-8.
#[must_use]
pub fn marked_str(text: &str) -> Cow<'_, str> {
    marked(text.as_bytes())
}

/// Cuts marked text where escapes begin and end. Gives for each piece its text as it is drawn, and whether it is an
/// escape or what was left of one.
pub fn pieces(marked: &str) -> impl Iterator<Item = (Cow<'_, str>, bool)> {
    let mut rest = marked;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, is_escape) = match rest.strip_prefix(ESCAPE) {
            Some(code) => (&rest[..ESCAPE.len_utf8() + code_len(code)], true),
            None => (rest.find(ESCAPE).map_or(rest, |at| &rest[..at]), false),
        };
        rest = &rest[piece.len()..];
        let drawn =
            if is_escape { Cow::Owned(piece.replace(ESCAPE, "\\")) } else { Cow::Borrowed(piece) };
        Some((drawn, is_escape))
    })
}

/// Bytes of an escape's code: `n`, `x1b`, `u{202e}`, or the beginning of one where the text ends.
fn code_len(code: &str) -> usize {
    let hex = |from: usize| code[from..].bytes().take_while(u8::is_ascii_hexdigit).count();
    match code.as_bytes() {
        [b'x', ..] => 1 + hex(1).min(2),
        [b'u', b'{', ..] => {
            let end = 2 + hex(2);
            end + usize::from(code[end..].starts_with('}'))
        }
        [b'n' | b'r' | b't' | b'u', ..] => 1,
        // Cut directly behind the mark.
        _ => 0,
    }
}

fn with_escapes(bytes: &[u8], sign: char) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && text.chars().all(is_plain)
    {
        return Cow::Borrowed(text);
    }
    let mut out = Escaper { out: String::with_capacity(bytes.len() + 16), sign };
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            out.escape_byte(byte);
        }
    }
    Cow::Owned(out.out)
}

/// Whether a character must not reach a terminal as it is: it controls, reorders, joins, hides, or looks like nothing.
#[must_use]
pub const fn is_hazard(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'          // controls, C0, DEL and C1
        | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' // blanks that pass for a space
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'                  // Mongolian selectors
        | '\u{200b}'..='\u{200f}'                  // zero width, joiners, direction marks
        | '\u{2028}'..='\u{202e}'                  // separators, bidi embeddings and overrides
        | '\u{2060}'..='\u{206f}'                  // word joiner, invisible operators, bidi isolates
        | '\u{2800}' | '\u{3164}' | '\u{ffa0}'     // blank Braille, Hangul fillers
        | '\u{20e3}'                               // keycap: draws a digit as an emoji of two cells
        | '\u{d7b0}'..='\u{d7ff}' | '\u{e000}'..='\u{f8ff}' // jamo extensions and private use: any width, any picture
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{1f1e6}'..='\u{1f1ff}'                // regional indicators: two make one flag, or do not
        | '\u{1f3fb}'..='\u{1f3ff}'                // skin tones: two cells of their own, or none
        | '\u{e0000}'..='\u{10ffff}'               // tags, selectors, private planes
    )
}

/// Whether a character stands for itself wherever it stands: it is no hazard and joins no neighbour. A few common
/// ranges only, so that most text is borrowed without being cut into clusters.
const fn is_plain(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' // Latin
        | '\u{2010}'..='\u{2027}' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{259f}' // dashes, arrows, frames
        | '\u{4e00}'..='\u{9fff}' // CJK
    )
}

/// The text being made.
struct Escaper {
    out: String,
    /// What an escape begins with.
    sign: char,
}

impl Escaper {
    fn push_str(&mut self, text: &str) {
        for cluster in text.graphemes(true) {
            self.cluster(cluster);
        }
    }

    /// One user-perceived character. Where its cells are not simply the sum of its parts, terminals disagree about
    /// them: then only the first part is drawn and the others are written out.
    fn cluster(&mut self, cluster: &str) {
        let parts: usize = cluster.chars().map(|c| c.width().unwrap_or(0)).sum();
        let joins = parts != cluster.width();
        let mut escaped = false;
        for (index, c) in cluster.chars().enumerate() {
            let bare_mark = index == 0 && c.width() == Some(0);
            let apart = index > 0 && (joins || escaped || index > MARKS_MAX);
            if is_hazard(c) || bare_mark || apart {
                self.escape_char(c);
                escaped = true;
            } else {
                self.out.push(c);
            }
        }
    }

    fn escape_char(&mut self, c: char) {
        if let '\0'..='\x7f' = c {
            self.escape_byte(c as u8);
        } else {
            let _ = write!(self.out, "{}u{{{:x}}}", self.sign, u32::from(c));
        }
    }

    fn escape_byte(&mut self, byte: u8) {
        self.out.push(self.sign);
        let _ = match byte {
            b'\n' => self.out.write_char('n'),
            b'\r' => self.out.write_char('r'),
            b'\t' => self.out.write_char('t'),
            _ => write!(self.out, "x{byte:02x}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::width;

    #[test]
    fn what_can_be_seen_is_left_alone() {
        for text in ["etc/passwd", "Grüße", "日本語", "naïve", "Привет", "a b~c", "e\u{301}", "😀"]
        {
            assert_eq!(visible_str(text), text);
        }
        assert!(matches!(visible(b"usr/bin"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_a_terminal_obeys_or_hides_is_written_out() {
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
            assert_eq!(visible_str(raw), seen);
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_written_out() {
        assert_eq!(visible(b"caf\xe9"), "caf\\xe9");
        assert_eq!(visible(b"\xff\xfe"), "\\xff\\xfe");
        assert_eq!(visible(b"\xe2\x82"), "\\xe2\\x82");
    }

    #[test]
    fn joined_emoji_fall_into_parts_of_known_width() {
        assert_eq!(visible_str("👨\u{200d}👩"), "👨\\u{200d}\\u{1f469}");
        assert_eq!(visible_str("❤\u{fe0f}"), "❤\\u{fe0f}");
        assert_eq!(visible_str("👍🏽"), "👍\\u{1f3fd}");
        assert_eq!(visible_str("🇩🇪"), "\\u{1f1e9}\\u{1f1ea}");
        assert_eq!(visible_str("1\u{20e3}"), "1\\u{20e3}");
    }

    #[test]
    fn a_mark_needs_a_letter_and_few_suffice() {
        assert_eq!(visible_str("\u{301}x"), "\\u{301}x");
        let tower = format!("a{}", "\u{301}".repeat(40));
        let seen = visible_str(&tower);
        assert!(seen.starts_with("a\u{301}"));
        assert_eq!(seen.matches("\\u{301}").count(), 40 - MARKS_MAX);
    }

    #[test]
    fn a_backslash_stays_as_it_is() {
        for text in [r"C:\Program", r"end\", r"\x1b", r"printf 'a\n'", r"\\", r"\u{202e}"] {
            assert_eq!(visible_str(text), text);
        }
        assert_eq!(visible(b"\\\x1b"), r"\\x1b");
        assert_eq!(visible(b"\\\xff"), r"\\xff");
    }

    #[test]
    fn on_a_screen_an_escape_is_told_from_the_same_letters() {
        let cut = |raw: &[u8]| -> Vec<(String, bool)> {
            pieces(&marked(raw)).map(|(text, escape)| (text.into_owned(), escape)).collect()
        };
        assert_eq!(cut(br"a\x1b"), [(r"a\x1b".to_owned(), false)]);
        assert_eq!(cut(b"a\x1bb"), [("a", false), ("\\x1b", true), ("b", false)].map(own));
        assert_eq!(
            cut("\n\u{202e}\u{f05c}".as_bytes()),
            [("\\n", true), ("\\u{202e}", true), ("\\u{f05c}", true)].map(own)
        );
        assert_eq!(cut(b""), []);
        let shortened = format!("{ESCAPE}x1…{ESCAPE}u{{20…{ESCAPE}…");
        assert_eq!(pieces(&shortened).filter(|(_, escape)| *escape).count(), 3);
        assert_eq!(width(&marked(b"a\x1b")), 5, "the mark is as wide as the backslash");
    }

    fn own((text, escape): (&str, bool)) -> (String, bool) {
        (text.to_owned(), escape)
    }

    proptest::proptest! {
        #[test]
        fn marked_text_is_drawn_as_visible_text(bytes: Vec<u8>, text: String, cells in 0usize..40) {
            for raw in [bytes.as_slice(), text.as_bytes()] {
                let marked = marked(raw);
                let drawn: String = pieces(&marked).map(|(text, _)| text).collect();
                proptest::prop_assert_eq!(drawn, visible(raw));
                // Wherever it is cut.
                let start = crate::text::width::start(&marked, cells);
                let drawn: String = pieces(start).map(|(text, _)| text).collect();
                proptest::prop_assert!(!drawn.chars().any(is_hazard));
            }
        }

        #[test]
        fn nothing_dangerous_passes(bytes: Vec<u8>, text: String) {
            for raw in [bytes.as_slice(), text.as_bytes()] {
                let shown = visible(raw);
                proptest::prop_assert!(!shown.chars().any(is_hazard));
                proptest::prop_assert_eq!(visible_str(&shown), &*shown);
                let cells: usize = shown.chars().map(|c| c.width().unwrap_or(0)).sum();
                proptest::prop_assert_eq!(width(&shown), cells);
            }
        }
    }
}
