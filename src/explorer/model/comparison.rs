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
    /// Why the layers of both differ; `None` until they are compared.
    pub pairs: Option<Vec<LayerPair>>,
}

/// A pair of layers, or a layer without counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerPair {
    /// The layer of the other image.
    pub other: Option<usize>,
    /// The layer of this image.
    pub this: Option<usize>,
    /// The kind of difference.
    pub difference: LayerDifference,
    /// The difference in a few words.
    pub brief: Foreign,
    /// The same in a sentence.
    pub sentence: Foreign,
}

/// How two layers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerDifference {
    /// The same blob, or the same tar.
    None,
    /// The same contents in another form: compression, times, order, headers.
    Form,
    /// Other files.
    Contents,
    /// Only one image has the layer.
    Alone,
    /// One of them could not be read.
    Unknown,
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunningComparison {
    /// Reference of the other image. Raw.
    pub reference: String,
    /// Bytes of its layers read so far.
    pub read: u64,
    /// The user stopped it.
    pub stopped: bool,
}
