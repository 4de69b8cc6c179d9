//! Columns of tree rows and widths of panes that the user configured.

/// Configured columns; narrow panes leave some out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeColumns {
    /// The size of a path.
    pub size: bool,
    /// A bar for the share of its directory.
    pub bar: bool,
    /// The layer that wrote it.
    pub layer: bool,
}

/// Configured widths of panes in cells, with their borders; the layout chooses those that are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaneWidths {
    /// The layers.
    pub stack: Option<u16>,
    /// The changes.
    pub diff: Option<u16>,
}

impl Default for TreeColumns {
    fn default() -> Self {
        Self { size: true, bar: true, layer: true }
    }
}
