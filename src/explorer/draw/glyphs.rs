//! Frames, bars and markers in ASCII, for terminals and fonts without box drawing.

use std::borrow::Cow;

/// Replaces box drawing and block elements by ASCII of the same width; keeps everything else.
pub(super) fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(plain).collect())
}

const fn plain(c: char) -> char {
    match c {
        '╭' | '╮' | '╰' | '╯' | '┏' | '┓' | '┗' | '┛' | '╔' | '╗' | '╚' | '╝' => {
            '+'
        }
        '─' => '-',
        '│' => '|',
        '━' | '═' => '=',
        '┃' => '!',
        '║' => 'H',
        '█' | '▉' | '▊' | '▋' | '▐' | '▒' | '▇' => '#',
        '▌' => '>',
        '▍' | '▎' | '▏' | '░' | '┄' | '▁' | '▂' | '▃' => '.',
        '┆' | '▄' | '▅' | '▆' => ':',
        '…' => '~',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::draw::bar::bar;

    #[test]
    fn every_bar_has_its_cells_and_nothing_but_ascii() {
        for part in 0..=64 {
            let drawn = bar(part, 64, 8).to_string();
            let plain = ascii(&drawn);
            assert!(plain.is_ascii(), "{drawn}");
            assert_eq!(plain.len(), drawn.chars().count());
        }
        assert_eq!(ascii("日本"), "日本", "what is not ours stays");
    }
}
