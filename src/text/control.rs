//! Finds bytes that a terminal interprets, in data to be written to one unchanged.

/// Scans bytes that arrive in pieces.
#[derive(Default)]
pub struct Scanner {
    /// The end of the last piece, if it depends on what follows: an incomplete character, or a carriage return. At most
    /// three bytes.
    rest: Vec<u8>,
}

impl Scanner {
    /// Whether the bytes, after those given before, contain controls other than tabs and line ends, in UTF-8 or as single
    /// bytes, or marks that reorder text.
    pub fn finds_in(&mut self, piece: &[u8]) -> bool {
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(piece);
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let is_last = chunks.peek().is_none();
            let (valid, invalid) = (chunk.valid(), chunk.invalid());
            let ends = is_last && invalid.is_empty() && valid.ends_with('\r');
            let valid = if ends { &valid[..valid.len() - 1] } else { valid };
            if valid.replace("\r\n", "\n").contains(is_obeyed) {
                return true;
            }
            if ends {
                self.rest.push(b'\r');
            } else if is_last && starts_character(invalid) {
                self.rest.extend_from_slice(invalid);
            } else if invalid.iter().any(|byte| (0x80..=0x9f).contains(byte)) {
                return true;
            }
        }
        false
    }

    /// Whether the data ended with such a control.
    #[must_use]
    pub fn finds_at_end(&self) -> bool {
        self.rest.iter().any(|&byte| byte == b'\r' || (0x80..=0x9f).contains(&byte))
    }
}

fn is_obeyed(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether invalid UTF-8 is the beginning of a character.
fn starts_character(bytes: &[u8]) -> bool {
    let Some(first) = bytes.first() else { return false };
    let wanted = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 0,
    };
    bytes.len() < wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8], size: usize) -> bool {
        let mut scanner = Scanner::default();
        bytes.chunks(size).any(|piece| scanner.finds_in(piece)) || scanner.finds_at_end()
    }

    #[test]
    fn plain_text_has_no_controls_at_any_cut() {
        for text in ["", "a\tb\r\nGrüße 日本 ❤\u{fe0f}\n\r\n", "😀😀", "caf\u{e9}"] {
            for size in 1..5 {
                assert!(!found(text.as_bytes(), size), "{text} {size}");
            }
        }
        assert!(!found(b"caf\xe9, \xfc", 3), "Latin-1");
    }

    #[test]
    fn controls_are_found_at_any_cut() {
        let obeyed: [&[u8]; 8] = [
            b"a\x1b[2Jb",
            b"\x07",
            "a\u{9b}2J".as_bytes(),
            b"\x9b2J",
            b"good\rbad",
            b"end\r",
            b"\x7f\0",
            "a\u{202e}b".as_bytes(),
        ];
        for bytes in obeyed {
            for size in 1..5 {
                assert!(found(bytes, size), "{} {size}", bytes.escape_ascii());
            }
        }
    }
}
