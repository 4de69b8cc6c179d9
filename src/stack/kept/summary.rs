//! What is stored of each layer as a whole.

use crate::stack::ChangeKind;

/// One layer in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerSummary {
    /// Entries the layer holds, markers not counted.
    pub entries: u64,
    /// Payload bytes it stores.
    pub bytes: u64,
    /// By how much it changed the merged tree's bytes.
    pub net_bytes: i64,
    /// The merged tree's bytes with this layer on top.
    pub cumulative_bytes: u64,
    /// Paths it added.
    pub added: u64,
    /// Paths whose content, type or link target it changed.
    pub modified: u64,
    /// Paths of which it changed attributes only.
    pub metadata: u64,
    /// Paths it stored again, identical.
    pub rewritten: u64,
    /// Paths it removed.
    pub removed: u64,
    /// Paths whose contents were not compared yet: modified, metadata or rewritten.
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
