//! The entries of a layer's tar in their order, one at a time, with what a [`crate::layer::Listing`] leaves out: how their
//! headers are written, and a hash of all bytes. For finding out why two tars have other digests.

use std::io;
use std::io::Read;
use std::sync::{Arc, Mutex};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::layer::codec::Decoder;
use crate::layer::encoding::Codec;
use crate::layer::listing::{Problem, Severity};
use crate::layer::problems::Problems;
use crate::layer::tar::entry::TarEntry;
pub use crate::layer::tar::form::Dialect;
use crate::layer::tar::form::{Form, Traced};
use crate::layer::tar::stream::Stream;
use crate::layer::tar::walker::Walker;
use crate::layer::watch::Watch;
use crate::stack::kept::entry::{Fingerprint, Kind, Mtime};
use crate::stack::kept::paths;
use crate::sync;

/// One entry of a tar. Two entries with equal `header` have the same header bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The normalised path; of a marker with its name (`etc/.wh.motd`).
    pub path: Vec<u8>,
    /// The type.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u16,
    /// User and group.
    pub owner: (u64, u64),
    /// Modification time.
    pub mtime: Mtime,
    /// Logical size of a file; 0 of anything else.
    pub size: u64,
    /// Stored with holes.
    pub sparse: bool,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Hash of the stored contents of a file.
    pub contents: u64,
    /// Hash of the target of a link; a hard link's is normalised.
    pub link: u64,
    /// Hash of the extended attributes.
    pub xattrs: u64,
    /// How the header is written.
    pub writing: Writing,
}

impl Item {
    /// An item without a path and without attributes.
    pub(crate) const fn new(kind: Kind) -> Self {
        let dialect = Dialect::V7;
        Self {
            path: Vec::new(),
            kind,
            mode: 0,
            owner: (0, 0),
            mtime: Mtime { seconds: 0, nanos: 0 },
            size: 0,
            sparse: false,
            device: (0, 0),
            contents: 0,
            link: 0,
            xattrs: 0,
            writing: Writing { dialect, names: 0, records: 0, notation: 0, header: 0 },
        }
    }
}

/// How the header of an entry is written. The hashes are XXH3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writing {
    /// The dialect.
    pub dialect: Dialect,
    /// Names of user and group.
    pub names: u64,
    /// Records that say nothing of the object, as access times and comments.
    pub records: u64,
    /// Type flag, magic, and the notation of numbers.
    pub notation: u64,
    /// All bytes of the header and of the extended headers before it.
    pub header: u64,
}

/// All bytes of a tar: their hash and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// XXH3, 128 bits.
    pub hash: u128,
    /// The number of bytes.
    pub len: u64,
}

/// A cursor over the entries of a tar.
pub struct Entries<'w> {
    walker: Walker<Traced<Stream<'w>>>,
    problems: Problems,
    whole: Arc<Mutex<(Xxh3, u64)>>,
}

impl<'w> Entries<'w> {
    /// Of an uncompressed tar.
    ///
    /// # Errors
    /// If the decoder cannot be initialised.
    pub fn new(tar: Box<dyn Read + Send>, watch: &'w dyn Watch) -> io::Result<Self> {
        let whole = Arc::new(Mutex::new((Xxh3::new(), 0)));
        let hashed = Hashed { tar, whole: Arc::clone(&whole) };
        let decoder = Decoder::from_stream(Box::new(hashed), Codec::Plain, false)?;
        let walker = Walker::new(Traced::new(Stream::new(decoder, watch)));
        Ok(Self { walker, problems: Problems::default(), whole })
    }

    /// What was read, to its end.
    ///
    /// # Errors
    /// Why the tar was not read to its end.
    pub fn finish(self) -> Result<Whole, String> {
        let error = |problem: &Problem| problem.severity >= Severity::Error;
        if let Some(problem) = self.problems.finish().into_iter().find(error) {
            return Err(problem.message);
        }
        let mut rest = self.walker.into_feed().feed.into_decoder();
        io::copy(&mut rest, &mut io::sink()).map_err(|error| error.to_string())?;
        let whole = sync::lock(&self.whole);
        Ok(Whole { hash: whole.0.digest128(), len: whole.1 })
    }
}

impl Iterator for Entries<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let mut item = self.walker.next(&mut self.problems).map(|found| item(&found))?;
        let Form { dialect, names, records, notation } = self.walker.form();
        let (header, skipped) = self.walker.feed_mut().take();
        if item.sparse || item.kind == Kind::Other {
            item.contents = skipped;
        }
        item.writing = Writing { dialect, names, records, notation, header };
        Some(item)
    }
}

fn item(found: &TarEntry<'_>) -> Item {
    let mut path = Vec::new();
    paths::normalise(found.name, &mut path);
    let mut link = found.link.to_vec();
    if found.kind == Kind::Hardlink {
        paths::normalise(found.link, &mut link);
    }
    let contents = match found.fingerprint {
        Some(Fingerprint::Xxh3(hash)) => hash,
        _ => 0,
    };
    Item {
        path,
        mode: found.mode,
        owner: (found.uid, found.gid),
        mtime: found.mtime,
        size: found.size,
        sparse: found.sparse,
        device: found.device,
        contents,
        link: xxh3_64(&link),
        xattrs: xxh3_64(found.xattrs.encoded()),
        ..Item::new(found.kind)
    }
}

/// A reader that hashes what is read.
struct Hashed {
    tar: Box<dyn Read + Send>,
    whole: Arc<Mutex<(Xxh3, u64)>>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.tar.read(buffer)?;
        let mut whole = sync::lock(&self.whole);
        whole.0.update(&buffer[..count]);
        whole.1 += count as u64;
        Ok(count)
    }
}
