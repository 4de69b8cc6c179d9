//! Which tree of a stack is shown: merged at a layer, or the changes of a range of layers.

/// Which tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tree {
    /// The merged tree of layers `0..=n`, and each path that layer n itself removed.
    Merged(usize),
    /// What layer n changed, and the directories on the way there.
    Diff(usize),
    /// What layers `from..=to` changed, taken together. It has rows only where it is [narrowed](Outline::filtered).
    Range(usize, usize),
}

impl Tree {
    /// The layer on top.
    #[must_use]
    pub const fn top(self) -> usize {
        match self {
            Self::Merged(layer) | Self::Diff(layer) | Self::Range(_, layer) => layer,
        }
    }
}
