//! Requests for a part of the open file.

use crate::explorer::model::file::{ReadPart, ReadRequest};
use crate::explorer::model::message::Effect;
use crate::explorer::model::state::State;

/// Requests a part of the open file. The answer to an earlier request is ignored.
pub(crate) fn ask(state: &mut State, part: ReadPart) -> Vec<Effect> {
    state.read_requests += 1;
    let number = state.read_requests;
    let Some(file) = &mut state.file else { return Vec::new() };
    file.awaited = Some((number, part.clone()));
    vec![Effect::ReadPart(ReadRequest { number, what: file.what, part })]
}
