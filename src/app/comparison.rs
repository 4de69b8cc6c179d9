//! Comparing with another image: which one, how far it is, and what is known of both while they are compared. The comparison
//! itself is an image of two layers, the other image below and this one above; it is shown as any image is.

use crate::stack::{ChangeKind, NodeId, Stack};
use crate::text::Foreign;

use super::input::Input;
use super::message::Effect;
use super::overlay::{self, Kind};
use super::state::{Phase, State};

/// The layer that stands for the other image.
pub const OTHER: usize = 0;
/// The layer that stands for this image.
pub const THIS: usize = 1;

/// The two images that are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// The one it is compared with.
    pub other: Side,
    /// The one that was explored.
    pub this: Side,
}

/// One of two images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// As it was asked for. Raw.
    pub reference: Foreign,
    /// Its layers.
    pub layers: Vec<Matched>,
}

/// A layer of one of two images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The command that made it. Raw.
    pub made_by: Option<Foreign>,
    /// The other image has this very layer, too.
    pub shared: bool,
}

/// A comparison that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// With what. Raw.
    pub reference: String,
    /// Bytes of it read so far.
    pub read: u64,
}

/// `c`: asks with which image; in a comparison, ends it.
pub(super) fn ask(state: &mut State, stack: &Stack) -> Vec<Effect> {
    if state.comparison.is_some() {
        return vec![Effect::LeaveComparison];
    }
    let why_not = match (state.phase == Phase::Done && state.image.is_some(), state.is_working()) {
        (false, _) => "all layers have to be there before they can be compared",
        (true, true) => "one thing at a time: Esc stops what is being done",
        (true, false) => {
            overlay::open(state, stack, Kind::Compare);
            return Vec::new();
        }
    };
    state.notice = Some(why_not.to_owned());
    Vec::new()
}

/// Enter in the prompt: to be compared, if an image was named.
pub(super) fn accept(state: &mut State, input: &Input) -> Vec<Effect> {
    let reference = input.text().trim().to_owned();
    if reference.is_empty() {
        return Vec::new();
    }
    overlay::close(state);
    state.comparing = Some(Running { reference: reference.clone(), read: 0 });
    vec![Effect::Compare(reference)]
}

/// How a path differs; `None` where both images have the same.
#[must_use]
pub fn difference(stack: &Stack, node: NodeId) -> Option<ChangeKind> {
    let change = stack.change(node, THIS).map(|change| change.kind);
    change.filter(|kind| *kind != ChangeKind::Rewritten)
}

impl State {
    /// The state of a comparison: on the same screen, with the same looks and keys, and nothing read yet.
    #[must_use]
    pub fn comparing(&self, sides: Sides) -> Self {
        let mut state = Self::new(self.size);
        state.take_looks(self);
        state.comparison = Some(sides);
        state
    }

    /// Looks as another state does: what the user set in a comparison still holds behind it.
    pub fn take_looks(&mut self, other: &Self) {
        (self.size, self.theme, self.glyphs) = (other.size, other.theme, other.glyphs);
        (self.mouse, self.columns) = (other.mouse, other.columns);
        self.keymap.clone_from(&other.keymap);
        self.complaints.clone_from(&other.complaints);
    }
}
