//! How each role looks: the terminal's own sixteen colours and attributes, so that it fits any palette, light or dark.
//!
//! Meaning never hangs on colour: every coloured sign is also a letter. Blue, yellow and orange-red are told apart with
//! red-green blindness too. `Mono` sets no colour at all, only attributes.

use ratatui::style::{Color, Modifier, Style};

use crate::app::role::Role;
use crate::app::state::Theme;

/// The style of a role under a theme.
#[must_use]
pub const fn style(theme: Theme, role: Role) -> Style {
    let (colour, attributes) = look(role);
    let style = Style::new().add_modifier(attributes);
    match (theme, colour) {
        (Theme::Default, Some(colour)) => style.fg(colour),
        (Theme::Default, None) | (Theme::Mono, _) => style,
    }
}

const fn look(role: Role) -> (Option<Color>, Modifier) {
    const NONE: Modifier = Modifier::empty();
    match role {
        Role::Text => (None, NONE),
        Role::Quiet | Role::Undecided | Role::Frame => (None, Modifier::DIM),
        Role::Strong | Role::Directory | Role::Keyword => (None, Modifier::BOLD),
        Role::Accent | Role::FrameFocused => (Some(Color::Cyan), Modifier::BOLD),
        Role::Bar | Role::Metadata | Role::Named => (Some(Color::Cyan), NONE),
        Role::Added => (Some(Color::LightBlue), NONE),
        Role::Modified | Role::Quoted => (Some(Color::Yellow), NONE),
        Role::Warning => (Some(Color::Yellow), Modifier::BOLD),
        Role::Rewritten | Role::Shadowed | Role::Constant => (Some(Color::Magenta), NONE),
        Role::Removed => (Some(Color::LightRed), NONE),
        Role::Gone => (None, Modifier::DIM.union(Modifier::CROSSED_OUT)),
        Role::Opaque | Role::Error => (Some(Color::LightRed), Modifier::BOLD),
        Role::Hit => (None, Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::Selected => (None, Modifier::REVERSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mono_sets_no_colour_and_the_other_only_the_terminals_own() {
        for role in Role::ALL {
            let mono = style(Theme::Mono, role);
            assert_eq!((mono.fg, mono.bg, mono.underline_color), (None, None, None));
            let colour = style(Theme::Default, role);
            assert_eq!(colour.bg, None, "backgrounds are the terminal's");
            assert!(!matches!(
                colour.fg,
                Some(Color::Rgb(..) | Color::Indexed(_) | Color::White | Color::Black)
            ));
        }
    }
}
