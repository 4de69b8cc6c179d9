//! Foreign text: text of an image, a store, an engine, a registry, or an error that quotes one.
//!
//! It has no `Display` and does not deref to `str`, so it reaches a screen, standard output or a page only through
//! [`visible()`](crate::text::visible()); serde writes the exact text to JSON. Neither of these compiles:
//!
//! ```compile_fail
//! let name = layertui::text::Foreign::from("\u{1b}[2J");
//! println!("{name}");
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

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::{ToVisible, Visible, visible};

/// Foreign text, exactly as found.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Foreign(String);

impl Foreign {
    /// Converts each text.
    #[must_use]
    pub fn list(texts: impl IntoIterator<Item = impl Into<Self>>) -> Vec<Self> {
        texts.into_iter().map(Into::into).collect()
    }

    /// As it may be shown.
    #[must_use]
    pub fn visible(&self) -> Visible<'_> {
        visible(self)
    }

    /// The exact text, for comparing and parsing. Must not be shown.
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

    /// Whether it has no characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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

impl ToVisible for Foreign {
    fn to_visible(&self) -> Visible<'_> {
        self.raw().to_visible()
    }

    fn beginning(&self, bytes: usize) -> (Visible<'_>, usize) {
        self.raw().beginning(bytes)
    }
}

/// Visible text in quotes, for messages of tests.
impl fmt::Debug for Foreign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{}\"", self.visible())
    }
}
