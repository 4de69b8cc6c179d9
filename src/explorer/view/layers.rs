//! The stack pane: selecting a layer, and how its rows lie on lines.
//!
//! Where all layers fit with two lines each they get them; else only the selected one has its second line (sizes); in
//! a low pane none.

/// Which layers take two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// All.
    Two,
    /// The selected one.
    Selected,
    /// None.
    One,
}

/// The density for so many layers in so many rows.
#[must_use]
pub const fn density(layers: usize, rows: usize) -> Density {
    if rows < 7 {
        Density::One
    } else if layers * 2 <= rows {
        Density::Two
    } else {
        Density::Selected
    }
}

/// The line on which a layer begins.
#[must_use]
pub const fn line_of(density: Density, layer: usize, selected: usize) -> usize {
    match density {
        Density::Two => layer * 2,
        Density::Selected if layer > selected => layer + 1,
        Density::Selected | Density::One => layer,
    }
}

/// The layer on a line, and whether the line is its second.
#[must_use]
pub const fn layer_at(density: Density, line: usize, selected: usize) -> (usize, bool) {
    match density {
        Density::Two => (line / 2, line % 2 == 1),
        Density::Selected if line == selected + 1 => (selected, true),
        Density::Selected if line > selected => (line - 1, false),
        Density::Selected | Density::One => (line, false),
    }
}
