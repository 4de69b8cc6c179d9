//! The help page: all actions and markers, filtered by what is typed.

use crate::explorer::model::action::GROUPS;
use crate::explorer::model::keymap::Keymap;
use crate::explorer::model::role::Role;
use crate::explorer::view::marker::LEGEND;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::text::width::width;
use crate::text::{Visible, visible};

/// Width of the column of keys.
const KEYS: usize = 20;

pub(super) fn page(keymap: &Keymap, needle: &str, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let needle = needle.trim().to_lowercase();
    let matches = |texts: &[&str]| texts.iter().any(|text| text.to_lowercase().contains(&needle));
    for group in &GROUPS {
        let rows = group.rows.iter().map(|row| (keymap.notation(row), row));
        let rows: Vec<_> = rows
            .filter(|(keys, row)| matches(&[row.id, row.help, group.name, &keys.plain()]))
            .collect();
        if !rows.is_empty() {
            out.heading(group.name);
        }
        for (keys, row) in rows {
            entry(&mut out, &keys, Role::Strong, row.help);
        }
    }
    let signs: Vec<_> = LEGEND.iter().filter(|(_, _, text)| matches(&[text, "signs"])).collect();
    if !signs.is_empty() {
        out.heading("Signs");
        for (sign, role, text) in signs {
            entry(&mut out, &visible(sign), *role, text);
        }
    }
    if out.lines.is_empty() {
        out.text(Role::Quiet, 0, "no key or sign matches");
    }
    out.finish("Help", &[("type", "search"), ("up down", "scroll"), ("esc", "close")])
}

fn entry(out: &mut Writer, keys: &Visible<'_>, role: Role, text: &'static str) {
    let column = KEYS.min(out.width / 3);
    if width(keys) >= column {
        out.line(vec![(role, keys.clone().into_owned())]);
        out.text(Role::Text, column, text);
        return;
    }
    out.hanging((role, keys.clone().into_owned()), column, Role::Text, &text.into());
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
        let all = text(&page(&Keymap::default(), "", 200));
        for entry in crate::explorer::model::action::all() {
            assert!(all.contains(entry.help), "{}", entry.id);
        }
        for (_, _, meaning) in LEGEND {
            assert!(all.contains(meaning));
        }
    }

    #[test]
    fn typing_narrows_it() {
        let narrowed = page(&Keymap::default(), "HISTORY", 90);
        assert!(narrowed.lines.len() < 8);
        assert!(text(&narrowed).contains("who wrote this path"));
        assert!(
            text(&page(&Keymap::default(), "no such thing", 90)).contains("no key or sign matches")
        );
    }
}
