//! Comparing with another image: which one, how far it is, and what is known of both while they are compared. The comparison
//! itself is an image of two layers, the other image below and this one above; it is shown as any image is.

use crate::text::Foreign;

/// The layer that stands for the other image.
pub const OTHER: usize = 0;
/// The layer that stands for this image.
pub const THIS: usize = 1;

/// The two images that are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// The one it is compared with.
    pub other: Side,
    /// The one that was explored.
    pub this: Side,
}

/// One of two images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// As it was asked for. Raw.
    pub reference: Foreign,
    /// Its layers.
    pub layers: Vec<Matched>,
}

/// A layer of one of two images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The command that made it. Raw.
    pub made_by: Option<Foreign>,
    /// The other image has this very layer, too.
    pub shared: bool,
}

/// A comparison that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// With what. Raw.
    pub reference: String,
    /// Bytes of it read so far.
    pub read: u64,
}
