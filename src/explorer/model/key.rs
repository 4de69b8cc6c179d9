//! A key press as plain data, and the notation that names one: `j`, `G`, `ctrl-d`, `shift-tab`, `pgdn`, `space`.
//!
//! `explorer::terminal` converts its events to these; the action table, help and documents use the notation.

use std::fmt;

use crate::text::{Visible, visible};

/// What was pressed, without modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A character as typed: upper case is its own key.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift with Tab, which terminals send as a separate key.
    BackTab,
    /// Backwards delete.
    Backspace,
    /// Forwards delete.
    Delete,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Start of line.
    Home,
    /// End of line.
    End,
    /// A page back.
    PageUp,
    /// A page forward.
    PageDown,
}

/// A key with its modifiers. Shift is in the character itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What was pressed.
    pub code: Code,
    /// Control was held.
    pub ctrl: bool,
    /// Alt or Meta was held.
    pub alt: bool,
}

const NAMED: [(&str, Code); 14] = [
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("shift-tab", Code::BackTab),
    ("backspace", Code::Backspace),
    ("del", Code::Delete),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
];

impl Key {
    /// A key without modifiers.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// Parses the notation; `None` where it names no key.
    #[must_use]
    pub fn parse(notation: &str) -> Option<Self> {
        if let Some(rest) = notation.strip_prefix("ctrl-").filter(|rest| !rest.is_empty()) {
            return Self::parse(rest).filter(|key| !key.ctrl).map(|key| Self { ctrl: true, ..key });
        }
        if let Some(rest) = notation.strip_prefix("alt-").filter(|rest| !rest.is_empty()) {
            return Self::parse(rest)
                .filter(|key| !key.alt && !key.ctrl)
                .map(|key| Self { alt: true, ..key });
        }
        if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == notation) {
            return Some(Self::plain(*code));
        }
        let mut chars = notation.chars();
        match (notation, chars.next(), chars.next()) {
            ("space", ..) => Some(Self::plain(Code::Char(' '))),
            (_, Some(c), None) => Some(Self::plain(Code::Char(c))),
            _ => None,
        }
    }

    /// The notation, for the screen: a config file may bind any character.
    #[must_use]
    pub fn name(self) -> Visible<'static> {
        visible![self.to_string()]
    }

    /// The character that this key types, if any.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        match self.code {
            Code::Char(' ') => f.write_str("space"),
            Code::Char(c) => write!(f, "{c}"),
            code => {
                let name =
                    NAMED.iter().find(|(_, named)| *named == code).map_or("", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notation_reads_back_what_it_writes() {
        for notation in [
            "j",
            "G",
            "ctrl-d",
            "shift-tab",
            "pgdn",
            "space",
            "-",
            "ctrl-alt-x",
            "alt-x",
            "[",
            "esc",
        ] {
            assert_eq!(Key::parse(notation).unwrap().to_string(), notation);
        }
    }

    #[test]
    fn what_names_no_key_is_refused() {
        for notation in ["", "ctrl-", "jj", "ctrl-ctrl-x", "f99"] {
            assert_eq!(Key::parse(notation), None, "{notation}");
        }
    }

    #[test]
    fn only_bare_characters_are_typed() {
        assert_eq!(Key::parse("a").unwrap().typed(), Some('a'));
        assert_eq!(Key::parse("ctrl-a").unwrap().typed(), None);
        assert_eq!(Key::parse("enter").unwrap().typed(), None);
    }
}
