//! Foreign text in Markdown: code that cannot end early, so that no link, picture or mention comes of it.

use crate::text;

/// Text as code: fenced by more backticks than it has in a row, and without what ends a table's cell.
pub(super) fn code(text: &str) -> String {
    let text = text::visible_str(text).replace('|', "\\|");
    if text.is_empty() {
        return text;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("{fence}{text}{fence}") } else { format!("{fence} {text} {fence}") }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn nothing_gets_out_of_its_cell() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a``b`"), "``` a``b` ```");
        assert!(!code("a\nb").contains('\n'));
    }
}
