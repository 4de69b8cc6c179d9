//! Width of visible text in cells of a terminal; cutting and padding.
//!
//! Counted by grapheme cluster, as ratatui does. In visible text a cluster is as wide as the sum of its characters, so
//! that all terminals agree.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use crate::text::escape::is_single;
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
    if is_one_cell_each(marked) {
        return marked.chars().count();
    }
    marked.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Whether the characters of `text` take one cell each and do not join: nearly all text.
#[must_use]
pub fn is_one_cell_each(text: &str) -> bool {
    text.chars().all(is_single)
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
    // Nearly all text needs no clusters. The character after the cut counts too: it could join the last one.
    let reached = &marked.as_bytes()[..marked.len().min(cells.saturating_add(1))];
    if reached.is_ascii() {
        return marked.len().min(cells);
    }
    if marked.chars().take(cells.saturating_add(1)).all(is_single) {
        return marked.char_indices().nth(cells).map_or(marked.len(), |(at, _)| at);
    }
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
    if text.marked().is_ascii() {
        return text.slice(text.len().saturating_sub(cells)..text.len());
    }
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
    fn single_characters_take_one_cell_each_and_do_not_join() {
        let singles: String = ('\0'..='\u{ffff}').filter(|&c| is_single(c)).collect();
        assert!(singles.graphemes(true).all(|one| one.width() == 1 && one.chars().count() == 1));
        // A mark after the cut belongs to the last character before it.
        assert_eq!(start(&"abe\u{301}".into(), 3), "abe\u{301}");
        assert_eq!(start(&"─│e\u{301}".into(), 2), "─│");
        assert_eq!(start(&"─│┄".into(), 2), "─│");
        assert_eq!(width(&"─│┄".into()), 3);
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
