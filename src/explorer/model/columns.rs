//! Which columns the user wants.

/// Which columns the user wants where there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeColumns {
    /// Sizes.
    pub size: bool,
    /// Bars.
    pub bar: bool,
    /// Owner layers.
    pub layer: bool,
}

impl Default for TreeColumns {
    fn default() -> Self {
        Self { size: true, bar: true, layer: true }
    }
}
