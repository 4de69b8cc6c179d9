//! What the table of actions means for a key pressed, and for the footer.

use std::sync::LazyLock;

use super::action::{ACTIONS, Action, Context, Entry};
use super::key::Key;

/// Which action a key means, the first context that knows it deciding.
#[must_use]
pub fn lookup(key: Key, contexts: &[Context]) -> Option<Action> {
    /// The keys of all rows, read once.
    static KEYS: LazyLock<Vec<(Key, Context, Action)>> = LazyLock::new(|| {
        let rows = ACTIONS.iter().flat_map(|entry: &'static Entry| {
            let keys = entry.keys.iter().filter_map(|notation| Key::parse(notation));
            keys.flat_map(move |key| {
                entry.contexts.iter().map(move |&context| (key, context, entry.action))
            })
        });
        rows.collect()
    });
    contexts.iter().find_map(|&context| {
        let known = KEYS.iter().find(|&&(known, place, _)| known == key && place == context);
        known.map(|&(_, _, action)| action)
    })
}

/// The footer's hints where these contexts rule: key and word, the most needed first.
#[must_use]
pub fn hints(contexts: &[Context]) -> Vec<(&'static str, &'static str)> {
    let mut rows: Vec<&Entry> = ACTIONS
        .iter()
        .filter(|entry| !entry.hint.0.is_empty())
        .filter(|entry| entry.contexts.iter().any(|context| contexts.contains(context)))
        .collect();
    rows.sort_by_key(|entry| entry.hint.1);
    rows.iter().map(|entry| (hint_keys(entry), entry.hint.0)).collect()
}

/// Pairs of opposite keys stand together in a hint.
fn hint_keys(entry: &Entry) -> &'static str {
    match entry.action {
        Action::NextLayer => "[ ]",
        Action::NextChange => "{ }",
        _ => entry.keys.first().copied().unwrap_or(""),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use Context::{Overlay, Panes, Stack, Trees, Typing};

    /// Which contexts are consulted together.
    const CHAINS: [&[Context]; 4] = [&[Stack, Panes], &[Trees, Panes], &[Overlay], &[Typing]];

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for chain in CHAINS {
            let mut seen: HashMap<Key, &str> = HashMap::new();
            for entry in ACTIONS {
                if !entry.contexts.iter().any(|context| chain.contains(context)) {
                    continue;
                }
                for notation in entry.keys {
                    let key = Key::parse(notation).unwrap();
                    let before = seen.insert(key, entry.id);
                    assert_eq!(before, None, "{notation} in {chain:?}: also {}", entry.id);
                }
            }
        }
    }

    #[test]
    fn every_key_of_the_table_is_a_key_and_leads_to_its_action() {
        for entry in ACTIONS {
            for notation in entry.keys {
                let key = Key::parse(notation).unwrap_or_else(|| panic!("{notation} is no key"));
                for &context in entry.contexts {
                    assert_eq!(lookup(key, &[context]), Some(entry.action), "{notation}");
                }
            }
        }
    }

    #[test]
    fn hints_come_most_needed_first() {
        let words: Vec<_> = hints(&[Trees, Panes]).into_iter().map(|(_, word)| word).collect();
        assert_eq!(words[..4], ["find", "history", "layer", "help"]);
        assert!(!hints(&[Stack, Panes]).iter().any(|(_, word)| *word == "history"));
    }
}
