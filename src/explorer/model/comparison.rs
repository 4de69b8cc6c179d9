//! Comparing with another image: which one, how far it is, and what is known of both while they are compared. The comparison
//! itself is an image of two layers, the other image below and this one above; it is shown as any image is.

use crate::text::Foreign;

/// The layer that stands for the other image.
pub const OTHER: usize = 0;
/// The layer that stands for this image.
pub const THIS: usize = 1;

/// The two images that are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedImages {
    /// The one it is compared with.
    pub other: ComparedImage,
    /// The one that was explored.
    pub this: ComparedImage,
}

/// One of two images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedImage {
    /// As it was asked for. Raw.
    pub reference: Foreign,
    /// Its layers.
    pub layers: Vec<ComparedLayer>,
}

/// A layer of one of two images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedLayer {
    /// The command that made it. Raw.
    pub made_by: Option<Foreign>,
    /// The other image has this very layer, too.
    pub shared: bool,
}

/// A comparison that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningComparison {
    /// With what. Raw.
    pub reference: String,
    /// Bytes of it read so far.
    pub read: u64,
}
