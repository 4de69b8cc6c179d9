//! The union filesystem: every path any layer names, once, and on each path the events that befell it.
//!
//! Pure: no I/O, no clock, no terminal. Tables of rows come in ([`table::Table`]), queries go out.

pub mod entry;
pub mod paths;
pub mod table;
