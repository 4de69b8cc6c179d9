//! What the explorer starts with: arguments first, then the config file, then the environment.

use crate::explorer::model::appearance::{Glyphs, Theme};
use crate::explorer::model::config::Settings;
use crate::explorer::model::state::State;
use crate::explorer::terminal;
use crate::load::settings::OpenSettings;

pub(crate) struct StartSettings {
    /// The theme that an argument names.
    pub(crate) theme: Option<Theme>,
    /// False if an argument turns the mouse off.
    pub(crate) mouse: bool,
    pub(crate) config: Settings,
    pub(crate) open: OpenSettings,
    /// The argument that names the image; `None` for the list of images and for the demo.
    pub(crate) reference: Option<String>,
}

impl StartSettings {
    pub(super) fn mouse(&self) -> bool {
        self.mouse && self.config.mouse.unwrap_or(true)
    }

    /// Whether the theme depends on the terminal's background.
    pub(super) fn asks_background(&self) -> bool {
        self.theme.or(self.config.theme).is_none() && !terminal::is_colourless()
    }

    /// Sets theme, glyphs, columns and keys of `state`.
    pub(super) fn apply(&self, state: &mut State) {
        let colourless = if terminal::is_colourless() { Theme::Mono } else { Theme::default() };
        let dumb = if terminal::is_dumb() { Glyphs::Ascii } else { Glyphs::default() };
        state.mouse = self.mouse();
        state.theme = self.theme.or(self.config.theme).unwrap_or(colourless);
        state.glyphs = self.config.glyphs.unwrap_or(dumb);
        (state.columns, state.widths) = (self.config.columns, self.config.widths);
        state.keymap = self.config.keymap.clone();
        state.notice = self.config.errors.first().map(|it| it.visible().into_owned());
        state.config_errors.clone_from(&self.config.errors);
    }
}
