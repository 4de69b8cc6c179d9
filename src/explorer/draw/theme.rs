//! The style of each role: the terminal's own sixteen colours and attributes, so that it fits any palette.
//!
//! No meaning depends on colour alone: every coloured sign is a distinct character, removed names are struck through and
//! shadowed ones underlined. The colours have a contrast of at least 4.5 : 1 to their background in xterm's palette and in
//! VGA's, 7 : 1 in high contrast (WCAG 2, 1.4.3 and 1.4.6): on black that leaves out blue and the dark red and magenta,
//! on white yellow, green, cyan, grey and bright red. Added names on black are bright blue, with 4.1 : 1 to 4.4 : 1 in
//! these two palettes: bright cyan looks like the cyan of metadata in others. Added and removed differ for red-green blindness. `Mono` sets no
//! colours.

use ratatui::style::{Color, Modifier, Style};

use crate::explorer::model::{Role, Theme};

/// The style of a role under a theme.
#[must_use]
pub const fn style(theme: Theme, role: Role) -> Style {
    let attributes = attributes(role);
    let (colour, attributes) = match theme {
        Theme::Mono => {
            (None, if is_change(role) { attributes.union(Modifier::BOLD) } else { attributes })
        }
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

/// The style of a role in the selected row: reversed, without colour, struck through or underlined as elsewhere.
#[must_use]
pub const fn selected(role: Role) -> Style {
    let kept = Modifier::CROSSED_OUT.union(Modifier::UNDERLINED);
    Style::new().add_modifier(Modifier::REVERSED.union(attributes(role).intersection(kept)))
}

/// Whether the role says what a layer did to a path. Bold where there are no colours.
const fn is_change(role: Role) -> bool {
    matches!(
        role,
        Role::Added
            | Role::Modified
            | Role::Metadata
            | Role::Rewritten
            | Role::Undecided
            | Role::Removed
            | Role::RemovedName
            | Role::Shadowed
            | Role::ShadowedName
    )
}

const fn attributes(role: Role) -> Modifier {
    match role {
        Role::Quiet | Role::Frame => Modifier::DIM,
        Role::Strong
        | Role::Directory
        | Role::Keyword
        | Role::Accent
        | Role::FrameFocused
        | Role::Warning
        | Role::Opaque
        | Role::Error => Modifier::BOLD,
        Role::RemovedName => Modifier::CROSSED_OUT,
        Role::ShadowedName => Modifier::UNDERLINED,
        Role::Hit => Modifier::BOLD.union(Modifier::UNDERLINED),
        Role::Text
        | Role::Quoted
        | Role::Constant
        | Role::Named
        | Role::Bar
        | Role::Metadata
        | Role::Added
        | Role::Modified
        | Role::Rewritten
        | Role::Undecided
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
        Role::Modified | Role::Undecided | Role::Warning | Role::Quoted => Some(Color::LightYellow),
        Role::Rewritten | Role::Shadowed | Role::ShadowedName | Role::Constant => {
            Some(Color::LightMagenta)
        }
        Role::Removed | Role::RemovedName | Role::Opaque | Role::Error => Some(Color::LightRed),
        _ => None,
    }
}

const fn light(role: Role) -> Option<Color> {
    match role {
        Role::Tint(layer) => light_tint(layer),
        Role::Accent | Role::FrameFocused | Role::Added | Role::Bar => Some(Color::Blue),
        Role::Metadata | Role::Named => Some(Color::LightBlue),
        Role::Modified
        | Role::Undecided
        | Role::Warning
        | Role::Quoted
        | Role::Rewritten
        | Role::Shadowed
        | Role::ShadowedName
        | Role::Constant => Some(Color::Magenta),
        Role::Removed | Role::RemovedName | Role::Opaque | Role::Error => Some(Color::Red),
        _ => None,
    }
}

/// Tints colour frames only. Without green, which beside red is lost on one man in twelve.
const fn dark_tint(layer: u8) -> Option<Color> {
    match layer {
        0 => Some(Color::Cyan),
        1 => Some(Color::LightYellow),
        2 => Some(Color::LightBlue),
        3 => Some(Color::LightMagenta),
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
        Some(Color::LightBlue) => Some(Color::LightCyan),
        Some(Color::LightMagenta) => Some(Color::LightGreen),
        Some(Color::LightRed) => Some(Color::LightYellow),
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
        RemovedName,
        Opaque,
        Shadowed,
        ShadowedName,
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

    /// What a layer did is at least as visible as the names around it, in every theme.
    #[test]
    fn no_change_is_dim() {
        for role in ROLES.into_iter().filter(|&role| is_change(role) || role == Opaque) {
            for theme in Theme::ALL {
                let looks = style(theme, role);
                assert!(!looks.add_modifier.contains(Modifier::DIM), "{theme:?} {role:?}");
                assert_ne!(looks, style(theme, Text), "{theme:?} {role:?}");
            }
        }
    }

    /// Red, green and blue of a colour in xterm's palette and in VGA's.
    fn palettes(colour: Color) -> [(u8, u8, u8); 2] {
        match colour {
            Color::Red => [(205, 0, 0), (170, 0, 0)],
            Color::Green => [(0, 205, 0), (0, 170, 0)],
            Color::Yellow => [(205, 205, 0), (170, 85, 0)],
            Color::Blue => [(0, 0, 238), (0, 0, 170)],
            Color::Magenta => [(205, 0, 205), (170, 0, 170)],
            Color::Cyan => [(0, 205, 205), (0, 170, 170)],
            Color::DarkGray => [(127, 127, 127), (85, 85, 85)],
            Color::LightRed => [(255, 0, 0), (255, 85, 85)],
            Color::LightGreen => [(0, 255, 0), (85, 255, 85)],
            Color::LightYellow => [(255, 255, 0), (255, 255, 85)],
            Color::LightBlue => [(92, 92, 255), (85, 85, 255)],
            Color::LightMagenta => [(255, 0, 255), (255, 85, 255)],
            Color::LightCyan => [(0, 255, 255), (85, 255, 255)],
            other => panic!("{other:?} is not used"),
        }
    }

    /// Relative luminance as WCAG 2 defines it.
    fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    #[test]
    fn every_colour_has_the_contrast_of_its_theme() {
        for (theme, background, least) in
            [(Theme::Dark, 0.0, 4.5), (Theme::Light, 1.0, 4.5), (Theme::HighContrast, 0.0, 7.0)]
        {
            for role in ROLES {
                let Some(colour) = style(theme, role).fg else { continue };
                let least = if (theme, role) == (Theme::Dark, Added) { 4.1 } else { least };
                for rgb in palettes(colour) {
                    let (one, other) = (luminance(rgb) + 0.05, background + 0.05);
                    let contrast = if one > other { one / other } else { other / one };
                    assert!(contrast >= least, "{theme:?} {role:?} {colour:?}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn the_selected_row_keeps_what_tells_removed_and_shadowed_names() {
        let looks = [Text, RemovedName, ShadowedName].map(selected);
        assert!(looks.iter().all(|looks| looks.add_modifier.contains(Modifier::REVERSED)));
        assert!(looks[0] != looks[1] && looks[1] != looks[2] && looks[0] != looks[2]);
    }
}
