//! The time during which the screen is ours: entered, suspended, left, on every way out.

use std::io;
use std::io::{Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::{Frame, Terminal};

use crate::explorer::model::geometry::Size;
use crate::explorer::terminal::backend::Screen;
use crate::explorer::terminal::handover;

/// Whether the terminal is ours now. Static, because the panic hook has to know.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The screen, ours until this is dropped.
pub struct Session {
    terminal: Terminal<Screen<Stdout>>,
    mouse: bool,
}

impl Session {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, and the mouse if asked.
    ///
    /// # Errors
    /// Where standard output is no terminal, or it refuses.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        enter(mouse)?;
        let terminal = match Terminal::new(Screen::new(io::stdout())) {
            Ok(terminal) => terminal,
            Err(error) => {
                leave();
                return Err(error);
            }
        };
        Ok(Self { terminal, mouse })
    }

    /// The terminal's size.
    ///
    /// # Errors
    /// Where the terminal does not say.
    pub fn size(&self) -> io::Result<Size> {
        let size = self.terminal.size()?;
        Ok(Size { width: size.width, height: size.height })
    }

    /// Draws one frame: only cells that changed are written, in one piece.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render).map(|_| ())
    }

    /// Gives the terminal back, stops the process as the shell expects, and takes the terminal again when it is
    /// continued. The next frame is drawn whole.
    ///
    /// # Errors
    /// Where the terminal cannot be taken again.
    pub fn suspend(&mut self) -> io::Result<()> {
        leave();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        self.resume()
    }

    /// Takes the terminal again after somebody else had it; the next frame is drawn whole.
    ///
    /// # Errors
    /// Where the terminal refuses.
    pub fn resume(&mut self) -> io::Result<()> {
        enter(self.mouse)?;
        self.redraw()
    }

    /// Lends the terminal to `borrower`, a program that uses it as its own, until it ends. Meanwhile no key is ours.
    ///
    /// # Errors
    /// Where the terminal cannot be taken again.
    pub fn hand_over<T>(&mut self, borrower: impl FnOnce() -> T) -> io::Result<T> {
        let pause = handover::pause()?;
        leave();
        let answer = borrower();
        drop(pause);
        self.resume()?;
        Ok(answer)
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn redraw(&mut self) -> io::Result<()> {
        // Our backend answers the question for the cursor itself, so this asks the terminal nothing.
        self.terminal.clear()
    }

    /// Takes the mouse, or gives it back to the terminal.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        let mut out = io::stdout();
        if on { execute!(out, EnableMouseCapture) } else { execute!(out, DisableMouseCapture) }
    }

    /// Sends text to the clipboard (OSC 52). No terminal says whether it took them.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        leave();
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    // Where we come back, crossterm believes it is still raw; the shell may have thought otherwise.
    let _ = disable_raw_mode();
    let entered = enable_raw_mode().and_then(|()| {
        let mut out = io::stdout();
        execute!(out, EnterAlternateScreen, EnableBracketedPaste)?;
        if mouse { execute!(out, EnableMouseCapture) } else { Ok(()) }
    });
    if entered.is_err() {
        leave();
    }
    entered
}

/// Gives everything back, once, whatever of it fails.
fn leave() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ =
            execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// A panic's message belongs on the ordinary screen.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            before(panic);
        }));
    });
}
