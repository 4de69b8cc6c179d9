//! The union filesystem: every path any layer names, once, and on each path the events that befell it.
//!
//! Pure: no I/O, no clock, no terminal. Tables of rows come in ([`table::Table`], folded by [`fold::Fold`]), and the
//! merged tree at a layer, a layer's diff, a path's history, totals and waste are queries over the same events:
//! nothing is copied or merged again when somebody looks at another layer.
//!
//! ```text
//! arena    every path once, by names     events   what befell it, in layer order
//! fold     a layer's rows into events    resolve  which path a name means     apply, links   what a row does
//! totals   per directory, only where something below it changed
//! view     a path at a layer             change   what a layer did            history, search (part, alike), glob
//! waste    stored and shown by no name    loss     why, and what would have kept it out
//! outline  a tree as numbered rows       siblings the same where a directory has very many
//! filter   what paths have to be like          sieve    a tree narrowed to what passes      walk     a tree in path order
//! ```

pub mod fold;
pub mod kept;
pub mod notation;
pub mod query;

use hashbrown::HashMap;

pub use crate::stack::kept::change::Change;
pub use crate::stack::kept::change_kind::ChangeKind;
pub use crate::stack::kept::events::Cause;
pub use crate::stack::kept::stack::{EventId, NodeId, Stack};
pub use crate::stack::kept::summary::LayerSummary;
pub use crate::stack::query::history::HistoryEvent;
pub use crate::stack::query::view::{Extent, Payload, Totals, Version};

/// Bytes that lists of events by a path or an event take.
fn lists(lists: &HashMap<u32, Vec<u32>>) -> usize {
    let each = lists.values().map(|list| list.capacity() * size_of::<u32>());
    lists.capacity() * (size_of::<(u32, Vec<u32>)>() + 1) + each.sum::<usize>()
}
