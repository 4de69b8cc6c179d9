//! The list of images to choose from: of an archive or layout with several, or of all local stores. One row an image.

use crate::explorer::model::action::entry::Context;
use crate::explorer::model::message::{Choice, ChoiceKind};
use crate::explorer::model::{Overlay, Role, State};
use crate::explorer::view::choices::shown;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::text::width::{pad, pad_left};
use crate::text::{Visible, shorten, size, visible};

/// Widths of the columns behind the name: size, age, layers, store.
const SIZE: usize = 8;
const AGE: usize = 10;
const LAYERS: usize = 8;
const STORE: usize = 20;
/// A name has at least this width; columns that leave less are left out, from the right.
const NAME_LEAST: usize = 24;

const HINTS: &[(&str, &str)] =
    &[("enter", "open"), ("/", "filter"), ("j k", "move"), ("q", "quit")];
const WITH_INTERMEDIATE: &[(&str, &str)] = &[
    ("enter", "open"),
    ("/", "filter"),
    ("a", "intermediate images"),
    ("j k", "move"),
    ("q", "quit"),
];

/// Widths of the columns that fit; 0 of those that are left out.
struct Columns {
    name: usize,
    size: usize,
    age: usize,
    layers: usize,
    store: usize,
}

impl Columns {
    fn of(choices: &[Choice], width: usize) -> Self {
        let mut left = width.saturating_sub(NAME_LEAST);
        let mut fits = |known: &dyn Fn(&Choice) -> bool, cells: usize| {
            let cells = if cells <= left && choices.iter().any(known) { cells } else { 0 };
            left -= cells;
            cells
        };
        let size = fits(&|it| it.bytes > 0, SIZE);
        let age = fits(&|it| !it.age.is_empty(), AGE);
        let layers = fits(&|it| it.layers.is_some(), LAYERS);
        let store = fits(&|it| it.group.is_some(), STORE);
        Self { name: left + NAME_LEAST.min(width), size, age, layers, store }
    }
}

pub(super) fn page(state: &State, overlay: &Overlay, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let columns = Columns::of(&state.choices, out.width);
    header(&mut out, &columns);
    let rows = shown(state, overlay);
    for &at in &rows {
        out.start_item();
        row(&mut out, &state.choices[at], &columns);
    }
    out.end_items();
    if rows.is_empty() && !state.choices.is_empty() {
        out.text(Role::Warning, 0, "no image has these words");
    }
    let hidden = state.choices.iter().filter(|it| it.kind == ChoiceKind::Intermediate).count();
    let hints = if hidden > 0 { WITH_INTERMEDIATE } else { HINTS };
    if hidden > 0 && !overlay.all {
        let noun = if hidden == 1 { " intermediate image is" } else { " intermediate images are" };
        out.text(
            Role::Quiet,
            0,
            visible![
                size::count(hidden as u64),
                noun,
                " not listed: ",
                state.keymap.rewritten("a", &[Context::Overlay]),
                " lists all"
            ],
        );
    }
    let mut page = out.finish(title(state), hints);
    page.foot =
        rows.get(overlay.selected).map(|&at| details(&state.choices[at])).unwrap_or_default();
    page
}

fn header(out: &mut Writer, columns: &Columns) {
    if columns.size + columns.age + columns.layers + columns.store == 0 {
        return;
    }
    let mut spans = vec![(Role::Quiet, pad(&"image".into(), columns.name))];
    let mut column = |title: &'static str, cells: usize| {
        if cells > 0 {
            spans.push((Role::Quiet, pad_left(&title.into(), cells)));
        }
    };
    column("size", columns.size);
    column("age", columns.age);
    column("layers", columns.layers);
    if columns.store > 0 {
        spans.push((Role::Quiet, "  store".into()));
    }
    out.line(spans);
}

fn row(out: &mut Writer, choice: &Choice, columns: &Columns) {
    let unnamed = matches!(choice.kind, ChoiceKind::Untagged | ChoiceKind::Intermediate);
    let role = if unnamed { Role::Quiet } else { Role::Strong };
    let space = columns.name.saturating_sub(1);
    let name = shorten::middle(&visible(&choice.name), space);
    let mut spans = vec![(role, pad(&name, columns.name))];
    let mut column = |text: Visible<'static>, cells: usize| {
        if cells > 0 {
            spans.push((Role::Text, pad_left(&text, cells)));
        }
    };
    let bytes = if choice.bytes > 0 { size::short(choice.bytes) } else { Visible::default() };
    column(bytes, columns.size);
    column(choice.age.clone(), columns.age);
    let layers = choice.layers.map(|layers| visible![layers]).unwrap_or_default();
    column(layers, columns.layers);
    if columns.store > 0 {
        let kind = choice.group.as_deref().and_then(|group| group.split(' ').next()).unwrap_or("");
        let kind = if choice.kind == ChoiceKind::Container { "container" } else { kind };
        let kind = shorten::middle(&visible(kind), STORE - 2);
        spans.push((Role::Quiet, visible!["  ", kind]));
    }
    out.line(spans);
}

/// What the row of an image has no column for.
fn details(choice: &Choice) -> Visible<'static> {
    let group = visible(choice.group.as_deref().unwrap_or("")).into_owned();
    let detail = visible(&choice.detail).into_owned();
    if group.is_empty() || detail.is_empty() {
        return visible![detail, group];
    }
    visible![detail, "  ", group]
}

fn title(state: &State) -> Visible<'static> {
    if state.choices.iter().all(|choice| choice.kind == ChoiceKind::Remote) {
        return "Not here: ask its registry?".into();
    }
    let containers =
        state.choices.iter().filter(|choice| choice.kind == ChoiceKind::Container).count();
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
