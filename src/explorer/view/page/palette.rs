//! The palette page: entries with their descriptions and keys.

use crate::explorer::model::{Role, State};
use crate::explorer::view;
use crate::explorer::view::offers::Offer;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::stack::Stack;
use crate::text::width::{pad, width};
use crate::text::{Visible, shorten};

/// Width of the column of names.
const NAMES: usize = 18;

pub(super) fn page(state: &State, stack: &Stack, typed: &str, cells: usize) -> OverlayText {
    let mut out = Writer::new(cells);
    for offer in view::offers::offers(state, stack, typed) {
        out.start_item();
        let (name, keys) = match offer {
            Offer::Do(entry) => (entry.id, state.keymap.notation(entry)),
            Offer::Layer(_) => ("layer", Visible::default()),
            Offer::Path(_) => ("path", Visible::default()),
            Offer::Theme(_) => ("theme", Visible::default()),
        };
        // In narrow overlays the keys are left out first, then the description is cut.
        let keys = if out.width < 60 { Visible::default() } else { keys };
        let mut spans = vec![(Role::Strong, pad(&name.into(), NAMES.min(out.width)))];
        let space = out.width.saturating_sub(NAMES + width(&keys) + 2);
        let help = shorten::middle(&view::offers::describe(stack, offer), space);
        spans.push((Role::Text, pad(&help, space + 2)));
        spans.push((Role::Accent, keys));
        out.line(spans);
    }
    out.end_items();
    if out.lines.is_empty() {
        let why = view::offers::why_none(state, stack, typed);
        out.text(Role::Warning, 0, why.unwrap_or_else(|| "no action has that name".into()));
        out.text(Role::Quiet, 0, "layer N, path /PATH and theme NAME go there at once");
    }
    out.finish(
        "Palette",
        &[("enter", "do it"), ("up down", "move"), ("type", "narrow"), ("esc", "close")],
    )
}
