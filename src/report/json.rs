//! How every JSON document of this program is written.
//!
//! JSON requires escapes for U+0000 to U+001F only. Other characters that a terminal interprets or hides are escaped as well,
//! so that a document can be printed; a parser still gets the exact text (RFC 8259, section 7).

use std::io;
use std::io::Write;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter};

use crate::text::escape::is_hazard;

/// Writes a value as one line.
///
/// # Errors
/// Errors of writing to `out`.
pub fn json_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Escaping))?;
    out.write_all(b"\n")
}

/// serde_json's compact form, with hazardous characters as `\u` escapes.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hazard) {
            CompactFormatter.write_string_fragment(out, &rest[..at])?;
            let mut chars = rest[at..].chars();
            if let Some(hazard) = chars.next() {
                // A character above U+FFFF is a surrogate pair: two escapes.
                for unit in hazard.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        CompactFormatter.write_string_fragment(out, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        let mut out = Vec::new();
        json_line(&mut out, &value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn hazards_are_escaped_and_read_back_exactly() {
        assert_eq!(written("a\u{9b}b\u{202e}"), "\"a\\u009bb\\u202e\"\n");
        assert_eq!(written("\u{e0041}\u{7f}"), "\"\\udb40\\udc41\\u007f\"\n");
        assert_eq!(written("Grüße 日本 \\n\n\""), "\"Grüße 日本 \\\\n\\n\\\"\"\n");
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_back(text: String) {
            let line = written(&text);
            proptest::prop_assert!(!line.trim_end_matches('\n').chars().any(is_hazard));
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        }
    }
}
