//! Overlays: lists and pages drawn over the panes, stacked; the topmost is closed first.

use crate::explorer::model::input::Input;
use crate::stack::NodeId;

/// The contents of an overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverlayKind {
    /// All keys and signs.
    Help,
    /// The command palette.
    Palette,
    /// Every event of a path.
    History(NodeId),
    /// A layer: command, digests, sizes, problems.
    Layer(usize),
    /// The image: config, labels, Dockerfile.
    Image,
    /// Problems of the image and its layers.
    Problems,
    /// Several images, one to choose.
    Choices,
    /// The platforms of the image, one to choose.
    Platforms,
    /// Wasted bytes, and how to avoid them.
    Waste,
    /// Problems to fix.
    Findings,
    /// Lines of files below a directory, found by their contents.
    Contents(NodeId),
    /// The contents of a file.
    File,
    /// The treemap.
    Map,
    /// The destination to extract a path of a layer's tree to.
    Extract(NodeId, usize),
    /// The image to compare with.
    Compare,
    /// Whether to overwrite an existing destination.
    Overwrite,
}

/// An open overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Its contents.
    pub kind: OverlayKind,
    /// Index of the selected item, where the page has items.
    pub selected: usize,
    /// First line on the screen: its scroll position.
    pub top: usize,
    /// The text of its prompt, where it has one.
    pub input: Input,
    /// Whether the prompt has the keys, where that can change.
    pub typing: bool,
    /// Whether the list of images has intermediate ones too.
    pub all: bool,
    /// Index of the item marked for a comparison of two versions.
    pub marked: Option<usize>,
}

impl OverlayKind {
    /// Whether `/` narrows its list.
    #[must_use]
    pub const fn is_searched(self) -> bool {
        matches!(self, Self::Help | Self::Choices)
    }

    /// Whether it holds paths or events of the stack, in itself or in a part of the state that only it shows.
    #[must_use]
    pub const fn holds_nodes(self) -> bool {
        match self {
            Self::History(_)
            | Self::Contents(_)
            | Self::File
            | Self::Map
            | Self::Extract(..)
            | Self::Overwrite => true,
            Self::Help
            | Self::Palette
            | Self::Layer(_)
            | Self::Image
            | Self::Problems
            | Self::Choices
            | Self::Platforms
            | Self::Waste
            | Self::Findings
            | Self::Compare => false,
        }
    }
}

impl Overlay {
    /// Whether typed characters go to its prompt.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        self.is_narrowed()
            || matches!(self.kind, OverlayKind::Extract(..) | OverlayKind::Compare)
            || self.typing
    }

    /// Whether its contents are filtered by what is typed.
    pub(crate) const fn is_narrowed(&self) -> bool {
        matches!(self.kind, OverlayKind::Palette) || self.kind.is_searched() && self.typing
    }
}
