//! Wraps visible text.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::Visible;
use crate::text::width::start_len;

/// Lines of at most `cells` cells; at least one line, and at least one character in each even if it is wider. Lines break
/// at spaces, or inside a word that does not fit. Spaces at a break are dropped.
#[must_use]
pub fn wrap(text: &Visible<'_>, cells: usize) -> Vec<Visible<'static>> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    let mut rest = text.marked();
    // The rest is never measured as a whole, which would take quadratic time.
    loop {
        let fits = &rest[..start_len(rest, cells)];
        if fits.len() == rest.len() {
            break;
        }
        // A space just after the last cell is a break too.
        let at_edge = rest[fits.len()..].starts_with(' ');
        let cut = if at_edge { Some(fits.len()) } else { fits.rfind(' ') };
        let (line, after) = match cut.filter(|&cut| !rest[..cut].trim().is_empty()) {
            Some(cut) => (rest[..cut].trim_end(), rest[cut..].trim_start()),
            None if fits.is_empty() => rest.split_at(first_cluster(rest)),
            None => rest.split_at(fits.len()),
        };
        lines.push(Visible::owned(line.to_owned()));
        rest = after;
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(Visible::owned(rest.to_owned()));
    }
    lines
}

fn first_cluster(text: &str) -> usize {
    text.graphemes(true).next().map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::width;

    #[test]
    fn lines_break_at_spaces_or_where_they_must() {
        assert_eq!(
            wrap(&"apt-get update && apt-get install".into(), 16),
            ["apt-get update", "&& apt-get", "install"]
        );
        assert_eq!(wrap(&"sha256:0123456789".into(), 8), ["sha256:0", "12345678", "9"]);
        assert_eq!(wrap(&"abc def".into(), 3), ["abc", "def"]);
        assert_eq!(wrap(&"".into(), 5), [""]);
        assert_eq!(wrap(&"日本語".into(), 1), ["日", "本", "語"]);
        assert_eq!(wrap(&"  indented text".into(), 10), ["  indented", "text"]);
    }

    #[test]
    fn every_word_survives() {
        let text = "one two  three four日本語five six seven";
        for cells in 2..40 {
            let lines = wrap(&text.into(), cells);
            assert!(lines.iter().all(|line| width(line) <= cells), "{cells}");
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            assert_eq!(letters(&Visible::join(&lines, "").plain()), letters(text), "{cells}");
        }
    }
}
