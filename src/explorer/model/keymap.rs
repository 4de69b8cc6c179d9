//! Bindings of keys to actions: the defaults of the action table, changed by the user's config.

use crate::explorer::model;
use crate::explorer::model::action::entry::{Action, Context, Entry, PaneAction};
use crate::explorer::model::key::Key;
use crate::text::{Visible, visible};

/// Bindings of keys to actions. By default those of the action table.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

#[derive(Clone, Copy, Debug)]
struct Binding {
    key: Key,
    entry: &'static Entry,
}

/// A key that is bound to another action in the same context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyConflict {
    /// The key in question.
    pub key: Key,
    /// Id of the action it is bound to.
    pub by: &'static str,
}

impl Default for Keymap {
    fn default() -> Self {
        let bindings = model::action::all().flat_map(|entry| {
            let keys = entry.keys.iter().filter_map(|notation| Key::parse(notation));
            keys.map(move |key| Binding { key, entry })
        });
        Self { bindings: bindings.collect() }
    }
}

/// dive's keys (<https://github.com/wagoodman/dive>, "Keybindings"); actions that had one of them have another or none.
/// Terminals send Enter for Ctrl-M, as they do to dive: Alt-M does the same.
const DIVE: [(&str, &[&str]); 12] = [
    ("hide-added", &["ctrl-a"]),
    ("hide-removed", &["ctrl-r"]),
    ("hide-modified", &["ctrl-m", "alt-m"]),
    ("hide-unchanged", &["ctrl-u"]),
    ("this-layer", &["ctrl-l"]),
    ("filter", &["ctrl-f", "f"]),
    ("fold-toggle", &["ctrl-space"]),
    ("half-up", &["alt-u"]),
    ("page-down", &["pgdn"]),
    ("page-up", &["pgup"]),
    ("redraw", &["ctrl-alt-l"]),
    ("reload", &["alt-r"]),
];

impl Keymap {
    /// dive's keys, and ours where dive has none.
    #[must_use]
    pub fn dive() -> Self {
        let entry = |id: &str| model::action::all().find(|entry| entry.id == id);
        let keys = |keys: &[&str]| keys.iter().filter_map(|key| Key::parse(key)).collect();
        let changes: Vec<(&'static Entry, Vec<Key>)> =
            DIVE.iter().filter_map(|(id, own)| Some((entry(id)?, keys(own)))).collect();
        let mut keymap = Self::default();
        let taken = keymap.rebind(&changes);
        debug_assert!(taken.is_ok(), "{taken:?}");
        keymap
    }

    /// The action of a key in the first context that binds it.
    #[must_use]
    pub fn lookup(&self, key: Key, contexts: &[Context]) -> Option<Action> {
        contexts.iter().find_map(|context| {
            let mut bindings = self.bindings.iter();
            let known =
                bindings.find(|known| known.key == key && known.entry.contexts.contains(context));
            known.map(|known| known.entry.action)
        })
    }

    /// Replaces the keys of actions, all at once, so that two actions can exchange theirs.
    ///
    /// # Errors
    /// The first key that would have two actions in one context. Then nothing is changed.
    pub fn rebind(&mut self, changes: &[(&'static Entry, Vec<Key>)]) -> Result<(), KeyConflict> {
        let mut bindings = self.bindings.clone();
        bindings.retain(|known| changes.iter().all(|(entry, _)| entry.id != known.entry.id));
        for (entry, keys) in changes {
            for &key in keys {
                let clash = bindings.iter().find(|known| {
                    known.key == key && known.entry.id != entry.id && meet(known.entry, entry)
                });
                if let Some(known) = clash {
                    return Err(KeyConflict { key, by: known.entry.id });
                }
                bindings.push(Binding { key, entry });
            }
        }
        self.bindings = bindings;
        Ok(())
    }

    /// The keys of an action; the first is the one in hints.
    pub fn keys(&self, entry: &Entry) -> impl Iterator<Item = Key> {
        let id = entry.id;
        self.bindings.iter().filter(move |known| known.entry.id == id).map(|known| known.key)
    }

    /// The keys of an action, for help.
    #[must_use]
    pub fn notation(&self, entry: &Entry) -> Visible<'static> {
        let keys: Vec<_> = self.keys(entry).map(Key::name).collect();
        Visible::join(&keys, "  ")
    }

    /// Hints for the footer in these contexts: key and word, by rank. Actions without a key are left out.
    #[must_use]
    pub fn hints(&self, contexts: &[Context]) -> Vec<(Visible<'static>, &'static str)> {
        let mut rows: Vec<&Entry> = model::action::all()
            .filter(|entry| !entry.hint.0.is_empty())
            .filter(|entry| entry.contexts.iter().any(|context| contexts.contains(context)))
            .collect();
        rows.sort_by_key(|entry| entry.hint.1);
        rows.into_iter().filter_map(|entry| Some((self.hint_keys(entry)?, entry.hint.0))).collect()
    }

    /// Replaces default keys, separated by spaces, by those the user bound instead. Words that are no keys stay as they are.
    #[must_use]
    pub fn rewritten(&self, keys: &'static str, contexts: &[Context]) -> Visible<'static> {
        let own = |word: &str| {
            let entry = contexts.iter().find_map(|context| {
                let mut known =
                    model::action::all().filter(|entry| entry.contexts.contains(context));
                known.find(|entry| entry.keys.contains(&word))
            })?;
            let kept = self.keys(entry).find(|key| key.to_string() == word);
            kept.or_else(|| self.keys(entry).next()).map(Key::name)
        };
        let words = keys.split(' ').map(|word| own(word).unwrap_or_else(|| word.into()));
        Visible::join(&words.collect::<Vec<_>>(), " ")
    }

    /// [`Self::rewritten`] for keys of the panes, trees among them.
    #[must_use]
    pub fn of_panes(&self, keys: &'static str) -> Visible<'static> {
        self.rewritten(keys, &[Context::Trees, Context::Panes])
    }

    /// The key of a hint; for actions with an opposite both keys.
    fn hint_keys(&self, entry: &Entry) -> Option<Visible<'static>> {
        let key = self.keys(entry).next()?;
        let opposite = match entry.action {
            Action::Pane(PaneAction::NextLayer) => Some(PaneAction::PreviousLayer),
            Action::Pane(PaneAction::NextChange) => Some(PaneAction::PreviousChange),
            _ => None,
        };
        let opposite = opposite.map(Action::Pane);
        let opposite = opposite
            .and_then(|action| self.bindings.iter().find(|known| known.entry.action == action));
        Some(
            opposite
                .map_or_else(|| key.name(), |before| visible![before.key.name(), " ", key.name()]),
        )
    }
}

/// Whether two actions are looked up for one key press.
fn meet(one: &Entry, other: &Entry) -> bool {
    CHAINS.iter().any(|chain| {
        let in_chain = |entry: &Entry| entry.contexts.iter().any(|place| chain.contains(place));
        in_chain(one) && in_chain(other)
    })
}

/// Contexts that are looked up together (see [`crate::explorer::model::state::State::contexts`]).
const CHAINS: [&[Context]; 6] = [
    &[Context::Stack, Context::Panes],
    &[Context::Trees, Context::Panes],
    &[Context::File, Context::Overlay],
    &[Context::Map, Context::Overlay],
    &[Context::Overlay],
    &[Context::Typing],
];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use Context::{Overlay, Panes, Stack, Trees};

    use super::*;
    use crate::explorer::model;
    use crate::explorer::model::action::entry::Move;

    fn key(notation: &str) -> Key {
        Key::parse(notation).unwrap_or_else(|| panic!("{notation} is no key"))
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for chain in CHAINS {
            let mut seen: HashMap<Key, &str> = HashMap::new();
            for entry in model::action::all() {
                if !entry.contexts.iter().any(|context| chain.contains(context)) {
                    continue;
                }
                for notation in entry.keys {
                    let before = seen.insert(key(notation), entry.id);
                    assert_eq!(before, None, "{notation} in {chain:?}: also {}", entry.id);
                }
            }
        }
    }

    /// A config file names each action once.
    #[test]
    fn no_two_actions_have_one_name() {
        let mut seen = std::collections::HashSet::new();
        for entry in model::action::all() {
            assert!(seen.insert(entry.id), "{}", entry.id);
        }
    }

    #[test]
    fn every_key_of_the_table_is_a_key_and_leads_to_its_action() {
        let keymap = Keymap::default();
        for entry in model::action::all() {
            for notation in entry.keys {
                for &context in entry.contexts {
                    assert_eq!(keymap.lookup(key(notation), &[context]), Some(entry.action));
                }
            }
        }
    }

    #[test]
    fn hints_come_most_needed_first() {
        let keymap = Keymap::default();
        let words: Vec<_> =
            keymap.hints(&[Trees, Panes]).into_iter().map(|(_, word)| word).collect();
        assert_eq!(words[..4], ["find", "history", "layer", "help"]);
        assert!(!keymap.hints(&[Stack, Panes]).iter().any(|(_, word)| *word == "history"));
        assert!(keymap.hints(&[Stack, Panes]).contains(&("[ ]".into(), "layer")));
    }

    #[test]
    fn hints_of_overlays_name_the_users_keys() {
        let row = |action| model::action::all().find(|entry| entry.action == action).unwrap();
        let mut keymap = Keymap::default();
        assert_eq!(keymap.rewritten("up down", &[Overlay]), "up down");
        keymap
            .rebind(&[
                (row(Action::Extract), vec![key("E")]),
                (row(Action::Move(Move::Down)), vec![key("ctrl-n")]),
            ])
            .unwrap();
        assert_eq!(keymap.rewritten("e", &[Overlay]), "E");
        assert_eq!(keymap.rewritten("j k", &[Overlay]), "ctrl-n k");
        assert_eq!(keymap.rewritten("type", &[Overlay]), "type");
    }

    #[test]
    fn dives_keys_do_what_they_do_in_dive() {
        let keymap = Keymap::dive();
        let id = |notation: &str| {
            let action = keymap.lookup(key(notation), &[Trees, Panes])?;
            model::action::all().find(|entry| entry.action == action).map(|entry| entry.id)
        };
        for (notation, wanted) in [
            ("ctrl-a", "hide-added"),
            ("ctrl-r", "hide-removed"),
            ("ctrl-m", "hide-modified"),
            ("ctrl-u", "hide-unchanged"),
            ("ctrl-l", "this-layer"),
            ("ctrl-f", "filter"),
            ("ctrl-space", "fold-toggle"),
            ("space", "fold"),
            ("w", "history"),
        ] {
            assert_eq!(id(notation), Some(wanted), "{notation}");
        }
        for (id, keys) in DIVE {
            assert!(model::action::all().any(|entry| entry.id == id), "{id}");
            assert!(keys.iter().all(|notation| Key::parse(notation).is_some()), "{id}");
        }
    }

    #[test]
    fn actions_exchange_keys_and_keep_others_out() {
        let row = |action| model::action::all().find(|entry| entry.action == action).unwrap();
        let (down, up) = (row(Action::Move(Move::Down)), row(Action::Move(Move::Up)));
        let mut keymap = Keymap::default();
        keymap.rebind(&[(down, vec![key("k")]), (up, vec![key("j")])]).unwrap();
        assert_eq!(keymap.lookup(key("j"), &[Panes]), Some(Action::Move(Move::Up)));
        assert_eq!(keymap.lookup(key("down"), &[Panes]), None);
        let taken = keymap.rebind(&[(down, vec![key("/")])]).unwrap_err();
        assert_eq!(taken, KeyConflict { key: key("/"), by: "search" });
        assert_eq!(
            keymap.lookup(key("k"), &[Panes]),
            Some(Action::Move(Move::Down)),
            "nothing was changed"
        );
        // `q` quits among panes and closes overlays: two places.
        keymap.rebind(&[(row(Action::Pane(PaneAction::Quit)), vec![key("x")])]).unwrap();
        assert_eq!(keymap.lookup(key("q"), &[Overlay]), Some(Action::Close));
        assert_eq!(keymap.lookup(key("q"), &[Panes]), None);
    }
}
