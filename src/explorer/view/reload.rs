//! Marks of what changed since the image was read before.

use crate::explorer::model::reload::PathMark;
use crate::explorer::model::role::{Role, Span};
use crate::explorer::model::state::State;
use crate::stack::NodeId;
use crate::text::{size, visible};

/// The mark behind the name of a path; of what is inside a directory only while it is folded.
#[must_use]
pub fn mark(state: &State, node: NodeId, open: bool) -> Option<Span> {
    let text = match state.marks.as_ref()?.paths.get(&node)? {
        PathMark::New => "  new".into(),
        PathMark::Changed => "  changed".into(),
        PathMark::Unknown => "  not compared".into(),
        PathMark::Lost(count) => visible!["  ", size::count(*count), " gone"],
        PathMark::Inside if open => return None,
        PathMark::Inside => "  changed inside".into(),
    };
    Some((Role::Accent, text))
}

/// A word for a layer that the image did not have before, or that is followed.
#[must_use]
pub fn layer_word(state: &State, layer: usize) -> Option<&'static str> {
    let is_new = state.marks.as_ref().is_some_and(|marks| marks.layers.contains(&layer));
    let followed = state.following.is_some() && state.described(layer)?.writable;
    is_new.then_some("new").or_else(|| followed.then_some("followed"))
}
