//! One installed package and its package manager.

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Manager {
    /// Debian and its derivatives.
    Dpkg,
    /// Alpine and its derivatives.
    Apk,
    /// Fedora, SUSE and their derivatives.
    Rpm,
}

impl Manager {
    /// The name used in text and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpkg => "dpkg",
            Self::Apk => "apk",
            Self::Rpm => "rpm",
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

/// Maximum length of a path in bytes, as Linux has it (PATH_MAX).
const PATH_MAX: usize = 4096;
/// Maximum bytes of all paths of a package, about ten times those of the largest.
const BYTES_MAX: usize = 64 << 20;

/// The normalised paths of the files of a package.
#[derive(Debug, Default)]
pub(super) struct Paths {
    pub(super) list: Vec<Vec<u8>>,
    bytes: usize,
}

impl Paths {
    /// Adds a path from its parts. Returns `false` if it is longer than a path can be, or there are too many.
    pub(super) fn push(&mut self, parts: &[&[u8]]) -> bool {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let fits = length <= PATH_MAX && self.bytes + length <= BYTES_MAX;
        if fits && length > 0 {
            self.bytes += length;
            self.list.push(parts.concat());
        }
        fits
    }
}

/// The records of a database, separated by empty lines. `take` adds a line to a record.
pub(super) fn records<R: Default>(
    bytes: &[u8],
    take: impl Fn(&mut R, &[u8]),
) -> impl Iterator<Item = R> {
    let mut lines = bytes.split(|&byte| byte == b'\n').peekable();
    std::iter::from_fn(move || {
        lines.peek()?;
        let mut record = R::default();
        let own = lines.by_ref().take_while(|line| !line.trim_ascii().is_empty());
        own.for_each(|line| take(&mut record, line));
        Some(record)
    })
}
