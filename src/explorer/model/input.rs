//! One line of editable text: prompts of the search, the filter and overlays.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::explorer::model::key::{Code, Key};

/// Maximum length in bytes. Longer pastes are ignored.
const LENGTH_MAX: usize = 4096;

/// Text and cursor. Raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    /// A byte index between two user-perceived characters.
    cursor: usize,
}

impl Input {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before and after the cursor.
    #[must_use]
    pub fn split(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Inserts the first line of `text` at the cursor.
    pub fn insert(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or("");
        if self.text.len() + line.len() <= LENGTH_MAX {
            self.text.insert_str(self.cursor, line);
            self.cursor += line.len();
        }
    }

    /// Handles a key that inserts or edits; returns `false` for any other key.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        match (key.ctrl, key.code) {
            (false, Code::Backspace) | (true, Code::Char('h')) => self.delete_from(self.before()),
            (false, Code::Delete) => {
                let end = self.after();
                self.text.replace_range(self.cursor..end, "");
            }
            (false, Code::Left) => self.cursor = self.before(),
            (false, Code::Right) => self.cursor = self.after(),
            (false, Code::Home) | (true, Code::Char('a')) => self.cursor = 0,
            (false, Code::End) | (true, Code::Char('e')) => self.cursor = self.text.len(),
            (true, Code::Char('u')) => self.delete_from(0),
            (true, Code::Char('w')) => {
                let head = self.text[..self.cursor].trim_end_matches(['/', ' ']);
                self.delete_from(head.rfind(['/', ' ']).map_or(0, |at| at + 1));
            }
            _ => return false,
        }
        true
    }

    fn delete_from(&mut self, start: usize) {
        self.text.replace_range(start..self.cursor, "");
        self.cursor = start;
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        let next = self.text[self.cursor..].graphemes(true).next();
        self.cursor + next.map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[&str]) -> Input {
        let mut input = Input::default();
        for key in keys {
            assert!(input.key(Key::parse(key).unwrap()), "{key}");
        }
        input
    }

    #[test]
    fn text_is_inserted_and_edited() {
        assert_eq!(typed(&["a", "b", "left", "c"]).text(), "acb");
        assert_eq!(typed(&["a", "é", "b", "left", "backspace"]).text(), "ab");
        assert_eq!(typed(&["a", "b", "home", "del"]).text(), "b");
        assert_eq!(typed(&["a", "b", "ctrl-u", "c"]).text(), "c");
        assert_eq!(typed(&["a", "/", "b", "c", "ctrl-w"]).text(), "a/");
        assert_eq!(typed(&["backspace", "left", "right", "del", "ctrl-w"]).text(), "");
    }

    #[test]
    fn other_keys_are_ignored_and_pastes_are_limited() {
        let mut input = Input::default();
        assert!(!input.key(Key::parse("enter").unwrap()));
        assert!(!input.key(Key::parse("ctrl-c").unwrap()));
        input.insert("one\ntwo");
        assert_eq!(input.text(), "one");
        input.insert(&"x".repeat(LENGTH_MAX));
        assert_eq!(input.text(), "one");
        assert_eq!(input.split(), ("one", ""));
    }
}
