//! Reading the image again in place: the request, its result, the place to return to, and marks of what changed since.

use std::collections::HashMap;

use crate::explorer::model::load::LayerLoad;
use crate::image::Image;
use crate::stack::NodeId;
use crate::stack::query::outline::Unfolded;

/// The image is being read again, while the explorer shows it as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunningReload {
    /// Bytes read so far.
    pub read: u64,
}

/// A container's layer is looked at again and again; what it wrote since is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Following {
    /// It wrote while something else was in progress.
    pub due: bool,
}

/// The image as it is now. The stack passed with its message is new.
#[derive(Debug)]
pub struct Reread {
    /// What describes it.
    pub image: Box<Image>,
    /// Its layers, all read.
    pub loads: Vec<LayerLoad>,
    /// The layer that was selected when that was asked for, in the image before.
    pub layer: usize,
    /// Paths of its tree that are not as they were.
    pub differences: Vec<(Vec<u8>, Since)>,
    /// Positions in the stack that was shown before.
    pub place: Place,
}

/// What became of a path since the image was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It was not there.
    New,
    /// It was there and differs.
    Changed,
    /// It is not there any more.
    Gone,
    /// Its contents could not be compared.
    Unknown,
}

/// Cursors and folds as paths, which are valid in any stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Cursor of the tree and of the changes.
    pub cursors: [Option<Vec<u8>>; 2],
    /// Folds of the tree and of the changes.
    pub folds: [FoldedPaths; 2],
    /// Folds of what a filter or a range shows in them.
    pub filtered: [Option<FoldedPaths>; 2],
}

/// [`crate::stack::query::outline::Folds`] as paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoldedPaths {
    /// The default.
    pub unfolded: Unfolded,
    /// Directories that differ from the default.
    pub toggled: Vec<Vec<u8>>,
    /// Directories with a row of their own, though they have a single child.
    pub split: Vec<Vec<u8>>,
}

/// What is marked until the next key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Paths, and the directories above them.
    pub paths: HashMap<NodeId, PathMark>,
    /// Layers that the image did not have before.
    pub layers: Vec<usize>,
}

/// The mark of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathMark {
    /// It was not there.
    New,
    /// It differs.
    Changed,
    /// Its contents could not be compared.
    Unknown,
    /// So many paths in it are gone, and others may be new or changed.
    Lost(u64),
    /// Something in it is new or changed.
    Inside,
}
