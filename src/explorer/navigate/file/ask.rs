//! Requests for a part of the open file.

use crate::explorer::model::file::{ReadPart, ReadRequest};
use crate::explorer::model::message::Effect;
use crate::explorer::model::state::State;

/// Requests once more what was requested last, if no answer came and none will come.
pub(crate) fn again(state: &mut State) -> Vec<Effect> {
    let awaited = state.file.as_mut().and_then(|file| file.awaited.take());
    awaited.map_or_else(Vec::new, |(_, part)| ask(state, part))
}

/// Requests a part of the open file. The answer to an earlier request is ignored.
pub(crate) fn ask(state: &mut State, part: ReadPart) -> Vec<Effect> {
    state.read_requests += 1;
    let number = state.read_requests;
    let Some(file) = &mut state.file else { return Vec::new() };
    file.awaited = Some((number, part.clone()));
    vec![Effect::ReadPart(ReadRequest { number, what: file.what, part })]
}
