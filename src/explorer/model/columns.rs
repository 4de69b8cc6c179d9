//! Columns of tree rows that the user configured.

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

impl Default for TreeColumns {
    fn default() -> Self {
        Self { size: true, bar: true, layer: true }
    }
}
