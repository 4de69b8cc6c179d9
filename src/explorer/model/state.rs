//! What the explorer knows between two messages.

use std::sync::Arc;

use crate::explorer::model;
use crate::explorer::model::action::entry::Context;
use crate::explorer::model::appearance::{Glyphs, Theme};
use crate::explorer::model::columns::TreeColumns;
use crate::explorer::model::comparison::{ComparedImages, RunningComparison};
use crate::explorer::model::extraction::ExtractionRequest;
use crate::explorer::model::file::File;
use crate::explorer::model::filter::Filter;
use crate::explorer::model::geometry::Size;
use crate::explorer::model::keymap::Keymap;
use crate::explorer::model::map::Treemap;
use crate::explorer::model::message::Choice;
use crate::explorer::model::overlay::{Overlay, OverlayKind};
use crate::explorer::model::owners::Owners;
pub use crate::explorer::model::pane::Pane;
use crate::explorer::model::range::Mark;
use crate::explorer::model::search::Search;
use crate::explorer::model::waste::WasteSummary;
use crate::image::Image;
use crate::image::problem::{Hidden, Problem};
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::outline::{Folds, Orders, Unfolded};
use crate::stack::query::tree::Tree;
use crate::stack::{EventId, NodeId, Stack};
use crate::text::{Foreign, Visible};

impl State {
    /// The state of a comparison: on the same screen, with the same read_requests and keys, and nothing read yet.
    #[must_use]
    pub fn comparing(&self, sides: ComparedImages) -> Self {
        let mut state = Self::new(self.size);
        state.copy_appearance(self);
        state.comparison = Some(sides);
        state
    }

    /// Looks as another state does: what the user set in a comparison still holds behind it.
    pub fn copy_appearance(&mut self, other: &Self) {
        (self.size, self.theme, self.glyphs) = (other.size, other.theme, other.glyphs);
        (self.mouse, self.columns) = (other.mouse, other.columns);
        self.keymap.clone_from(&other.keymap);
        self.config_errors.clone_from(&other.config_errors);
    }
}

/// Where the whole stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is known yet.
    Opening,
    /// Layers are being read.
    Reading,
    /// The user stopped it; what was read stays.
    Stopping,
    /// All is read that will be read.
    Done,
    /// There is no image, and this is why. Raw.
    Failed(String),
}

/// Where one layer stands.
#[derive(Clone, Debug, Default)]
pub struct LayerLoad {
    /// How far.
    pub status: LoadStatus,
    /// What was odd or broken.
    pub problems: Vec<Problem>,
    /// What it stores that is no content.
    pub hidden: Vec<Hidden>,
}

/// How far a layer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadStatus {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// Bytes read and to be read (0 where not known).
    Reading {
        /// Bytes dealt with.
        done: u64,
        /// Bytes to deal with.
        total: u64,
    },
    /// Read; waits for the layers below.
    Listed,
    /// Part of the stack.
    Folded,
}

/// Where a tree pane stands: its folds, its cursor, its scroll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeView {
    /// What is unfolded.
    pub folds: Folds,
    /// The path the user put the cursor on. Where it has no row, the cursor waits on the nearest directory above.
    pub wanted: Option<NodeId>,
    /// The row the cursor is on.
    pub row: usize,
    /// The first row on the screen.
    pub top: usize,
}

/// By how many cells the user moved the borders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The stack's right border.
    pub stack: i16,
    /// Added to the diff's width.
    pub diff: i16,
}

/// A border that is being dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Right of the stack.
    Stack,
    /// Left of the diff.
    Diff,
}

/// The explorer's state.
pub struct State {
    /// The terminal's size.
    pub size: Size,
    /// How it read_requests.
    pub theme: Theme,
    /// What frames and bars are drawn with.
    pub glyphs: Glyphs,
    /// Which columns trees have.
    pub columns: TreeColumns,
    /// What is wrong with the config file, each with its place.
    pub config_errors: Vec<Foreign>,
    /// Which key means what.
    pub keymap: Keymap,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// Where the whole stands.
    pub phase: Phase,
    /// The image, once described.
    pub image: Option<Box<Image>>,
    /// Where each layer stands.
    pub loads: Vec<LayerLoad>,
    /// Bytes of layers read in a second, as long as some are read and it is known.
    pub rate: Option<u64>,
    /// Pairs of files not compared yet.
    pub undecided: u64,
    /// Those of them that the loader was last told to compare first.
    pub preferred: Vec<(EventId, EventId)>,
    /// Images to choose from.
    pub choices: Vec<Choice>,
    /// The selected layer.
    pub layer: usize,
    /// Which pane has the keys.
    pub focus: Pane,
    /// Which of tree and diff shows where only one of them can.
    pub right: Pane,
    /// The focused pane is alone on the screen.
    pub zoomed: bool,
    /// Borders moved.
    pub split: Split,
    /// The border being dragged.
    pub drag: Option<Border>,
    /// First line of the stack pane on the screen.
    pub stack_top: usize,
    /// The merged tree.
    pub tree: TreeView,
    /// The diff.
    pub diff: TreeView,
    /// In which order the rows of both trees are.
    pub orders: Orders,
    /// What lies over the panes, topmost last.
    pub overlays: Vec<Overlay>,
    /// The search, if there is one.
    pub search: Option<Search>,
    /// The filter, if there is one.
    pub filter: Option<Filter>,
    /// A comparison that is being made.
    pub comparing: Option<RunningComparison>,
    /// The two images that are compared, where this is a comparison of two.
    pub comparison: Option<ComparedImages>,
    /// What package databases say, of the layers that were asked about, the newest answer first.
    pub owners: Vec<Arc<Owners>>,
    /// The database_layer of them that is being read.
    pub owners_requested: Option<usize>,
    /// The marked layer, if there is one: the other end of the range that the changes pane shows.
    pub mark: Option<Mark>,
    /// The treemap, once it was asked for.
    pub map: Option<Treemap>,
    /// What is being extracted.
    pub extraction: Option<model::extraction::RunningExtraction>,
    /// What was not extracted, because something is there already.
    pub occupied: Option<ExtractionRequest>,
    /// What the waste page shows, once it was asked for.
    pub waste: Option<WasteSummary>,
    /// The file that the viewer shows.
    pub file: Option<File>,
    /// How many parts of files were asked for.
    pub read_requests: u64,
    /// Shown until the next key.
    pub notice: Option<Visible<'static>>,
}

impl State {
    /// The first and the last layer that the changes pane shows; the same where nothing is marked.
    #[must_use]
    pub fn range(&self) -> (usize, usize) {
        let marked = self.mark.as_ref().map_or(self.layer, |mark| mark.layer);
        (marked.min(self.layer), marked.max(self.layer))
    }

    /// Before anything is known.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self {
            size,
            theme: Theme::default(),
            glyphs: Glyphs::default(),
            mouse: true,
            columns: TreeColumns::default(),
            config_errors: Vec::new(),
            keymap: Keymap::default(),
            phase: Phase::Opening,
            image: None,
            loads: Vec::new(),
            rate: None,
            undecided: 0,
            preferred: Vec::new(),
            choices: Vec::new(),
            layer: 0,
            focus: Pane::Tree,
            right: Pane::Tree,
            zoomed: false,
            split: Split::default(),
            drag: None,
            stack_top: 0,
            tree: TreeView::default(),
            diff: TreeView {
                folds: Folds { unfolded: Unfolded::Changes, ..Folds::default() },
                ..TreeView::default()
            },
            orders: Orders::default(),
            overlays: Vec::new(),
            search: None,
            filter: None,
            comparing: None,
            comparison: None,
            owners: Vec::new(),
            owners_requested: None,
            mark: None,
            map: None,
            extraction: None,
            occupied: None,
            waste: None,
            file: None,
            read_requests: 0,
            notice: None,
        }
    }

    /// How many layers the image has.
    #[must_use]
    pub const fn layer_count(&self) -> usize {
        self.loads.len()
    }

    /// The layer whose merged tree shows: the selected one, or the newest that is part of the stack.
    #[must_use]
    pub fn shown_layer(&self, stack: &Stack) -> Option<usize> {
        stack.folded().checked_sub(1).map(|newest| newest.min(self.layer))
    }

    /// Which tree a pane shows; `None` for the stack pane and while there is nothing to show.
    #[must_use]
    pub fn tree_of(&self, pane: Pane, stack: &Stack) -> Option<Tree> {
        match pane {
            Pane::Stack => None,
            Pane::Tree => self.shown_layer(stack).map(Tree::Merged),
            Pane::Diff => Some(match self.range() {
                (from, to) if from == to => Tree::Diff(to),
                (from, to) => Tree::Range(from, to),
            })
            .filter(|tree| tree.top() < stack.folded()),
        }
    }

    /// The tree pane or the diff pane; the tree's where the stack is meant.
    #[must_use]
    pub const fn view(&self, pane: Pane) -> &TreeView {
        match pane {
            Pane::Diff => &self.diff,
            Pane::Stack | Pane::Tree => &self.tree,
        }
    }

    /// The same, to change it.
    pub const fn view_mut(&mut self, pane: Pane) -> &mut TreeView {
        match pane {
            Pane::Diff => &mut self.diff,
            Pane::Stack | Pane::Tree => &mut self.tree,
        }
    }

    /// The folds of a pane's tree as it shows: narrowed or whole.
    pub fn folds_mut(&mut self, pane: Pane) -> &mut Folds {
        let (from, to) = self.range();
        match (&mut self.filter, &mut self.mark, pane) {
            (Some(filter), _, _) if filter.is_on() => filter.folds_mut(pane),
            (_, Some(mark), Pane::Diff) if from != to => mark.folds_mut(),
            (_, _, Pane::Diff) => &mut self.diff.folds,
            (_, _, Pane::Stack | Pane::Tree) => &mut self.tree.folds,
        }
    }

    /// What of a pane's tree shows where not all of it does: what passes the filter, what a range changed.
    #[must_use]
    pub fn narrowed(&self, pane: Pane, tree: Tree) -> Option<(&Folds, &FilteredTree)> {
        match &self.filter {
            Some(filter) if filter.is_on() => filter.narrowed(pane, tree),
            _ => self.mark.as_ref().filter(|_| pane == Pane::Diff)?.shown(tree),
        }
    }

    /// Whether a filter narrows the trees.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::is_on)
    }

    /// Whether the filter is being typed.
    #[must_use]
    pub fn is_filtering(&self) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.typing)
    }

    /// Gives a pane the keys.
    pub const fn set_focus(&mut self, pane: Pane) {
        self.focus = pane;
        if !matches!(pane, Pane::Stack) {
            self.right = pane;
        }
    }

    /// Whether layers are being read.
    #[must_use]
    pub const fn is_reading(&self) -> bool {
        matches!(self.phase, Phase::Reading | Phase::Stopping)
    }

    /// Whether something is done beside everything else.
    #[must_use]
    pub const fn is_working(&self) -> bool {
        self.extraction.is_some() || self.comparing.is_some()
    }

    /// Whether typed characters are text just now.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        match self.overlays.last() {
            Some(overlay) => overlay.is_typed(),
            None => self.search.as_ref().is_some_and(|search| search.typing) || self.is_filtering(),
        }
    }

    /// Which rows of the action table rule, the first before the second.
    #[must_use]
    pub fn contexts(&self) -> &'static [Context] {
        if self.is_typing() {
            return &[Context::Typing];
        }
        if self.overlays.last().is_some_and(|top| top.kind == OverlayKind::File) {
            return &[Context::File, Context::Overlay];
        }
        if self.overlays.last().is_some_and(|top| top.kind == OverlayKind::Map) {
            return &[Context::Map, Context::Overlay];
        }
        match (self.overlays.is_empty(), self.focus) {
            (false, _) => &[Context::Overlay],
            (true, Pane::Stack) => &[Context::Stack, Context::Panes],
            (true, Pane::Tree | Pane::Diff) => &[Context::Trees, Context::Panes],
        }
    }
}
