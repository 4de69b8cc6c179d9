//! Pages of an extraction: the prompt for the destination, and the question whether to overwrite it.

use crate::explorer::model::{Role, State};
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::explorer::view::{coverage, marker};
use crate::stack::{NodeId, Stack};
use crate::text::{Visible, shorten, size, visible};

pub(super) fn page(
    state: &State,
    stack: &Stack,
    (node, layer): (NodeId, usize),
    width: usize,
) -> OverlayText {
    let mut out = Writer::new(width);
    let path = stack.path(node);
    out.text(Role::Strong, 0, shorten::path(&visible(&path), width));
    out.text(Role::Text, 0, visible!["as layer ", layer, " has it", amount(stack, node, layer)]);
    if let Some(later) = stack.shadowed_by(node, layer) {
        let verb = marker::shadow_verb(later);
        out.text(Role::Shadowed, 0, visible!["layer ", later.layer, " ", verb, " it"]);
    }
    if let Some(warning) = coverage::warning(state, stack, layer) {
        out.text(Role::Warning, 0, &warning);
    }
    out.blank();
    let rules = "A directory's contents go into the directory named above, which is made if it is not there; a file \
                 gets that name. Links are not followed, nothing is written above the place, and nothing is \
                 overwritten unasked.";
    out.text(Role::Quiet, 0, rules);
    out.finish("Extract to", &[("enter", "extract"), ("esc", "cancel")])
}

fn amount(stack: &Stack, node: NodeId, layer: usize) -> Visible<'static> {
    let Some(version) = stack.visible(node, layer) else { return Visible::default() };
    if version.kind.is_regular() {
        return visible![": ", size::long(version.size)];
    }
    let totals = stack.totals(node, layer);
    let noun = if totals.entries == 1 { "path" } else { "paths" };
    match totals.entries {
        0 => Visible::default(),
        entries => {
            visible![": ", size::count(entries), " ", noun, " below it, ", size::long(totals.bytes)]
        }
    }
}

pub(super) fn overwrite(state: &State, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let dest = state.occupied.as_ref().map_or("", |request| request.dest.as_str());
    let dest = shorten::path(&visible(dest), width * 2);
    out.text(Role::Warning, 0, visible![dest, " exists already."]);
    out.blank();
    out.start_item();
    out.text(Role::Strong, 0, "leave it as it is");
    out.start_item();
    out.text(Role::Text, 0, "overwrite: files of the same names are replaced, all others stay");
    out.end_items();
    out.finish("Overwrite?", &[("enter", "choose"), ("j k", "move"), ("esc", "leave it")])
}
