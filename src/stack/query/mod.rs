//! Queries of a stack: views, changes, history, search, filters, waste.

mod apparent;
pub mod below;
mod change;
pub mod filter;
pub mod filtered_tree;
pub mod follow;
mod fuzzy;
pub mod glob;
pub(crate) mod history;
pub mod outline;
pub mod ranked;
pub mod search;
pub mod tree;
pub mod treemap;
pub mod version_state;
pub(crate) mod view;
pub mod walk;
pub mod waste;
pub mod waste_cause;
