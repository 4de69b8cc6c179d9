//! Themes and sets of glyphs by name. `explorer::draw::theme` maps roles to styles.

/// A colour theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// The terminal's sixteen colours, some of them bright: for dark backgrounds.
    #[default]
    Dark,
    /// The terminal's colours without the bright ones: for light backgrounds.
    Light,
    /// Bright and bold; no dim text.
    HighContrast,
    /// Attributes only, no colours.
    Mono,
}

impl Theme {
    /// All themes, in the order of the key that changes them.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::Mono];

    /// The next theme; after the last the first.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::HighContrast,
            Self::HighContrast => Self::Mono,
            Self::Mono => Self::Dark,
        }
    }

    /// As in the config file and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::Mono => "mono",
        }
    }

    /// The theme of this name; `None` if there is no such theme.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// Characters of frames, bars and markers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Glyphs {
    /// Box drawing and block elements.
    #[default]
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Glyphs {
    /// All sets.
    pub const ALL: [Self; 2] = [Self::Unicode, Self::Ascii];

    /// As in the config file and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Ascii => "ascii",
        }
    }

    /// The set of this name; `None` if there is no such set.
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
