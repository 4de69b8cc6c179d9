//! Getting a file or a subtree out of the image: what is meant, where it is to go, and what came of it. The work is
//! done elsewhere; here is the conversation about it.

use crate::stack::{ChangeKind, NodeId, Stack};
use crate::text::{marked, marked_str, shorten, size, visible};

use super::input::Input;
use super::message::Effect;
use super::navigate;
use super::overlay::{self, Kind};
use super::state::{Pane, State};

/// Cells of a path in a message.
const PATH: usize = 40;

/// Something to be extracted, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What: with all that lies below.
    pub node: NodeId,
    /// As the merged tree of this layer has it.
    pub layer: usize,
    /// Where to, as typed.
    pub dest: String,
    /// It was said that what is there may be overwritten.
    pub force: bool,
}

/// One that is being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// What it is about.
    pub request: Request,
    /// Bytes written.
    pub done: u64,
    /// Bytes to write.
    pub total: u64,
}

/// How one ended. Raw text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Something is there already: nothing was done.
    Occupied,
    /// It was done, or as much of it as could be.
    Done {
        /// Objects made.
        objects: u64,
        /// Bytes written.
        bytes: u64,
        /// Objects that could not be made as they are.
        failed: u64,
        /// The first of them and why.
        first: Option<(Vec<u8>, String)>,
        /// The user stopped it.
        stopped: bool,
    },
    /// Nothing, or nothing more, could be done.
    Failed(String),
}

/// `e`: asks where to, for the path under the cursor as the selected layer has it, or as it was before that removed it.
pub(super) fn ask(state: &mut State, stack: &Stack) {
    if state.is_working() {
        state.notice = Some("one thing at a time: Esc stops what is being done".to_owned());
        return;
    }
    let Some((node, layer)) = under_cursor(state, stack) else {
        state.notice = Some("put the cursor on what is to be extracted".to_owned());
        return;
    };
    overlay::open(state, stack, Kind::Extract(node, layer));
    if let Some(top) = state.overlays.last_mut() {
        top.input.insert(&suggested(stack.name(node)));
    }
}

/// A place in the working directory; a name that nobody would type is not offered.
fn suggested(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(plain) if !plain.is_empty() && visible(name) == plain => format!("./{plain}"),
        _ => "./extracted".to_owned(),
    }
}

/// The path meant, and the layer whose tree has it.
fn under_cursor(state: &State, stack: &Stack) -> Option<(NodeId, usize)> {
    let (node, layer) = match state.overlays.last().map(|top| (top.kind, top.selected)) {
        None => {
            let pane = navigate::pane_of_path(state);
            let node = navigate::current_row(state, stack, pane)?.node;
            (node, if pane == Pane::Diff { state.layer } else { state.shown_layer(stack)? })
        }
        Some((Kind::History(node), selected)) => (node, stack.history(node).get(selected)?.layer),
        Some((Kind::Map, _)) => super::map::under_cursor(state)?,
        Some((Kind::Waste, selected)) => super::waste::under_cursor(state, selected)?,
        Some(_) => return None,
    };
    let layer = layer.min(stack.folded().checked_sub(1)?);
    if stack.visible(node, layer).is_some() {
        return Some((node, layer));
    }
    let removal = stack.history(node).into_iter();
    let removal =
        removal.filter(|step| step.layer <= layer).rfind(|step| step.event == ChangeKind::Removed);
    let before = removal?.layer.checked_sub(1)?;
    stack.visible(node, before).map(|_| (node, before))
}

/// Enter in the prompt: to be done, if a place was given.
pub(super) fn accept(
    state: &mut State,
    stack: &Stack,
    (node, layer): (NodeId, usize),
    input: &Input,
) -> Vec<Effect> {
    let dest = input.text().trim().to_owned();
    if dest.is_empty() {
        return Vec::new();
    }
    overlay::close(state);
    begin(state, stack, Request { node, layer, dest, force: false })
}

/// Enter where it was asked whether to overwrite.
pub(super) fn overwrite(state: &mut State, stack: &Stack, item: usize) -> Vec<Effect> {
    overlay::close(state);
    match state.occupied.take() {
        Some(request) if item == OVERWRITE => {
            begin(state, stack, Request { force: true, ..request })
        }
        _ => {
            state.notice = Some("nothing was extracted".to_owned());
            Vec::new()
        }
    }
}

/// The item of the question that overwrites; the other one, on which the cursor starts, does not.
const OVERWRITE: usize = 1;

fn begin(state: &mut State, stack: &Stack, request: Request) -> Vec<Effect> {
    let total = match stack.visible(request.node, request.layer) {
        Some(version) if version.kind.is_regular() => version.size,
        _ => stack.totals(request.node, request.layer).bytes,
    };
    state.extraction = Some(Running { request: request.clone(), done: 0, total });
    vec![Effect::Extract(request)]
}

/// Bytes were written.
pub(super) fn progress(state: &mut State, done: u64) {
    if let Some(running) = &mut state.extraction {
        running.done = done;
    }
}

/// It is over: says what came of it, or asks whether to overwrite.
pub(super) fn ended(state: &mut State, stack: &Stack, ended: Ended) {
    let Some(Running { request, .. }) = state.extraction.take() else { return };
    let path = shorten::path(&marked(&stack.path(request.node)), PATH);
    let dest = shorten::path(&marked_str(&request.dest), PATH);
    state.notice = Some(match ended {
        Ended::Occupied => {
            state.occupied = Some(request);
            overlay::open(state, stack, Kind::Overwrite);
            return;
        }
        Ended::Failed(why) => format!("{path} was not extracted: {}", marked_str(&why)),
        Ended::Done { objects, bytes, failed, first, stopped } => {
            let noun = if objects == 1 { "object" } else { "objects" };
            let made = format!("{} {noun}, {}", size::count(objects), size::short(bytes));
            match first {
                _ if stopped => format!("stopped: {made} of {path} are in {dest}"),
                None => format!("extracted {path} of layer {} to {dest}: {made}", request.layer),
                Some((name, why)) => format!(
                    "{made} to {dest}, but {} could not be made: /{}: {}",
                    size::count(failed),
                    shorten::path(&marked(&name), PATH),
                    marked_str(&why)
                ),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_somebody_would_type_are_offered() {
        assert_eq!(suggested(b"passwd"), "./passwd");
        assert_eq!(suggested("größe 1".as_bytes()), "./größe 1");
        for odd in [&b""[..], b"a\x1b[31m", b"\xff", "a\u{202e}b".as_bytes()] {
            assert_eq!(suggested(odd), "./extracted");
        }
    }
}
