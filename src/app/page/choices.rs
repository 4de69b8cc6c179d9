//! Several images in one place: one has to be chosen.

use crate::app::role::Role;
use crate::app::state::State;
use crate::text::{shorten, visible_str};

use super::{Page, Writer};

pub(super) fn page(state: &State, width: usize) -> Page {
    let mut out = Writer::new(width);
    for choice in &state.choices {
        out.start_item();
        out.line(vec![(Role::Strong, shorten::middle(&visible_str(&choice.name), out.width))]);
        if !choice.detail.is_empty() {
            out.text(Role::Quiet, 2, &visible_str(&choice.detail));
        }
    }
    out.end_items();
    let title = format!("{} images here: choose one", state.choices.len());
    out.finish(title, &[("enter", "open"), ("j k", "move"), ("ctrl-c", "quit")])
}
