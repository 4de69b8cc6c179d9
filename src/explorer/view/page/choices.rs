//! The list of images to choose from: of an archive or layout with several, or of all local stores.

use crate::explorer::model::{Role, State};
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::text::{Visible, shorten, visible};

pub(super) fn page(state: &State, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let mut group = None;
    for choice in &state.choices {
        if choice.group != group {
            group.clone_from(&choice.group);
            out.end_items();
            out.heading(shorten::middle(&visible(group.as_deref().unwrap_or("")), out.width));
        }
        out.start_item();
        out.line(vec![(Role::Strong, shorten::middle(&visible(&choice.name), out.width))]);
        if !choice.detail.is_empty() {
            out.text(Role::Quiet, 2, visible(&choice.detail));
        }
    }
    out.end_items();
    out.finish(title(state), &[("enter", "open"), ("j k", "move"), ("q", "quit")])
}

fn title(state: &State) -> Visible<'static> {
    if state.choices.iter().all(|choice| choice.remote) {
        return "Not here: ask its registry?".into();
    }
    let containers = state.choices.iter().filter(|choice| choice.container).count();
    let images = state.choices.len() - containers;
    let count = |count: usize, what: &'static str| match count {
        0 => None,
        1 => Some(visible!["1 ", what]),
        count => Some(visible![count, " ", what, "s"]),
    };
    let counts = [count(images, "image"), count(containers, "container")];
    let counts: Vec<Visible<'static>> = counts.into_iter().flatten().collect();
    visible![Visible::join(&counts, " and "), " here: choose one"]
}
