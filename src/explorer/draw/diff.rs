//! The changes pane: paths that the selected layer or range changed, and their parent directories.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::rows::TreeRow;
use crate::explorer::draw::tree::waiting;
use crate::explorer::draw::{frame, own_entries, rows};
use crate::explorer::model::filter::Filter;
use crate::explorer::model::{Role, Span, State};
use crate::explorer::view;
use crate::explorer::view::coverage::Coverage;
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::explorer::view::{coverage, marker};
use crate::stack::query::outline::OutlineRow;
use crate::stack::query::tree::Tree;
use crate::stack::{ChangeKind, LayerSummary, Stack};
use crate::text::width::width;
use crate::text::{Visible, size, visible};

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    layout: &Layout,
    area: &PaneArea,
) {
    let (from, to) = state.range();
    let layers =
        if state.layer_count() > 0 { view::range::label(state) } else { Visible::default() };
    let status = rows::status(state, [layers]);
    if let Some(entries) = view::own_entries::shown(state, area.pane) {
        let remark = view::own_entries::remark(entries);
        own_entries::draw(canvas, state, layout, area, &status, &remark, entries);
        return;
    }
    let tree = if from == to { Tree::Diff(to) } else { Tree::Range(from, to) };
    let rows = rows::draw(canvas, state, stack, layout, area, &status, |row| {
        describe(state, stack, tree, row)
    });
    if rows == 0 {
        frame::empty(canvas, area.body, &why_empty(state, stack));
    }
    if area.bordered && to < stack.folded() {
        let spans = if from == to {
            counts(&stack.summary(to))
        } else {
            let changed = state
                .filtered(area.pane, tree)
                .map_or(0, |(_, filtered_tree)| filtered_tree.count());
            vec![(Role::Text, visible![" ", size::count(changed as u64), " changed"])]
        };
        let outer = area.outer;
        if !spans.is_empty() {
            let y = outer.y + outer.height - 1;
            let position = frame::position(state.view(area.pane).row, rows);
            // Beside the two corners, two cells of the border and one behind the counts.
            let space = outer.width.saturating_sub(5 + width(&position) as u16);
            let end = canvas.spans(outer.x + 2, y, space, &spans);
            canvas.text(end, y, 1, Role::Text, " ");
        }
    }
}

fn describe(state: &State, stack: &Stack, tree: Tree, row: OutlineRow) -> TreeRow {
    let to = tree.top();
    let from = if let Tree::Range(from, _) = tree { from } else { to };
    let change = stack.change_in(row.node, tree);
    let event = change.and_then(|change| change.event.or(change.previous));
    let version = event.map(|event| stack.version(event));
    let gone = change.is_some_and(|change| change.kind == ChangeKind::Removed);
    let shadow = change.filter(|_| !gone).and_then(|_| stack.shadowed_by(row.node, to));
    let bytes =
        version.filter(|version| version.kind.is_regular()).map_or(0, |version| version.size);
    // A directory that only leads to changes is dimmed.
    let plain = if row.directory { Role::Quiet } else { Role::Text };
    let kind = change.map(|change| change.kind);
    let opaque = change.is_some_and(|change| change.opaque);
    let (mut by, mut notes): (Vec<Span>, Vec<Span>) =
        shadow.map(|by| rows::by(state, Role::Shadowed, by)).into_iter().unzip();
    if opaque && from == to {
        by.extend(rows::hides(stack, row.node, to));
    }
    // There are no counts by kind for a range.
    if row.directory && !row.open && from == to {
        notes.extend(rows::below(stack, row.node, to));
    }
    notes.extend(change.as_ref().and_then(|change| rows::changed_metadata(stack, change)));
    let event = event.filter(|_| !gone && !row.directory);
    notes.extend(event.into_iter().flat_map(|event| rows::details(stack, event)));
    let net = if row.directory { stack.net_bytes(row.node, from, to) } else { 0 };
    let size = match (row.directory, net) {
        (true, 0) => Visible::default(),
        (true, net) => size::signed(net),
        (false, _) => size::fixed(bytes),
    };
    TreeRow {
        signs: marker::signs(opaque, shadow.is_some(), kind),
        name_role: marker::name(shadow.is_some(), kind, plain),
        by,
        notes,
        target: event.map_or_else(Vec::new, |event| rows::target(stack, event)),
        size,
        ..TreeRow::default()
    }
}

/// Counts of the layer's changes by kind, for the border.
fn counts(summary: &LayerSummary) -> Vec<Span> {
    let kinds = [
        (ChangeKind::Added, summary.added),
        (ChangeKind::Modified, summary.modified),
        (ChangeKind::Metadata, summary.metadata),
        (ChangeKind::Rewritten, summary.rewritten),
        (ChangeKind::Undecided, summary.undecided),
        (ChangeKind::Removed, summary.removed),
    ];
    let kinds = kinds.into_iter().filter(|(_, number)| *number > 0);
    kinds
        .map(|(kind, number)| {
            let (sign, role) = marker::change(kind);
            (role, visible![" ", sign, size::count(number)])
        })
        .collect()
}

/// Hint for a layer that was not read.
fn unread_hint(state: &State, stack: &Stack, layer: usize) -> Visible<'static> {
    if layer < stack.folded() {
        return visible![state.keymap.of_panes("!"), " says why."];
    }
    visible![coverage::resume_key(state), " goes on reading."]
}

fn why_empty(state: &State, stack: &Stack) -> Vec<Span> {
    let text = |text: Visible<'static>| (Role::Text, text);
    if state.layer_count() == 0 {
        return Vec::new();
    }
    let (from, to) = state.range();
    if coverage::read(state, stack, to) == Coverage::Nothing {
        return vec![
            text(visible![
                "What layer ",
                to,
                " changes is unknown: ",
                coverage::not_read(state, to),
                "."
            ]),
            (Role::Quiet, unread_hint(state, stack, to)),
        ];
    }
    if to >= stack.folded() {
        return vec![
            text(visible!["Layer ", to, " is not there yet."]),
            (Role::Quiet, waiting(state, stack)),
        ];
    }
    if state.filter.as_ref().is_some_and(Filter::is_on) {
        let which = visible!["No change of ", view::range::label(state), " passes the filter."];
        return vec![
            text(which),
            (Role::Quiet, visible!["Esc ends it; ", state.keymap.of_panes("f"), " changes it."]),
        ];
    }
    if from != to {
        return vec![text(visible![
            "Layers ",
            from,
            " to ",
            to,
            " change nothing, taken together."
        ])];
    }
    let broken = state.loads.get(state.layer).is_some_and(|load| !load.problems.is_empty());
    let why = if broken {
        visible![state.keymap.of_panes("!"), " lists its problems."]
    } else {
        "It holds no entries.".into()
    };
    vec![text(visible!["Layer ", state.layer, " changes nothing."]), (Role::Quiet, why)]
}
