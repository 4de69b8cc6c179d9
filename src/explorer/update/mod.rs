//! What a message does to the state. Every change of the state begins here.

pub(super) mod comparison;
mod completion;
pub(super) mod contents;
pub(super) mod extraction;
pub(super) mod findings;
mod links;
pub(super) mod map;
mod mouse;
pub(super) mod overlay;
pub(super) mod palette;
mod panes;
pub(super) mod range;
mod reading;
pub(super) mod reload;
pub(super) mod search;
pub(super) mod sort;
pub(super) mod waste;

use crate::explorer::model::action::entry::{Action, FindAction, Move, ProgramAction};
use crate::explorer::model::findings::FindingsState;
use crate::explorer::model::key::{Code, Key};
use crate::explorer::model::message::{Effect, Message};
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Pane, Phase, State};
use crate::explorer::update::overlay::Reply;
use crate::explorer::view::coverage;
use crate::explorer::{navigate, view};
use crate::stack::Stack;
use crate::text::{Visible, visible};

/// Applies a message to the state. Returns the effects for the caller to carry out.
pub fn update(state: &mut State, stack: &Stack, message: Message) -> Vec<Effect> {
    // A loader starts with the tree of the topmost layer, which a new image shows: it needs no effect.
    let before = Some(state.layer).filter(|_| !matches!(message, Message::Image(_)));
    let mut effects = handle(state, stack, message);
    navigate::trees::settle(state, stack);
    let moved = before.is_some_and(|before| before != state.layer);
    if moved && state.phase == Phase::Reading && state.layer >= stack.folded() {
        effects.push(Effect::ShowLayer(state.layer));
    }
    effects.extend(reading::prefer(state, stack));
    effects.extend(navigate::owners::want(state, stack));
    effects.extend(navigate::findings::want(state, stack));
    effects.extend(reload::due(state));
    effects
}

fn handle(state: &mut State, stack: &Stack, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => {
            state.arranging = false;
            (state.notice, state.marks) = (None, None);
            crate::explorer::update::key(state, stack, key)
        }
        Message::Mouse(event) => {
            (state.arranging, state.marks) = (false, None);
            let actions = mouse::handle(state, stack, event);
            navigate::trees::settle(state, stack);
            let effects = actions.into_iter().filter_map(|action| perform(state, stack, action));
            effects.flatten().collect()
        }
        Message::Written => reload::written(state),
        Message::Returned => {
            state.forget_requests();
            let size = state.size;
            apply(state, stack, Message::Resize(size));
            navigate::file::ask::again(state)
        }
        Message::ContentsFound { number, files, hits } => {
            contents::found(state, stack, (number, files), hits)
        }
        other => {
            apply(state, stack, other);
            Vec::new()
        }
    }
}

/// Applies a message that has no effects.
fn apply(state: &mut State, stack: &Stack, message: Message) {
    match message {
        Message::Paste(text) => {
            if state.is_typing() {
                typing(state, stack, |input| {
                    input.insert(&text);
                    true
                });
            }
        }
        Message::Continue => {
            state.unsettled = true;
        }
        Message::Resize(size) => {
            state.size = size;
            navigate::layers::keep_in_view(state);
            state.unsettled = true;
            navigate::overlay::keep_in_view(state, stack);
        }
        Message::Notice(text) => {
            state.notice = Some(visible(&text).into_owned());
        }
        Message::PagerClosed => {
            state.notice = None;
        }
        Message::Packages(found) => {
            navigate::owners::arrived(state, *found);
            state.unsettled = true;
        }
        Message::ContentsEnded { number, unread } => contents::ended(state, stack, number, unread),
        Message::PathsListed(listed) => {
            completion::arrived(state, stack, &listed);
        }
        Message::FindingsProgress(files) => {
            if let Some(FindingsState::Running { files: before }) = &mut state.findings {
                *before = files;
            }
        }
        Message::Findings(report) => {
            state.findings = Some(FindingsState::Done(report));
            navigate::overlay::keep_in_view(state, stack);
        }
        Message::ReloadProgress(read) => {
            if let Some(running) = &mut state.reloading {
                running.read = read;
            }
        }
        Message::ReloadFailed(why) => {
            state.reloading = None;
            state.notice = Some(visible!["not read again: ", why]);
        }
        Message::Reread(reread) => {
            reload::reread(state, stack, *reread);
        }
        Message::ComparisonProgress(read) => {
            if let Some(running) = &mut state.comparing {
                running.read = read;
            }
        }
        Message::ComparisonFailed(why) => {
            comparison::failed(state, stack, &why);
        }
        Message::LayersCompared(pairs) => {
            if let Some(sides) = &mut state.comparison {
                sides.pairs = Some(pairs);
            }
        }
        Message::ExtractionProgress(done) => {
            extraction::progress(state, done);
        }
        Message::ExtractionEnded(ended) => {
            extraction::ended(state, stack, ended);
        }
        Message::PartRead { number, answer } => {
            navigate::file::arrived(state, number, answer);
        }
        other => reading::handle(state, stack, other),
    }
}

fn key(state: &mut State, stack: &Stack, key: Key) -> Vec<Effect> {
    if state.is_typing() && typing(state, stack, |input| input.key(key)) {
        return Vec::new();
    }
    if key == Key::plain(Code::Tab)
        && state.is_typing()
        && let Some(effects) = completion::complete(state, stack)
    {
        return effects;
    }
    let action = state.keymap.lookup(key, state.contexts());
    action.and_then(|action| perform(state, stack, action)).unwrap_or_else(|| {
        state.notice = Some(unbound(state, key));
        Vec::new()
    })
}

/// Names a key that does nothing here, and the key of help.
fn unbound(state: &State, key: Key) -> Visible<'static> {
    let help = state.keymap.of_panes("?");
    visible![key.name(), " does nothing here: ", help, " lists the keys"]
}

/// Edits the text of the open prompt; searches or filters again if the text changed. Returns whether the prompt took
/// the key.
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
            state.unsettled = true;
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

/// Performs an action in what has the keys: the topmost overlay, a prompt or the focused pane. `None` if it does nothing in
/// that overlay.
fn perform(state: &mut State, stack: &Stack, action: Action) -> Option<Vec<Effect>> {
    if !state.overlays.is_empty() && !matches!(action, Action::Program(_)) {
        return match overlay::act(state, stack, action) {
            Reply::Effects(effects) => Some(effects),
            Reply::Perform(action) => perform(state, stack, action),
            Reply::Unbound => None,
        };
    }
    Some(in_panes(state, stack, action))
}

/// Performs an action where no overlay is open.
fn in_panes(state: &mut State, stack: &Stack, action: Action) -> Vec<Effect> {
    let on_stack = state.focus == Pane::Stack;
    match action {
        Action::Program(ProgramAction::Interrupt) => return vec![Effect::Quit],
        Action::Program(ProgramAction::Suspend) => return vec![Effect::Suspend],
        Action::Program(ProgramAction::Redraw) => return vec![Effect::Redraw],
        _ if state.is_typing() => in_prompt(state, stack, action),
        Action::Pane(action) => return panes::act(state, stack, action),
        Action::Version(action) => return navigate::file::open::act(state, stack, action),
        Action::Cancel => return cancel(state, stack),
        Action::Find(FindAction::Search) => search::start(state),
        Action::Find(FindAction::Contents) => contents::ask(state, stack),
        Action::Find(FindAction::NextHit) => search::next(state, stack, true),
        Action::Find(FindAction::PreviousHit) => search::next(state, stack, false),
        Action::Help => navigate::overlay::open(state, stack, OverlayKind::Help),
        Action::Palette => navigate::overlay::open(state, stack, OverlayKind::Palette),
        Action::Treemap => map::open(state, stack),
        Action::Extract => extraction::ask(state, stack),
        Action::Move(to) => move_cursor(state, stack, to),
        Action::Right if on_stack => panes::focus(state, state.right),
        Action::Right => navigate::trees::open(state, stack, state.focus, false),
        Action::Open if !on_stack => navigate::trees::open(state, stack, state.focus, true),
        Action::Open if state.image.is_some() => {
            navigate::overlay::open(state, stack, OverlayKind::Layer(state.layer));
        }
        Action::Left if !on_stack => navigate::trees::close(state, stack, state.focus),
        Action::Tree(action) if !on_stack => panes::in_tree(state, stack, action),
        Action::Open
        | Action::Left
        | Action::Tree(_)
        | Action::Close
        | Action::Intermediate
        | Action::File(_)
        | Action::Map(_) => {}
    }
    Vec::new()
}

/// Esc with nothing open: ends the search, goes back to the list of images after a failure, or stops reading.
fn cancel(state: &mut State, stack: &Stack) -> Vec<Effect> {
    if state.search.take().is_some() {
        return Vec::new();
    }
    if navigate::filter::end(state) {
        state.unsettled = true;
        return Vec::new();
    }
    if range::clear(state) {
        return Vec::new();
    }
    if state.extraction.is_some() {
        return vec![Effect::StopExtraction];
    }
    if let Some(running) = &mut state.comparing {
        running.stopped = true;
        return vec![Effect::StopComparison];
    }
    if state.reloading.is_some() {
        return vec![Effect::StopReload];
    }
    if state.comparison.is_some() {
        return vec![Effect::LeaveComparison];
    }
    if matches!(state.phase, Phase::Failed(_)) && !state.choices.is_empty() {
        navigate::overlay::open(state, stack, OverlayKind::Choices);
        return Vec::new();
    }
    if state.opening_other.take().is_some() {
        return vec![Effect::CancelChoice];
    }
    if state.phase == Phase::Opening && !state.choices.is_empty() {
        navigate::overlay::open(state, stack, OverlayKind::Choices);
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

/// Keys that type nothing while the search or the filter is typed.
fn in_prompt(state: &mut State, stack: &Stack, action: Action) {
    let filtering = state.is_filtering();
    match (action, filtering) {
        (Action::Open, true) => navigate::filter::accept(state),
        (Action::Open, false) => search::accept(state, stack),
        (Action::Cancel, true) => _ = navigate::filter::end(state),
        (Action::Cancel, false) => search::cancel(state),
        (Action::Move(to), false) => {
            let page = state.layout().hits.map_or(1, |list| isize::from(list.body.height as i16));
            search::step(state, stack, to.rows(page.max(1)));
        }
        // The rows can be looked through while the filter is being typed.
        (Action::Move(to), true) if state.focus != Pane::Stack => move_cursor(state, stack, to),
        (
            Action::Move(_)
            | Action::Left
            | Action::Right
            | Action::Close
            | Action::Intermediate
            | Action::Find(_)
            | Action::Version(_)
            | Action::Extract
            | Action::Treemap
            | Action::Help
            | Action::Palette
            | Action::Pane(_)
            | Action::Tree(_)
            | Action::File(_)
            | Action::Map(_)
            | Action::Program(_),
            _,
        ) => {}
    }
    if filtering {
        navigate::layers::resettle(state);
    }
}

/// Moves the cursor of the focused pane.
fn move_cursor(state: &mut State, stack: &Stack, to: Move) {
    let rows = isize::try_from(view::trees::rows_shown(state, state.focus)).unwrap_or(1);
    match state.focus {
        // A layer has two lines.
        Pane::Stack => navigate::layers::step(state, to.rows((rows / 2).max(1))),
        pane => navigate::trees::step(state, stack, pane, to.rows(rows)),
    }
}
