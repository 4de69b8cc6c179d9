//! The sort order in words.

use crate::stack::query::outline::{By, Sort};

/// An order in words; none for that of names.
#[must_use]
pub const fn label(sort: Sort) -> &'static str {
    match (sort.by, sort.reversed) {
        (By::Name, false) => "",
        (By::Name, true) => "z to a",
        (By::Size, false) => "largest first",
        (By::Size, true) => "smallest first",
        (By::Change, false) => "most changed first",
        (By::Change, true) => "least changed first",
    }
}
