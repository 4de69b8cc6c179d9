//! Where a finding applies, and how contents of files are asked for.

use crate::stack::{EventId, NodeId};

/// Looks into stored files, where names and sizes do not decide: all at once, so that a compressed layer is decoded once.
pub trait Contents {
    /// Hands over the beginning of each file, some kilobytes, with its number among `files`, in any order; `None` where they
    /// cannot be read.
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Option<&[u8]>));

    /// The same with a digest of all of each: equal for equal contents.
    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Option<u64>));
}

/// What has a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A path.
    Path(NodeId),
    /// A name in the metadata: of a variable, a label, a build argument. Never a value.
    Name(String),
    /// A whole layer, or the image.
    Whole,
}

/// One place that has a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// What it is.
    pub thing: Thing,
    /// The layer that stores it; `None` for what the config says.
    pub layer: Option<usize>,
    /// The layer whose instruction causes it, where that is another.
    pub culprit: Option<usize>,
    /// The step of the history that causes it, where no layer does.
    pub step: Option<usize>,
    /// Bytes at stake; 0 where it is not about bytes.
    pub bytes: u64,
    /// It is a path that the final tree does not show.
    pub hidden: bool,
}

impl Location {
    pub(crate) fn path(node: NodeId, layer: usize, bytes: u64) -> Self {
        Self {
            thing: Thing::Path(node),
            layer: Some(layer),
            culprit: None,
            step: None,
            bytes,
            hidden: false,
        }
    }

    /// Of the config, or of a step of the history.
    pub(crate) fn name(name: &str, step: Option<usize>) -> Self {
        Self {
            thing: Thing::Name(name.to_owned()),
            layer: None,
            culprit: None,
            step,
            bytes: 0,
            hidden: false,
        }
    }
}
