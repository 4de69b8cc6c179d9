//! Columns of a tree row: indentation, fold mark, signs and name at the left; at the right bar, mode, owner, size and
//! layer, each if the pane is wide enough.
//!
//! A name that is too long runs over the columns beside it, the bar first, then mode and owner, then the size; never over
//! the layer.

use crate::explorer::model::columns::TreeColumns;
use crate::text::size;

/// A column: its first cell, counted from the pane's left edge, and its width. Left out at width 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// The first cell.
    pub start: u16,
    /// Width in cells.
    pub width: u16,
}

impl Column {
    /// The cell after the last.
    #[must_use]
    pub const fn end(self) -> u16 {
        self.start + self.width
    }
}

/// Columns of a tree or diff row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The bar, scaled to the whole tree.
    pub bar: Column,
    /// Permissions.
    pub mode: Column,
    /// `uid:gid`.
    pub user: Column,
    /// The size.
    pub size: Column,
    /// The layer that wrote the path.
    pub layer: Column,
}

/// Fold mark, two signs and a space.
pub const BEFORE_NAME: u16 = 4;
/// Panes of this width show mode and owner: the tree of a terminal of 160 columns.
const DETAILS_FROM: u16 = 76;
/// Panes of this width show a bar.
const BAR_FROM: u16 = 96;
/// Cells of the label `layer`.
const LAYER_LABEL: u16 = 5;

impl Columns {
    /// The columns of a row of `width` cells in an image of `layers` layers. The merged tree has `owners`.
    #[must_use]
    pub const fn of(width: u16, layers: usize, owners: bool, wanted: TreeColumns) -> Self {
        let digits = match layers {
            0..=10 => 1,
            11..=100 => 2,
            101..=1000 => 3,
            _ => 5,
        };
        let labelled = if width >= 44 && digits < LAYER_LABEL { LAYER_LABEL } else { digits };
        let size = if owners { size::CELLS } else { size::SIGNED_CELLS } as u16;
        let (layer, rest) = place(width, labelled, owners && wanted.layer && width >= 16);
        let (size, rest) = place(rest, size, wanted.size && width >= 20);
        let (user, rest) = place(rest, 9, owners && width >= DETAILS_FROM);
        let (mode, rest) = place(rest, 9, owners && width >= DETAILS_FROM);
        let (bar, _) = place(rest, 8, wanted.bar && owners && width >= BAR_FROM);
        Self { bar, mode, user, size, layer }
    }

    /// The columns that text may run over, left to right, and the layer.
    #[must_use]
    pub const fn right(&self) -> [Column; 5] {
        [self.bar, self.mode, self.user, self.size, self.layer]
    }

    /// The cell after the last one for a name that ends at `needed`: before the first column that it does not reach, at the
    /// latest before the layer.
    #[must_use]
    pub fn name_end(&self, needed: u16, width: u16) -> u16 {
        let last = self.text_limit(width);
        let stops = self.right().into_iter().filter(|column| column.width > 0);
        let mut stops = stops.map(|column| column.start.saturating_sub(1)).chain([last]);
        stops.find(|&stop| stop >= needed).unwrap_or(last)
    }

    /// The cell after the last one for notes and link targets, which give way to the size.
    #[must_use]
    pub const fn text_end(&self, width: u16) -> u16 {
        if self.size.width > 0 { self.size.start.saturating_sub(1) } else { self.text_limit(width) }
    }

    /// The cell after the last one that any text reaches.
    #[must_use]
    pub const fn text_limit(&self, width: u16) -> u16 {
        if self.layer.width > 0 { self.layer.start.saturating_sub(1) } else { width }
    }

    /// Column of the fold mark of a row at this depth: one cell a level, at most half of the row.
    #[must_use]
    pub fn indent(depth: usize, width: u16) -> u16 {
        depth.min(usize::from(width / 2)) as u16
    }
}

/// A column of `width` cells that ends at `end`, and the end of the column to its left, a space between them.
const fn place(end: u16, width: u16, shown: bool) -> (Column, u16) {
    if !shown || end <= width {
        return (Column { start: end, width: 0 }, end);
    }
    (Column { start: end - width, width }, end - width - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_never_leave_the_row_and_never_meet() {
        for width in 0..240 {
            for layers in [0, 7, 60, 300, 5000] {
                for owners in [true, false] {
                    let columns = Columns::of(width, layers, owners, TreeColumns::default());
                    let shown = columns.right().into_iter().filter(|column| column.width > 0);
                    let mut end = 0;
                    for column in shown {
                        assert!(column.start > end, "{width} {layers} {column:?}");
                        end = column.end();
                    }
                    assert!(end <= width);
                    assert!(Columns::indent(999, width) <= width);
                }
            }
        }
    }

    #[test]
    fn a_name_runs_over_the_size_but_never_over_the_layer() {
        let columns = Columns::of(58, 12, true, TreeColumns::default());
        assert_eq!(columns.name_end(20, 58), columns.size.start - 1);
        assert_eq!(columns.name_end(columns.size.start + 2, 58), columns.layer.start - 1);
        assert_eq!(columns.name_end(200, 58), columns.layer.start - 1);
        assert_eq!(columns.text_end(58), columns.size.start - 1);
    }

    #[test]
    fn mode_and_owner_come_with_the_tree_of_a_terminal_of_160_columns() {
        let shows = |width| Columns::of(width, 12, true, TreeColumns::default()).mode.width > 0;
        assert!(!shows(58) && shows(78));
    }
}
