//! Input: a thread that reads the terminal's events and turns them into messages.

use std::time::{Duration, Instant};
use std::{io, thread};

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::explorer::Message;
use crate::explorer::model::geometry::Size;
use crate::explorer::model::key::{Code, Key};
use crate::explorer::model::message::{Mouse, MouseKind};
use crate::explorer::terminal::background::LateAnswer;
use crate::explorer::terminal::handover;

/// Two presses within this time are a double press.
const DOUBLE: Duration = Duration::from_millis(400);

/// The longest wait for an event on Windows, so that the terminal can be handed over.
const POLL: Duration = Duration::from_millis(100);

/// Reads input in a thread of its own, until `send` returns false; drops what is left of a `late` answer. `send` gets an error, once, when the terminal is lost.
///
/// # Errors
/// Where no thread can be started.
pub fn spawn(
    mut late: LateAnswer,
    send: impl Fn(io::Result<Message>) -> bool + Send + 'static,
) -> io::Result<()> {
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        let mut clicks = Clicks::default();
        loop {
            handover::wait();
            match next() {
                Ok(None) => {}
                Ok(Some(event)) => {
                    let message = message(event, &mut clicks, Instant::now());
                    let is_key =
                        |it: &Message| !matches!(it, Message::Key(key) if late.takes(*key));
                    if let Some(message) = message.filter(is_key)
                        && !send(Ok(message))
                    {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    send(Err(error));
                    return;
                }
            }
        }
    })?;
    Ok(())
}

/// The next event. Where no signal can end the wait for it (Windows), `None` after [`POLL`].
fn next() -> io::Result<Option<Event>> {
    if cfg!(windows) && !crossterm::event::poll(POLL)? {
        return Ok(None);
    }
    crossterm::event::read().map(Some)
}

/// The last press, to detect a double press.
#[derive(Default)]
struct Clicks {
    last: Option<(Instant, u16, u16)>,
}

impl Clicks {
    fn press(&mut self, now: Instant, x: u16, y: u16) -> MouseKind {
        let again = self.last.is_some_and(|(then, at_x, at_y)| {
            (at_x, at_y) == (x, y) && now.saturating_duration_since(then) <= DOUBLE
        });
        // A third press is a single press again.
        self.last = (!again).then_some((now, x, y));
        if again { MouseKind::DoublePress } else { MouseKind::Press }
    }
}

fn message(event: Event, clicks: &mut Clicks, now: Instant) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_of(key).map(Message::Key),
        Event::Mouse(mouse) => mouse_of(mouse, clicks, now).map(Message::Mouse),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(width, height) => Some(Message::Resize(Size { width, height })),
        Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

fn key_of(event: KeyEvent) -> Option<Key> {
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let code = match event.code {
        // Terminals that report all modifiers send the lower-case letter with shift, and either case with control.
        KeyCode::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::SHIFT) => {
            Code::Char(c.to_ascii_uppercase())
        }
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        _ => return None,
    };
    Some(Key { code, ctrl, alt })
}

fn mouse_of(event: MouseEvent, clicks: &mut Clicks, now: Instant) -> Option<Mouse> {
    let (x, y) = (event.column, event.row);
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => clicks.press(now, x, y),
        MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
        MouseEventKind::Up(MouseButton::Left) => MouseKind::Release,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        _ => return None,
    };
    Some(Mouse { kind, x, y })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_keys_become_keys_of_the_table() {
        let key =
            |code, modifiers| key_of(KeyEvent::new(code, modifiers)).map(|key| key.to_string());
        assert_eq!(key(KeyCode::Char('j'), KeyModifiers::NONE).as_deref(), Some("j"));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT).as_deref(), Some("G"));
        assert_eq!(key(KeyCode::Char('{'), KeyModifiers::SHIFT).as_deref(), Some("{"));
        assert_eq!(key(KeyCode::Char('D'), KeyModifiers::CONTROL).as_deref(), Some("ctrl-d"));
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT).as_deref(), Some("shift-tab"));
        assert_eq!(key(KeyCode::F(5), KeyModifiers::NONE), None);
    }

    #[test]
    fn two_presses_at_one_place_are_one_double_press() {
        let mut clicks = Clicks::default();
        let start = Instant::now();
        let soon = start + Duration::from_millis(100);
        let late = start + Duration::from_secs(5);
        assert_eq!(clicks.press(start, 1, 1), MouseKind::Press);
        assert_eq!(clicks.press(soon, 1, 1), MouseKind::DoublePress);
        assert_eq!(clicks.press(soon, 1, 1), MouseKind::Press);
        assert_eq!(clicks.press(soon, 2, 1), MouseKind::Press);
        assert_eq!(clicks.press(late, 2, 1), MouseKind::Press);
    }

    #[test]
    fn key_releases_are_ignored() {
        let mut clicks = Clicks::default();
        let release =
            KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
        assert!(message(Event::Key(release), &mut clicks, Instant::now()).is_none());
        assert!(message(Event::FocusLost, &mut clicks, Instant::now()).is_none());
    }
}
