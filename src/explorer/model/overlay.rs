//! What lies over the panes: lists and pages, one on another, closed from the top.

use crate::explorer::model::input::Input;
use crate::stack::NodeId;

/// What an overlay shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverlayKind {
    /// All keys and signs.
    Help,
    /// Everything that can be done, by name.
    Palette,
    /// Every event of a path.
    History(NodeId),
    /// A layer: command, digests, sizes, problems.
    Layer(usize),
    /// The image: config, labels, Dockerfile.
    Image,
    /// What was odd or broken.
    Problems,
    /// Several images, one to choose.
    Choices,
    /// The platforms of the image, one to choose.
    Platforms,
    /// What is wasted, and what gets it back.
    Waste,
    /// The contents of a file.
    File,
    /// Directories and files as large as their bytes.
    Map,
    /// Where to extract a path of a layer's tree to.
    Extract(NodeId, usize),
    /// Which image to compare with.
    Compare,
    /// Whether what is there already may be overwritten.
    Overwrite,
}

/// An open overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// What it shows.
    pub kind: OverlayKind,
    /// The item the cursor is on, where the page has items.
    pub selected: usize,
    /// The first line on the screen.
    pub top: usize,
    /// What was typed to narrow it, where it can be narrowed.
    pub input: Input,
    /// Keys go to the prompt, where that is not always so.
    pub typing: bool,
    /// The item that was marked, to be compared with another.
    pub marked: Option<usize>,
}

impl Overlay {
    /// Whether typed characters narrow it.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        self.is_narrowed()
            || matches!(self.kind, OverlayKind::Extract(..) | OverlayKind::Compare)
            || self.typing
    }

    /// Whether what it shows changes while one types.
    pub(crate) const fn is_narrowed(&self) -> bool {
        matches!(self.kind, OverlayKind::Help | OverlayKind::Palette)
    }
}
