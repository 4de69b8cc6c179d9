//! Actions of the panes.

use crate::explorer::model::action::entry::{PaneAction, TreeAction};
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Pane, State};
use crate::explorer::update::{comparison, findings, links, range, reading, reload, sort};
use crate::explorer::view::page;
use crate::explorer::{navigate, view};
use crate::stack::Stack;
use crate::stack::query::outline::Unfolded;
use crate::text::{command, visible};

/// Cells by which a key moves a border.
const BORDER_STEP: i16 = 4;

/// Performs an action of the panes.
pub(super) fn act(state: &mut State, stack: &Stack, action: PaneAction) -> Vec<Effect> {
    match action {
        PaneAction::Quit => return vec![Effect::Quit],
        PaneAction::Resume => return reading::resume(state, stack),
        PaneAction::Reload => return reload::ask(state),
        PaneAction::Follow => return reload::follow(state),
        PaneAction::Copy => return copy(state, path_or_digest(state, stack)),
        PaneAction::CopyCommand => return copy(state, command_of_owner(state, stack)),
        PaneAction::Compare => return comparison::ask(state, stack),
        PaneAction::Mouse => return toggle_mouse(state),
        PaneAction::NextPane => focus(state, state.focus.after()),
        PaneAction::PreviousPane => focus(state, state.focus.before()),
        PaneAction::FocusStack => focus(state, Pane::Stack),
        PaneAction::FocusTree => focus(state, Pane::Tree),
        PaneAction::FocusDiff => focus(state, Pane::Diff),
        PaneAction::PreviousLayer => navigate::layers::step(state, -1),
        PaneAction::NextLayer => navigate::layers::step(state, 1),
        PaneAction::PreviousChange => navigate::trees::go_to_change(state, stack, false),
        PaneAction::NextChange => navigate::trees::go_to_change(state, stack, true),
        PaneAction::Filter => navigate::filter::start(state),
        PaneAction::Ever => navigate::ever::toggle(state, stack),
        PaneAction::Mark => range::mark(state),
        PaneAction::FromBase => range::from_base(state),
        PaneAction::ThisLayer => range::this_layer(state),
        PaneAction::Sort => sort::next(state, stack),
        PaneAction::ReverseSort => sort::reverse(state, stack),
        PaneAction::LayerDetails => {
            navigate::overlay::open(state, stack, OverlayKind::Layer(state.layer));
        }
        PaneAction::ImageDetails => navigate::overlay::open(state, stack, OverlayKind::Image),
        PaneAction::Images => open_list(state, stack, OverlayKind::Choices),
        PaneAction::Platforms => open_list(state, stack, OverlayKind::Platforms),
        PaneAction::Waste => findings::open(state, stack),
        PaneAction::Problems => navigate::overlay::open(state, stack, OverlayKind::Problems),
        PaneAction::Zoom => {
            state.zoomed = !state.zoomed;
            navigate::layers::resettle(state);
        }
        PaneAction::Narrower => widen(state, -BORDER_STEP),
        PaneAction::Wider => widen(state, BORDER_STEP),
        PaneAction::Theme => {
            state.theme = state.theme.next();
            state.notice = Some(visible!["theme: ", state.theme.name()]);
        }
    }
    Vec::new()
}

/// Performs an action of the focused tree pane.
pub(super) fn in_tree(state: &mut State, stack: &Stack, action: TreeAction) {
    let pane = state.focus;
    match action {
        TreeAction::Fold => navigate::trees::fold(state, stack, pane),
        TreeAction::FoldAll => navigate::trees::fold_all(state, stack, pane, Unfolded::None),
        TreeAction::UnfoldAll => navigate::trees::fold_all(state, stack, pane, Unfolded::All),
        TreeAction::Follow => links::follow(state, stack),
        TreeAction::FoldToggle => {
            let unfolded = state.folds_mut(pane).unfolded == Unfolded::All;
            let how = if unfolded { Unfolded::None } else { Unfolded::All };
            navigate::trees::fold_all(state, stack, pane, how);
        }
        TreeAction::HideAdded => hide(state, "added", "-added"),
        TreeAction::HideRemoved => hide(state, "removed", "-removed"),
        TreeAction::HideModified => hide(state, "modified", "-modified"),
        TreeAction::HideUnchanged => hide(state, "unchanged", "-unchanged"),
        TreeAction::History => {
            if let Some(row) = view::trees::current_row(state, stack, pane) {
                navigate::overlay::open(state, stack, OverlayKind::History(row.node));
            }
        }
    }
}

/// Hides the paths of a kind of change by a word of the filter, or shows them again.
fn hide(state: &mut State, what: &'static str, word: &str) {
    let hidden = navigate::filter::toggle(state, word);
    let how = if hidden { " paths are hidden" } else { " paths are shown" };
    state.notice = Some(visible![what, how]);
}

/// Gives a pane the keys.
pub(super) fn focus(state: &mut State, pane: Pane) {
    state.set_focus(pane);
    navigate::layers::resettle(state);
}

fn widen(state: &mut State, by: i16) {
    state.widen(state.focus, by);
    navigate::layers::resettle(state);
}

/// Opens an overlay, or says why there is nothing to list in it.
fn open_list(state: &mut State, stack: &Stack, kind: OverlayKind) {
    let why_not = match kind {
        OverlayKind::Choices if state.choices.is_empty() => {
            "this image was not chosen from a list: layertui without IMAGE shows all that are here"
        }
        OverlayKind::Platforms if page::platforms::all(state).len() < 2 => {
            "this image is here for one platform only"
        }
        _ => return navigate::overlay::open(state, stack, kind),
    };
    state.notice = Some(why_not.into());
}

fn toggle_mouse(state: &mut State) -> Vec<Effect> {
    state.mouse = !state.mouse;
    let text = if state.mouse { "mouse on" } else { "mouse off: the terminal selects text again" };
    state.notice = Some(text.into());
    vec![Effect::CaptureMouse(state.mouse)]
}

fn copy(state: &mut State, bytes: Option<Vec<u8>>) -> Vec<Effect> {
    let Some(bytes) = bytes else {
        state.notice = Some("nothing here to copy".into());
        return Vec::new();
    };
    // A terminal interprets control characters in pasted text as it does in printed text.
    let seen = visible(&bytes).into_owned();
    state.notice = Some(visible!["sent to the clipboard: ", seen]);
    vec![Effect::Copy(seen)]
}

fn path_or_digest(state: &State, stack: &Stack) -> Option<Vec<u8>> {
    if state.focus != Pane::Stack {
        return view::trees::current(state, stack).map(|node| stack.path(node));
    }
    let layer = state.image.as_ref()?.layers.get(state.layer)?;
    layer.id().map(|id| id.as_bytes().to_vec())
}

/// The command of the selected layer, or of the one that wrote the path under the cursor.
fn command_of_owner(state: &State, stack: &Stack) -> Option<Vec<u8>> {
    let owner = || {
        let node = view::trees::current(state, stack)?;
        Some(stack.visible(node, state.shown_layer(stack)?)?.layer)
    };
    let layer = if state.focus == Pane::Stack { None } else { owner() }.unwrap_or(state.layer);
    let made_by = state.image.as_ref()?.layers.get(layer)?.created_by.as_ref()?;
    Some(command::clean(made_by).into_raw().into_bytes()).filter(|command| !command.is_empty())
}
