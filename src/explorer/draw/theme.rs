//! The style of each role: the terminal's own sixteen colours and attributes, so that it fits any palette.
//!
//! No meaning depends on colour alone: every coloured marker is a distinct character. Blue, yellow and orange-red (on
//! light backgrounds blue, magenta and red) can be distinguished with red-green blindness. `Mono` sets no colours.

use ratatui::style::{Color, Modifier, Style};

use crate::explorer::model::{Role, Theme};

/// The style of a role under a theme.
#[must_use]
pub const fn style(theme: Theme, role: Role) -> Style {
    let attributes = attributes(role);
    let (colour, attributes) = match theme {
        Theme::Mono => (None, attributes),
        Theme::Dark => (dark(role), attributes),
        Theme::Light => (light(role), attributes),
        Theme::HighContrast => {
            let colour = high_contrast(role);
            let loud = attributes.difference(Modifier::DIM);
            (colour, if colour.is_some() { loud.union(Modifier::BOLD) } else { loud })
        }
    };
    let style = Style::new().add_modifier(attributes);
    match colour {
        Some(colour) => style.fg(colour),
        None => style,
    }
}

const fn attributes(role: Role) -> Modifier {
    match role {
        Role::Quiet | Role::Undecided | Role::Frame => Modifier::DIM,
        Role::Strong
        | Role::Directory
        | Role::Keyword
        | Role::Accent
        | Role::FrameFocused
        | Role::Warning
        | Role::Opaque
        | Role::Error => Modifier::BOLD,
        Role::Gone => Modifier::DIM.union(Modifier::CROSSED_OUT),
        Role::Hit => Modifier::BOLD.union(Modifier::UNDERLINED),
        Role::Selected => Modifier::REVERSED,
        Role::Text
        | Role::Quoted
        | Role::Constant
        | Role::Named
        | Role::Bar
        | Role::Metadata
        | Role::Added
        | Role::Modified
        | Role::Rewritten
        | Role::Shadowed
        | Role::Tint(_)
        | Role::Removed => Modifier::empty(),
    }
}

const fn dark(role: Role) -> Option<Color> {
    match role {
        Role::Tint(layer) => dark_tint(layer),
        Role::Accent | Role::FrameFocused | Role::Bar | Role::Metadata | Role::Named => {
            Some(Color::Cyan)
        }
        Role::Added => Some(Color::LightBlue),
        Role::Modified | Role::Warning | Role::Quoted => Some(Color::Yellow),
        Role::Rewritten | Role::Shadowed | Role::Constant => Some(Color::Magenta),
        Role::Removed | Role::Opaque | Role::Error => Some(Color::LightRed),
        _ => None,
    }
}

/// Yellow and bright colours are unreadable on white.
const fn light(role: Role) -> Option<Color> {
    match role {
        Role::Tint(layer) => light_tint(layer),
        Role::Accent | Role::FrameFocused | Role::Added => Some(Color::Blue),
        Role::Bar | Role::Metadata | Role::Named => Some(Color::Cyan),
        Role::Modified | Role::Warning | Role::Quoted => Some(Color::Magenta),
        Role::Rewritten | Role::Shadowed | Role::Constant => Some(Color::DarkGray),
        Role::Removed | Role::Opaque | Role::Error => Some(Color::Red),
        _ => None,
    }
}

/// Tints colour frames only. Without green, which beside red is lost on one man in twelve.
const fn dark_tint(layer: u8) -> Option<Color> {
    match layer {
        0 => Some(Color::Cyan),
        1 => Some(Color::Yellow),
        2 => Some(Color::LightBlue),
        3 => Some(Color::Magenta),
        4 => Some(Color::LightRed),
        _ => None,
    }
}

const fn light_tint(layer: u8) -> Option<Color> {
    match layer {
        0 => Some(Color::Blue),
        1 => Some(Color::Magenta),
        2 => Some(Color::Red),
        3 => Some(Color::DarkGray),
        4 => Some(Color::Cyan),
        _ => None,
    }
}

const fn high_contrast(role: Role) -> Option<Color> {
    match dark(role) {
        Some(Color::Cyan) => Some(Color::LightCyan),
        Some(Color::Yellow) => Some(Color::LightYellow),
        Some(Color::Magenta) => Some(Color::LightMagenta),
        colour => colour,
    }
}

#[cfg(test)]
mod tests {
    use Role::*;

    use super::*;

    const ROLES: [Role; 25] = [
        Text,
        Quiet,
        Strong,
        Directory,
        Accent,
        Added,
        Modified,
        Metadata,
        Rewritten,
        Undecided,
        Removed,
        Gone,
        Opaque,
        Shadowed,
        Hit,
        Bar,
        Error,
        Warning,
        Frame,
        FrameFocused,
        Quoted,
        Constant,
        Keyword,
        Named,
        Selected,
    ];

    #[test]
    fn mono_sets_no_colour_and_the_others_only_the_terminals_own() {
        for role in ROLES {
            let mono = style(Theme::Mono, role);
            assert_eq!((mono.fg, mono.bg, mono.underline_color), (None, None, None));
            for theme in Theme::ALL {
                let colour = style(theme, role);
                assert_eq!(colour.bg, None, "backgrounds are the terminal's");
                assert!(!matches!(
                    colour.fg,
                    Some(Color::Rgb(..) | Color::Indexed(_) | Color::White | Color::Black)
                ));
            }
        }
    }

    #[test]
    fn each_theme_keeps_to_what_its_background_shows() {
        for role in ROLES {
            let high = style(Theme::HighContrast, role);
            assert!(!high.add_modifier.contains(Modifier::DIM), "{role:?}");
            let light = style(Theme::Light, role).fg;
            assert!(
                !matches!(light, Some(Color::Yellow | Color::LightYellow | Color::LightCyan)),
                "{role:?}"
            );
        }
    }
}
