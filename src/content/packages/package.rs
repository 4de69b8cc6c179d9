//! One installed package and its package manager.

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Manager {
    /// Debian's and its descendants'.
    Dpkg,
    /// Alpine's and its descendants'.
    Apk,
}

impl Manager {
    /// The name used in text and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpkg => "dpkg",
            Self::Apk => "apk",
        }
    }
}

/// One installed package. Names and versions are as stored, foreign text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its architecture, where it says one.
    pub architecture: Option<String>,
    /// Its version.
    pub version: String,
    /// Bytes it says it takes when installed.
    pub installed_bytes: Option<u64>,
    /// Who installed it.
    pub manager: Manager,
}
