//! Small changes of the state that many keys share: cursor, folds, scroll position, overlays, filter.

pub mod ever;
pub mod file;
pub mod filter;
pub mod findings;
pub mod layers;
pub mod map;
pub mod overlay;
pub mod own_entries;
pub mod owners;
pub mod panes;
pub mod place;
pub mod range;
pub mod start;
pub mod trees;
pub mod waste;
