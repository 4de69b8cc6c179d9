//! Moving the borders between panes.

use crate::explorer::model::geometry::Shape;
use crate::explorer::model::state::{Pane, State};

impl State {
    /// Widens a pane by `by` cells at the cost of its neighbour; narrows it for a negative number. At the limit nothing changes.
    pub fn widen(&mut self, pane: Pane, by: i16) {
        let before = (self.layout(), self.split);
        match (before.0.shape, pane) {
            (_, Pane::Stack) => self.split.stack = self.split.stack.saturating_add(by),
            (Shape::Two, _) => self.split.stack = self.split.stack.saturating_sub(by),
            (_, Pane::Tree) => self.split.diff = self.split.diff.saturating_sub(by),
            (_, Pane::Diff) => self.split.diff = self.split.diff.saturating_add(by),
        }
        if self.layout() == before.0 {
            self.split = before.1;
        }
    }
}
