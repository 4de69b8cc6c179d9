//! Text of an image, a store, an engine, a registry or an error that quotes one: a type of its own.
//!
//! It has no `Display` and is no `str`, so it reaches a screen, standard output or a page only through this module:
//! [`Foreign::visible`] for people, serde for JSON, which carries the exact text. Neither of these compiles:
//!
//! ```compile_fail
//! let name = layertui::text::Foreign::from("\u{1b}[2J");
//! println!("{name}");
//! ```
//!
//! ```compile_fail
//! let name = layertui::text::Foreign::from("\u{1b}[2J");
//! let span: (u8, String) = (0, name.to_string());
//! ```
//!
//! ```compile_fail
//! let name = layertui::text::Foreign::from("\u{1b}[2J");
//! let cells = layertui::text::width::truncate(&name, 8);
//! ```
//!
//! This does:
//!
//! ```
//! let name = layertui::text::Foreign::from("\u{1b}[2J");
//! assert_eq!(format!("{}", name.visible()), r"\x1b[2J");
//! ```

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::{marked_str, visible_str};

/// Foreign text, exactly as it was found.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Foreign(String);

impl Foreign {
    /// Each of these texts.
    #[must_use]
    pub fn list(texts: impl IntoIterator<Item = impl Into<Self>>) -> Vec<Self> {
        texts.into_iter().map(Into::into).collect()
    }

    /// For people.
    #[must_use]
    pub fn visible(&self) -> Cow<'_, str> {
        visible_str(&self.0)
    }

    /// For a screen.
    #[must_use]
    pub fn marked(&self) -> Cow<'_, str> {
        marked_str(&self.0)
    }

    /// For comparing and parsing; what is shown of it must go through this module again.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// As [`Self::raw`], owned.
    #[must_use]
    pub fn into_raw(self) -> String {
        self.0
    }

    /// Bytes of the exact text.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no character at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What is shown only made visible: foreign text, and text that has some in it.
pub trait Raw {
    /// The text as it is.
    fn raw(&self) -> &str;
}

impl Raw for Foreign {
    fn raw(&self) -> &str {
        self.raw()
    }
}

impl Raw for str {
    fn raw(&self) -> &str {
        self
    }
}

impl Raw for String {
    fn raw(&self) -> &str {
        self
    }
}

/// What was made visible already stays as it is when it is made so once more.
impl Raw for Cow<'_, str> {
    fn raw(&self) -> &str {
        self
    }
}

impl From<String> for Foreign {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Foreign {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq<str> for Foreign {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Foreign {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// In quotes, for messages of tests.
impl fmt::Debug for Foreign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{}\"", self.visible())
    }
}
