//! Cells: how wide visible text is on a terminal, and text cut or padded to so many of them.
//!
//! Counted by grapheme cluster, as the renderer draws. Takes visible text only, in which a cluster is as wide as the
//! sum of its characters, so that every terminal agrees.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

/// What stands for text that was cut away. One cell.
pub const ELLIPSIS: &str = "…";

/// Cells the text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The longest start of `text` of at most `cells` cells.
#[must_use]
pub fn start(text: &str, cells: usize) -> &str {
    let mut taken = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        taken += cluster.width();
        if taken > cells {
            return &text[..at];
        }
    }
    text
}

/// The longest end of `text` of at most `cells` cells.
#[must_use]
pub fn end(text: &str, cells: usize) -> &str {
    let mut taken = 0;
    let mut from = text.len();
    for (at, cluster) in text.grapheme_indices(true).rev() {
        taken += cluster.width();
        if taken > cells {
            break;
        }
        from = at;
    }
    &text[from..]
}

/// At most `cells` cells of `text`; where something had to go, an ellipsis ends it.
#[must_use]
pub fn truncate(text: &str, cells: usize) -> String {
    if start(text, cells).len() == text.len() {
        return text.to_owned();
    }
    match cells {
        0 => String::new(),
        _ => format!("{}{ELLIPSIS}", start(text, cells - 1)),
    }
}

/// Exactly `cells` cells: truncated, or padded with spaces on the right.
#[must_use]
pub fn pad(text: &str, cells: usize) -> String {
    let mut out = truncate(text, cells);
    out.extend(std::iter::repeat_n(' ', cells.saturating_sub(width(&out))));
    out
}

/// Exactly `cells` cells: truncated, or padded with spaces on the left.
#[must_use]
pub fn pad_left(text: &str, cells: usize) -> String {
    let text = truncate(text, cells);
    let missing = cells.saturating_sub(width(&text));
    " ".repeat(missing) + &text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_combining_characters_count_as_they_are_drawn() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width(""), 0);
    }

    #[test]
    fn starts_and_ends_never_split_a_character() {
        assert_eq!(start("日本語", 5), "日本");
        assert_eq!(end("日本語", 5), "本語");
        assert_eq!(start("abc", 0), "");
        assert_eq!(end("abc", 9), "abc");
        assert_eq!(end("abc", 0), "");
    }

    #[test]
    fn padded_text_has_exactly_its_cells() {
        for text in ["", "a", "abcdef", "日本語", "e\u{301}e\u{301}", "a日b本c"] {
            for cells in 0..9 {
                assert_eq!(width(&pad(text, cells)), cells, "{text} {cells}");
                assert_eq!(width(&pad_left(text, cells)), cells, "{text} {cells}");
                assert!(width(&truncate(text, cells)) <= cells);
            }
        }
        assert_eq!(truncate("abcdef", 4), "abc…");
        assert_eq!(pad_left("7", 3), "  7");
    }
}
