//! Reads the inode and the attributes of a file system object as fields of a tar entry.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use crate::stack::kept::entry::{Entry, Kind, Mtime};

/// Names and values of extended attributes.
pub(super) type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// The path below the root, normalised.
pub(super) fn relative(root: &Path, path: &Path) -> Vec<u8> {
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
pub(super) fn os_bytes(text: &OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(text).to_vec()
}

#[cfg(not(unix))]
pub(super) fn os_bytes(text: &OsStr) -> Vec<u8> {
    text.to_string_lossy().into_owned().into_bytes()
}

/// Kind, mode, owner on disk, size, time and device.
#[cfg(unix)]
pub(super) fn describe<'p>(path: &'p [u8], metadata: &Metadata) -> Entry<'p> {
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

/// Kind, size and time.
#[cfg(not(unix))]
pub(super) fn describe<'p>(path: &'p [u8], metadata: &Metadata) -> Entry<'p> {
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

/// Linux packs 12 bits of major and 20 bits of minor number; old 8-bit numbers keep their positions.
#[cfg(any(target_os = "linux", target_os = "android"))]
const fn device_numbers(device: u64) -> (u32, u32) {
    let major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000);
    let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00);
    (major as u32, minor as u32)
}

/// The BSDs have 8 bits of major and 24 bits of minor number.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const fn device_numbers(device: u64) -> (u32, u32) {
    ((device >> 24 & 0xff) as u32, (device & 0x00ff_ffff) as u32)
}

/// Device and inode of an object with several hard links.
#[cfg(unix)]
pub(super) fn inode_of_links(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
pub(super) fn inode_of_links(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}

/// The attributes of the object itself, not of the target of a link, and the error if any could not be read. A file
/// system without attributes is not an error. An attribute can be listed and still be unreadable, such as a file
/// capability of another user namespace (capabilities(7), "Namespaced file capabilities").
#[cfg(unix)]
pub(super) fn read_xattrs(path: &Path) -> (Pairs, Option<io::Error>) {
    let names = match xattr::list(path) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::Unsupported => return (Vec::new(), None),
        Err(error) => return (Vec::new(), Some(error)),
    };
    let (mut pairs, mut unread) = (Vec::new(), None);
    for name in names {
        match xattr::get(path, &name) {
            Ok(value) => pairs.extend(value.map(|value| (os_bytes(&name), value))),
            Err(error) => unread = Some(error),
        }
    }
    (pairs, unread)
}

#[cfg(not(unix))]
pub(super) fn read_xattrs(_path: &Path) -> (Pairs, Option<io::Error>) {
    (Vec::new(), None)
}
