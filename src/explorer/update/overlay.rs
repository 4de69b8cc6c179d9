//! Actions in overlays and what a chosen item does.

use crate::explorer::model::action::entry::{Action, FindAction, PaneAction};
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::{Overlay, OverlayKind};
use crate::explorer::model::state::{Phase, State};
use crate::explorer::navigate::file;
use crate::explorer::navigate::overlay::{close, open, step};
use crate::explorer::view::overlay::{is_first_choice, place};
use crate::explorer::view::page;
use crate::explorer::{navigate, update, view};
use crate::stack::Stack;
use crate::text::{Visible, visible};

/// What an action in an overlay leads to.
pub(super) enum Reply {
    /// Effects to carry out.
    Effects(Vec<Effect>),
    /// An action to perform in the panes: the overlay is closed.
    Perform(Action),
    /// The action does nothing here.
    Unbound,
}

impl Reply {
    const NOTHING: Self = Self::Effects(Vec::new());
}

impl From<Vec<Effect>> for Reply {
    fn from(effects: Vec<Effect>) -> Self {
        Self::Effects(effects)
    }
}

/// Performs an action in the topmost overlay.
pub(super) fn act(state: &mut State, stack: &Stack, action: Action) -> Reply {
    let Some(overlay) = state.overlays.last() else { return Reply::NOTHING };
    let to_fix = matches!(overlay.kind, OverlayKind::Waste | OverlayKind::Findings);
    match action {
        Action::Version(action) => return file::open::act(state, stack, action).into(),
        Action::Help => open(state, stack, OverlayKind::Help),
        _ if overlay.kind == OverlayKind::File => {
            return file::act(state, action).map_or(Reply::Unbound, Reply::Effects);
        }
        Action::Extract => update::extraction::ask(state, stack),
        Action::Palette => open(state, stack, OverlayKind::Palette),
        Action::Close if is_first_choice(state) => return vec![Effect::Quit].into(),
        Action::Find(FindAction::Search | FindAction::Contents)
            if matches!(overlay.kind, OverlayKind::Contents(_)) =>
        {
            update::contents::ask(state, stack);
        }
        Action::Cancel => return cancel(state, stack).into(),
        Action::Close => close(state),
        _ if overlay.kind == OverlayKind::Map => {
            if !update::map::act(state, stack, action) {
                return Reply::Unbound;
            }
        }
        Action::Pane(PaneAction::NextPane | PaneAction::PreviousPane) if to_fix => {
            update::findings::turn(state, stack);
        }
        Action::Pane(PaneAction::Waste) => update::findings::open(state, stack),
        Action::Treemap => update::map::open(state, stack),
        Action::Find(FindAction::Search) if overlay.kind.is_searched() => {
            navigate::overlay::start_typing(state, stack);
        }
        Action::Intermediate if overlay.kind == OverlayKind::Choices => {
            navigate::overlay::list_all(state, stack);
        }
        Action::Open if overlay.kind == OverlayKind::Help && overlay.typing => {
            navigate::overlay::stop_typing(state, stack, true);
        }
        Action::Open => return choose(state, stack),
        Action::Move(to) => {
            let height = isize::try_from(place(state, stack, overlay).body.height).unwrap_or(1);
            step(state, stack, to.rows(height.max(1)));
        }
        Action::Intermediate
        | Action::Left
        | Action::Right
        | Action::Find(_)
        | Action::Pane(_)
        | Action::Tree(_)
        | Action::File(_)
        | Action::Map(_)
        | Action::Program(_) => return Reply::Unbound,
    }
    Reply::NOTHING
}

/// Esc: ends the typing or what is running, else closes the overlay.
fn cancel(state: &mut State, stack: &Stack) -> Vec<Effect> {
    let Some(Overlay { kind, typing, .. }) = state.overlays.last() else { return Vec::new() };
    match (*kind, typing) {
        (OverlayKind::Contents(_), false) => return update::contents::cancel(state, stack),
        // Nothing is listed that was found below another directory.
        (OverlayKind::Contents(below), true) if state.contents_below(below).is_none() => {
            close(state);
        }
        (_, true) => navigate::overlay::stop_typing(state, stack, false),
        (_, false) => close(state),
    }
    Vec::new()
}

/// Opens the chosen image: closes the list. An image that is open stays, and is read on, until the other is there.
fn open_image(state: &mut State, name: Visible<'static>, open: Effect) -> Vec<Effect> {
    if state.would_lose_work() {
        state.notice = Some("another operation is running: Esc stops it".into());
        return Vec::new();
    }
    state.overlays.pop();
    if state.image.is_some() {
        state.opening_other = Some(name);
    } else {
        state.phase = Phase::Opening;
    }
    vec![open]
}

/// Enter: does what the selected item stands for.
fn choose(state: &mut State, stack: &Stack) -> Reply {
    let Some(Overlay { kind, selected, input, .. }) = state.overlays.last().cloned() else {
        return Reply::NOTHING;
    };
    match kind {
        OverlayKind::History(node) => {
            if let Some(step) = stack.history(node).get(selected) {
                state.overlays.clear();
                navigate::layers::select(state, step.layer);
                update::search::jump(state, stack, node);
            }
        }
        OverlayKind::Problems => {
            if let Some(Some(layer)) = page::problems::layers(state).get(selected).copied() {
                state.overlays.clear();
                navigate::layers::select(state, layer);
            }
        }
        OverlayKind::Choices => {
            let Some(overlay) = state.overlays.last() else { return Reply::NOTHING };
            let Some(&choice) = view::choices::shown(state, overlay).get(selected) else {
                return Reply::NOTHING;
            };
            let name = state.choices.get(choice).map(|choice| visible(&choice.name).into_owned());
            return open_image(state, name.unwrap_or_default(), Effect::OpenChoice(choice)).into();
        }
        OverlayKind::Platforms => {
            // The first platform is the one that is open.
            let chosen = page::platforms::all(state).into_iter().nth(selected);
            let Some(platform) = chosen.filter(|_| selected > 0) else {
                close(state);
                return Reply::NOTHING;
            };
            let name = view::page::platform(&platform).into_owned();
            return open_image(state, name, Effect::OpenPlatform(platform)).into();
        }
        OverlayKind::File | OverlayKind::Map => {}
        OverlayKind::Contents(below) => {
            let typing = state.overlays.last().is_some_and(|top| top.typing);
            return if typing {
                update::contents::start(state, stack, below, input.text()).into()
            } else {
                update::contents::choose(state, stack, below, selected).into()
            };
        }
        OverlayKind::Findings => update::findings::choose(state, stack, selected),
        OverlayKind::Waste => update::waste::choose(state, stack, selected),
        OverlayKind::Extract(node, layer) => {
            return update::extraction::accept(state, stack, (node, layer), &input).into();
        }
        OverlayKind::Compare => return update::comparison::accept(state, &input).into(),
        OverlayKind::Overwrite => {
            return update::extraction::overwrite(state, stack, selected).into();
        }
        OverlayKind::Palette => {
            let offer = view::offers::offers(state, stack, input.text()).get(selected).copied();
            if let Some(offer) = offer {
                // Actions of the palette are performed in the panes: overlays below it close as well.
                state.overlays.clear();
                return update::palette::take(state, stack, offer)
                    .map_or(Reply::NOTHING, Reply::Perform);
            }
        }
        OverlayKind::Help | OverlayKind::Layer(_) | OverlayKind::Image => close(state),
    }
    state.unsettled = true;
    Reply::NOTHING
}
