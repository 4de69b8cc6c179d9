//! What lies over the panes: lists and pages, one on another, closed from the top.

use crate::stack::{NodeId, Stack};
use crate::text::marked_str;

use super::action::Action;
use super::comparison;
use super::extraction;
use super::file;
use super::find;
use super::input::Input;
use super::layers;
use super::layout::Rect;
use super::map;
use super::message::Effect;
use super::navigate;
use super::page::{self, Page};
use super::palette;
use super::state::{Phase, State};
use super::waste;

/// What an overlay shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All keys and signs.
    Help,
    /// Everything that can be done, by name.
    Palette,
    /// Every event of a path.
    History(NodeId),
    /// A layer: command, digests, sizes, problems.
    Layer(usize),
    /// The image: config, labels, Dockerfile.
    Image,
    /// What was odd or broken.
    Problems,
    /// Several images, one to choose.
    Choices,
    /// The platforms of the image, one to choose.
    Platforms,
    /// What is wasted, and what gets it back.
    Waste,
    /// The contents of a file.
    File,
    /// Directories and files as large as their bytes.
    Map,
    /// Where to extract a path of a layer's tree to.
    Extract(NodeId, usize),
    /// Which image to compare with.
    Compare,
    /// Whether what is there already may be overwritten.
    Overwrite,
}

/// An open overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// What it shows.
    pub kind: Kind,
    /// The item the cursor is on, where the page has items.
    pub selected: usize,
    /// The first line on the screen.
    pub top: usize,
    /// What was typed to narrow it, where it can be narrowed.
    pub input: Input,
    /// Keys go to the prompt, where that is not always so.
    pub typing: bool,
    /// The item that was marked, to be compared with another.
    pub marked: Option<usize>,
}

impl Overlay {
    /// Whether typed characters narrow it.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        self.is_narrowed() || matches!(self.kind, Kind::Extract(..) | Kind::Compare) || self.typing
    }

    /// Whether what it shows changes while one types.
    const fn is_narrowed(&self) -> bool {
        matches!(self.kind, Kind::Help | Kind::Palette)
    }
}

/// An overlay's place and contents.
#[derive(Debug)]
pub struct Placed {
    /// With its border.
    pub outer: Rect,
    /// Whether it has one.
    pub bordered: bool,
    /// The line of the prompt.
    pub input: Option<Rect>,
    /// Where its lines go.
    pub body: Rect,
    /// What it shows, wrapped to the body's width.
    pub page: Page,
}

/// Works out where an overlay lies: in the middle and as low as its contents on a large screen, everywhere on a small.
#[must_use]
pub fn place(state: &State, stack: &Stack, overlay: &Overlay) -> Placed {
    let mut screen = Rect { x: 0, y: 0, width: state.size.width, height: state.size.height };
    if let Some(hints) = state.layout().hints {
        screen.height = hints.y;
    }
    let roomy = screen.width >= 70 && screen.height >= 16;
    let bordered = screen.width >= 40 && screen.height >= 8;
    let mut outer = screen;
    if roomy {
        let width = (screen.width - 6).min(100);
        outer = Rect { x: (screen.width - width) / 2, width, ..screen }.inset(0, 1);
    }
    let padding = if bordered { 2 } else { 0 };
    let page =
        page::of(state, stack, overlay, usize::from(outer.width.saturating_sub(2 * padding)));
    let extra = 2 + u16::from(overlay.is_typed()) * 2;
    if roomy {
        let wanted =
            u16::try_from(page.lines.len()).unwrap_or(u16::MAX).saturating_add(extra).max(5);
        let height = wanted.min(outer.height);
        // What narrows while it is typed into must not jump about.
        let lift = if overlay.is_narrowed() { 0 } else { (outer.height - height) / 3 };
        let height = if overlay.is_narrowed() { outer.height } else { height };
        outer = Rect { y: outer.y + lift, height, ..outer };
    }
    let mut body = if bordered { outer.inset(padding, 1) } else { outer };
    let input = overlay.is_typed().then(|| body.take_top(1));
    if overlay.is_typed() && body.height > 6 {
        let _blank = body.take_top(1);
    }
    Placed { outer, bordered, input, body, page }
}

/// Opens an overlay over what is open.
pub fn open(state: &mut State, stack: &Stack, kind: Kind) {
    let mut overlay =
        Overlay { kind, selected: 0, top: 0, input: Input::default(), typing: false, marked: None };
    if let Kind::History(node) = kind {
        // The cursor starts on what made the path what it is here.
        let steps = stack.history(node);
        overlay.selected = steps.iter().rposition(|step| step.layer <= state.layer).unwrap_or(0);
    }
    state.overlays.retain(|other| other.kind != kind);
    state.overlays.push(overlay);
    waste::refresh(state, stack);
    keep_in_view(state, stack);
}

/// Does what an action means in the topmost overlay.
pub fn act(state: &mut State, stack: &Stack, action: Action) -> Vec<Effect> {
    let Some(overlay) = state.overlays.last() else { return Vec::new() };
    match action {
        Action::View => return file::open::view(state, stack),
        Action::Pager => return file::open::page(state, stack),
        Action::TextDiff => return file::open::compare(state, stack),
        Action::Cancel | Action::Close if overlay.kind == Kind::File && !overlay.typing => {
            close(state);
            return Vec::new();
        }
        Action::Open if overlay.kind == Kind::File && overlay.typing => return file::accept(state),
        Action::Cancel if overlay.typing => {
            file::set_typing(state, false);
            return Vec::new();
        }
        _ if overlay.kind == Kind::File && action != Action::Help => {
            return file::act(state, action);
        }
        Action::Extract => {
            extraction::ask(state, stack);
            return Vec::new();
        }
        Action::Cancel | Action::Close | Action::Help | Action::Palette => {}
        _ if overlay.kind == Kind::Map => {
            map::act(state, stack, action);
            return Vec::new();
        }
        _ => {}
    }
    let height = isize::try_from(place(state, stack, overlay).body.height).unwrap_or(1).max(1);
    match action {
        Action::Down => step(state, stack, 1),
        Action::Up => step(state, stack, -1),
        Action::HalfDown => step(state, stack, (height / 2).max(1)),
        Action::HalfUp => step(state, stack, -(height / 2).max(1)),
        Action::PageDown => step(state, stack, height),
        Action::PageUp => step(state, stack, -height),
        Action::Top => step(state, stack, isize::MIN),
        Action::Bottom => step(state, stack, isize::MAX),
        Action::Open => return choose(state, stack),
        Action::Close if nothing_below(state) => return vec![Effect::Quit],
        Action::Cancel | Action::Close => close(state),
        Action::Help => open(state, stack, Kind::Help),
        Action::MarkVersion => mark(state),
        Action::Palette => open(state, stack, Kind::Palette),
        _ => {}
    }
    Vec::new()
}

/// Marks the version under the cursor, or takes the mark away.
fn mark(state: &mut State) {
    if let Some(top) = state.overlays.last_mut().filter(|top| matches!(top.kind, Kind::History(_)))
    {
        top.marked = (top.marked != Some(top.selected)).then_some(top.selected);
    }
}

/// Closes the topmost overlay; the list of images only where there is an image to go back to.
pub fn close(state: &mut State) {
    if nothing_below(state) {
        state.notice = Some("choose an image with Enter, or quit with q".to_owned());
    } else {
        state.overlays.pop();
    }
}

/// Whether the list of images is open and there is no image yet to go back to.
fn nothing_below(state: &State) -> bool {
    state.image.is_none() && state.overlays.last().is_some_and(|top| top.kind == Kind::Choices)
}

/// Moves the cursor among items, or scrolls where there are none.
pub fn step(state: &mut State, stack: &Stack, by: isize) {
    let Some(overlay) = state.overlays.last() else { return };
    let placed = place(state, stack, overlay);
    let Some(overlay) = state.overlays.last_mut() else { return };
    if placed.page.items == 0 {
        let most = placed.page.lines.len().saturating_sub(usize::from(placed.body.height));
        overlay.top = overlay.top.saturating_add_signed(by).min(most);
    } else {
        overlay.selected = overlay.selected.saturating_add_signed(by).min(placed.page.items - 1);
        keep_in_view(state, stack);
    }
}

/// Puts the cursor on an item.
pub fn select(state: &mut State, stack: &Stack, item: usize) {
    if let Some(overlay) = state.overlays.last_mut() {
        overlay.selected = item;
        step(state, stack, 0);
    }
}

/// Scrolls so that the item of the cursor shows; also after the size or the contents changed.
pub fn keep_in_view(state: &mut State, stack: &Stack) {
    let Some(overlay) = state.overlays.last() else { return };
    let Placed { body, page, .. } = place(state, stack, overlay);
    let height = usize::from(body.height).max(1);
    let selected = overlay.selected.min(page.items.saturating_sub(1));
    let mut top = overlay.top.min(page.lines.len().saturating_sub(height));
    let belongs = |line: &page::Line| line.item == Some(selected);
    if let (Some(first), Some(last)) =
        (page.lines.iter().position(belongs), page.lines.iter().rposition(belongs))
    {
        // Show what stands above the first item and below the last too, and the whole of a long item from its start.
        let first = if selected == 0 { 0 } else { first };
        let last = if selected + 1 == page.items { page.lines.len() - 1 } else { last };
        top = top.max((last + 1).saturating_sub(height)).min(first);
    }
    if let Some(overlay) = state.overlays.last_mut() {
        (overlay.selected, overlay.top) = (selected, top);
    }
}

/// Enter.
fn choose(state: &mut State, stack: &Stack) -> Vec<Effect> {
    let Some(Overlay { kind, selected, input, .. }) = state.overlays.last().cloned() else {
        return Vec::new();
    };
    match kind {
        Kind::History(node) => {
            if let Some(step) = stack.history(node).get(selected) {
                state.overlays.clear();
                layers::select(state, stack, step.layer);
                find::jump(state, stack, node);
            }
        }
        Kind::Problems => {
            if let Some(Some(layer)) = page::problems::layers(state).get(selected).copied() {
                state.overlays.clear();
                layers::select(state, stack, layer);
            }
        }
        Kind::Choices if selected < state.choices.len() => {
            state.overlays.pop();
            state.phase = Phase::Opening;
            return vec![Effect::Choose(selected)];
        }
        Kind::Platforms => {
            state.overlays.pop();
            // The first is the one that is open.
            let chosen = page::platforms::all(state).into_iter().nth(selected);
            if let Some(platform) = chosen.filter(|_| selected > 0) {
                state.notice = Some(format!("opening {}", marked_str(&page::platform(&platform))));
                state.phase = Phase::Opening;
                return vec![Effect::Platform(platform)];
            }
        }
        Kind::Choices | Kind::File | Kind::Map => {}
        Kind::Waste => waste::choose(state, stack, selected),
        Kind::Extract(node, layer) => {
            return extraction::accept(state, stack, (node, layer), &input);
        }
        Kind::Compare => return comparison::accept(state, &input),
        Kind::Overwrite => return extraction::overwrite(state, stack, selected),
        Kind::Palette => {
            let offer = palette::offers(state, stack, input.text()).get(selected).copied();
            if let Some(offer) = offer {
                // What is under the palette is looked at from the panes.
                state.overlays.clear();
                return palette::take(state, stack, offer);
            }
        }
        Kind::Help | Kind::Layer(_) | Kind::Image => close(state),
    }
    navigate::settle(state, stack);
    Vec::new()
}
