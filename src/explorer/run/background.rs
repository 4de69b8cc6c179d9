//! The theme that fits the terminal's background.

use crate::explorer::model::appearance::Theme;
use crate::explorer::model::key::{Code, Key};
use crate::explorer::model::message::Message;
use crate::explorer::run::Explorer;
use crate::explorer::run::error::Error;
use crate::explorer::terminal;
use crate::explorer::terminal::background::LateAnswer;

impl Explorer {
    /// Takes the light theme on a light background. Keys that were typed meanwhile are handled. Returns whether one of
    /// them ends the explorer, and what of the answer is still to come as keys.
    pub(super) fn fit_background(&mut self, asks: bool) -> Result<(bool, LateAnswer), Error> {
        if !asks {
            return Ok((false, LateAnswer::default()));
        }
        let answer = terminal::background::ask();
        if answer.light == Some(true) {
            self.state.theme = Theme::Light;
        }
        for key in answer.typed.into_iter().filter_map(key) {
            if self.dispatch(Message::Key(key))? {
                return Ok((true, answer.late));
            }
        }
        Ok((false, answer.late))
    }
}

/// Characters and ctrl-c; other keys, which the answer has no sequences of any more, are not taken.
fn key(byte: u8) -> Option<Key> {
    match byte {
        0x03 => Some(Key { ctrl: true, ..Key::plain(Code::Char('c')) }),
        _ => byte.is_ascii_graphic().then(|| Key::plain(Code::Char(char::from(byte)))),
    }
}
