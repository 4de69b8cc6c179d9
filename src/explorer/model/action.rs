//! The one table of what a user can do. Keys, help, footer hints and the README's table all come from it.

pub mod entry;
mod finding;
mod inspecting;
mod moving;
mod screen;

use crate::explorer::model::action::entry::{Entry, Group};

/// The table, in the order that help shows.
pub const GROUPS: [Group; 4] = [moving::GROUP, finding::GROUP, inspecting::GROUP, screen::GROUP];

/// Every row of the table.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    const ALL: &[Group] = &GROUPS;
    ALL.iter().flat_map(|group| group.rows)
}

/// The keys as a Markdown table, for the README.
#[must_use]
pub fn markdown_table() -> String {
    let mut out = String::from("| keys | what they do |\n|---|---|\n");
    for entry in all() {
        let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
        out.extend(["| ", &keys.join(" "), " | ", entry.help, " |\n"]);
    }
    out
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

    #[test]
    fn the_markdown_table_has_every_row() {
        let table = markdown_table();
        assert_eq!(table.lines().count(), all().count() + 2);
        assert!(table.contains("| `w` | who wrote this path"));
    }
}
