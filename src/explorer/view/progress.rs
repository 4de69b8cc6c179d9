//! Progress of reading all layers.

use crate::explorer::model::state::{LoadStatus, State};

/// How much of the image was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Layers that were read, merged or not.
    pub layers: usize,
    /// Bytes read.
    pub done: u64,
    /// Bytes to read; 0 if unknown.
    pub total: u64,
}

/// The progress of all layers together.
#[must_use]
pub fn of(state: &State) -> Progress {
    let mut progress = Progress::default();
    for (index, load) in state.loads.iter().enumerate() {
        let blob = state.described(index).and_then(|layer| layer.compressed_bytes);
        let whole = load.bytes.or(blob).unwrap_or(0);
        let done = match load.status {
            LoadStatus::Waiting => 0,
            LoadStatus::Reading { done, .. } => done,
            LoadStatus::Listed | LoadStatus::Folded => {
                progress.layers += 1;
                whole
            }
        };
        progress.done = progress.done.saturating_add(done);
        progress.total = progress.total.saturating_add(whole.max(done));
    }
    progress
}
