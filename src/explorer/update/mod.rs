//! The one door through which the state changes.

pub(super) mod comparison;
pub(super) mod extraction;
pub(super) mod map;
mod mouse;
pub(super) mod overlay;
pub(super) mod palette;
pub(super) mod range;
mod reading;
pub(super) mod search;
pub(super) mod sort;
pub(super) mod waste;

use crate::explorer::model::action::entry::Action;
use crate::explorer::model::key::Key;
use crate::explorer::model::message::{Effect, Message};
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Pane, Phase, State};
use crate::explorer::navigate::file;
use crate::explorer::update::overlay::Reply;
use crate::explorer::view::{coverage, page};
use crate::explorer::{navigate, view};
use crate::stack::Stack;
use crate::stack::query::outline::Unfolded;
use crate::text::visible;

/// Cells a key press moves a border.
const BORDER_STEP: i16 = 4;

/// Takes a message, changes the state, says what is to be done in the world.
pub fn update(state: &mut State, stack: &Stack, message: Message) -> Vec<Effect> {
    // Of a new image the topmost layer shows, which every loader takes for granted.
    let before = Some(state.layer).filter(|_| !matches!(message, Message::Image(_)));
    let mut effects = take(state, stack, message);
    let moved = before.is_some_and(|before| before != state.layer);
    if moved && state.phase == Phase::Reading && state.layer >= stack.folded() {
        effects.push(Effect::ShowLayer(state.layer));
    }
    effects.extend(reading::prefer(state, stack));
    effects.extend(navigate::owners::want(state, stack));
    effects
}

fn take(state: &mut State, stack: &Stack, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => {
            state.notice = None;
            crate::explorer::update::key(state, stack, key)
        }
        Message::Mouse(event) => {
            let actions = mouse::handle(state, stack, event);
            actions.into_iter().flat_map(|action| perform(state, stack, action)).collect()
        }
        Message::Paste(text) => {
            if state.is_typing() {
                typing(state, stack, |input| {
                    input.insert(&text);
                    true
                });
            }
            Vec::new()
        }
        Message::Continue => {
            navigate::trees::settle(state, stack);
            Vec::new()
        }
        Message::Resize(size) => {
            state.size = size;
            navigate::layers::keep_in_view(state);
            navigate::trees::settle(state, stack);
            navigate::overlay::keep_in_view(state, stack);
            Vec::new()
        }
        Message::Notice(text) => {
            state.notice = Some(visible(&text).into_owned());
            Vec::new()
        }
        Message::PagerClosed => {
            state.notice = None;
            Vec::new()
        }
        Message::Packages(found) => {
            navigate::owners::arrived(state, *found);
            navigate::trees::settle(state, stack);
            Vec::new()
        }
        Message::ComparisonProgress(read) => {
            if let Some(running) = &mut state.comparing {
                running.read = read;
            }
            Vec::new()
        }
        Message::ComparisonFailed(why) => {
            state.comparing = None;
            state.notice = Some(visible!["not compared: ", why]);
            Vec::new()
        }
        Message::ExtractionProgress(done) => {
            extraction::progress(state, done);
            Vec::new()
        }
        Message::ExtractionEnded(ended) => {
            extraction::ended(state, stack, ended);
            Vec::new()
        }
        Message::PartRead { number, answer } => {
            navigate::file::arrived(state, number, answer);
            Vec::new()
        }
        other => {
            reading::handle(state, stack, other);
            Vec::new()
        }
    }
}

fn key(state: &mut State, stack: &Stack, key: Key) -> Vec<Effect> {
    if state.is_typing() && typing(state, stack, |input| input.key(key)) {
        return Vec::new();
    }
    state
        .keymap
        .lookup(key, state.contexts())
        .map_or_else(Vec::new, |action| perform(state, stack, action))
}

/// Lets the prompt have its way; searches or narrows again if that changed it. Returns whether the prompt took it.
fn typing(
    state: &mut State,
    stack: &Stack,
    edit: impl FnOnce(&mut crate::explorer::model::input::Input) -> bool,
) -> bool {
    if let Some(overlay) = state.overlays.last_mut() {
        let taken = edit(&mut overlay.input);
        if taken && overlay.kind == OverlayKind::File {
            navigate::file::typed(state);
        } else if taken {
            (overlay.top, overlay.selected) = (0, 0);
            navigate::overlay::keep_in_view(state, stack);
        }
        return taken;
    }
    if let Some(filter) = state.filter.as_mut().filter(|filter| filter.typing) {
        let taken = edit(&mut filter.input);
        if taken {
            navigate::filter::typed(state);
            navigate::trees::settle(state, stack);
        }
        return taken;
    }
    let Some(search) = &mut state.search else { return false };
    let before = search.input.text().to_owned();
    let taken = edit(&mut search.input);
    if taken && search.input.text() != before {
        search::typed(state, stack);
    }
    taken
}

/// Does what an action means where the keys are.
pub(super) fn perform(state: &mut State, stack: &Stack, action: Action) -> Vec<Effect> {
    match action {
        Action::Interrupt => return vec![Effect::Quit],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        _ if !state.overlays.is_empty() => {
            return match overlay::act(state, stack, action) {
                Reply::Effects(effects) => effects,
                Reply::Perform(action) => perform(state, stack, action),
            };
        }
        _ if state.is_filtering() => in_filter(state, stack, action),
        _ if state.is_typing() => in_prompt(state, stack, action),
        Action::Quit => return vec![Effect::Quit],
        Action::Cancel => return cancel(state, stack),
        Action::Resume => return reading::resume(state, stack),
        Action::Copy => {
            let bytes = path_or_digest(state, stack);
            return copy(state, bytes);
        }
        Action::CopyCommand => {
            let bytes = command_of_owner(state, stack);
            return copy(state, bytes);
        }
        Action::Compare => return comparison::ask(state, stack),
        Action::View => return file::open::view(state, stack),
        Action::Pager => return file::open::page(state, stack),
        Action::TextDiff => return file::open::compare(state, stack),
        Action::Mouse => {
            state.mouse = !state.mouse;
            let text =
                if state.mouse { "mouse on" } else { "mouse off: the terminal selects text again" };
            state.notice = Some(text.into());
            return vec![Effect::CaptureMouse(state.mouse)];
        }
        _ if look(state, stack, action) => {}
        _ if state.focus == Pane::Stack => in_stack(state, stack, action),
        _ => in_trees(state, stack, action),
    }
    Vec::new()
}

/// Esc with nothing open: ends the search, goes back to the list of images after a failure, or stops reading.
fn cancel(state: &mut State, stack: &Stack) -> Vec<Effect> {
    if state.search.take().is_some() {
        return Vec::new();
    }
    if navigate::filter::end(state) {
        navigate::trees::settle(state, stack);
        return Vec::new();
    }
    if range::clear(state, stack) {
        return Vec::new();
    }
    if state.extraction.is_some() {
        return vec![Effect::StopExtraction];
    }
    if state.comparing.is_some() {
        return vec![Effect::StopComparison];
    }
    if state.comparison.is_some() {
        return vec![Effect::LeaveComparison];
    }
    if matches!(state.phase, Phase::Failed(_)) && !state.choices.is_empty() {
        navigate::overlay::open(state, stack, OverlayKind::Choices);
        return Vec::new();
    }
    if state.phase == Phase::Opening && (!state.choices.is_empty() || state.image.is_some()) {
        if state.image.is_some() {
            state.phase = Phase::Done;
        } else {
            navigate::overlay::open(state, stack, OverlayKind::Choices);
        }
        return vec![Effect::CancelChoice];
    }
    if state.phase == Phase::Reading {
        state.phase = Phase::Stopping;
        let key = coverage::resume_key(state);
        state.notice = Some(visible!["reading stopped: what was read stays, ", key, " goes on"]);
        return vec![Effect::StopReading];
    }
    Vec::new()
}

fn copy(state: &mut State, bytes: Option<Vec<u8>>) -> Vec<Effect> {
    let Some(bytes) = bytes else {
        state.notice = Some("nothing here to copy".into());
        return Vec::new();
    };
    // What is pasted into a terminal is obeyed by it, as what is printed is.
    let seen = crate::text::visible(&bytes).into_owned();
    state.notice = Some(visible!["sent to the clipboard: ", seen]);
    vec![Effect::Copy(seen)]
}

fn path_or_digest(state: &State, stack: &Stack) -> Option<Vec<u8>> {
    if state.focus != Pane::Stack {
        return view::trees::current(state, stack).map(|node| stack.path(node));
    }
    let layer = state.image.as_ref()?.layers.get(state.layer)?;
    layer.diff_id.clone().or_else(|| layer.digest.clone()).map(String::into_bytes)
}

/// The command of the selected layer, or of the one that wrote the path under the cursor.
fn command_of_owner(state: &State, stack: &Stack) -> Option<Vec<u8>> {
    let owner = || {
        let node = view::trees::current(state, stack)?;
        Some(stack.visible(node, state.shown_layer(stack)?)?.layer)
    };
    let layer = if state.focus == Pane::Stack { None } else { owner() }.unwrap_or(state.layer);
    let made_by = state.image.as_ref()?.layers.get(layer)?.created_by.as_ref()?;
    Some(crate::text::command::clean(made_by).into_raw().into_bytes())
        .filter(|command| !command.is_empty())
}

fn in_filter(state: &mut State, stack: &Stack, action: Action) {
    match action {
        Action::Open => navigate::filter::accept(state),
        Action::Cancel => _ = navigate::filter::end(state),
        // The rows can be looked through while the filter is being found.
        Action::Down | Action::Up | Action::PageDown | Action::PageUp
            if state.focus != Pane::Stack =>
        {
            in_trees(state, stack, action);
        }
        _ => {}
    }
    resettle(state, stack);
}

fn in_prompt(state: &mut State, stack: &Stack, action: Action) {
    match action {
        Action::Open => search::accept(state, stack),
        Action::Cancel => search::cancel(state, stack),
        Action::Down | Action::PageDown => search::next(state, stack, true),
        Action::Up | Action::PageUp => search::next(state, stack, false),
        _ => {}
    }
}

/// Actions that mean the same in every pane. Returns whether it was one.
fn look(state: &mut State, stack: &Stack, action: Action) -> bool {
    match action {
        Action::NextPane => focus(state, stack, state.focus.after()),
        Action::PreviousPane => focus(state, stack, state.focus.before()),
        Action::FocusStack => focus(state, stack, Pane::Stack),
        Action::FocusTree => focus(state, stack, Pane::Tree),
        Action::FocusDiff => focus(state, stack, Pane::Diff),
        Action::PreviousLayer => navigate::layers::step(state, stack, -1),
        Action::NextLayer => navigate::layers::step(state, stack, 1),
        Action::PreviousChange => navigate::trees::go_to_change(state, stack, false),
        Action::NextChange => navigate::trees::go_to_change(state, stack, true),
        Action::Filter => navigate::filter::start(state),
        Action::Mark => range::mark(state, stack),
        Action::Sort => sort::next(state, stack),
        Action::ReverseSort => sort::reverse(state, stack),
        Action::Search => search::start(state, stack),
        Action::NextHit => search::next(state, stack, true),
        Action::PreviousHit => search::next(state, stack, false),
        Action::Help => navigate::overlay::open(state, stack, OverlayKind::Help),
        Action::Palette => navigate::overlay::open(state, stack, OverlayKind::Palette),
        Action::ImageDetails => navigate::overlay::open(state, stack, OverlayKind::Image),
        Action::LayerDetails => {
            navigate::overlay::open(state, stack, OverlayKind::Layer(state.layer))
        }
        Action::Images if state.choices.is_empty() => {
            let how = "this image was not chosen from a list: layertui without IMAGE shows all that are here";
            state.notice = Some(how.into());
        }
        Action::Images => navigate::overlay::open(state, stack, OverlayKind::Choices),
        Action::Platforms if page::platforms::all(state).len() < 2 => {
            state.notice = Some("this image is here for one platform only".into());
        }
        Action::Platforms => navigate::overlay::open(state, stack, OverlayKind::Platforms),
        Action::Treemap => map::open(state, stack),
        Action::Extract => extraction::ask(state, stack),
        Action::Waste if state.comparison.is_some() => {
            state.notice = Some("a comparison wastes nothing: Esc goes back to the image".into());
        }
        Action::Waste => navigate::overlay::open(state, stack, OverlayKind::Waste),
        Action::Problems => navigate::overlay::open(state, stack, OverlayKind::Problems),
        Action::Zoom => {
            state.zoomed = !state.zoomed;
            resettle(state, stack);
        }
        Action::Narrower => widen(state, stack, -BORDER_STEP),
        Action::Wider => widen(state, stack, BORDER_STEP),
        Action::Theme => {
            state.theme = state.theme.next();
            state.notice = Some(visible!["theme: ", state.theme.name()]);
        }
        _ => return false,
    }
    true
}

fn focus(state: &mut State, stack: &Stack, pane: Pane) {
    state.set_focus(pane);
    resettle(state, stack);
}

fn widen(state: &mut State, stack: &Stack, by: i16) {
    state.widen(state.focus, by);
    resettle(state, stack);
}

fn resettle(state: &mut State, stack: &Stack) {
    navigate::layers::keep_in_view(state);
    navigate::trees::settle(state, stack);
}

fn in_stack(state: &mut State, stack: &Stack, action: Action) {
    let page = isize::try_from(view::trees::rows_shown(state, Pane::Stack) / 2).unwrap_or(1).max(1);
    match action {
        Action::Down => navigate::layers::step(state, stack, 1),
        Action::Up => navigate::layers::step(state, stack, -1),
        Action::HalfDown => navigate::layers::step(state, stack, (page / 2).max(1)),
        Action::HalfUp => navigate::layers::step(state, stack, -(page / 2).max(1)),
        Action::PageDown => navigate::layers::step(state, stack, page),
        Action::PageUp => navigate::layers::step(state, stack, -page),
        Action::Top => navigate::layers::select(state, stack, 0),
        Action::Bottom => navigate::layers::select(state, stack, usize::MAX),
        Action::Right => focus(state, stack, state.right),
        Action::Open if state.image.is_some() => {
            navigate::overlay::open(state, stack, OverlayKind::Layer(state.layer));
        }
        _ => {}
    }
}

fn in_trees(state: &mut State, stack: &Stack, action: Action) {
    let pane = state.focus;
    let page = isize::try_from(view::trees::rows_shown(state, pane)).unwrap_or(1);
    match action {
        Action::Down => navigate::trees::step(state, stack, pane, 1),
        Action::Up => navigate::trees::step(state, stack, pane, -1),
        Action::HalfDown => navigate::trees::step(state, stack, pane, (page / 2).max(1)),
        Action::HalfUp => navigate::trees::step(state, stack, pane, -(page / 2).max(1)),
        Action::PageDown => navigate::trees::step(state, stack, pane, page),
        Action::PageUp => navigate::trees::step(state, stack, pane, -page),
        Action::Top => navigate::trees::go_to_row(state, stack, pane, 0),
        Action::Bottom => navigate::trees::go_to_row(state, stack, pane, usize::MAX),
        Action::Right => navigate::trees::open(state, stack, pane, false),
        Action::Open => navigate::trees::open(state, stack, pane, true),
        Action::Left => navigate::trees::close(state, stack, pane),
        Action::Fold => navigate::trees::fold(state, stack, pane),
        Action::FoldAll => navigate::trees::fold_all(state, stack, pane, Unfolded::None),
        Action::UnfoldAll => navigate::trees::fold_all(state, stack, pane, Unfolded::All),
        Action::History => {
            if let Some(row) = view::trees::current_row(state, stack, pane) {
                navigate::overlay::open(state, stack, OverlayKind::History(row.node));
            }
        }
        _ => {}
    }
}
