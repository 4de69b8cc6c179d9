//! Layout: areas of the screen, computed from the terminal's size, the focus and moved borders.

use crate::explorer::model::{LoadStatus, Pane, Rect, Shape, Size, State};
use crate::explorer::view;

/// Area of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaneArea {
    /// The pane.
    pub pane: Pane,
    /// Area with the border.
    pub outer: Rect,
    /// Whether it has a border.
    pub bordered: bool,
    /// Line of the column names.
    pub header: Option<Rect>,
    /// Line above the rows that says what they are, while the selected layer is not merged.
    pub remark: Option<Rect>,
    /// Area of the rows.
    pub body: Rect,
}

/// Area of a list below the panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListArea {
    /// The line above the rows, where there is space for it.
    pub header: Option<Rect>,
    /// Area of the rows.
    pub body: Rect,
}

/// Areas of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Number of panes side by side.
    pub shape: Shape,
    /// First line: image, layer and path.
    pub title: Option<Rect>,
    /// Line of the panes' names, if panes have no border.
    pub tabs: Option<Rect>,
    /// Visible panes, left to right.
    pub panes: Vec<PaneArea>,
    /// The list of a search that is being typed, below the panes.
    pub hits: Option<ListArea>,
    /// Line for facts about the selected row, progress and notices.
    pub facts: Option<Rect>,
    /// Last line: keys, or a prompt.
    pub hints: Option<Rect>,
}

const NARROWEST: u16 = 20;
const LOWEST: u16 = 4;
const TWO_FROM: u16 = 70;
const THREE_FROM: u16 = 110;
/// Minimum width of a pane.
const PANE_MIN: u16 = 20;
/// Width of the changes that the title of their pane needs.
const DIFF_LEAST: u16 = 26;
/// Width of the stack with its sizes and signs.
const STACK_USUAL: u16 = 30;
/// Width of the stack from which nothing more is shown.
const STACK_WIDEST: u16 = 48;
/// Terminals of this width show the number of changes of each kind in the stack.
const COUNTS_FROM: u16 = 160;

impl Layout {
    /// The layout of a state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let Size { width, height } = state.size;
        let mut rest = Rect { x: 0, y: 0, width, height };
        if width < NARROWEST || height < LOWEST {
            let shape = Shape::TooSmall;
            return Self {
                shape,
                title: None,
                tabs: None,
                panes: Vec::new(),
                hits: None,
                facts: None,
                hints: None,
            };
        }
        let bordered = width >= 40 && height >= 8;
        let title = (height >= 10).then(|| rest.take_top(1));
        let hints = (height >= 6 || state.is_typing()).then(|| rest.take_bottom(1));
        let facts = (height >= 14).then(|| rest.take_bottom(1));
        let tabs = (!bordered).then(|| rest.take_top(1));
        let typing = state.search.as_ref().is_some_and(|search| search.typing);
        let hits = typing.then(|| list_area(&mut rest));
        let shape = match width {
            _ if state.zoomed => Shape::One,
            THREE_FROM.. => Shape::Three,
            TWO_FROM.. => Shape::Two,
            _ => Shape::One,
        };
        let places = match shape {
            Shape::Three => {
                let stack = stack_width(state, width);
                let right = width - stack;
                let diff = shifted(
                    diff_width(state, width, right),
                    state.split.diff,
                    PANE_MIN,
                    right - PANE_MIN,
                );
                vec![(Pane::Stack, stack), (Pane::Tree, right - diff), (Pane::Diff, diff)]
            }
            Shape::Two => {
                let stack = stack_width(state, width);
                vec![(Pane::Stack, stack), (state.right, width - stack)]
            }
            _ => vec![(state.focus, width)],
        };
        let mut x = 0;
        let panes = places.into_iter().map(|(pane, width)| {
            let outer = Rect { x, width, ..rest };
            x += width;
            pane_area(state, pane, outer, bordered)
        });
        Self { shape, title, tabs, panes: panes.collect(), hits, facts, hints }
    }

    /// The area of a pane, if it is visible.
    #[must_use]
    pub fn pane(&self, pane: Pane) -> Option<&PaneArea> {
        self.panes.iter().find(|area| area.pane == pane)
    }
}

/// Whether the tree is that of a layer below the selected one, which is not merged yet.
fn shows_lower_tree(state: &State) -> bool {
    let merged = state.loads.iter().take_while(|load| load.status == LoadStatus::Folded).count();
    (1..=state.layer).contains(&merged)
}

/// A quarter of the screen: enough for margin, sizes and signs; from [`COUNTS_FROM`] also for counts.
fn stack_width(state: &State, width: u16) -> u16 {
    let most = if width >= THREE_FROM { width - 2 * PANE_MIN } else { width - PANE_MIN };
    let usual = if width >= COUNTS_FROM { STACK_WIDEST } else { width / 4 };
    let usual = state.widths.stack.unwrap_or_else(|| usual.clamp(STACK_USUAL, STACK_WIDEST));
    shifted(usual, state.split.stack, PANE_MIN, most)
}

/// The changes take what they need, up to what half of the screen for the tree leaves; while they have the focus, up to half
/// of what the stack leaves.
fn diff_width(state: &State, width: u16, right: u16) -> u16 {
    if let Some(cells) = state.widths.diff {
        return cells;
    }
    let half = (width / 2).min(right - PANE_MIN);
    let most =
        if state.focus == Pane::Diff { (right * 11 / 20).max(right - half) } else { right - half };
    state.changes.map_or(right - half, |(_, _, needed)| needed.clamp(DIFF_LEAST.min(most), most))
}

fn shifted(usual: u16, by: i16, least: u16, most: u16) -> u16 {
    usual.saturating_add_signed(by).clamp(least, most.max(least))
}

/// Takes two fifths of the height for a list; the panes keep at least one line.
fn list_area(rest: &mut Rect) -> ListArea {
    let height = (rest.height * 2 / 5).max(1).min(rest.height.saturating_sub(1));
    let mut body = rest.take_bottom(height);
    let header = (height >= 3).then(|| body.take_top(1));
    ListArea { header, body }
}

fn pane_area(state: &State, pane: Pane, outer: Rect, bordered: bool) -> PaneArea {
    let mut body = if bordered { outer.inset(1, 1) } else { outer };
    let header = (body.height >= 8).then(|| body.take_top(1));
    let remarks = match pane {
        Pane::Stack => false,
        Pane::Tree if shows_lower_tree(state) => true,
        Pane::Tree | Pane::Diff => view::own_entries::shown(state, pane).is_some(),
    };
    let remark = (remarks && body.height > 4).then(|| body.take_top(1));
    PaneArea { pane, outer, bordered, header, remark, body }
}

impl State {
    /// The layout for the current size, focus and borders.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::model::columns::PaneWidths;
    use crate::explorer::model::geometry::Rect;
    use crate::explorer::model::geometry::Shape;
    use crate::explorer::model::geometry::Size;

    fn at(width: u16, height: u16) -> Layout {
        let mut state = State::new(Size { width, height });
        state.right = Pane::Tree;
        Layout::of(&state)
    }

    #[test]
    fn the_shape_follows_the_width() {
        for (width, shape) in
            [(19, Shape::TooSmall), (20, Shape::One), (69, Shape::One), (70, Shape::Two)]
        {
            assert_eq!(at(width, 24).shape, shape, "{width}");
        }
        assert_eq!(at(109, 24).shape, Shape::Two);
        assert_eq!(at(110, 24).shape, Shape::Three);
        assert_eq!(at(200, 3).shape, Shape::TooSmall);
    }

    #[test]
    fn panes_fill_the_width_and_overlap_nothing() {
        for width in 0..=220 {
            for height in 0..=60 {
                let layout = at(width, height);
                let mut x = 0;
                for area in &layout.panes {
                    assert_eq!(area.outer.x, x);
                    assert!(area.outer.width >= PANE_MIN);
                    assert!(area.outer.height >= 1 && area.outer.y + area.outer.height <= height);
                    x += area.outer.width;
                }
                assert!(layout.shape == Shape::TooSmall || x == width, "{width}×{height}");
            }
        }
    }

    #[test]
    fn panes_keep_their_minimum_width() {
        for by in [i16::MIN, -30, 30, i16::MAX] {
            for width in [70, 110, 200] {
                let mut state = State::new(Size { width, height: 40 });
                state.split.stack = by;
                state.split.diff = by;
                let layout = Layout::of(&state);
                assert!(
                    layout.panes.iter().all(|area| area.outer.width >= PANE_MIN),
                    "{by} {width}"
                );
            }
        }
    }

    #[test]
    fn configured_widths_hold_whatever_has_the_focus() {
        for focus in Pane::ALL {
            let mut state = State::new(Size { width: 140, height: 40 });
            state.widths = PaneWidths { stack: Some(40), diff: Some(44) };
            state.focus = focus;
            let panes = Layout::of(&state).panes;
            let widths: Vec<u16> = panes.iter().map(|area| area.outer.width).collect();
            assert_eq!(widths, [40, 56, 44]);
        }
    }

    #[test]
    fn an_inset_larger_than_the_area_is_empty() {
        let rect = Rect { x: 3, y: 3, width: 1, height: 5 };
        assert_eq!(rect.inset(1, 1), Rect { x: 3, y: 4, width: 0, height: 3 });
    }
}
