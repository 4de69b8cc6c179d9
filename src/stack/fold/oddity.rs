//! The irregularities of a layer, which the fold counts.

use std::collections::BTreeMap;

/// An irregularity of a layer. None is fatal: the specification or a limit here decides the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// A whiteout of a path that no lower layer has.
    WhiteoutOfNothing,
    /// An opaque marker in a directory that does not exist.
    OpaqueOfNothing,
    /// Two entries for one path; the last one counts.
    Duplicate,
    /// A name with a `..` component; it is resolved below the root.
    Clamped,
    /// A parent in the name is a symbolic link: the entry is written to the target, as by umoci and containerd;
    /// Docker's overlay2 driver and containers/storage replace the link by a directory.
    ThroughLink,
    /// A hard link whose target does not exist.
    BrokenLink,
    /// A hard link to its own path; the entry is ignored.
    LinkToItself,
    /// A hard link to a directory, which Linux does not allow.
    LinkToDirectory,
    /// A path that is both a non-directory and the parent of another entry of the layer; the last one counts.
    Contradiction,
    /// A non-directory entry for the root; it is ignored.
    RootNotDirectory,
    /// An entry that states more bytes than all layers together can hold; it counts as empty.
    ImpossibleSize,
    /// A path deeper than `DEPTH_MAX`; the entry is ignored.
    TooDeep,
    /// Paths that imply more directories than the number of entries allows; the entry is ignored.
    TooManyImplied,
    /// More than `EVENT_LIMIT` events; further entries are ignored.
    TooManyEvents,
}

/// The number of times that each oddity occurs in a layer, and the first path with it (absolute, raw bytes).
pub type Oddities = BTreeMap<Oddity, (u64, Vec<u8>)>;

/// Counts an oddity; keeps the path of the first one.
pub(super) fn note(oddities: &mut Oddities, oddity: Oddity, path: impl FnOnce() -> Vec<u8>) {
    oddities.entry(oddity).and_modify(|seen| seen.0 += 1).or_insert_with(|| (1, path()));
}
