//! The last step of text on its way out: lines in which nothing foreign can obey, hide or begin a line of its own.
//!
//! Reports make foreign text visible where they name it. This is the second wall, for what they forget: each line is
//! made visible once more as a whole, which changes nothing in a line that already is.

use std::fmt::Arguments;
use std::io;
use std::io::Write;

use crate::text;

/// A writer of text. What one `write!` or `writeln!` gives it is part of one line: the line feed at its end is the
/// report's own, every other one is foreign and becomes `\n`.
pub struct Lines<'w> {
    out: &'w mut dyn Write,
    /// Kept for its capacity.
    formatted: String,
}

impl<'w> Lines<'w> {
    /// Lines that go to `out`.
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self { out, formatted: String::new() }
    }
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (line, end) = match bytes.strip_suffix(b"\n") {
            Some(line) => (line, "\n"),
            None => (bytes, ""),
        };
        self.out.write_all(text::visible(line).plain().as_bytes())?;
        self.out.write_all(end.as_bytes())?;
        Ok(bytes.len())
    }

    fn write_fmt(&mut self, what: Arguments<'_>) -> io::Result<()> {
        let mut formatted = std::mem::take(&mut self.formatted);
        formatted.clear();
        let whole = std::fmt::write(&mut formatted, what);
        let written = self.write_all(formatted.as_bytes());
        self.formatted = formatted;
        whole.map_err(io::Error::other).and(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_begins_a_line_or_leaves_one() {
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out);
        let foreign = ["\n::error::\r\x1b[2J", "b\u{202e}\n"];
        write!(lines, "a {}", foreign[0]).unwrap();
        writeln!(lines, " {}", foreign[1]).unwrap();
        writeln!(lines, r"printf 'a\n' ─ é").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "a \\n::error::\\r\\x1b[2J b\\u{202e}\\n\nprintf 'a\\n' ─ é\n");
    }
}
