//! A header as the database stores it (rpm's "RPM header format"): the number of entries, the length of the data, the
//! entries with the place of their data, the data. First comes the region of what the package's builder wrote, whose digest is
//! an entry after it: rpm checks it whenever it reads a header, and so is it done here.

use sha2::{Digest as _, Sha256};

use crate::content::packages::package::{Manager, PATHS_MAX, Package, Paths};
use crate::content::packages::rpm::bytes::{array, be16, be32, part};

/// A package and the normalised paths of its files.
pub(crate) type Owner = (Package, Vec<Vec<u8>>);

/// Maximum number of entries, as rpm has it (`hdrchkTags`).
const ENTRIES_MAX: usize = 0xffff;

/// The beginning of a header in a package, which the digest is over as well.
const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
/// Size of an entry in bytes.
const ENTRY: usize = 16;

/// Entry types.
const INT16: u32 = 3;
const INT32: u32 = 4;
const INT64: u32 = 5;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;

/// Tags (rpmtag.h).
mod tag {
    pub(super) const REGION: u32 = 63;
    pub(super) const SHA256: u32 = 273;
    pub(super) const NAME: u32 = 1000;
    pub(super) const VERSION: u32 = 1001;
    pub(super) const RELEASE: u32 = 1002;
    pub(super) const EPOCH: u32 = 1003;
    pub(super) const SIZE: u32 = 1009;
    pub(super) const ARCH: u32 = 1022;
    pub(super) const FILE_STATES: u32 = 1029;
    pub(super) const DIR_INDEXES: u32 = 1116;
    pub(super) const BASE_NAMES: u32 = 1117;
    pub(super) const DIR_NAMES: u32 = 1118;
    pub(super) const LONG_SIZE: u32 = 5009;
}

/// File states other than this one: replaced by another package, or not installed.
const NORMAL: u8 = 0;

/// The package of a header, with the paths of its files if they are asked for; `None` for a header without a name.
pub(super) fn package(blob: &[u8], files: bool) -> Result<Option<Owner>, &'static str> {
    let header = Header::new(blob).ok_or("its lengths are not those of its bytes")?;
    if !header.has_stated_digest()? {
        return Err("its bytes do not have the digest that it states");
    }
    let text = |tag| header.text(tag).map(|it| it.map(lossy));
    let Some(name) = text(tag::NAME)?.filter(|name| !name.is_empty()) else { return Ok(None) };
    let epoch = header.number(tag::EPOCH)?.map(|it| format!("{it}:")).unwrap_or_default();
    let [version, release] = [tag::VERSION, tag::RELEASE].map(text);
    let (version, release) = (version?.unwrap_or_default(), release?.unwrap_or_default());
    let size = header.number(tag::LONG_SIZE)?.or(header.number(tag::SIZE)?);
    let package = Package {
        name,
        architecture: text(tag::ARCH)?,
        version: format!("{epoch}{version}-{release}"),
        installed_bytes: size,
        manager: Manager::Rpm,
    };
    let paths = if files { header.paths()? } else { Vec::new() };
    Ok(Some((package, paths)))
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

struct Header<'b> {
    entries: &'b [u8],
    data: &'b [u8],
}

/// The data of one entry, from their beginning to the end of all data.
struct Data<'b> {
    kind: u32,
    count: usize,
    bytes: &'b [u8],
}

impl<'b> Header<'b> {
    fn new(blob: &'b [u8]) -> Option<Self> {
        let count = usize::try_from(be32(blob, 0)?).ok().filter(|count| *count <= ENTRIES_MAX)?;
        let length = usize::try_from(be32(blob, 4)?).ok()?;
        let entries = part(blob, 8, count * ENTRY)?;
        let data = blob.get(8 + count * ENTRY..)?;
        (data.len() == length).then_some(Self { entries, data })
    }

    /// Whether the region has the digest that is stated. Packages of rpm before 4.14 and keys state none.
    fn has_stated_digest(&self) -> Result<bool, &'static str> {
        let Some(stated) = self.text(tag::SHA256)? else { return Ok(true) };
        let (entries, data) = self.region().ok_or("its region lies beyond its data")?;
        let mut hash = Sha256::new_with_prefix(MAGIC);
        hash.update(((entries.len() / ENTRY) as u32).to_be_bytes());
        hash.update((data.len() as u32).to_be_bytes());
        hash.update(entries);
        hash.update(data);
        let digits = hash.finalize().into_iter().map(|byte| format!("{byte:02x}"));
        Ok(digits.collect::<String>().as_bytes() == stated)
    }

    /// The entries and the data of the region. At the end of its data is one more entry, whose negative place is the length
    /// of its entries.
    fn region(&self) -> Option<(&'b [u8], &'b [u8])> {
        let first = self.entries.get(..ENTRY).filter(|it| be32(it, 0) == Some(tag::REGION))?;
        let at = usize::try_from(be32(first, 8)?).ok()?;
        let length = usize::try_from(be32(self.data, at.checked_add(8)?)?.wrapping_neg()).ok()?;
        Some((self.entries.get(..length)?, self.data.get(..at + ENTRY)?))
    }

    /// The first entry of a tag: that of the region, if it has one.
    fn entry(&self, tag: u32) -> Result<Option<Data<'b>>, &'static str> {
        let mut entries = self.entries.chunks_exact(ENTRY);
        let Some(entry) = entries.find(|entry| be32(entry, 0) == Some(tag)) else {
            return Ok(None);
        };
        let field = |at| be32(entry, at).and_then(|it| usize::try_from(it).ok());
        let found = || {
            let bytes = self.data.get(field(8)?..)?;
            Some(Data { kind: be32(entry, 4)?, count: field(12)?, bytes })
        };
        found().map(Some).ok_or("an entry lies beyond its data")
    }

    fn text(&self, tag: u32) -> Result<Option<&'b [u8]>, &'static str> {
        let Some(data) = self.entry(tag)? else { return Ok(None) };
        if data.kind != STRING {
            return Err("a name is not a text");
        }
        data.texts().next().map(Some).ok_or("a text does not end")
    }

    fn number(&self, tag: u32) -> Result<Option<u64>, &'static str> {
        let Some(data) = self.entry(tag)? else { return Ok(None) };
        let number = match data.kind {
            INT32 => be32(data.bytes, 0).map(u64::from),
            INT64 => array(data.bytes, 0).map(u64::from_be_bytes),
            _ => None,
        };
        number.map(Some).ok_or("a number is not one")
    }

    /// The paths of the files that are installed, without the leading `/`.
    fn paths(&self) -> Result<Vec<Vec<u8>>, &'static str> {
        let (names, directories) = (self.entry(tag::BASE_NAMES)?, self.entry(tag::DIR_NAMES)?);
        let indexes = self.entry(tag::DIR_INDEXES)?;
        let (Some(names), Some(directories), Some(indexes)) = (names, directories, indexes) else {
            return Ok(Vec::new());
        };
        if directories.count > PATHS_MAX {
            return Err("it has more directories than the limit");
        }
        let states = self.entry(tag::FILE_STATES)?;
        let directories: Vec<&[u8]> = directories.texts().take(directories.count).collect();
        let mut paths = Paths::default();
        // Names end at the end of the data, however many are stated.
        for (at, name) in names.texts().take(names.count).enumerate() {
            let directory = indexes.index(at).and_then(|index| directories.get(index));
            let directory = directory.ok_or("a file without a directory")?;
            let state = states.as_ref().map_or(Some(NORMAL), |it| it.bytes.get(at).copied());
            let state = state.ok_or("a file without a state")?;
            let directory = directory.strip_prefix(b"/").unwrap_or(directory);
            if state == NORMAL {
                paths.push(&[directory, name]);
            }
        }
        paths.finish()
    }
}

impl<'b> Data<'b> {
    /// Texts that end with a zero byte.
    fn texts(&self) -> impl Iterator<Item = &'b [u8]> + use<'b> {
        let is_text = matches!(self.kind, STRING | STRING_ARRAY);
        let mut rest = if is_text { self.bytes } else { &[] };
        std::iter::from_fn(move || {
            let end = memchr::memchr(0, rest)?;
            let (text, after) = (&rest[..end], &rest[end + 1..]);
            rest = after;
            Some(text)
        })
    }

    /// Number `at` of an array of small numbers.
    fn index(&self, at: usize) -> Option<usize> {
        let wanted = at < self.count;
        match self.kind {
            INT16 if wanted => be16(self.bytes, at.checked_mul(2)?),
            INT32 if wanted => usize::try_from(be32(self.bytes, at.checked_mul(4)?)?).ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAR: u32 = 1;

    /// A header of these entries: tag, type, count, bytes.
    fn header(entries: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
        let (mut index, mut data) = (Vec::new(), Vec::new());
        for (tag, kind, count, bytes) in entries {
            for number in [*tag, *kind, data.len() as u32, *count] {
                index.extend_from_slice(&number.to_be_bytes());
            }
            data.extend_from_slice(bytes);
        }
        let lengths = [entries.len() as u32, data.len() as u32].map(u32::to_be_bytes);
        [&lengths.concat()[..], &index, &data].concat()
    }

    const NAME: (u32, u32, u32, &[u8]) = (tag::NAME, STRING, 1, b"kernel\0");

    #[test]
    fn large_sizes_epochs_and_missing_architectures() {
        let blob = header(&[
            NAME,
            (tag::VERSION, STRING, 1, b"6.1\0"),
            (tag::RELEASE, STRING, 1, b"2.fc\0"),
            (tag::EPOCH, INT32, 1, &[0, 0, 0, 3]),
            (tag::SIZE, INT32, 1, &[0; 4]),
            (tag::LONG_SIZE, INT64, 1, &[0, 0, 0, 2, 0, 0, 0, 0]),
        ]);
        let (package, paths) = package(&blob, true).unwrap().unwrap();
        assert_eq!((package.version.as_str(), package.architecture), ("3:6.1-2.fc", None));
        assert_eq!(package.installed_bytes, Some(2 << 32));
        assert!(paths.is_empty());
    }

    #[test]
    fn files_that_are_not_installed_belong_to_another_package_or_none() {
        let files = |states: &'static [u8]| {
            header(&[
                NAME,
                (tag::DIR_NAMES, STRING_ARRAY, 2, b"/\0/usr/\0"),
                (tag::BASE_NAMES, STRING_ARRAY, 4, b"\0usr\0a\0b\0"),
                (tag::DIR_INDEXES, INT32, 4, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
                (tag::FILE_STATES, CHAR, 4, states),
            ])
        };
        let paths = package(&files(&[0, 0, 1, 0]), true).unwrap().unwrap().1;
        assert_eq!(paths, [&b"usr"[..], b"usr/b"]);
        assert!(package(&files(&[0, 0]), true).is_err());
        assert!(package(&files(&[0, 0]), false).is_ok());
    }

    #[test]
    fn few_bytes_do_not_become_many() {
        let long = [&b"/"[..], &[b'x'; 5000], b"/\0"].concat();
        let names = b"a\0".repeat(1000);
        let entries = |count: u32, directories: &[u8]| {
            header(&[
                NAME,
                (tag::DIR_NAMES, STRING_ARRAY, count, directories),
                (tag::BASE_NAMES, STRING_ARRAY, 1000, &names),
                (tag::DIR_INDEXES, INT16, 1000, &[0; 2000]),
            ])
        };
        assert!(package(&entries(1, &long), true).is_err());
        assert_eq!(package(&entries(1, b"/\0"), true).unwrap().unwrap().1.len(), 1000);
        assert!(package(&entries(u32::MAX, b"/\0"), true).is_err());
    }
}
