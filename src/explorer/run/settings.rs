//! How the explorer is to be: as the arguments say, else the config file, else the environment.

use crate::cli::args::Args;
use crate::explorer::model::appearance::{Glyphs, Theme};
use crate::explorer::model::config::Settings;
use crate::explorer::model::state::State;
use crate::explorer::terminal;

/// Looks and keys to begin with.
pub(super) struct StartSettings {
    pub(super) mouse: bool,
    theme: Theme,
    glyphs: Glyphs,
    settings: Settings,
}

impl StartSettings {
    pub(super) fn new(args: &Args, settings: Settings) -> Self {
        let colourless = if terminal::is_colourless() { Theme::Mono } else { Theme::default() };
        let dumb = if terminal::is_dumb() { Glyphs::Ascii } else { Glyphs::default() };
        Self {
            mouse: !args.no_mouse && settings.mouse.unwrap_or(true),
            theme: args.theme.or(settings.theme).unwrap_or(colourless),
            glyphs: settings.glyphs.unwrap_or(dumb),
            settings,
        }
    }

    pub(super) fn apply(self, state: &mut State) {
        (state.mouse, state.theme, state.glyphs) = (self.mouse, self.theme, self.glyphs);
        state.columns = self.settings.columns;
        state.keymap = self.settings.keymap;
        if let Some(first) = self.settings.complaints.first() {
            state.notice = Some(first.clone());
        }
        state.complaints = self.settings.complaints;
    }
}
