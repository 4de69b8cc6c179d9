//! Shortens text by cutting its middle: names and paths differ mostly at their ends.

use crate::text::width::{ELLIPSIS, end, start, width};
use crate::text::{Visible, visible};

/// At most `cells` cells: both ends of the text with an ellipsis between them.
#[must_use]
pub fn middle(text: &Visible<'_>, cells: usize) -> Visible<'static> {
    if width(text) <= cells {
        return text.clone().into_owned();
    }
    if cells <= 1 {
        return if cells == 0 { Visible::default() } else { ELLIPSIS.into() };
    }
    let kept = cells - 1;
    let head = start(text, kept / 2);
    visible![head, ELLIPSIS, end(text, kept - width(&head))]
}

/// At most `cells` cells of a path: first whole components are cut from the middle (`/usr/…/locale/de`), then the last
/// component is shortened.
#[must_use]
pub fn path(path: &Visible<'_>, cells: usize) -> Visible<'static> {
    if width(path) <= cells {
        return path.clone().into_owned();
    }
    let marked = path.marked();
    let parts: Vec<&str> = marked.split('/').collect();
    // Of an absolute path the first part is empty; the head is this and the first component.
    let head_len = if marked.starts_with('/') { 2 } else { 1 };
    for head_len in [head_len, head_len - 1] {
        let Some(rest) = parts.get(head_len..).filter(|rest| rest.len() > 1) else { continue };
        let head = parts[..head_len].join("/");
        let lead = if head_len == 0 { String::new() } else { head + "/" };
        for dropped in 1..rest.len() {
            let candidate =
                Visible::owned(format!("{lead}{ELLIPSIS}/{}", rest[dropped..].join("/")));
            if width(&candidate) <= cells {
                return candidate;
            }
        }
    }
    let last = path.slice(marked.rfind('/').map_or(0, |at| at + 1)..marked.len());
    if parts.len() > 1 && cells >= 8 {
        return visible![ELLIPSIS, "/", middle(&last, cells - 2)];
    }
    middle(&last, cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_cut() {
        assert_eq!(middle(&"abcdefghij".into(), 10), "abcdefghij");
        assert_eq!(middle(&"abcdefghij".into(), 6), "ab…hij");
        assert_eq!(middle(&"abcdefghij".into(), 1), "…");
        assert_eq!(middle(&"abcdefghij".into(), 0), "");
        assert_eq!(middle(&"日本語日本語".into(), 6), "日…語");
    }

    #[test]
    fn paths_lose_components_before_letters() {
        let long = &"/usr/share/locale/de/LC_MESSAGES/apt.mo".into();
        assert_eq!(path(long, 60), *long);
        assert_eq!(path(long, 32), "/usr/…/de/LC_MESSAGES/apt.mo");
        assert_eq!(path(long, 15), "/usr/…/apt.mo");
        assert_eq!(path(long, 9), "/…/apt.mo");
        assert_eq!(path(long, 8), "…/apt.mo");
        assert_eq!(path(long, 5), "ap…mo");
    }

    #[test]
    fn no_path_is_wider_than_asked() {
        for text in [
            "/",
            "/a",
            "a/b",
            "/usr/lib/日本語/名前.txt",
            "no-slash-at-all-but-long",
            "//odd//",
            "a/",
        ] {
            let text = &text.into();
            for cells in 0..30 {
                assert!(width(&path(text, cells)) <= cells, "{text:?} {cells}");
                assert!(width(&middle(text, cells)) <= cells, "{text:?} {cells}");
            }
        }
    }
}
