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

/// Maximum number of paths of a package, and of the directories that they are in: about ten times those of the largest. A path
/// of one byte takes 56 in memory.
pub(super) const PATHS_MAX: usize = 1_000_000;
/// Maximum length of a path in bytes, as Linux has it (PATH_MAX).
const PATH_MAX: usize = 4096;
/// Maximum bytes of all paths of a package, about ten times those of the largest.
const BYTES_MAX: usize = 64 << 20;

/// The normalised paths of the files of a package, within the limits.
#[derive(Debug, Default)]
pub(super) struct Paths {
    list: Vec<Vec<u8>>,
    bytes: usize,
    beyond: bool,
}

impl Paths {
    /// Adds a path from its parts.
    pub(super) fn push(&mut self, parts: &[&[u8]]) {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let fits =
            length <= PATH_MAX && self.bytes + length <= BYTES_MAX && self.list.len() < PATHS_MAX;
        self.beyond |= !fits;
        if fits && length > 0 {
            self.bytes += length;
            self.list.push(parts.concat());
        }
    }

    /// All paths, or an error if one was longer than a path can be, or there were too many.
    pub(super) fn finish(self) -> Result<Vec<Vec<u8>>, &'static str> {
        if self.beyond {
            Err("the paths of a package are more or longer than the limit")
        } else {
            Ok(self.list)
        }
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
