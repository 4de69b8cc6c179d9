//! Which version of which file the viewer opens: from the row of a tree, or from an event of a path's history.

use crate::explorer::model::action::entry::VersionAction;
use crate::explorer::model::file::{File, ReadPart, ViewTarget};
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Pane, State};
use crate::explorer::navigate::file::ask::ask;
use crate::explorer::{navigate, view};
use crate::stack::kept::entry::Kind as Type;
use crate::stack::{EventId, HistoryEvent, NodeId, Stack, Version};
use crate::text::{Visible, visible};

/// Performs an action on the version under the cursor.
pub(in crate::explorer) fn act(
    state: &mut State,
    stack: &Stack,
    action: VersionAction,
) -> Vec<Effect> {
    let done = match action {
        VersionAction::View => view(state, stack),
        VersionAction::Pager => open_pager(state, stack),
        VersionAction::TextDiff => compare(state, stack),
        VersionAction::MarkVersion => {
            navigate::overlay::mark_version(state);
            return Vec::new();
        }
    };
    done.unwrap_or_else(|why| {
        state.notice = Some(why);
        Vec::new()
    })
}

/// `v`: the version under the cursor.
fn view(state: &mut State, stack: &Stack) -> Result<Vec<Effect>, Visible<'static>> {
    let (node, version) =
        under_cursor(state, stack).ok_or("put the cursor on a file to view it")?;
    let (node, version) = regular(state, stack, node, version)?;
    let which = visible!["layer ", version.layer];
    Ok(open(state, stack, ViewTarget::Version(version.event), node, which))
}

/// `o`: the version under the cursor, or the one that the viewer shows, in the user's pager.
fn open_pager(state: &mut State, stack: &Stack) -> Result<Vec<Effect>, Visible<'static>> {
    let viewed = state.overlays.last().is_some_and(|top| top.kind == OverlayKind::File);
    let event = match state.file.as_ref().map(|file| file.what).filter(|_| viewed) {
        Some(ViewTarget::Version(event)) => event,
        Some(ViewTarget::Two(..)) => {
            let open = state.keymap.of_panes("o");
            return Err(visible!["a pager shows one version: ", open, " in the history"]);
        }
        None => {
            let (node, version) = under_cursor(state, stack)
                .ok_or("put the cursor on a file to open it in the pager")?;
            regular(state, stack, node, version)?.1.event
        }
    };
    state.notice = Some("reading the file for the pager".into());
    Ok(vec![Effect::OpenPager(event)])
}

/// `D`: the version under the cursor and the one before it, or the marked one.
fn compare(state: &mut State, stack: &Stack) -> Result<Vec<Effect>, Visible<'static>> {
    let (node, old, new) = two(state, stack)?;
    let which = visible!["layer ", old.layer, " and layer ", new.layer];
    Ok(open(state, stack, ViewTarget::Two(old.event, new.event), node, which))
}

fn open(
    state: &mut State,
    stack: &Stack,
    what: ViewTarget,
    node: NodeId,
    which: Visible<'static>,
) -> Vec<Effect> {
    show(state, stack, File::new(what, title(stack, node, which)));
    ask(state, ReadPart::At(0))
}

/// Path and layers.
fn title(
    stack: &Stack,
    node: NodeId,
    which: Visible<'static>,
) -> (Visible<'static>, Visible<'static>) {
    (visible(&stack.path(node)).into_owned(), which)
}

fn show(state: &mut State, stack: &Stack, file: File) {
    state.file = Some(file);
    navigate::overlay::open(state, stack, OverlayKind::File);
}

/// Opens a version of a file where it has a text, at or after an offset; without a text, at the offset.
pub(in crate::explorer) fn open_at(
    state: &mut State,
    stack: &Stack,
    (node, event, which): (NodeId, EventId, Visible<'static>),
    text: Option<&str>,
    from: u64,
) -> Vec<Effect> {
    let text = text.map(str::to_owned);
    let search = text.clone().unwrap_or_default();
    show(
        state,
        stack,
        File { search, ..File::new(ViewTarget::Version(event), title(stack, node, which)) },
    );
    ask(state, text.map_or(ReadPart::At(from), |text| ReadPart::Find { text, from, forward: true }))
}

/// The path and the version under the cursor; of a removed path, the removed version.
fn under_cursor(state: &State, stack: &Stack) -> Option<(NodeId, Version)> {
    if let Some(top) = state.overlays.last() {
        let Some((node, steps)) = history(stack, top.kind) else {
            let (node, layer) = view::extraction::under_cursor(state, stack)?;
            return stack.visible(node, layer).map(|version| (node, version));
        };
        return steps.get(top.selected).map(|step| (node, step.version));
    }
    let pane = view::trees::pane_of_path(state);
    let node = view::trees::current_row(state, stack, pane)?.node;
    let layer = if pane == Pane::Diff { state.layer } else { state.shown_layer(stack)? };
    let removed = || {
        let change = stack.change(node, layer).or_else(|| stack.removal(node, layer))?;
        Some(stack.version(change.event.or(change.previous)?))
    };
    stack.visible(node, layer).or_else(removed).map(|version| (node, version))
}

fn history(stack: &Stack, kind: OverlayKind) -> Option<(NodeId, Vec<HistoryEvent>)> {
    match kind {
        OverlayKind::History(node) => Some((node, stack.history(node))),
        _ => None,
    }
}

/// The file, or the target that a symbolic link has in the layer under the cursor.
fn regular(
    state: &State,
    stack: &Stack,
    node: NodeId,
    version: Version,
) -> Result<(NodeId, Version), Visible<'static>> {
    match version.kind {
        Type::File | Type::Hardlink => Ok((node, version)),
        Type::Symlink => {
            let seen_at = view::extraction::under_cursor(state, stack);
            let layer = seen_at.map_or(version.layer, |(_, layer)| layer);
            let target = stack.follow(&stack.path(node), layer);
            let seen = target.and_then(|node| Some((node, stack.visible(node, layer)?)));
            seen.filter(|(_, version)| matches!(version.kind, Type::File | Type::Hardlink))
                .ok_or_else(|| "this link leads to no file".into())
        }
        Type::Directory => Err(visible![
            "a directory: Enter opens it, ",
            state.keymap.of_panes("v"),
            " views files"
        ]),
        _ => Err("no file: it has no contents to view".into()),
    }
}

/// The older and the newer version to compare.
fn two(state: &State, stack: &Stack) -> Result<(NodeId, Version, Version), Visible<'static>> {
    const FEW: &str =
        "only one version of this file is stored: there is nothing to compare it with";
    let (node, version) =
        under_cursor(state, stack).ok_or("put the cursor on a file to compare")?;
    regular(state, stack, node, version)?;
    let mut versions: Vec<Version> = Vec::new();
    for step in stack.history(node) {
        let known = versions.iter().any(|version| version.event == step.version.event);
        if !known && matches!(step.version.kind, Type::File | Type::Hardlink) {
            versions.push(step.version);
        }
    }
    let at = |event: EventId| versions.iter().position(|version| version.event == event);
    let here = at(version.event).ok_or(FEW)?;
    let marked = state.overlays.last().and_then(|top| top.marked).and_then(|step| {
        let steps = stack.history(node);
        at(steps.get(step)?.version.event)
    });
    let other = match marked {
        Some(marked) if marked != here => marked,
        _ => here.checked_sub(1).unwrap_or(here + 1),
    };
    let (old, new) = (here.min(other), here.max(other));
    match (versions.get(old), versions.get(new)) {
        (Some(&old), Some(&new)) => Ok((node, old, new)),
        _ => Err(FEW.into()),
    }
}
