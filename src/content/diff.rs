//! Text diff in the unified format, with a token for each row.

use std::time::{Duration, Instant};

use similar::{Algorithm, ChangeTag, TextDiff};

use crate::content::{Token, Window};

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// After this time the diff of the rest is coarser, but still correct.
const DEADLINE: Duration = Duration::from_secs(3);

/// The differences as a window over a text in the unified format; empty for equal texts.
#[must_use]
pub fn unified(old: &[u8], new: &[u8]) -> Window {
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .deadline(Instant::now() + DEADLINE)
        .diff_lines(old, new);
    let (mut bytes, mut tokens) = (Vec::new(), Vec::new());
    let mut line = |sign: &[u8], text: &[u8], token| {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let row = Window::new(0, 0, 0, [sign, text, b"\n"].concat());
        // A long line takes several rows of the window: each needs a token.
        tokens.extend((0..row.rows()).map(|_| vec![(usize::MAX, token)]));
        bytes.extend(row.bytes);
    };
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        line(b"", hunk.header().to_string().as_bytes(), Token::Hunk);
        for change in hunk.iter_changes() {
            let (sign, token): (&[u8], _) = match change.tag() {
                ChangeTag::Equal => (b" ", Token::Plain),
                ChangeTag::Delete => (b"-", Token::Removed),
                ChangeTag::Insert => (b"+", Token::Added),
            };
            line(sign, change.value(), token);
            if change.missing_newline() {
                line(b"", b"\\ no newline at end of file", Token::Hunk);
            }
        }
    }
    let size = bytes.len() as u64;
    let mut window = Window::new(0, 0, size, bytes);
    window.tokens = tokens;
    window
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_the_token_of_its_sign() {
        let window = unified(b"a\nb\nc\n", b"a\nB\nc\nd");
        let rows: Vec<_> = (0..).map_while(|row| window.row(row)).collect();
        let text: Vec<_> = rows.iter().map(|row| String::from_utf8_lossy(row.bytes)).collect();
        assert_eq!(
            text,
            ["@@ -1,3 +1,4 @@", " a", "-b", "+B", " c", "+d", "\\ no newline at end of file"]
        );
        assert_eq!(window.tokens.len(), rows.len());
        assert_eq!(window.tokens[3], [(usize::MAX, Token::Added)]);
        assert_eq!(unified(b"same\n", b"same\n").rows(), 0);
    }

    /// The diff as `diff -u` writes it, without the names of the files.
    fn text(old: &[u8], new: &[u8]) -> String {
        String::from_utf8(unified(old, new).bytes).unwrap()
    }

    #[test]
    fn ranges_are_written_as_diff_does() {
        assert_eq!(text(b"", b"a\n"), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(text(b"a\nb\n", b""), "@@ -1,2 +0,0 @@\n-a\n-b\n");
        assert_eq!(text(b"1\n2\n3\n4\n", b"1\n2\n3\n4\n5\n"), "@@ -2,3 +2,4 @@\n 2\n 3\n 4\n+5\n");
        assert_eq!(text(b"1\n2\n3\n4\n5\n", b"2\n3\n4\n5\n"), "@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n");
    }

    #[test]
    fn changes_stand_below_one_header_while_their_contexts_touch() {
        let numbered = |changed: [usize; 2]| -> Vec<u8> {
            (1..=20)
                .flat_map(|line| {
                    format!("{line}{}\n", if changed.contains(&line) { "x" } else { "" })
                        .into_bytes()
                })
                .collect()
        };
        let headers = |text: String| {
            text.lines()
                .filter(|line| line.starts_with("@@"))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(headers(text(&numbered([0, 0]), &numbered([5, 12]))), ["@@ -2,14 +2,14 @@"]);
        let apart = text(&numbered([0, 0]), &numbered([5, 13]));
        assert_eq!(headers(apart), ["@@ -2,7 +2,7 @@", "@@ -10,7 +10,7 @@"]);
    }

    #[test]
    fn long_lines_and_foreign_bytes_keep_their_tokens() {
        let window = unified(b"", &[&b"\xff".repeat(10_000)[..], b"\n\xfe\n"].concat());
        assert_eq!(window.tokens.len(), window.rows());
        assert_eq!(window.tokens.last().unwrap()[0].1, Token::Added);
    }
}
