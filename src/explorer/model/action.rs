//! The one table of what a user can do. Keys, help, footer hints and the table of docs/keys.md all come from it.

pub mod entry;
mod inspecting;
mod moving;
mod screen;
mod searching;
pub mod words;

use crate::explorer::model::action::entry::{Entry, Group};

/// The table, in the order that help shows.
pub const GROUPS: [Group; 4] = [moving::GROUP, searching::GROUP, inspecting::GROUP, screen::GROUP];

/// Every row of the table.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    const ALL: &[Group] = &GROUPS;
    ALL.iter().flat_map(|group| group.rows)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_says_all_it_has_to() {
        let mut ids = HashSet::new();
        for entry in all() {
            assert!(ids.insert(entry.id), "{} twice", entry.id);
            assert!(!entry.keys.is_empty() && !entry.contexts.is_empty() && !entry.help.is_empty());
        }
    }
}
