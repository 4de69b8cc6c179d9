//! Several images in one place, or all that local stores hold: one has to be chosen.

use crate::explorer::model::role::Role;
use crate::explorer::model::state::State;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::text::{marked_str, shorten};

pub(super) fn page(state: &State, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let mut group = None;
    for choice in &state.choices {
        if choice.group != group {
            group.clone_from(&choice.group);
            out.end_items();
            out.heading(&shorten::middle(&marked_str(group.as_deref().unwrap_or("")), out.width));
        }
        out.start_item();
        out.line(vec![(Role::Strong, shorten::middle(&marked_str(&choice.name), out.width))]);
        if !choice.detail.is_empty() {
            out.text(Role::Quiet, 2, &marked_str(&choice.detail));
        }
    }
    out.end_items();
    out.finish(title(state), &[("enter", "open"), ("j k", "move"), ("q", "quit")])
}

fn title(state: &State) -> String {
    if state.choices.iter().all(|choice| choice.remote) {
        return "Not here: ask its registry?".to_owned();
    }
    let containers = state.choices.iter().filter(|choice| choice.container).count();
    let images = state.choices.len() - containers;
    let count = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    };
    let counts = [count(images, "image"), count(containers, "container")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    format!("{} here: choose one", counts.join(" and "))
}
