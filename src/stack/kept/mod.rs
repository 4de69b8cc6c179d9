//! The data of a stack: rows of layers, paths, events, totals.

pub(crate) mod arena;
mod case;
pub(crate) mod change;
pub mod change_kind;
pub mod entry;
pub(crate) mod events;
pub(crate) mod flag;
mod hashed;
pub(crate) mod known_dirs;
pub(crate) mod large_dirs;
pub mod marker;
pub(crate) mod names;
pub(crate) mod needle;
pub mod paths;
pub mod stack;
pub mod summary;
pub mod table;
pub(crate) mod totals;
