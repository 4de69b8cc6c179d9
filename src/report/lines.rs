//! The last step of text output: no foreign text can control the terminal, hide, or begin a line.
//!
//! Reports make foreign text visible where they write it. This is a second check for omissions: each whole line is made
//! visible again, which does not change a line that already is.

use std::fmt::Arguments;
use std::io;
use std::io::Write;

use crate::text;

/// A writer of text. Each `write!` or `writeln!` writes part of one line: a line feed at its end is the report's; any
/// other is foreign and becomes `\n`.
pub struct Lines<'w> {
    out: &'w mut dyn Write,
    /// Reused for its capacity.
    formatted: String,
}

impl<'w> Lines<'w> {
    /// Writes lines to `out`.
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
