//! Text inside markup: made visible first, then escaped so that it means only itself.

use crate::text::{ToVisible, visible};

/// Text for HTML and XML, in elements and in quoted attributes.
#[must_use]
pub fn html(text: &(impl ToVisible + ?Sized)) -> String {
    let text = visible(text);
    let text = text.plain();
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // HTML 4 does not know `&apos;`.
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text as Markdown code (GitHub's), also in a table's cell: fenced by more backticks than it has in a row, so that no
/// link, picture or mention comes of it.
#[must_use]
pub fn code(text: &(impl ToVisible + ?Sized)) -> String {
    let text = visible(text).plain().replace('|', "\\|");
    if text.is_empty() {
        return text;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("{fence}{text}{fence}") } else { format!("{fence} {text} {fence}") }
}

/// Lines as the message of a GitHub workflow command, in which `%` begins an escape.
#[must_use]
pub fn github(lines: &[String]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| visible(line).plain().replace('%', "%25")).collect();
    lines.join("%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_means_itself() {
        assert_eq!(html("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
        assert_eq!(html("plain\u{1b}"), "plain\\x1b");
    }

    #[test]
    fn code_stays_in_its_cell() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a``b`"), "``` a``b` ```");
        assert_eq!(code(r"printf 'a\n'"), r"`printf 'a\n'`");
        assert_eq!(code("a\nb"), "`a\\nb`");
    }

    #[test]
    fn a_workflow_command_ends_where_its_lines_do() {
        assert_eq!(github(&["50 %\r\n::error::".into(), "b".into()]), "50 %25\\r\\n::error::%0Ab");
    }
}
