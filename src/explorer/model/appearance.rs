//! How the explorer may look: themes and glyphs by name. What a theme makes of a role is for `ui` to say.

/// A colour theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// The terminal's own sixteen colours, the bright ones where it matters: for dark backgrounds.
    #[default]
    Dark,
    /// The same, none of the bright ones: for light backgrounds.
    Light,
    /// Bright and bold, nothing dim.
    HighContrast,
    /// No colour at all: attributes only.
    Mono,
}

impl Theme {
    /// All, in the order in which one follows the other.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::Mono];

    /// The theme after this one, round to the first.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::HighContrast,
            Self::HighContrast => Self::Mono,
            Self::Mono => Self::Dark,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::Mono => "mono",
        }
    }

    /// The theme of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// What frames, bars and marks are drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Glyphs {
    /// Box drawing and block elements.
    #[default]
    Unicode,
    /// Nothing but ASCII.
    Ascii,
}

impl Glyphs {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Unicode, Self::Ascii];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Ascii => "ascii",
        }
    }

    /// The glyphs of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|glyphs| glyphs.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_is_reached_and_read_back() {
        let mut theme = Theme::default();
        for _ in Theme::ALL {
            assert_eq!(Theme::parse(theme.name()), Some(theme));
            theme = theme.next();
        }
        assert_eq!(theme, Theme::default());
        assert_eq!(Theme::parse("Dark"), None);
        assert!(Glyphs::ALL.into_iter().all(|glyphs| Glyphs::parse(glyphs.name()) == Some(glyphs)));
    }
}
