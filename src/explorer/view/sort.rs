//! Label of the sort order.

use crate::stack::query::outline::{By, Sort};

/// Label of an order; empty for the default order by name.
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
