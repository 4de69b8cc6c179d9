//! Columns of a tree row. As a pane gets narrower, first the bar is left out, then the size.

use crate::explorer::model::columns::TreeColumns;

/// Columns of a tree or diff row, in cells from its left edge. A column of width 0 is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Start of the size.
    pub size: u16,
    /// Whether the size is shown.
    pub has_size: bool,
    /// Start of the bar.
    pub bar: u16,
    /// Width of the bar.
    pub bar_width: u16,
    /// Start of the name.
    pub name: u16,
    /// Width of indentation, fold mark and name.
    pub name_width: u16,
    /// Start of the owner layer.
    pub owner: u16,
    /// Width of the owner layer.
    pub owner_width: u16,
}

/// Width of two markers and a space.
const SIGNS: u16 = 3;

impl Columns {
    /// The columns of a row of `width` cells in an image of `layers` layers; only the merged tree has `owners`.
    #[must_use]
    pub const fn of(width: u16, layers: usize, owners: bool, wanted: TreeColumns) -> Self {
        let digits = match layers {
            0..=10 => 1,
            11..=100 => 2,
            101..=1000 => 3,
            _ => 5,
        };
        let has_size = width >= 26 && wanted.size;
        let bar_width = match width {
            _ if !wanted.bar => 0,
            0..=39 => 0,
            40..=59 => 4,
            _ => 8,
        };
        let size = SIGNS;
        let bar = size + if has_size { 7 } else { 0 };
        let name = bar + if bar_width > 0 { bar_width + 1 } else { 0 };
        let owner_width = if owners && wanted.layer && width >= 20 { digits } else { 0 };
        let owner = width.saturating_sub(owner_width);
        let gap = if owner_width > 0 { 1 } else { 0 };
        let name_width = owner.saturating_sub(name + gap);
        Self { size, has_size, bar, bar_width, name, name_width, owner, owner_width }
    }

    /// Column of the fold mark of a row at this depth. Rows are indented by at most half the name column.
    #[must_use]
    pub fn fold_mark(self, depth: usize) -> u16 {
        let most = usize::from(self.name_width / 2);
        self.name + depth.saturating_mul(2).min(most) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::model::columns::TreeColumns;

    #[test]
    fn columns_never_leave_the_row() {
        for width in 0..240 {
            for layers in [0, 7, 60, 300, 5000] {
                for owners in [true, false] {
                    let columns = Columns::of(width, layers, owners, TreeColumns::default());
                    assert!(columns.owner + columns.owner_width <= width.max(columns.owner_width));
                    assert!(columns.name_width == 0 || columns.name + columns.name_width <= width);
                    assert!(columns.fold_mark(999) <= columns.name + columns.name_width);
                }
            }
        }
    }
}
