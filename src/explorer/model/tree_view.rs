//! What a tree pane shows: what is unfolded, the cursor, the first row.

use crate::stack::NodeId;
use crate::stack::query::outline::Folds;

/// Folds, cursor and scroll position of a tree pane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeView {
    /// Which directories are unfolded.
    pub folds: Folds,
    /// The path the user put the cursor on. While it has no row, the cursor is on its nearest ancestor that has one.
    pub wanted: Option<NodeId>,
    /// Row of the cursor.
    pub row: usize,
    /// The first row on the screen.
    pub top: usize,
    /// The user chose what is unfolded by default; else it follows the height of the pane.
    pub chosen: bool,
    /// Directories that were unfolded because the other pane's cursor led this one below them. They are folded again when
    /// it leads elsewhere.
    pub led: Vec<NodeId>,
}
