//! The numbers of each layer that the stack pane and `layers` show: entries, bytes, changes by kind. Counted while the
//! layer is folded.

use crate::stack::ChangeKind;

/// One layer in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerSummary {
    /// Entries of the layer, without markers.
    pub entries: u64,
    /// Payload bytes that the layer stores.
    pub bytes: u64,
    /// Difference of the merged tree's bytes to the layer below.
    pub net_bytes: i64,
    /// Bytes of the merged tree with this layer on top.
    pub cumulative_bytes: u64,
    /// Added paths.
    pub added: u64,
    /// Paths whose contents, type or link target changed.
    pub modified: u64,
    /// Paths of which only attributes changed.
    pub metadata: u64,
    /// Paths stored again, identical.
    pub rewritten: u64,
    /// Removed paths.
    pub removed: u64,
    /// Paths whose contents are not compared yet: modified, metadata or rewritten.
    pub undecided: u64,
}

impl LayerSummary {
    pub(crate) fn counter(&mut self, kind: ChangeKind) -> &mut u64 {
        match kind {
            ChangeKind::Added => &mut self.added,
            ChangeKind::Modified => &mut self.modified,
            ChangeKind::Metadata => &mut self.metadata,
            ChangeKind::Rewritten => &mut self.rewritten,
            ChangeKind::Removed => &mut self.removed,
            ChangeKind::Undecided => &mut self.undecided,
        }
    }
}
