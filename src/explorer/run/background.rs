//! The theme that fits the terminal's background.

use crate::explorer::model::appearance::Theme;
use crate::explorer::model::key::{Code, Key};
use crate::explorer::model::message::Message;
use crate::explorer::run::Explorer;
use crate::explorer::run::error::Error;
use crate::explorer::terminal;

impl Explorer {
    /// Takes the light theme on a light background. Keys that were typed meanwhile are handled.
    pub(super) fn fit_background(&mut self, asks: bool) -> Result<(), Error> {
        if !asks {
            return Ok(());
        }
        let (light, typed) = terminal::background::ask();
        if light == Some(true) {
            self.state.theme = Theme::Light;
        }
        for key in typed.iter().filter(|byte| byte.is_ascii_graphic()) {
            self.dispatch(Message::Key(Key::plain(Code::Char(char::from(*key)))))?;
        }
        Ok(())
    }
}
