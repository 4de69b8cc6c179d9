//! The help page: signs, words of users, and all actions, filtered by what is typed after `/`.

use crate::explorer::model::action;
use crate::explorer::model::action::GROUPS;
use crate::explorer::model::action::entry::{Context, Entry};
use crate::explorer::model::action::words::of as words_of;
use crate::explorer::model::key::Key;
use crate::explorer::model::keymap::Keymap;
use crate::explorer::model::overlay::Overlay;
use crate::explorer::model::role::Role;
use crate::explorer::view::marker::LEGEND;
use crate::explorer::view::page::writer::{OverlayText, Writer, spans_width};
use crate::text::width::width;
use crate::text::{Visible, visible};

/// Width of the column of keys.
const KEYS: usize = 20;

/// What users call things, and where they are; keys in braces are ids of actions.
const WORDS: [(&str, &str); 10] = [
    (
        "delete, whiteout",
        "- : this layer deletes the path (a whiteout); its bytes stay in the layer that added it",
    ),
    ("hidden, shadowed", "x : covered: a later layer deletes or replaces it; {history} says which"),
    ("opaque", "! : the directory hides all that lower layers have in it"),
    (
        "ghost, deleted",
        "{everything-ever} shows them in the tree; {filter} takes shadowed, opaque, whiteout and ghost",
    ),
    ("get back, undelete", "{extract} writes a version to disk, deleted ones too; {view} shows it"),
    ("who, blame", "{history}: who added, changed or deleted this path"),
    (
        "finding, secret",
        "{waste}, then {next-pane}: secrets, caches, rights: layer, instruction and remedy of each",
    ),
    (
        "waste, space",
        "{waste}: bytes that are stored and not visible; {treemap}: a map of the largest things",
    ),
    (
        "history, margin",
        "left of a layer's number: what the layer did to the path under the cursor; the number of the layer that wrote it is reversed",
    ),
    ("dive", "keys = \"dive\" in the config file: dive's own keys"),
];

const READING: &[(&str, &str)] = &[("j k", "scroll"), ("/", "search"), ("esc", "close")];
const TYPING: &[(&str, &str)] = &[("enter", "keep"), ("up down", "scroll"), ("esc", "all again")];

pub(super) fn page(keymap: &Keymap, overlay: &Overlay, width: usize) -> OverlayText {
    let hints = if overlay.typing { TYPING } else { READING };
    filtered(keymap, overlay.input.text(), width, hints)
}

fn filtered(
    keymap: &Keymap,
    needle: &str,
    width: usize,
    hints: &'static [(&'static str, &'static str)],
) -> OverlayText {
    let mut out = Writer::new(width);
    let needle = needle.trim().to_lowercase();
    let matches = |texts: &[&str]| texts.iter().any(|text| text.to_lowercase().contains(&needle));
    signs(&mut out, &matches);
    words(&mut out, keymap, &matches);
    for group in &GROUPS {
        let rows = group.rows.iter().map(|row| (keymap.notation(row), row));
        let rows: Vec<_> = rows
            .filter(|(keys, row)| {
                matches(&[row.id, row.help, group.name, &keys.plain(), words_of(row.id)])
            })
            .collect();
        if !rows.is_empty() {
            out.heading(group.name);
        }
        for (keys, row) in rows {
            entry(&mut out, &keys, Role::Strong, &row.help.into());
            place(&mut out, row);
        }
    }
    if out.lines.is_empty() {
        out.text(Role::Quiet, 0, "no key, sign or word matches");
    }
    let title =
        if needle.is_empty() { "Help".into() } else { visible!["Help: ", visible(&needle)] };
    out.finish(title, hints)
}

fn signs(out: &mut Writer, matches: &dyn Fn(&[&str]) -> bool) {
    let signs: Vec<_> = LEGEND.iter().filter(|(_, _, text)| matches(&[text, "signs"])).collect();
    if !signs.is_empty() {
        out.heading("Signs");
        for (sign, role, text) in signs {
            entry(out, &visible(sign), *role, &(*text).into());
        }
    }
}

fn words(out: &mut Writer, keymap: &Keymap, matches: &dyn Fn(&[&str]) -> bool) {
    let rows: Vec<_> =
        WORDS.iter().filter(|(word, text)| matches(&[word, text, "words"])).collect();
    if !rows.is_empty() {
        out.heading("Words");
        for (word, text) in rows {
            entry(out, &(*word).into(), Role::Strong, &with_keys(keymap, text));
        }
    }
}

/// Replaces ids in braces by the keys of the actions.
fn with_keys(keymap: &Keymap, text: &'static str) -> Visible<'static> {
    let mut out = Visible::default();
    for (index, part) in text.split(['{', '}']).enumerate() {
        let entry = action::all().find(|entry| index % 2 == 1 && entry.id == part);
        let key = entry.and_then(|entry| keymap.keys(entry).next()).map(Key::name);
        out = visible![out, key.unwrap_or_else(|| part.into())];
    }
    out
}

/// Where a key works, behind the last line of its help, unless that is in every pane.
fn place(out: &mut Writer, row: &Entry) {
    let named = |context: &Context| match context {
        Context::Stack => Some("layers"),
        Context::Trees => Some("tree, changes"),
        Context::Overlay => Some("lists"),
        Context::File => Some("file"),
        Context::Map => Some("map"),
        Context::Panes | Context::Typing => None,
    };
    let everywhere = row.contexts.contains(&Context::Panes);
    let places: Vec<Visible<'static>> =
        row.contexts.iter().filter_map(named).map(Visible::from).collect();
    let Some(last) = out.lines.last_mut().filter(|_| !everywhere && !places.is_empty()) else {
        return;
    };
    let text = visible!["  in: ", Visible::join(&places, ", ")];
    if spans_width(&last.spans) + text.len() <= out.width {
        last.spans.push((Role::Quiet, text));
    }
}

fn entry(out: &mut Writer, keys: &Visible<'_>, role: Role, text: &Visible<'static>) {
    let column = KEYS.min(out.width / 3);
    if width(keys) >= column {
        out.line(vec![(role, keys.clone().into_owned())]);
        out.text(Role::Text, column, text);
        return;
    }
    out.hanging((role, keys.clone().into_owned()), column, Role::Text, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(page: &OverlayText) -> String {
        page.lines
            .iter()
            .flat_map(|line| line.spans.iter())
            .map(|(_, text)| text.to_string())
            .collect()
    }

    #[test]
    fn every_action_and_sign_is_in_it() {
        // Wide enough that no line wraps.
        let all = text(&filtered(&Keymap::default(), "", 200, READING));
        for entry in crate::explorer::model::action::all() {
            assert!(all.contains(entry.help), "{}", entry.id);
        }
        for (_, _, meaning) in LEGEND {
            assert!(all.contains(meaning));
        }
    }

    #[test]
    fn words_of_users_are_found() {
        for word in
            ["finding", "secret", "cache", "delete", "whiteout", "dive", "shadowed", "hidden"]
        {
            let found = text(&filtered(&Keymap::default(), word, 90, READING));
            assert!(!found.contains("no key"), "{word}");
        }
        let secret = text(&filtered(&Keymap::default(), "secret", 200, READING));
        assert!(secret.contains("W, then tab"), "{secret}");
    }

    #[test]
    fn signs_come_first() {
        let page = filtered(&Keymap::default(), "", 90, READING);
        assert_eq!(page.lines[0].spans[0].1, "Signs");
    }

    #[test]
    fn typing_narrows_it() {
        let narrow = filtered(&Keymap::default(), "HISTORY", 90, READING);
        assert!(narrow.lines.len() < 20);
        assert!(text(&narrow).contains("who wrote this path"));
        assert!(
            text(&filtered(&Keymap::default(), "no such thing", 90, READING))
                .contains("no key, sign or word matches")
        );
    }
}
