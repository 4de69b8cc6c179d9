//! A path inside an image, as it is given: names in layers are bytes, not all of them UTF-8.

use std::ffi::OsString;
use std::fmt;

use crate::text::visible;

/// A PATH argument. Displayed with escapes.
#[derive(Clone, Debug)]
pub(in crate::cli) struct ImagePath(OsString);

impl From<OsString> for ImagePath {
    fn from(path: OsString) -> Self {
        Self(path)
    }
}

impl ImagePath {
    pub(in crate::cli) fn as_bytes(&self) -> &[u8] {
        self.0.as_encoded_bytes()
    }

    /// The path as text, for patterns.
    ///
    /// # Errors
    /// That it is not UTF-8.
    pub(in crate::cli) fn as_pattern(&self) -> Result<&str, String> {
        self.0.to_str().ok_or_else(|| format!("{self}: a pattern has to be UTF-8"))
    }
}

impl fmt::Display for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", visible(self.as_bytes()))
    }
}
