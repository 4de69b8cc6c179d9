//! Comparing with another image. A comparison is shown like an image of two layers: the merged tree of the other image
//! below, that of this image above.

use crate::text::Foreign;

/// Layer index of the other image.
pub const OTHER: usize = 0;
/// Layer index of this image.
pub const THIS: usize = 1;

/// Both images of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedImages {
    /// The image it is compared with.
    pub other: ComparedImage,
    /// The image that the explorer was opened with.
    pub this: ComparedImage,
}

/// One image of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedImage {
    /// As given by the user.
    pub reference: Foreign,
    /// Lowest first.
    pub layers: Vec<ComparedLayer>,
}

/// A layer of an image of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedLayer {
    /// `created_by` of its history step.
    pub made_by: Option<Foreign>,
    /// Whether the other image has the same layer.
    pub shared: bool,
}

/// A comparison in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningComparison {
    /// Reference of the other image. Raw.
    pub reference: String,
    /// Bytes of its layers read so far.
    pub read: u64,
}
