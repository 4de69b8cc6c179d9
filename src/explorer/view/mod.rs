//! What is shown and where: functions that take `&State`.

pub mod columns;
pub mod comparison;
pub mod coverage;
pub mod extraction;
pub mod file;
pub mod file_rows;
pub mod filter;
pub(crate) mod findings;
pub(crate) mod fuzzy;
pub mod layers;
pub mod layout;
pub mod map;
pub mod margin;
pub mod marker;
pub mod metadata;
pub mod offers;
pub mod overlay;
pub mod own_entries;
pub mod owners;
pub mod page;
pub mod progress;
pub mod range;
pub mod search;
pub mod sort;
pub mod trees;
pub mod waste;
