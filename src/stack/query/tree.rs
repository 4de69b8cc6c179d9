//! The trees of a stack: merged at a layer, or the changes of a layer or range of layers.

/// A tree of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tree {
    /// The merged tree of layers `0..=n`, and each path that layer n removed.
    Merged(usize),
    /// The paths that layer n changed, and the directories above them.
    Diff(usize),
    /// The paths that layers `from..=to` changed, taken together. Has rows only in a
    /// [`FilteredTree`](crate::stack::query::filtered_tree::FilteredTree).
    Range(usize, usize),
}

impl Tree {
    /// The top layer.
    #[must_use]
    pub const fn top(self) -> usize {
        match self {
            Self::Merged(layer) | Self::Diff(layer) | Self::Range(_, layer) => layer,
        }
    }
}
