//! Sizes and rectangles in cells, and the number of panes side by side.

/// A terminal's size in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Leftmost column.
    pub x: u16,
    /// Topmost row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Rect {
    /// Whether the cell is inside.
    #[must_use]
    pub const fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }

    /// Cut down by `x` columns on both sides and `y` rows above and below.
    #[must_use]
    pub const fn inset(self, x: u16, y: u16) -> Self {
        let width = self.width.saturating_sub(2 * x);
        let height = self.height.saturating_sub(2 * y);
        Self {
            x: self.x + if width == 0 { 0 } else { x },
            y: self.y + if height == 0 { 0 } else { y },
            width,
            height,
        }
    }

    /// Cuts `rows` off the top and returns them.
    #[must_use]
    pub const fn take_top(&mut self, rows: u16) -> Self {
        let rows = if rows < self.height { rows } else { self.height };
        let top = Self { height: rows, ..*self };
        self.y += rows;
        self.height -= rows;
        top
    }

    /// Cuts `rows` off the bottom and returns them.
    #[must_use]
    pub const fn take_bottom(&mut self, rows: u16) -> Self {
        let rows = if rows < self.height { rows } else { self.height };
        self.height -= rows;
        Self { y: self.y + self.height, height: rows, ..*self }
    }
}

/// How many panes stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The terminal is too small for any pane.
    TooSmall,
    /// One pane at a time.
    One,
    /// The stack, and the tree or the diff.
    Two,
    /// All three panes.
    Three,
}
