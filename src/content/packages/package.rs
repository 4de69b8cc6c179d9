//! One installed package and its package manager.

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Manager {
    /// Debian and its derivatives.
    Dpkg,
    /// Alpine and its derivatives.
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

/// One installed package. All text is foreign.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Package {
    /// The name.
    pub name: String,
    /// The architecture, if stated.
    pub architecture: Option<String>,
    /// The version.
    pub version: String,
    /// The stated size of the installed package in bytes.
    pub installed_bytes: Option<u64>,
    /// The package manager.
    pub manager: Manager,
}
