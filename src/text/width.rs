//! Width of visible text in cells of a terminal; cutting and padding.
//!
//! Counted by grapheme cluster, as ratatui does. In visible text a cluster is as wide as the sum of its characters, so
//! that all terminals agree.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use crate::text::{Visible, visible};

/// Replaces text that was cut. One cell.
pub const ELLIPSIS: &str = "…";

/// Width in cells.
#[must_use]
pub fn width(text: &Visible<'_>) -> usize {
    cells(text.marked())
}

fn cells(marked: &str) -> usize {
    if marked.is_ascii() {
        return marked.len();
    }
    marked.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The longest start of `text` of at most `cells` cells.
#[must_use]
pub fn start<'t>(text: &'t Visible<'_>, cells: usize) -> Visible<'t> {
    split_at(text, cells).0
}

/// The longest start of `text` of at most `cells` cells, and what follows it.
#[must_use]
pub fn split_at<'t>(text: &'t Visible<'_>, cells: usize) -> (Visible<'t>, Visible<'t>) {
    let at = start_len(text.marked(), cells);
    (text.slice(0..at), text.slice(at..text.len()))
}

/// Splits the text: the first piece has at most `first` cells, the others at most `cells` (2 or more).
#[must_use]
pub fn chop<'t>(text: &'t Visible<'_>, first: usize, cells: usize) -> Vec<Visible<'t>> {
    let mut pieces = Vec::new();
    let (mut from, mut most) = (0, first);
    while from < text.len() {
        let to = from + start_len(&text.marked()[from..], most);
        pieces.push(text.slice(from..to));
        (from, most) = (to, cells.max(2));
    }
    pieces
}

/// Length in bytes of the longest start of at most `cells` cells.
pub(super) fn start_len(marked: &str, cells: usize) -> usize {
    let mut taken = 0;
    for (at, cluster) in marked.grapheme_indices(true) {
        taken += cluster.width();
        if taken > cells {
            return at;
        }
    }
    marked.len()
}

/// The longest end of `text` of at most `cells` cells.
#[must_use]
pub fn end<'t>(text: &'t Visible<'_>, cells: usize) -> Visible<'t> {
    let mut taken = 0;
    let mut from = text.len();
    for (at, cluster) in text.marked().grapheme_indices(true).rev() {
        taken += cluster.width();
        if taken > cells {
            break;
        }
        from = at;
    }
    text.slice(from..text.len())
}

/// At most `cells` cells of `text`, with an ellipsis at the end if it was cut.
#[must_use]
pub fn truncate(text: &Visible<'_>, cells: usize) -> Visible<'static> {
    if start_len(text.marked(), cells) == text.len() {
        return text.clone().into_owned();
    }
    match cells {
        0 => Visible::default(),
        _ => visible![start(text, cells - 1), ELLIPSIS],
    }
}

/// Exactly `cells` cells: truncated, or padded with spaces on the right.
#[must_use]
pub fn pad(text: &Visible<'_>, cells: usize) -> Visible<'static> {
    let text = truncate(text, cells);
    let missing = cells.saturating_sub(width(&text));
    visible![text, Visible::blanks(missing)]
}

/// Exactly `cells` cells: truncated, or padded with spaces on the left.
#[must_use]
pub fn pad_left(text: &Visible<'_>, cells: usize) -> Visible<'static> {
    let text = truncate(text, cells);
    let missing = cells.saturating_sub(width(&text));
    visible![Visible::blanks(missing), text]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_combining_characters_count_as_they_are_drawn() {
        assert_eq!(width(&"abc".into()), 3);
        assert_eq!(width(&"日本".into()), 4);
        assert_eq!(width(&"e\u{301}".into()), 1);
        assert_eq!(width(&"".into()), 0);
    }

    #[test]
    fn starts_and_ends_never_split_a_character() {
        assert_eq!(start(&"日本語".into(), 5), "日本");
        assert_eq!(end(&"日本語".into(), 5), "本語");
        assert_eq!(start(&"abc".into(), 0), "");
        assert_eq!(end(&"abc".into(), 9), "abc");
        assert_eq!(end(&"abc".into(), 0), "");
    }

    #[test]
    fn padded_text_has_exactly_its_cells() {
        for text in ["", "a", "abcdef", "日本語", "e\u{301}e\u{301}", "a日b本c"] {
            let text = &text.into();
            for cells in 0..9 {
                assert_eq!(width(&pad(text, cells)), cells, "{text:?} {cells}");
                assert_eq!(width(&pad_left(text, cells)), cells, "{text:?} {cells}");
                assert!(width(&truncate(text, cells)) <= cells);
            }
        }
        assert_eq!(truncate(&"abcdef".into(), 4), "abc…");
        assert_eq!(pad_left(&"7".into(), 3), "  7");
    }
}
