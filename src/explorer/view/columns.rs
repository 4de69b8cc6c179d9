//! Which columns a tree row has, and where: the size drops first as a pane gets narrow, the bar before it.

use crate::explorer::model::columns::TreeColumns;

/// Columns of a tree or diff row, in cells from the row's left edge. A width of 0: not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Where the size begins.
    pub size: u16,
    /// Whether there is one.
    pub has_size: bool,
    /// Where the bar begins.
    pub bar: u16,
    /// Cells of the bar.
    pub bar_width: u16,
    /// Where names begin.
    pub name: u16,
    /// Cells for indentation, fold mark and name.
    pub name_width: u16,
    /// Where the owner layer begins.
    pub owner: u16,
    /// Cells of the owner layer.
    pub owner_width: u16,
}

/// Two signs and a blank.
const SIGNS: u16 = 3;

impl Columns {
    /// The columns of a row of `width` cells in an image of `layers` layers; only the merged tree has owners.
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

    /// Where the fold mark of a row at this depth is; deep rows are indented no further than half the column.
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
