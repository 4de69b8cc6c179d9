//! The canvas: writes visible text into cells. Only this file writes to ratatui's buffer.

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

use crate::explorer::draw::{glyphs, theme};
use crate::explorer::model::{Glyphs, Rect, Role, Span, Theme};
use crate::text::Visible;
use crate::text::width::{is_one_cell_each, start, truncate, width};

/// The style of an escape within text of the given style: reversed, or not reversed within reversed text.
const fn escape(style: Style) -> Style {
    if style.add_modifier.contains(Modifier::REVERSED) {
        style.remove_modifier(Modifier::REVERSED)
    } else {
        style.add_modifier(Modifier::REVERSED)
    }
}

/// A buffer with a theme. Text outside the buffer is dropped.
pub(super) struct Canvas<'b> {
    buffer: &'b mut Buffer,
    theme: Theme,
    glyphs: Glyphs,
    /// Whether the selected row is being drawn: all its roles are reversed text.
    selected: bool,
}

impl<'b> Canvas<'b> {
    pub(super) const fn new(buffer: &'b mut Buffer, theme: Theme, glyphs: Glyphs) -> Self {
        Self { buffer, theme, glyphs, selected: false }
    }

    /// Sets whether the text that follows belongs to the selected row.
    pub(super) const fn select(&mut self, selected: bool) {
        self.selected = selected;
    }

    /// Resets the cell's old style, so that text on a border does not take the border's colour.
    fn style(&self, role: Role) -> Style {
        let style =
            if self.selected { theme::selected(role) } else { theme::style(self.theme, role) };
        Style::reset().patch(style)
    }

    /// Writes text, at most `cells` wide; returns the column after it.
    pub(super) fn text<'t>(
        &mut self,
        x: u16,
        y: u16,
        cells: u16,
        role: Role,
        text: impl Into<Visible<'t>>,
    ) -> u16 {
        let text = text.into();
        let area = self.buffer.area;
        if y >= area.bottom() || x >= area.right() {
            return x;
        }
        let cells = cells.min(area.right() - x);
        let text = start(&text, usize::from(cells));
        let mut at = x;
        for (piece, is_escape) in text.pieces() {
            let style = if is_escape { escape(self.style(role)) } else { self.style(role) };
            let drawn = match self.glyphs {
                Glyphs::Unicode => piece,
                Glyphs::Ascii => glyphs::ascii(&piece).into_owned().into(),
            };
            at = self.piece(at, y, (x + cells).saturating_sub(at), style, &drawn);
        }
        at
    }

    /// Writes text of one style; returns the column after it.
    fn piece(&mut self, x: u16, y: u16, cells: u16, style: Style, text: &str) -> u16 {
        if !is_one_cell_each(text) {
            return self.buffer.set_stringn(x, y, text, usize::from(cells), style).0;
        }
        // Nearly all text: without a search for clusters.
        let mut at = x;
        for c in text.chars().take(usize::from(cells)) {
            let Some(cell) = self.buffer.cell_mut((at, y)) else { break };
            cell.set_char(c).set_style(style);
            at += 1;
        }
        at
    }

    /// Writes text that ends before column `end`; returns the column where it begins.
    pub(super) fn text_left_of<'t>(
        &mut self,
        end: u16,
        y: u16,
        role: Role,
        text: impl Into<Visible<'t>>,
    ) -> u16 {
        let text = text.into();
        let x = end.saturating_sub(width(&text) as u16);
        self.text(x, y, end - x, role, text);
        x
    }

    /// Writes spans within `cells`, the one that does not fit cut with an ellipsis; returns the column after them.
    pub(super) fn spans(&mut self, x: u16, y: u16, cells: u16, spans: &[Span]) -> u16 {
        let end = x.saturating_add(cells);
        spans.iter().fold(x, |x, (role, text)| {
            let space = end.saturating_sub(x);
            self.text(x, y, space, *role, truncate(text, usize::from(space)))
        })
    }

    /// As [`Self::spans`], but none is cut: the first that has not enough space, and those after it, are left out.
    pub(super) fn whole_spans(&mut self, x: u16, y: u16, cells: u16, spans: &[Span]) -> u16 {
        let end = usize::from(x) + usize::from(cells);
        let ends = spans.iter().scan(usize::from(x), |at, (_, text)| {
            *at += width(text);
            Some(*at)
        });
        let whole = ends.take_while(|&at| at <= end).count();
        self.spans(x, y, cells, &spans[..whole])
    }

    /// As [`Self::spans`], cut without an ellipsis: for text that scrolls horizontally.
    pub(super) fn cut_spans(&mut self, x: u16, y: u16, cells: u16, spans: &[Span]) {
        let end = x.saturating_add(cells);
        spans.iter().fold(x, |x, (role, text)| self.text(x, y, end.saturating_sub(x), *role, text));
    }

    /// Reverses the cells of a rectangle.
    pub(super) fn reverse(&mut self, rect: Rect) {
        for y in rect.y..rect.y.saturating_add(rect.height) {
            for x in rect.x..rect.x.saturating_add(rect.width) {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.modifier.toggle(Modifier::REVERSED);
                }
            }
        }
    }

    /// Clears a rectangle, in the style of the current row.
    pub(super) fn blank(&mut self, rect: Rect) {
        let style = self.style(Role::Text);
        for y in rect.y..rect.y.saturating_add(rect.height) {
            for x in rect.x..rect.x.saturating_add(rect.width) {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
        }
    }
}
