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
    }
}
