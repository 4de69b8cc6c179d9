//! Extraction: the prompt, its progress and its end.

use crate::explorer::model::extraction::{
    ExtractionRequest, ExtractionResult, OVERWRITE, PATH, RunningExtraction,
};
use crate::explorer::model::input::Input;
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::State;
use crate::explorer::navigate;
use crate::explorer::view::extraction::under_cursor;
use crate::stack::{NodeId, Stack};
use crate::text::{shorten, size, visible};

/// `e`: opens the prompt for the destination of the path under the cursor, as the selected layer has it, or as it was
/// before that layer removed it.
pub(super) fn ask(state: &mut State, stack: &Stack) {
    if state.is_working() {
        state.notice = Some("another operation is running: Esc stops it".into());
        return;
    }
    let Some((node, layer)) = under_cursor(state, stack) else {
        state.notice = Some("put the cursor on what is to be extracted".into());
        return;
    };
    navigate::overlay::open(state, stack, OverlayKind::Extract(node, layer));
    if let Some(top) = state.overlays.last_mut() {
        top.input.insert(&suggested(stack.name(node)));
    }
}

/// A path in the working directory. Names with control characters or invalid UTF-8 are not suggested.
fn suggested(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(plain) if !plain.is_empty() && visible(name) == plain => format!("./{plain}"),
        _ => "./extracted".to_owned(),
    }
}

/// Enter in the prompt: starts the extraction, if a destination was given.
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
    if state.is_working() {
        state.notice = Some("another operation is running: wait until it ends".into());
        return Vec::new();
    }
    navigate::overlay::close(state);
    begin(state, stack, ExtractionRequest { node, layer, dest, force: false })
}

/// Enter in the question whether to overwrite.
pub(super) fn overwrite(state: &mut State, stack: &Stack, item: usize) -> Vec<Effect> {
    navigate::overlay::close(state);
    match state.occupied.take() {
        Some(request) if item == OVERWRITE => {
            begin(state, stack, ExtractionRequest { force: true, ..request })
        }
        _ => {
            state.notice = Some("nothing was extracted".into());
            Vec::new()
        }
    }
}

fn begin(state: &mut State, stack: &Stack, request: ExtractionRequest) -> Vec<Effect> {
    let total = match stack.visible(request.node, request.layer) {
        Some(version) if version.kind.is_regular() => version.size,
        _ => stack.totals(request.node, request.layer).bytes,
    };
    state.extraction = Some(RunningExtraction { request: request.clone(), done: 0, total });
    vec![Effect::StartExtraction(request)]
}

/// Updates the number of bytes written.
pub(super) fn progress(state: &mut State, done: u64) {
    if let Some(running) = &mut state.extraction {
        running.done = done;
    }
}

/// The extraction ended: shows its result, or asks whether to overwrite.
pub(crate) fn ended(state: &mut State, stack: &Stack, ended: ExtractionResult) {
    let Some(RunningExtraction { request, .. }) = state.extraction.take() else { return };
    let path = shorten::path(&visible(&stack.path(request.node)), PATH);
    let dest = shorten::path(&visible(&request.dest), PATH);
    state.notice = Some(match ended {
        ExtractionResult::Occupied => {
            state.occupied = Some(request);
            navigate::overlay::open(state, stack, OverlayKind::Overwrite);
            return;
        }
        ExtractionResult::Failed(why) => visible![path, " was not extracted: ", why],
        ExtractionResult::Done { objects, bytes, failed, first, stopped } => {
            let noun = if objects == 1 { "object" } else { "objects" };
            let made = visible![size::count(objects), " ", noun, ", ", size::short(bytes)];
            match first {
                _ if stopped => visible!["stopped: ", made, " of ", path, " are in ", dest],
                None => visible![
                    "extracted ",
                    path,
                    " of layer ",
                    request.layer,
                    " to ",
                    dest,
                    ": ",
                    made
                ],
                Some((name, why)) => visible![
                    made,
                    " to ",
                    dest,
                    ", but ",
                    size::count(failed),
                    " could not be made: /",
                    shorten::path(&visible(&name), PATH),
                    ": ",
                    why
                ],
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_typed_are_not_suggested() {
        assert_eq!(suggested(b"passwd"), "./passwd");
        assert_eq!(suggested("größe 1".as_bytes()), "./größe 1");
        for odd in [&b""[..], b"a\x1b[31m", b"\xff", "a\u{202e}b".as_bytes()] {
            assert_eq!(suggested(odd), "./extracted");
        }
    }
}
