//! The three panes, and which of them share an area of the screen.

use crate::explorer::model::geometry::Shape;

/// The three panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The layers.
    Stack,
    /// The merged tree at the selected layer.
    #[default]
    Tree,
    /// What the selected layer changed.
    Diff,
}

impl Pane {
    /// All, left to right.
    pub const ALL: [Self; 3] = [Self::Stack, Self::Tree, Self::Diff];

    /// The pane to the right; after the last the first.
    #[must_use]
    pub const fn after(self) -> Self {
        match self {
            Self::Stack => Self::Tree,
            Self::Tree => Self::Diff,
            Self::Diff => Self::Stack,
        }
    }

    /// The pane to the left; before the first the last.
    #[must_use]
    pub const fn before(self) -> Self {
        self.after().after()
    }

    /// Its tab: the key that focuses it and its name, with a space on both sides.
    #[must_use]
    pub const fn tab(self) -> &'static str {
        match self {
            Self::Stack => " 1 Layers ",
            Self::Tree => " 2 Tree ",
            Self::Diff => " 3 Changes ",
        }
    }

    /// The panes that share the area of this pane.
    #[must_use]
    pub const fn tabs(shape: Shape, pane: Self) -> &'static [Self] {
        match (shape, pane) {
            (Shape::Two, Self::Tree | Self::Diff) => &[Self::Tree, Self::Diff],
            (Shape::One | Shape::TooSmall, _) => &Self::ALL,
            (_, Self::Stack) => &[Self::Stack],
            (Shape::Three, Self::Tree) => &[Self::Tree],
            (Shape::Three, Self::Diff) => &[Self::Diff],
        }
    }
}
