//! The union filesystem: each path of any layer, stored once, with its events in layer order.
//!
//! Pure: no I/O, no clock, no terminal. The input is one table of rows for each layer ([`kept::table::Table`]), folded by
//! [`fold::Fold`]. The merged tree at a layer, the diff of a layer, the history of a path, totals and waste are queries over
//! the same events: selecting another layer copies and merges nothing.
//!
//! ```text
//! kept     table: rows of a layer   arena, names: paths   events, change: what each layer did to a path
//!          totals: sums of directories, by layer          large_dirs: the same for chunks of many siblings
//! fold     mod, apply: rows to events   resolve, replaced: the path that a name means   links: hard links
//!          ahead: look-ups for the next rows
//! query    view: a path at a layer   change: one layer or a range   history   follow: symbolic links   glob
//!          below: what each layer put below a directory
//!          search, fuzzy: names      walk: a tree in path order     outline: a tree as numbered rows
//!          filter, filtered_tree: the part of a tree that passes a test
//!          waste: stored bytes that no name shows   waste_cause: why, and how to avoid them
//! ```

pub mod fold;
pub mod kept;
pub mod notation;
pub mod query;

pub use crate::stack::kept::change::Change;
pub use crate::stack::kept::change_kind::ChangeKind;
pub use crate::stack::kept::events::Cause;
pub use crate::stack::kept::stack::{EventId, NodeId, Stack};
pub use crate::stack::kept::summary::LayerSummary;
pub use crate::stack::query::history::HistoryEvent;
pub use crate::stack::query::version_state::VersionState;
pub use crate::stack::query::view::{Extent, Payload, Shadow, Version};
