//! A ratatui backend: cells to bytes.
//!
//! Replaces ratatui's own for three reasons: a theme without colours must write no colour sequence at all (crossterm
//! under `NO_COLOR` writes resets that take reverse and bold away, and ratatui ends every frame with colour resets);
//! the terminal is never queried (a missing cursor report stalls the program); and a whole
//! frame goes out as one write between the marks of a synchronized update.

use std::io;
use std::io::Write;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType as Erase, EndSynchronizedUpdate,
};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// A screen that collects a frame and writes it in one piece.
pub(super) struct Screen<W: Write> {
    out: W,
    frame: Vec<u8>,
    cursor: Position,
}

impl<W: Write> Screen<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, frame: Vec::new(), cursor: Position::ORIGIN }
    }
}

/// Foreground, background and attributes, as last written.
type CellStyle = (Color, Color, Modifier);
const PLAIN: CellStyle = (Color::Reset, Color::Reset, Modifier::empty());

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut style = PLAIN;
        let mut next = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                queue!(self.frame, MoveTo(x, y))?;
            }
            let wanted = (cell.fg, cell.bg, cell.modifier);
            if wanted != style {
                write_style(&mut self.frame, wanted)?;
                style = wanted;
            }
            self.frame.extend_from_slice(cell.symbol().as_bytes());
            // After a non-ASCII cell the cursor is positioned again: terminals disagree about widths.
            next = cell.symbol().is_ascii().then_some((x.saturating_add(1), y));
        }
        if style != PLAIN {
            write_style(&mut self.frame, PLAIN)?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        queue!(self.frame, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        queue!(self.frame, Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        queue!(self.frame, MoveTo(self.cursor.x, self.cursor.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        queue!(self.frame, Clear(Erase::All))
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        let region = match region {
            ClearType::All => Erase::All,
            ClearType::AfterCursor => Erase::FromCursorDown,
            ClearType::BeforeCursor => Erase::FromCursorUp,
            ClearType::CurrentLine => Erase::CurrentLine,
            ClearType::UntilNewLine => Erase::UntilNewLine,
        };
        queue!(self.frame, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = crossterm::terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(self.frame.len() + 16);
        queue!(whole, BeginSynchronizedUpdate)?;
        whole.append(&mut self.frame);
        queue!(whole, EndSynchronizedUpdate)?;
        self.out.write_all(&whole)?;
        self.out.flush()
    }
}

/// One SGR sequence: reset, attributes, and colours if there are any.
fn write_style(out: &mut Vec<u8>, (fg, bg, modifier): CellStyle) -> io::Result<()> {
    const ATTRIBUTES: [(Modifier, u8); 7] = [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
        (Modifier::HIDDEN, 8),
        (Modifier::CROSSED_OUT, 9),
    ];
    out.extend_from_slice(b"\x1b[0");
    for (attribute, code) in ATTRIBUTES {
        if modifier.contains(attribute) {
            write!(out, ";{code}")?;
        }
    }
    write_colour(out, fg, 0)?;
    write_colour(out, bg, 10)?;
    out.push(b'm');
    Ok(())
}

/// `shift` is 0 for the foreground, 10 for the background.
fn write_colour(out: &mut Vec<u8>, colour: Color, shift: u8) -> io::Result<()> {
    let code = match colour {
        Color::Reset => return Ok(()),
        Color::Black => 30,
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        Color::Gray => 37,
        Color::DarkGray => 90,
        Color::LightRed => 91,
        Color::LightGreen => 92,
        Color::LightYellow => 93,
        Color::LightBlue => 94,
        Color::LightMagenta => 95,
        Color::LightCyan => 96,
        Color::White => 97,
        Color::Indexed(index) => return write!(out, ";{};5;{index}", 38 + shift),
        Color::Rgb(r, g, b) => return write!(out, ";{};2;{r};{g};{b}", 38 + shift),
    };
    write!(out, ";{}", code + shift)
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    fn drawn(cells: &[(u16, u16, Cell)]) -> String {
        let mut screen = Screen::new(Vec::new());
        screen.draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell))).unwrap();
        screen.flush().unwrap();
        String::from_utf8(screen.out).unwrap()
    }

    fn cell(symbol: &str, style: Style) -> Cell {
        let mut cell = Cell::default();
        cell.set_symbol(symbol).set_style(style);
        cell
    }

    #[test]
    fn without_colours_no_colour_sequence_is_written() {
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        let bold = reversed.add_modifier(Modifier::BOLD);
        let out = drawn(&[
            (0, 0, cell("S", reversed)),
            (1, 0, cell("S", bold)),
            (2, 0, cell("x", Style::new())),
        ]);
        assert_eq!(out, "\x1b[?2026h\x1b[1;1H\x1b[0;7mS\x1b[0;1;7mS\x1b[0mx\x1b[?2026l");
    }

    #[test]
    fn colours_are_the_terminals_own() {
        let out = drawn(&[(3, 1, cell("+", Style::new().fg(Color::LightBlue)))]);
        assert_eq!(out, "\x1b[?2026h\x1b[2;4H\x1b[0;94m+\x1b[0m\x1b[?2026l");
    }

    #[test]
    fn the_cursor_is_put_anew_behind_wide_characters() {
        let plain = Style::new();
        let out =
            drawn(&[(0, 0, cell("日", plain)), (2, 0, cell("a", plain)), (3, 0, cell("b", plain))]);
        assert_eq!(out, "\x1b[?2026h\x1b[1;1H日\x1b[1;3Hab\x1b[?2026l");
    }

    #[test]
    fn an_empty_frame_writes_nothing() {
        let mut screen = Screen::new(Vec::new());
        screen.flush().unwrap();
        assert!(screen.out.is_empty());
    }
}
