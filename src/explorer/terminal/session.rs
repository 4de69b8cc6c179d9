//! The session on the alternate screen: enter, suspend, resume, and restore on every exit.

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

/// Whether the terminal is in our mode. Static, for the panic hook.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The terminal in raw mode on the alternate screen; restored on drop.
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
    /// Where the terminal cannot be taken again; `Unsupported` on a system that suspends no programs.
    pub fn suspend(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        {
            leave();
            signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
            self.resume()
        }
        #[cfg(not(unix))]
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system suspends no programs"))
    }

    /// Takes the terminal again after another program had it; the next frame is drawn whole.
    ///
    /// # Errors
    /// Where the terminal refuses.
    pub fn resume(&mut self) -> io::Result<()> {
        enter(self.mouse)?;
        self.redraw()
    }

    /// Hands the terminal over to the program that `run` runs, until it ends. No key is read meanwhile.
    ///
    /// # Errors
    /// Where the terminal cannot be taken again.
    pub fn hand_over<T>(&mut self, run: impl FnOnce() -> T) -> io::Result<T> {
        let pause = handover::pause()?;
        leave();
        let answer = run();
        drop(pause);
        self.resume()?;
        Ok(answer)
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn redraw(&mut self) -> io::Result<()> {
        // The backend returns its own cursor position: the terminal is not queried.
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

    /// Sends text to the clipboard (OSC 52). Terminals do not report whether they accepted it.
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
    // After a suspend crossterm assumes raw mode, but the shell may have changed it.
    let _ = disable_raw_mode();
    // Nothing is written to what has no such mode: it is no terminal.
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    let entered = execute!(out, EnterAlternateScreen, EnableBracketedPaste)
        .and_then(|()| if mouse { execute!(out, EnableMouseCapture) } else { Ok(()) });
    if entered.is_err() {
        leave();
    }
    entered
}

/// Restores the terminal, once; goes on after an error.
fn leave() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ =
            execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Restores the terminal before a panic's message is printed.
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
