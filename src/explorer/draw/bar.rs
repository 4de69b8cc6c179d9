//! Bars in eighths of a cell.

use crate::text::{Visible, visible};

const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A bar for `part` of `whole`, at most `cells` wide. Any part above zero has at least an eighth of a cell.
pub(super) fn bar(part: u64, whole: u64, cells: u16) -> Visible<'static> {
    if part == 0 || whole == 0 {
        return Visible::default();
    }
    let most = u128::from(cells) * 8;
    let eighths =
        (u128::from(part.min(whole)) * most).div_ceil(u128::from(whole)).min(most) as usize;
    visible!["█".repeat(eighths / 8), EIGHTHS[eighths % 8]]
}

const LEVELS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A bar of one cell that grows upwards. Any part above zero has at least an eighth.
pub(super) const fn column(part: u64, whole: u64) -> &'static str {
    if part == 0 || whole == 0 {
        return LEVELS[0];
    }
    let part = if part > whole { whole } else { part };
    LEVELS[(part as u128 * 8).div_ceil(whole as u128) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_by_eighths_and_never_out_of_their_cells() {
        assert_eq!(bar(0, 100, 4), "");
        assert_eq!(bar(1, u64::MAX, 4), "▏");
        assert_eq!(bar(50, 100, 4), "██");
        assert_eq!(bar(100, 100, 4), "████");
        assert_eq!(bar(300, 100, 4), "████");
        assert_eq!(bar(5, 0, 4), "");
        assert_eq!(bar(u64::MAX, u64::MAX, 0), "");
        assert_eq!(
            [(0, 9), (1, 9), (9, 9), (u64::MAX, 1)].map(|(part, whole)| column(part, whole)),
            [" ", "▁", "█", "█"]
        );
    }
}
