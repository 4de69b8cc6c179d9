//! The theme that fits the terminal's background.

use crate::explorer::model::appearance::Theme;
use crate::explorer::model::key::{Code, Key};
use crate::explorer::model::message::Message;
use crate::explorer::run::Explorer;
use crate::explorer::run::error::Error;
use crate::explorer::terminal;

impl Explorer {
    /// Takes the light theme on a light background. Keys that were typed meanwhile are handled. Returns whether one of
    /// them ends the explorer.
    pub(super) fn fit_background(&mut self, asks: bool) -> Result<bool, Error> {
        if !asks {
            return Ok(false);
        }
        let (light, typed) = terminal::background::ask();
        if light == Some(true) {
            self.state.theme = Theme::Light;
        }
        for key in typed.into_iter().filter_map(key) {
            if self.dispatch(Message::Key(key))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Characters and ctrl-c; other keys are not taken.
fn key(byte: u8) -> Option<Key> {
    match byte {
        0x03 => Some(Key { ctrl: true, ..Key::plain(Code::Char('c')) }),
        _ => byte.is_ascii_graphic().then(|| Key::plain(Code::Char(char::from(byte)))),
    }
}
