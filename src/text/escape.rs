//! Hazardous characters of foreign text, and how they are escaped.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Marks that one letter may carry. Scripts need fewer; more of them cover the neighbouring rows.
pub(super) const MARKS_MAX: usize = 6;

/// Stands for the backslash of an escape, so that the explorer can draw escapes in another style: a name that has an
/// escape written out then looks different. One cell wide. Foreign text never has it, because it is a hazard itself.
pub(super) const ESCAPE: char = '\u{f05c}';

/// Bytes of an escape's code: `n`, `x1b`, `u{202e}`, or the beginning of one where the text ends.
pub(super) fn code_len(code: &str) -> usize {
    let hex = |from: usize| code[from..].bytes().take_while(u8::is_ascii_hexdigit).count();
    match code.as_bytes() {
        [b'x', ..] => 1 + hex(1).min(2),
        [b'u', b'{', ..] => {
            let end = 2 + hex(2);
            end + usize::from(code[end..].starts_with('}'))
        }
        [b'n' | b'r' | b't' | b'u', ..] => 1,
        // Cut directly after the mark.
        _ => 0,
    }
}

/// Escapes hazards, with [`ESCAPE`] before each. Borrows where there are none.
pub(super) fn with_escapes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && text.chars().all(is_plain)
    {
        return Cow::Borrowed(text);
    }
    let mut out = Escaper { out: String::with_capacity(bytes.len() + 16) };
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            out.escape_byte(byte);
        }
    }
    Cow::Owned(out.out)
}

/// Whether a character must not reach a terminal unescaped: controls, bidi, joiners, invisible and ambiguous characters.
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

/// Whether a character needs no escape in any context: it is no hazard and never joins a neighbour. Only a few common
/// ranges, so that most text is borrowed without segmentation into clusters.
const fn is_plain(c: char) -> bool {
    is_single(c) || matches!(c, '\u{4e00}'..='\u{9fff}') // CJK
}

/// Whether a plain character takes one cell.
pub(super) const fn is_single(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' // Latin
        | '\u{2010}'..='\u{2027}' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{259f}' // dashes, arrows, frames
    )
}

/// Builds escaped text.
struct Escaper {
    out: String,
}

impl Escaper {
    fn push_str(&mut self, text: &str) {
        for cluster in text.graphemes(true) {
            self.cluster(cluster);
        }
    }

    /// Appends one grapheme cluster. Terminals disagree about the width of a cluster that is not the sum of its
    /// characters; of such a cluster only the first character is kept and the others are escaped.
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
            let _ = write!(self.out, "{ESCAPE}u{{{:x}}}", u32::from(c));
        }
    }

    fn escape_byte(&mut self, byte: u8) {
        self.out.push(ESCAPE);
        let _ = match byte {
            b'\n' => self.out.write_char('n'),
            b'\r' => self.out.write_char('r'),
            b'\t' => self.out.write_char('t'),
            _ => write!(self.out, "x{byte:02x}"),
        };
    }
}
