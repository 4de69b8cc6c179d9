//! Extracts to a directory of a disk. Each item is created new, in a directory that is opened without following links: whatever
//! the destination contains, or other processes put there meanwhile, nothing is written outside it.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::io;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, XattrFlags, fchmod, fchown, fsetxattr, futimens, linkat,
    mkdirat, openat, statat, unlinkat,
};
use rustix::io::Errno;

use crate::extract::attributes::{create_error, owner, set_error, settable, times};
use crate::extract::sink::{Error, Failure, Sink};
use crate::extract::{Item, Plan, is_occupied, node, place};
use crate::layer::directory_beneath;
use crate::load::files::pass::Contents;
use crate::load::files::plan::Body;

const BUFFER: usize = 128 * 1024;

/// The mode of a directory without an entry, as engines create it.
const IMPLIED_MODE: u16 = 0o755;

/// The setuid and setgid bits.
const SET_ID: u16 = 0o6000;

/// A destination directory.
pub(super) struct Disk {
    root: Arc<OwnedFd>,
    /// The directory that was opened last: files of one directory are mostly adjacent.
    last: Option<(Vec<u8>, OwnedFd)>,
    /// The name in `root` of a plan that is not a directory.
    only: Option<Vec<u8>>,
    force: bool,
    privileged: bool,
    buffer: Vec<u8>,
}

impl Disk {
    /// Opens the destination of a plan, which is created if the plan is a directory.
    pub(super) fn open(plan: &Plan, dest: &Path, force: bool) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::Destination(dest.display().to_string(), error);
        let place = place(plan, dest);
        let (root, only) = if plan.is_directory() {
            if !dest.is_dir() {
                DirBuilder::new().mode(0o700).create(dest).map_err(failed)?;
            } else if !force && is_occupied(plan, dest) {
                return Err(Error::Exists(dest.display().to_string()));
            }
            (place.as_path(), None)
        } else {
            let name =
                place.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
            let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty());
            (parent.unwrap_or_else(|| Path::new(".")), Some(name.to_owned().into_vec()))
        };
        // The user chose the destination, so it may be a link.
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY;
        let root = openat(CWD, root, flags, Mode::empty()).map_err(|error| failed(error.into()))?;
        Ok(Self {
            root: Arc::new(root),
            last: None,
            only,
            force,
            privileged: rustix::process::geteuid().is_root(),
            buffer: Vec::new(),
        })
    }

    /// The open directory of a path, and the name in it.
    fn parent<'p>(&'p mut self, path: &'p [u8]) -> io::Result<(BorrowedFd<'p>, &'p OsStr)> {
        if let Some(only) = &self.only {
            return Ok((self.root.as_fd(), OsStr::from_bytes(only)));
        }
        let (dir, name) = match memchr::memrchr(b'/', path) {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&b""[..], path),
        };
        // Paths of a plan are in normal form. Another component could mean a directory outside the destination.
        if matches!(name, b"" | b"." | b"..") || name.contains(&0) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a valid file name"));
        }
        if self.last.as_ref().is_none_or(|(last, _)| last != dir) {
            self.last = Some((dir.to_vec(), directory_beneath(self.root.as_fd(), dir)?));
        }
        let at = self.last.as_ref().map_or(self.root.as_fd(), |(_, at)| at.as_fd());
        Ok((at, OsStr::from_bytes(name)))
    }

    /// As [`Self::parent`]. With `force`, an existing non-directory of that name is removed.
    fn vacant_name<'p>(&'p mut self, path: &'p [u8]) -> io::Result<(BorrowedFd<'p>, &'p OsStr)> {
        let force = self.force;
        let (dir, name) = self.parent(path)?;
        if force {
            match unlinkat(dir, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(Errno::ISDIR | Errno::PERM) if is_directory(dir, name) => {
                    return Err(io::Error::other("a directory already exists and is not replaced"));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok((dir, name))
    }

    /// Creates and writes a file.
    fn fill(&mut self, item: &Item, contents: &mut Contents<'_>) -> Result<(), Failure> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut buffer = std::mem::take(&mut self.buffer);
        let privileged = self.privileged;
        let (dir, name) = self.vacant_name(&item.path)?;
        let file = openat(dir, name, flags, Mode::RUSR | Mode::WUSR).map_err(create_error)?;
        let file = File::from(file);
        let written = write(&file, contents, &mut buffer);
        if written.is_err() {
            // A partial file is removed. The first error is reported, not that of removing it.
            let _ = unlinkat(dir, name, AtFlags::empty());
        }
        self.buffer = buffer;
        written?;
        Ok(set_attributes(&file, item, privileged)?)
    }
}

impl Sink for Disk {
    fn another(&self) -> Option<Box<dyn Sink + Send>> {
        let (root, only) = (Arc::clone(&self.root), self.only.clone());
        Some(Box::new(Self { root, only, last: None, buffer: Vec::new(), ..*self }))
    }

    fn directory(&mut self, item: &Item) -> Result<(), Failure> {
        if item.path.is_empty() {
            return Ok(());
        }
        let force = self.force;
        let (dir, name) = self.parent(&item.path)?;
        match mkdirat(dir, name, Mode::RWXU) {
            Err(Errno::EXIST) if force => {
                if !is_directory(dir, name) {
                    unlinkat(dir, name, AtFlags::empty()).map_err(io::Error::from)?;
                    mkdirat(dir, name, Mode::RWXU).map_err(create_error)?;
                }
                Ok(())
            }
            made => Ok(made.map_err(create_error)?),
        }
    }

    fn file(&mut self, item: &Item, contents: &mut Contents<'_>) -> Result<(), Failure> {
        self.buffer.resize(BUFFER, 0);
        self.fill(item, contents)
    }

    fn link(&mut self, item: &Item, first: &Item) -> Result<(), Failure> {
        let (dir, name) = self.parent(&first.path)?;
        let (dir, first) = (dir.try_clone_to_owned()?, name.to_owned());
        let (to, name) = self.vacant_name(&item.path)?;
        Ok(linkat(&dir, &first, to, name, AtFlags::empty()).map_err(create_error)?)
    }

    fn node(&mut self, item: &Item) -> Result<(), Failure> {
        let privileged = self.privileged;
        if matches!(item.body, Body::Device { .. }) && !privileged {
            return Err(Failure::Item(io::Error::other("only root can create devices")));
        }
        let (dir, name) = self.vacant_name(&item.path)?;
        Ok(node::create(dir, name, item, privileged)?)
    }

    fn finish_directory(&mut self, item: &Item) -> Result<(), Failure> {
        let privileged = self.privileged;
        let dir = if item.path.is_empty() {
            self.root.try_clone()?
        } else {
            let (dir, name) = self.parent(&item.path)?;
            let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            openat(dir, name, flags, Mode::empty()).map_err(create_error)?
        };
        Ok(set_attributes(&dir, item, privileged)?)
    }
}

fn is_directory(dir: BorrowedFd<'_>, name: &OsStr) -> bool {
    #[cfg_attr(target_os = "linux", expect(clippy::useless_conversion, reason = "not on macOS"))]
    statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode.into()) == FileType::Directory)
}

/// Writes each segment at its offset and leaves the holes.
fn write(file: &File, contents: &mut Contents<'_>, buffer: &mut [u8]) -> Result<(), Failure> {
    let mut end = 0;
    for segment in contents.segments() {
        let mut at = segment.offset;
        end = segment.offset + segment.length;
        while at < end {
            let wanted = usize::try_from(end - at).unwrap_or(usize::MAX).min(buffer.len());
            match contents.read(&mut buffer[..wanted]) {
                Ok(count) => {
                    file.write_all_at(&buffer[..count], at)?;
                    at += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // An error of reading the layer is not fatal, whatever its kind.
                Err(error) => return Err(Failure::Item(error)),
            }
        }
    }
    if end < contents.map.size {
        file.set_len(contents.map.size)?;
    }
    Ok(())
}

/// Sets owner, extended attributes, mode and mtime of an open file or directory, in this order: changing the owner clears the
/// setuid bit and capabilities. What cannot be set does not keep the rest from being set; the first error is returned.
fn set_attributes(at: impl AsFd, item: &Item, privileged: bool) -> io::Result<()> {
    let mut mode = item.mode.unwrap_or(IMPLIED_MODE);
    let owned = if privileged { set_owner(&at, item) } else { Ok(()) };
    if owned.is_err() {
        // Another owner must not lend its rights.
        mode &= !SET_ID;
    }
    let mut all = vec![owned];
    for (name, value) in item.xattrs().iter().filter(|(name, _)| settable(name, privileged)) {
        let set = fsetxattr(&at, OsStr::from_bytes(name), value, XattrFlags::empty());
        let what = || format!("attribute {}", name.escape_ascii());
        all.push(set.map_err(|error| set_error(&what(), error)));
    }
    let set = fchmod(&at, Mode::from_raw_mode(mode.into()));
    all.push(set.map_err(|error| set_error("mode", error)));
    if let Some(times) = times(item) {
        all.push(futimens(&at, &times).map_err(|error| set_error("mtime", error)));
    }
    all.into_iter().collect()
}

/// Sets the owner, if the item has one.
fn set_owner(at: impl AsFd, item: &Item) -> io::Result<()> {
    let Some((uid, gid)) = owner(item)? else { return Ok(()) };
    fchown(at, Some(uid), Some(gid)).map_err(|error| set_error("owner", error))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::stack::kept::entry::Mtime;

    #[test]
    fn an_owner_that_cannot_be_set_keeps_nothing_else_from_being_set() {
        let file = tempfile::tempfile().unwrap();
        let item = Item {
            path: b"x".to_vec(),
            body: Body::Fifo,
            mode: Some(0o4751),
            owner: Some((1 << 32, 0)),
            mtime: Some(Mtime { seconds: 17, nanos: 5 }),
            xattrs: Box::default(),
        };
        let error = set_attributes(&file, &item, true).unwrap_err().to_string();
        assert!(error.contains("4294967296") && error.contains("out of range"), "{error}");
        let found = file.metadata().unwrap();
        assert_eq!((found.mode() & 0o7777, found.mtime()), (0o751, 17));
        // Without root the owner is not set.
        set_attributes(&file, &item, false).unwrap();
        assert_eq!(file.metadata().unwrap().mode() & 0o7777, 0o4751);
    }
}
