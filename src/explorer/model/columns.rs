//! Which columns the user wants.

/// Which columns the user wants where there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Sizes.
    pub size: bool,
    /// Bars.
    pub bar: bool,
    /// Owner layers.
    pub layer: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { size: true, bar: true, layer: true }
    }
}
