//! The mouse: wheel, click, double click, dragging the borders between panes.

use crate::explorer::model::action::entry::{Action, Move};
use crate::explorer::model::geometry::{Rect, Shape};
use crate::explorer::model::message::{Mouse, MouseKind};
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Border, Pane, State};
use crate::explorer::view::columns::{BEFORE_NAME, Columns};
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::explorer::{navigate, update, view};
use crate::stack::Stack;
use crate::stack::query::outline::By;

/// Lines to scroll per notch of the wheel.
const NOTCH: isize = 3;

/// Handles a mouse event. Returns the actions that it stands for, to be performed in this order.
pub(super) fn handle(state: &mut State, stack: &Stack, mouse: Mouse) -> Vec<Action> {
    if mouse.kind == MouseKind::Press
        && let Some(key) = view::hints::key_at(state, stack, mouse.x, mouse.y)
    {
        return state.keymap.lookup(key, state.contexts()).into_iter().collect();
    }
    if !state.overlays.is_empty() {
        return in_overlay(state, stack, mouse);
    }
    let layout = state.layout();
    if let Some(list) = layout.hits.filter(|list| list.body.contains(mouse.x, mouse.y)) {
        return in_list(state, stack, list.body, mouse);
    }
    let hit = layout.panes.iter().find(|area| area.outer.contains(mouse.x, mouse.y)).copied();
    match mouse.kind {
        MouseKind::Press => match border_at(&layout, mouse.x, mouse.y) {
            Some(border) => state.drag = Some(border),
            None => press(state, stack, &layout, hit, mouse),
        },
        MouseKind::DoublePress => {
            press(state, stack, &layout, hit, mouse);
            if hit.is_some_and(|area| area.body.contains(mouse.x, mouse.y)) {
                return vec![Action::Open];
            }
        }
        MouseKind::Drag => drag(state, &layout, mouse.x),
        MouseKind::Release => state.drag = None,
        MouseKind::WheelDown => wheel(state, stack, hit, NOTCH),
        MouseKind::WheelUp => wheel(state, stack, hit, -NOTCH),
    }
    Vec::new()
}

/// In the list of a search.
fn in_list(state: &mut State, stack: &Stack, body: Rect, mouse: Mouse) -> Vec<Action> {
    let Some(search) = &state.search else { return Vec::new() };
    let first = view::search::first_shown(search, usize::from(body.height));
    let number = first + usize::from(mouse.y - body.y);
    let is_hit = search.found.as_ref().is_some_and(|found| number < found.len());
    match mouse.kind {
        MouseKind::WheelDown => update::search::step(state, stack, NOTCH),
        MouseKind::WheelUp => update::search::step(state, stack, -NOTCH),
        MouseKind::Press if is_hit => update::search::select(state, stack, number),
        // The first press of two selected the hit, which moved it in the list.
        MouseKind::DoublePress => return vec![Action::Open],
        MouseKind::Press | MouseKind::Drag | MouseKind::Release => {}
    }
    Vec::new()
}

fn wheel(state: &mut State, stack: &Stack, hit: Option<PaneArea>, by: isize) {
    match hit.map(|area| area.pane) {
        Some(Pane::Stack) => navigate::layers::scroll(state, by),
        Some(pane) => navigate::trees::scroll(state, stack, pane, by),
        None => {}
    }
}

fn press(state: &mut State, stack: &Stack, layout: &Layout, hit: Option<PaneArea>, mouse: Mouse) {
    let Some(area) = hit else {
        if let Some(pane) = layout.tabs.and_then(|tabs| tab_at(tabs, &Pane::ALL, mouse)) {
            state.set_focus(pane);
        }
        return;
    };
    let body = area.body;
    if area.pane != Pane::Stack && area.header.is_some_and(|line| line.contains(mouse.x, mouse.y)) {
        state.set_focus(area.pane);
        return sort_by_column(state, stack, &area, mouse.x);
    }
    if mouse.y < body.y {
        let title = Rect {
            x: area.outer.x + 1,
            width: area.outer.width.saturating_sub(2),
            height: 1,
            ..area.outer
        };
        let tabs = Pane::tabs(layout.shape, area.pane);
        let pane = tab_at(title, tabs, mouse).unwrap_or(area.pane);
        state.set_focus(pane);
        state.unsettled = true;
        return;
    }
    state.set_focus(area.pane);
    if !body.contains(mouse.x, mouse.y) {
        return;
    }
    let line = usize::from(mouse.y - body.y);
    if area.pane == Pane::Stack {
        let density = view::layers::density(state.layer_count(), usize::from(body.height));
        let (layer, _) = view::layers::layer_at(density, state.stack_top + line, state.layer);
        if layer < state.layer_count() {
            navigate::layers::select(state, layer);
        }
        return;
    }
    let row = state.view(area.pane).top + line;
    let Some(outline) = view::trees::outline(state, stack, area.pane) else { return };
    let Some(under) = outline.rows(row..row + 1).first().copied() else { return };
    navigate::trees::go_to_row(state, stack, area.pane, row);
    let mark = body.x + Columns::indent(under.depth, body.width);
    if mouse.kind == MouseKind::Press && (mark..mark + 2).contains(&mouse.x) {
        navigate::trees::fold(state, stack, area.pane);
    }
}

/// A click on a column's label sorts by it, a second one backwards: signs by change, then name and size.
fn sort_by_column(state: &mut State, stack: &Stack, area: &PaneArea, x: u16) {
    let is_tree = area.pane == Pane::Tree;
    let columns = Columns::of(area.body.width, state.layer_count(), is_tree, state.columns);
    let at = x.saturating_sub(area.body.x);
    let by = if at < BEFORE_NAME {
        By::Change
    } else if (columns.size.start..columns.size.end()).contains(&at) {
        By::Size
    } else if at < columns.text_end(area.body.width) {
        By::Name
    } else {
        return;
    };
    update::sort::by(state, stack, by);
}

/// Tabs are written as ` 1 Layers `, ` 2 Tree `, one after another.
fn tab_at(line: Rect, tabs: &[Pane], mouse: Mouse) -> Option<Pane> {
    let mut x = line.x;
    tabs.iter().copied().find(|pane| {
        let from = x;
        x += pane.tab().len() as u16 + 1;
        line.contains(mouse.x, mouse.y) && (from..x).contains(&mouse.x)
    })
}

/// The border between two panes is two columns wide: one of each.
fn border_at(layout: &Layout, x: u16, y: u16) -> Option<Border> {
    let between = |left: Pane, border| {
        let area = layout.pane(left)?;
        let edge = area.outer.x + area.outer.width;
        let inside = y > area.outer.y && y < area.outer.y + area.outer.height;
        (inside && (x + 1 == edge || x == edge)).then_some(border)
    };
    match layout.shape {
        Shape::Three => {
            between(Pane::Stack, Border::Stack).or_else(|| between(Pane::Tree, Border::Diff))
        }
        Shape::Two => between(Pane::Stack, Border::Stack),
        Shape::One | Shape::TooSmall => None,
    }
}

fn drag(state: &mut State, layout: &Layout, x: u16) {
    let (pane, grows_to_left) = match state.drag {
        Some(Border::Stack) => (Pane::Stack, false),
        Some(Border::Diff) => (Pane::Diff, true),
        None => return,
    };
    let Some(area) = layout.pane(pane) else { return };
    let width = if grows_to_left {
        (area.outer.x + area.outer.width).saturating_sub(x)
    } else {
        (x + 1).saturating_sub(area.outer.x)
    };
    let by = i32::from(width) - i32::from(area.outer.width);
    state.widen(pane, by as i16);
    state.unsettled = true;
}

fn in_overlay(state: &mut State, stack: &Stack, mouse: Mouse) -> Vec<Action> {
    let Some(top) = state.overlays.last() else { return Vec::new() };
    if top.kind == OverlayKind::File {
        let by = match mouse.kind {
            MouseKind::WheelDown => Action::Move(Move::Down),
            MouseKind::WheelUp => Action::Move(Move::Up),
            _ => return Vec::new(),
        };
        return (0..NOTCH).map(|_| by).collect();
    }
    if top.kind == OverlayKind::Map {
        return match mouse.kind {
            MouseKind::Press if update::map::select_at(state, mouse.x, mouse.y) => Vec::new(),
            MouseKind::DoublePress if update::map::select_at(state, mouse.x, mouse.y) => {
                vec![Action::Open]
            }
            _ => Vec::new(),
        };
    }
    let placed = view::overlay::place(state, stack, top);
    let line = placed
        .body
        .contains(mouse.x, mouse.y)
        .then(|| top.top + usize::from(mouse.y - placed.body.y));
    let item = line.and_then(|line| placed.page.lines.get(line)).and_then(|line| line.item);
    match mouse.kind {
        MouseKind::WheelDown => {
            navigate::overlay::step(state, stack, if placed.page.items > 0 { 1 } else { NOTCH });
        }
        MouseKind::WheelUp => {
            navigate::overlay::step(state, stack, if placed.page.items > 0 { -1 } else { -NOTCH });
        }
        MouseKind::Press if !placed.outer.contains(mouse.x, mouse.y) => {
            navigate::overlay::close(state);
        }
        MouseKind::Press => {
            if let Some(item) = item {
                navigate::overlay::select(state, stack, item);
            }
        }
        MouseKind::DoublePress if item.is_some() => {
            return vec![Action::Open];
        }
        MouseKind::DoublePress | MouseKind::Drag | MouseKind::Release => {}
    }
    Vec::new()
}
