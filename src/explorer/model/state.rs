//! The explorer's state between two messages.

use std::sync::Arc;

use crate::explorer::model;
use crate::explorer::model::action::entry::Context;
use crate::explorer::model::appearance::{Glyphs, Theme};
use crate::explorer::model::columns::{PaneWidths, TreeColumns};
use crate::explorer::model::comparison::{ComparedImages, RunningComparison};
use crate::explorer::model::contents::{ContentsSearch, SearchEnd};
use crate::explorer::model::ever::Ever;
use crate::explorer::model::extraction::ExtractionRequest;
use crate::explorer::model::file::File;
use crate::explorer::model::filter::Filter;
use crate::explorer::model::findings::FindingsState;
use crate::explorer::model::geometry::Size;
use crate::explorer::model::keymap::Keymap;
pub use crate::explorer::model::load::{LayerLoad, LoadStatus};
use crate::explorer::model::map::Treemap;
use crate::explorer::model::message::Choice;
use crate::explorer::model::overlay::{Overlay, OverlayKind};
use crate::explorer::model::owners::Owners;
pub use crate::explorer::model::pane::Pane;
use crate::explorer::model::range::Mark;
use crate::explorer::model::reload::{Following, Marks, RunningReload};
use crate::explorer::model::search::Search;
use crate::explorer::model::tree_view::TreeView;
use crate::explorer::model::waste::WasteSummary;
use crate::image::Image;
use crate::image::layer::Layer;
use crate::image::problem::{Problem, decisive};
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::outline::{Folds, Orders, Unfolded};
use crate::stack::query::tree::Tree;
use crate::stack::{EventId, NodeId, Stack};
use crate::text::{Foreign, Visible, command};

impl State {
    /// A new state for a comparison, with the size, appearance and keys of this one.
    #[must_use]
    pub fn comparing(&self, sides: ComparedImages) -> Self {
        let mut state = Self::new(self.size);
        state.copy_appearance(self);
        state.comparison = Some(sides);
        state
    }

    /// Takes over size, appearance, columns and keys: settings changed in a comparison stay after it.
    pub fn copy_appearance(&mut self, other: &Self) {
        (self.size, self.theme, self.glyphs) = (other.size, other.theme, other.glyphs);
        (self.mouse, self.columns) = (other.mouse, other.columns);
        self.widths = other.widths;
        self.keymap.clone_from(&other.keymap);
        self.config_errors.clone_from(&other.config_errors);
    }
}

/// Progress of the whole image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// The first image is being opened.
    #[default]
    Opening,
    /// Layers are being read.
    Reading,
    /// The user stopped reading; layers in progress are being cancelled.
    Stopping,
    /// Nothing more is read: all layers are read, or reading was stopped.
    Done,
    /// The image cannot be opened, with the reason. Raw.
    Failed(String),
}

/// Cells by which the user moved the borders between panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Added to the width of the stack.
    pub stack: i16,
    /// Added to the width of the diff.
    pub diff: i16,
}

/// A border between two panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Right of the stack.
    Stack,
    /// Left of the diff.
    Diff,
}

/// The explorer's state.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about the screen")]
#[derive(Default)]
pub struct State {
    /// The terminal's size.
    pub size: Size,
    /// Colours.
    pub theme: Theme,
    /// Characters of frames and bars.
    pub glyphs: Glyphs,
    /// Columns of the trees.
    pub columns: TreeColumns,
    /// Configured widths of panes.
    pub widths: PaneWidths,
    /// Errors in the config file, each with its line.
    pub config_errors: Vec<Foreign>,
    /// Bindings of keys to actions.
    pub keymap: Keymap,
    /// Whether the terminal reports the mouse.
    pub mouse: bool,
    /// Progress of the whole image.
    pub phase: Phase,
    /// The image, once its manifest and config are read.
    pub image: Option<Box<Image>>,
    /// Progress of each layer, lowest first.
    pub loads: Vec<LayerLoad>,
    /// Read rate of layers, bytes/s, while it is known.
    pub rate: Option<u64>,
    /// Number of pairs of files not compared yet.
    pub undecided: u64,
    /// Pairs that the loader was last asked to compare first.
    pub preferred: Vec<(EventId, EventId)>,
    /// Images to choose from, where the reference names several.
    pub choices: Vec<Choice>,
    /// Index of the selected layer, from 0.
    pub layer: usize,
    /// The pane that has the keys.
    pub focus: Pane,
    /// Tree or diff: the one that is shown where there is space for one.
    pub right: Pane,
    /// Whether the focused pane takes the whole screen.
    pub zoomed: bool,
    /// Positions of the borders between panes.
    pub split: Split,
    /// The border that the mouse drags.
    pub drag: Option<Border>,
    /// First line of the stack pane on the screen: its scroll position.
    pub stack_top: usize,
    /// The merged tree.
    pub tree: TreeView,
    /// The diff.
    pub diff: TreeView,
    /// Sort order of both trees.
    pub orders: Orders,
    /// Open overlays, topmost last.
    pub overlays: Vec<Overlay>,
    /// The search by `/`.
    pub search: Option<Search>,
    /// The filter by `f`.
    pub filter: Option<Filter>,
    /// Everything ever, while it is on.
    pub ever: Option<Box<Ever>>,
    /// A comparison in progress.
    pub comparing: Option<RunningComparison>,
    /// The name of another image that is being opened, while this one is shown.
    pub opening_other: Option<Visible<'static>>,
    /// Why the last one failed, while its prompt is open again.
    pub not_compared: Option<Visible<'static>>,
    /// The image is being read again.
    pub reloading: Option<RunningReload>,
    /// The container's writable layer is followed.
    pub following: Option<Following>,
    /// What changed since the image was read before.
    pub marks: Option<Marks>,
    /// Both images, where this state shows a comparison.
    pub comparison: Option<ComparedImages>,
    /// Package databases read so far, the latest first.
    pub owners: Vec<Arc<Owners>>,
    /// The layer whose package databases are being read.
    pub owners_requested: Option<usize>,
    /// The marked layer: the other end of the range that the changes pane shows.
    pub mark: Option<Mark>,
    /// The treemap, once it was opened.
    pub map: Option<Treemap>,
    /// An extraction in progress.
    pub extraction: Option<model::extraction::RunningExtraction>,
    /// An extraction that stopped because its destination exists.
    pub occupied: Option<ExtractionRequest>,
    /// Contents of the waste page, once it was opened.
    pub waste: Option<WasteSummary>,
    /// Problems to fix, once their page was opened.
    pub findings: Option<FindingsState>,
    /// The newest search of contents.
    pub contents: Option<Box<ContentsSearch>>,
    /// The file that the viewer shows.
    pub file: Option<File>,
    /// Number of the last request for a part of a file.
    pub read_requests: u64,
    /// The layer, the folds, the filter, the order or the size changed since the cursors of the trees were placed.
    pub unsettled: bool,
    /// The tree whose changes were measured last, at this number of folded layers, and the width that they need.
    pub changes: Option<(Tree, usize, u16)>,
    /// No key was pressed since the image was opened: the layer and the unfolded directories are still chosen by what there
    /// is to see.
    pub arranging: bool,
    /// Shown until the next key.
    pub notice: Option<Visible<'static>>,
}

impl State {
    /// First and last layer of the changes pane; equal where no layer is marked.
    #[must_use]
    pub fn range(&self) -> (usize, usize) {
        let marked = self.mark.as_ref().map_or(self.layer, |mark| mark.layer);
        (marked.min(self.layer), marked.max(self.layer))
    }

    /// The state before the image is opened.
    #[must_use]
    pub fn new(size: Size) -> Self {
        let folds = Folds { unfolded: Unfolded::Changes, ..Folds::default() };
        let diff = TreeView { folds, ..TreeView::default() };
        Self { size, mouse: true, diff, ..Self::default() }
    }

    /// The description of a layer, if the image has it.
    #[must_use]
    pub fn described(&self, layer: usize) -> Option<&Layer> {
        self.image.as_ref()?.layers.get(layer)
    }

    /// The command of a layer as one line; empty if it is not recorded.
    #[must_use]
    pub fn command(&self, layer: usize) -> Foreign {
        let command = self.described(layer).and_then(|layer| layer.created_by.as_ref());
        command.map(command::one_line).unwrap_or_default()
    }

    /// Number of layers of the image.
    #[must_use]
    pub const fn layer_count(&self) -> usize {
        self.loads.len()
    }

    /// The layer whose merged tree is shown: the selected one, or the highest folded one below it.
    #[must_use]
    pub fn shown_layer(&self, stack: &Stack) -> Option<usize> {
        stack.folded().checked_sub(1).map(|newest| newest.min(self.layer))
    }

    /// The tree of a pane; `None` for the stack pane and before a layer is folded.
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

    /// The view of the tree or diff pane; of the tree pane for [`Pane::Stack`].
    #[must_use]
    pub const fn view(&self, pane: Pane) -> &TreeView {
        match pane {
            Pane::Diff => &self.diff,
            Pane::Stack | Pane::Tree => &self.tree,
        }
    }

    /// As [`Self::view`], mutable.
    pub const fn view_mut(&mut self, pane: Pane) -> &mut TreeView {
        match pane {
            Pane::Diff => &mut self.diff,
            Pane::Stack | Pane::Tree => &mut self.tree,
        }
    }

    /// The folds of the tree that a pane shows, filtered or whole.
    pub fn folds_mut(&mut self, pane: Pane) -> &mut Folds {
        let (from, to) = self.range();
        match (&mut self.filter, &mut self.mark, pane) {
            (Some(filter), _, _) if filter.is_on() => filter.folds_mut(pane),
            (_, Some(mark), Pane::Diff) if from != to => mark.folds_mut(),
            (_, _, Pane::Diff) => &mut self.diff.folds,
            (_, _, Pane::Stack | Pane::Tree) => &mut self.tree.folds,
        }
    }

    /// The filtered tree of a pane, where a filter, a range of layers or everything ever is on.
    #[must_use]
    pub fn filtered(&self, pane: Pane, tree: Tree) -> Option<(&Folds, &FilteredTree)> {
        match &self.filter {
            Some(filter) if filter.is_on() => filter.filtered(pane, tree),
            _ if pane == Pane::Diff => self.mark.as_ref()?.shown(tree),
            _ => Some((&self.tree.folds, self.ever.as_ref()?.shown(tree)?)),
        }
    }

    /// Whether a filter is on.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::is_on)
    }

    /// Whether the filter is being typed.
    #[must_use]
    pub fn is_filtering(&self) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.typing)
    }

    /// Focuses a pane.
    pub const fn set_focus(&mut self, pane: Pane) {
        self.focus = pane;
        if !matches!(pane, Pane::Stack) {
            self.right = pane;
        }
    }

    /// The layers that were not read to their end, or that engines refuse, each with its decisive problem.
    pub fn unsure_layers(&self) -> impl Iterator<Item = (usize, &Problem)> {
        let loads = self.loads.iter().enumerate();
        loads.filter_map(|(layer, load)| Some((layer, decisive(&load.problems)?)))
    }

    /// Whether layers are being read.
    #[must_use]
    pub const fn is_reading(&self) -> bool {
        matches!(self.phase, Phase::Reading | Phase::Stopping)
    }

    /// Drops requests whose answers do not come any more, so that they are made again.
    pub fn forget_requests(&mut self) {
        self.owners_requested = None;
        self.findings.take_if(|it| matches!(it, FindingsState::Running { .. }));
        if let Some(search) = self.contents.as_mut().filter(|search| search.is_running()) {
            search.ended = Some(SearchEnd::Stopped);
        }
    }

    /// The newest search of contents, if it is of this directory.
    #[must_use]
    pub fn contents_below(&self, below: NodeId) -> Option<&ContentsSearch> {
        self.contents.as_deref().filter(|search| search.below == below)
    }

    /// Whether an extraction, a comparison, a reload or the opening of another image is in progress.
    #[must_use]
    pub const fn is_working(&self) -> bool {
        self.would_lose_work() || self.reloading.is_some() || self.opening_other.is_some()
    }

    /// Whether something is in progress whose result would be lost if another image were shown.
    #[must_use]
    pub const fn would_lose_work(&self) -> bool {
        self.extraction.is_some() || self.comparing.is_some()
    }

    /// Whether a prompt takes typed characters.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        match self.overlays.last() {
            Some(overlay) => overlay.is_typed(),
            None => self.search.as_ref().is_some_and(|search| search.typing) || self.is_filtering(),
        }
    }

    /// Contexts in which keys are looked up, in order of precedence.
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
