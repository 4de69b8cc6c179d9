//! Lines of the stack pane.
//!
//! Each layer has two lines (command, sizes) if all fit; else only the selected one has its second line; in a low pane
//! none has.

/// Which layers have two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// All layers.
    Two,
    /// The selected layer.
    Selected,
    /// No layer.
    One,
}

/// The density for this many layers in a pane of `rows` rows.
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

/// The first line of a layer.
#[must_use]
pub const fn line_of(density: Density, layer: usize, selected: usize) -> usize {
    match density {
        Density::Two => layer * 2,
        Density::Selected if layer > selected => layer + 1,
        Density::Selected | Density::One => layer,
    }
}

/// The layer of a line, and whether it is the layer's second line.
#[must_use]
pub const fn layer_at(density: Density, line: usize, selected: usize) -> (usize, bool) {
    match density {
        Density::Two => (line / 2, line % 2 == 1),
        Density::Selected if line == selected + 1 => (selected, true),
        Density::Selected if line > selected => (line - 1, false),
        Density::Selected | Density::One => (line, false),
    }
}
