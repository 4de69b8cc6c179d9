//! What a loader reports while it reads.

use std::sync::Arc;

use crate::layer::encoding::Codec;
use crate::layer::{Hidden, Problem};
use crate::stack::EventId;

/// How much is to be known in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The merged trees; whether an equal-sized file of a plain layer was modified may stay open.
    Tree,
    /// Everything.
    Kinds,
}

/// An event whose contents have to be read, and the one before it.
pub type Pair = (EventId, EventId);

/// Something that happened while loading.
#[derive(Clone, Debug)]
pub enum Event {
    /// `done` of `total` bytes of a layer's blob were dealt with (`total` 0: not known).
    Reading {
        /// Which layer.
        layer: usize,
        /// Bytes dealt with.
        done: u64,
        /// Bytes to deal with.
        total: u64,
    },
    /// A layer was listed; it becomes visible when it is folded.
    Listed(usize),
    /// A layer is part of the stack, and this is what is known of it beyond the stack.
    Folded(usize, Arc<LayerState>),
    /// So many pairs of files are still to be compared.
    Deciding {
        /// Pairs left.
        left: usize,
    },
    /// Nothing more will happen.
    Finished,
}

/// What is known of a layer beyond its rows.
#[derive(Clone, Debug, Default)]
pub struct LayerState {
    /// What was odd or broken, worst first.
    pub problems: Vec<Problem>,
    /// Objects that are no content of the image.
    pub hidden: Vec<Hidden>,
    /// How the blob was encoded, if it was read.
    pub codec: Option<Codec>,
    /// Length of the uncompressed stream, where it was read to its end.
    pub uncompressed: Option<u64>,
}
