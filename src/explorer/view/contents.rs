//! A search of contents: how what is typed is read.

use crate::explorer::model::{OverlayKind, State};
use crate::load::grep::{Query, Wanted};
use crate::stack::NodeId;
use crate::text::pattern::LineOptions;

/// The search that a text stands for: a regular expression; without a capital letter, both cases match.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn query(text: &str) -> Result<Query, String> {
    let any_case = !text.chars().any(char::is_uppercase);
    let options = LineOptions { any_case, ..LineOptions::default() };
    Query::new(text, options, Wanted::Lines { before: 0, after: 0 })
}

/// The path of an item of the list, and its layer.
pub(super) fn under_cursor(state: &State, item: usize) -> Option<(NodeId, usize)> {
    let OverlayKind::Contents(below) = state.overlays.last()?.kind else { return None };
    let found = state.contents_below(below)?.hits.get(item)?;
    Some((found.node, found.layer))
}
