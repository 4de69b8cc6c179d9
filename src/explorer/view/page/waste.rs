//! The waste page: remedies, and the layers and paths that waste most. Layers and paths are items.

use crate::explorer::model::waste::WasteSummary;
use crate::explorer::model::{Role, State};
use crate::explorer::view::coverage;
use crate::explorer::view::coverage::Coverage;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::stack::Stack;
use crate::stack::query::waste_cause::{PathWaste, WasteCause};
use crate::text::{Visible, shorten, size, visible};

/// Width of the column of sizes: a size and two spaces.
const SIZE: usize = 8;

pub(super) fn page(state: &State, stack: &Stack, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    if let Some(waste) = &state.waste {
        let coverage = coverage::layers_read(state, stack);
        totals(&mut out, waste, coverage.as_ref());
        if coverage.is_none() && stack.folded() < stack.layer_count() {
            let note = visible!["Layers ", stack.folded(), " and above are not read yet."];
            out.text(Role::Warning, 0, &note);
        }
        unread(&mut out, state, stack);
        advice(&mut out, waste);
        layers(&mut out, state, waste);
        paths(&mut out, stack, waste);
    }
    out.finish(
        "What to fix: waste (tab: findings)",
        &[
            ("enter", "go to the layer, or to what hid the path"),
            ("tab", "findings"),
            ("e", "extract"),
            ("j k", "move"),
            ("esc", "close"),
        ],
    )
}

/// Layers that are missing from the totals.
pub(super) fn unread(out: &mut Writer, state: &State, stack: &Stack) {
    for layer in 0..state.layer_count() {
        match coverage::read(state, stack, layer) {
            Coverage::Nothing => {
                let text = visible!["Layer ", layer, ": ", coverage::not_read(state, layer), "."];
                out.text(Role::Warning, 0, &text);
            }
            Coverage::Unmerged => {
                let text = visible!["Layer ", layer, ": read, but a layer below it was not."];
                out.text(Role::Warning, 0, &text);
            }
            Coverage::Part => {
                out.text(Role::Warning, 0, visible!["Layer ", layer, ": read in part."]);
            }
            Coverage::NotYet | Coverage::All => {}
        }
    }
}

fn totals(out: &mut Writer, waste: &WasteSummary, coverage: Option<&Visible<'_>>) {
    let balance = &waste.balance;
    let coverage_words = coverage.map(|it| visible![", ", it]).unwrap_or_default();
    let text = visible![
        size::long(balance.wasted),
        " wasted of ",
        size::short(balance.stored),
        " stored, efficiency ",
        size::percent(balance.efficiency),
        coverage_words
    ];
    out.text(Role::Strong, 0, &text);
    if balance.wasted == 0 && coverage.is_none() {
        out.text(Role::Quiet, 0, "Every byte that a layer stores can be seen in the final tree.");
    }
}

fn advice(out: &mut Writer, waste: &WasteSummary) {
    if waste.advice.is_empty() {
        return;
    }
    out.heading("How to avoid it");
    for &(advice, bytes, files) in &waste.advice {
        sized(out, bytes, Role::Text, &advice.sentence().into());
        let noun = if files == 1 { "file" } else { "files" };
        out.text(Role::Quiet, SIZE, visible![size::count(files), " stored ", noun]);
    }
}

fn layers(out: &mut Writer, state: &State, waste: &WasteSummary) {
    if waste.layers.is_empty() {
        return;
    }
    out.heading("By layer");
    for &(layer, sum) in &waste.layers {
        out.start_item();
        let caused = if sum.caused > 0 {
            visible!["layer ", layer, "; it hid ", size::short(sum.caused)]
        } else {
            visible!["layer ", layer]
        };
        sized(out, sum.stored, Role::Strong, &caused);
        let made_by = state.command(layer);
        if !made_by.is_empty() {
            let space = out.width.saturating_sub(SIZE);
            out.text(Role::Quiet, SIZE, shorten::middle(&made_by.visible(), space));
        }
    }
    out.end_items();
}

fn paths(out: &mut Writer, stack: &Stack, waste: &WasteSummary) {
    if waste.paths.is_empty() {
        return;
    }
    out.heading("By path");
    for path in &waste.paths {
        out.start_item();
        let name = stack.path(path.node);
        let space = out.width.saturating_sub(SIZE);
        sized(out, path.bytes, Role::Text, &shorten::path(&visible(&name), space));
        out.text(Role::Quiet, SIZE, why(path));
    }
    out.end_items();
    let (bytes, count) = waste.rest;
    if count > 0 {
        let noun = if count == 1 { "path" } else { "paths" };
        let rest = visible!["in ", size::count(count as u64), " more ", noun];
        sized(out, bytes, Role::Quiet, &rest);
    }
}

/// A size in its column and a text, wrapped with a hanging indent.
fn sized(out: &mut Writer, bytes: u64, role: Role, text: &Visible<'_>) {
    let column = if bytes == 0 { "     -".into() } else { size::fixed(bytes) };
    out.hanging((Role::Modified, column), SIZE, role, text);
}

/// The layers that store a path's wasted bytes, and the layer that hides most of them.
fn why(path: &PathWaste) -> Visible<'static> {
    let Some(piece) = path.largest() else { return Visible::default() };
    let stored: Vec<Visible<'static>> =
        path.files.iter().map(|file| visible![file.wasted.layer]).collect();
    let stored = match stored.as_slice() {
        [one] => visible!["layer ", one],
        [first, .., last] if stored.len() > 3 => visible!["layers ", first, " to ", last],
        several => visible!["layers ", Visible::join(several, ", ")],
    };
    let did = match piece.cause {
        WasteCause::Removed => "removed",
        WasteCause::Overwritten => "overwritten",
        WasteCause::Attributes => "given other attributes",
        WasteCause::Touched => "touched",
        WasteCause::Rewritten => "rewritten identical",
        WasteCause::Undecided => "written again, not compared yet,",
        WasteCause::Twice => "stored twice",
    };
    visible!["in ", stored, ", ", did, " by layer ", piece.culprit]
}
