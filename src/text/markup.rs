//! Text in markup: made visible, then escaped.

use crate::text::{ToVisible, visible};

/// Escapes text for HTML and XML, in elements and in quoted attributes.
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
            // `&apos;` is not in HTML 4.
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text as inline code of GitHub's Markdown, also in a table's cell: its fence has more backticks than any run in the
/// text, so that it contains no link, image or mention.
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

/// Lines as the message of a workflow command of GitHub Actions, where `%` begins an escape.
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
    fn markup_is_escaped() {
        assert_eq!(html("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
        assert_eq!(html("plain\u{1b}"), "plain\\x1b");
    }

    #[test]
    fn code_is_escaped_in_table_cells() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a``b`"), "``` a``b` ```");
        assert_eq!(code(r"printf 'a\n'"), r"`printf 'a\n'`");
        assert_eq!(code("a\nb"), "`a\\nb`");
    }

    #[test]
    fn line_breaks_cannot_end_a_workflow_command() {
        assert_eq!(github(&["50 %\r\n::error::".into(), "b".into()]), "50 %25\\r\\n::error::%0Ab");
    }
}
