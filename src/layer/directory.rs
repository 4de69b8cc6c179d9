//! A plain directory as one layer: what a tar of it would say, read from the file system. Nothing is followed out
//! of it, nothing is written, and no file is opened.
//!
//! The directory is content and nothing else: names like `.wh.x` are ordinary here.

mod form;

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

pub use self::form::{Form, IdMaps, IdRange, Tree};

use super::inside::Inside;
use super::listing::{Limits, Listing, Watch};
use super::problems::Problems;
use crate::stack::entry::{Entry, Kind, Mtime, Row, Xattrs, encode_xattrs};
use crate::stack::table::TableWriter;

/// How often, in objects, progress is told and a wish to stop is noticed.
const STRIDE: u64 = 256;

impl Tree {
    /// Lists the layer. Never fails as a whole: what cannot be read is among the problems.
    #[must_use]
    pub fn list(&self, watch: &dyn Watch) -> Listing {
        list(&self.root, watch)
    }

    /// Opens the contents of a regular file by its normalised path, never following a link.
    ///
    /// # Errors
    /// Where it is not there or is no regular file.
    pub fn open(&self, path: &[u8]) -> io::Result<Box<dyn io::Read + Send>> {
        Ok(Box::new(Inside::new(&self.root)?.open(path)?))
    }
}

/// Lists the tree under `root`, whose own attributes are the row of the image's root. Sorted by name within each
/// directory. What cannot be read is among the problems; the rest goes on.
#[must_use]
pub fn list(root: &Path, watch: &dyn Watch) -> Listing {
    let mut walk = Walk {
        watch,
        limits: Limits::default(),
        writer: TableWriter::new(),
        problems: Problems::default(),
        inodes: HashMap::new(),
        bytes: 0,
    };
    let cancelled = walk.run(root);
    Listing {
        table: walk.writer.finish(),
        problems: walk.problems.finish(),
        cancelled,
        ..Listing::default()
    }
}

struct Walk<'w> {
    watch: &'w dyn Watch,
    limits: Limits,
    writer: TableWriter,
    problems: Problems,
    /// Files with several names, by device and inode, and the first name of each.
    inodes: HashMap<(u64, u64), Vec<u8>>,
    bytes: u64,
}

impl Walk<'_> {
    /// Walks until the end or until it is told to stop; whether it was.
    fn run(&mut self, root: &Path) -> bool {
        let walk =
            WalkDir::new(root).follow_links(false).follow_root_links(true).sort_by_file_name();
        for (index, object) in (0u64..).zip(walk) {
            if index % STRIDE == 0 {
                self.watch.progress(self.bytes);
                if self.watch.cancelled() {
                    self.problems.error(|| format!("reading was cancelled after {index} objects: what was read before is shown"));
                    return true;
                }
            }
            if index >= self.limits.rows || self.writer.byte_len() >= self.limits.table_bytes {
                self.problems.error(|| {
                    format!("the directory has more than {index} objects: the rest is left out")
                });
                return false;
            }
            match object {
                Ok(object) => self.object(root, &object),
                Err(error) => {
                    self.problems.error(|| format!("cannot read part of the directory: {error}"));
                }
            }
        }
        self.watch.progress(self.bytes);
        false
    }

    fn object(&mut self, root: &Path, object: &DirEntry) {
        // The root may be a symbolic link to the directory that is meant.
        let metadata = if object.depth() == 0 {
            root.metadata()
        } else {
            object.metadata().map_err(io::Error::from)
        };
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) => {
                self.problems.error(|| format!("cannot read part of the directory: {error}"));
                return;
            }
        };
        let path = relative(root, object.path());
        if object.depth() == 0 && !metadata.is_dir() {
            self.problems.error(|| format!("{} is no directory", root.display()));
            return;
        }
        let xattrs = self.xattrs(object.path());
        let mut entry =
            Entry { xattrs: Xattrs::from_encoded(&xattrs), ..describe(&path, &metadata) };
        let mut link = Vec::new();
        if entry.kind == Kind::Symlink {
            match std::fs::read_link(object.path()) {
                Ok(target) => link = os_bytes(target.as_os_str()),
                Err(error) => self
                    .problems
                    .error(|| format!("cannot read the link {}: {error}", object.path().display())),
            }
        } else if entry.kind != Kind::Directory
            && let Some(inode) = shared_inode(&metadata)
        {
            if let Some(first) = self.inodes.get(&inode) {
                link.clone_from(first);
                entry = Entry { kind: Kind::Hardlink, size: 0, stored: 0, device: (0, 0), ..entry };
            } else {
                self.inodes.insert(inode, path.clone());
            }
        }
        self.bytes += entry.size;
        self.writer.push(&Row::Entry(Entry { link: &link, ..entry }));
    }

    /// Extended attributes in canonical form. A file system that has none is no problem.
    fn xattrs(&mut self, path: &Path) -> Vec<u8> {
        match read_xattrs(path) {
            Ok(mut pairs) => encode_xattrs(&mut pairs),
            Err(error) => {
                self.problems.warning(|| {
                    format!("cannot read the extended attributes of {}: {error}", path.display())
                });
                Vec::new()
            }
        }
    }
}

/// The path below the root in normal form.
fn relative(root: &Path, path: &Path) -> Vec<u8> {
    let below = path.strip_prefix(root).unwrap_or(path);
    let mut bytes = Vec::new();
    for component in below.components() {
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(&os_bytes(component.as_os_str()));
    }
    bytes
}

#[cfg(unix)]
fn os_bytes(text: &std::ffi::OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(text).to_vec()
}

#[cfg(not(unix))]
fn os_bytes(text: &std::ffi::OsStr) -> Vec<u8> {
    text.to_string_lossy().into_owned().into_bytes()
}

#[cfg(unix)]
fn describe<'p>(path: &'p [u8], metadata: &Metadata) -> Entry<'p> {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    let file_type = metadata.file_type();
    let kind = if file_type.is_file() {
        Kind::File
    } else if file_type.is_dir() {
        Kind::Directory
    } else if file_type.is_symlink() {
        Kind::Symlink
    } else if file_type.is_char_device() {
        Kind::Char
    } else if file_type.is_block_device() {
        Kind::Block
    } else if file_type.is_fifo() {
        Kind::Fifo
    } else if file_type.is_socket() {
        Kind::Socket
    } else {
        Kind::Other
    };
    let size = if kind == Kind::File { metadata.len() } else { 0 };
    Entry {
        mode: (metadata.mode() & 0o7777) as u16,
        uid: u64::from(metadata.uid()),
        gid: u64::from(metadata.gid()),
        size,
        stored: size,
        mtime: Mtime { seconds: metadata.mtime(), nanos: metadata.mtime_nsec() as u32 },
        device: if kind.is_device() { device_numbers(metadata.rdev()) } else { (0, 0) },
        ..Entry::new(path, kind)
    }
}

#[cfg(not(unix))]
fn describe<'p>(path: &'p [u8], metadata: &Metadata) -> Entry<'p> {
    let kind = if metadata.is_dir() {
        Kind::Directory
    } else if metadata.is_symlink() {
        Kind::Symlink
    } else {
        Kind::File
    };
    let size = if kind == Kind::File { metadata.len() } else { 0 };
    let since =
        metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let mtime = since.map_or_else(Mtime::default, |since| Mtime {
        seconds: since.as_secs() as i64,
        nanos: since.subsec_nanos(),
    });
    Entry { size, stored: size, mtime, ..Entry::new(path, kind) }
}

/// Linux packs 12 bits of major and 20 of minor number so that old 8-bit ones stay where they were.
#[cfg(any(target_os = "linux", target_os = "android"))]
const fn device_numbers(device: u64) -> (u32, u32) {
    let major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000);
    let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00);
    (major as u32, minor as u32)
}

/// The BSDs' 8 bits of major and 24 of minor number.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const fn device_numbers(device: u64) -> (u32, u32) {
    ((device >> 24 & 0xff) as u32, (device & 0x00ff_ffff) as u32)
}

/// Device and inode of an object that has several names.
#[cfg(unix)]
fn shared_inode(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn shared_inode(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// The object's own attributes, never those of what a link points to.
#[cfg(unix)]
fn read_xattrs(path: &Path) -> io::Result<Pairs> {
    let names = match xattr::list(path) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut pairs = Vec::new();
    for name in names {
        if let Some(value) = xattr::get(path, &name)? {
            pairs.push((os_bytes(&name), value));
        }
    }
    Ok(pairs)
}

#[cfg(not(unix))]
fn read_xattrs(_path: &Path) -> io::Result<Pairs> {
    Ok(Vec::new())
}
