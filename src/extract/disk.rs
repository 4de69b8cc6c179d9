//! Objects below one directory of a disk. Every one is made under a name in a directory that is entered without following
//! any link, and is made anew: whatever stands in DEST, or is put there meanwhile, nothing is written outside it.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::{fs, io};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, XattrFlags, fchmod, fchown, fsetxattr, futimens, linkat,
    mkdirat, openat, statat, unlinkat,
};
use rustix::io::Errno;

use crate::extract::attributes::{failed, owner, settable, times, told};
use crate::extract::sink::{Error, Sink, Trouble};
use crate::extract::{Item, Plan, node};
use crate::layer::directory_beneath;
use crate::load::files::pass::Contents;
use crate::load::files::plan::Body;

const BUFFER: usize = 128 * 1024;

/// The mode of a directory that no layer names, as engines make it.
const IMPLIED: u16 = 0o755;

/// A directory and what may be done below it.
pub(super) struct Disk {
    root: OwnedFd,
    /// The directory that was last entered: the files of one come together.
    last: Option<(Vec<u8>, OwnedFd)>,
    /// The name of what is no directory, in the root.
    only: Option<Vec<u8>>,
    force: bool,
    privileged: bool,
    buffer: Vec<u8>,
}

impl Disk {
    /// Enters the place that `dest` means for that plan, and makes it where it is to be a directory.
    pub(super) fn enter(plan: &Plan, dest: &Path, force: bool) -> Result<Self, Error> {
        let place = |error: io::Error| Error::Place(dest.display().to_string(), error);
        let is_directory = fs::metadata(dest).is_ok_and(|metadata| metadata.is_dir());
        let (root, only) = if plan.is_directory() {
            if !is_directory {
                DirBuilder::new().mode(0o700).create(dest).map_err(place)?;
            } else if !force && fs::read_dir(dest).map_err(place)?.next().is_some() {
                return Err(Error::Exists(dest.display().to_string()));
            }
            (dest.to_owned(), None)
        } else if is_directory {
            (dest.to_owned(), Some(plan.name().to_vec()))
        } else {
            let name = dest.file_name().ok_or_else(|| place(io::ErrorKind::InvalidInput.into()))?;
            let parent = dest.parent().filter(|parent| !parent.as_os_str().is_empty());
            (
                parent.map_or_else(|| PathBuf::from("."), Path::to_owned),
                Some(name.to_owned().into_vec()),
            )
        };
        // Whoever names the place has judged it, even if it is a link.
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY;
        let root = openat(CWD, &root, flags, Mode::empty()).map_err(|error| place(error.into()))?;
        Ok(Self {
            root,
            last: None,
            only,
            force,
            privileged: rustix::process::geteuid().is_root(),
            buffer: vec![0; BUFFER],
        })
    }

    /// Enters the directory of a path; gives the name in it.
    fn place<'p>(&'p mut self, path: &'p [u8]) -> io::Result<(BorrowedFd<'p>, &'p OsStr)> {
        if let Some(only) = &self.only {
            return Ok((self.root.as_fd(), OsStr::from_bytes(only)));
        }
        let (dir, name) = match memchr::memrchr(b'/', path) {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&b""[..], path),
        };
        // The plan's paths are in normal form; a name that is none would be taken for another directory.
        if matches!(name, b"" | b"." | b"..") || name.contains(&0) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "no name that a file can have",
            ));
        }
        if self.last.as_ref().is_none_or(|(last, _)| last != dir) {
            self.last = Some((dir.to_vec(), directory_beneath(self.root.as_fd(), dir)?));
        }
        let at = self.last.as_ref().map_or(self.root.as_fd(), |(_, at)| at.as_fd());
        Ok((at, OsStr::from_bytes(name)))
    }

    /// [`Self::place`], with room for something that is no directory.
    fn room<'p>(&'p mut self, path: &'p [u8]) -> io::Result<(BorrowedFd<'p>, &'p OsStr)> {
        let force = self.force;
        let (dir, name) = self.place(path)?;
        if force {
            match unlinkat(dir, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(Errno::ISDIR | Errno::PERM) if is_directory(dir, name) => {
                    return Err(io::Error::other("a directory is there already, not replaced"));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok((dir, name))
    }

    /// Makes a new file and fills it.
    fn fill(&mut self, item: &Item, contents: &mut Contents<'_>) -> Result<(), Trouble> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut buffer = std::mem::take(&mut self.buffer);
        let privileged = self.privileged;
        let (dir, name) = self.room(&item.path)?;
        let file = openat(dir, name, flags, Mode::RUSR | Mode::WUSR).map_err(told)?;
        let written = write(&File::from(file.try_clone()?), contents, &mut buffer);
        if written.is_err() {
            // Half a file is worse than none. That it cannot be removed would be a second trouble, not a greater one.
            let _ = unlinkat(dir, name, AtFlags::empty());
        }
        self.buffer = buffer;
        written?;
        Ok(dress(&file, item, privileged)?)
    }
}

impl Sink for Disk {
    fn directory(&mut self, item: &Item) -> Result<(), Trouble> {
        if item.path.is_empty() {
            return Ok(());
        }
        let force = self.force;
        let (dir, name) = self.place(&item.path)?;
        match mkdirat(dir, name, Mode::RWXU) {
            Err(Errno::EXIST) if force => {
                if !is_directory(dir, name) {
                    unlinkat(dir, name, AtFlags::empty()).map_err(io::Error::from)?;
                    mkdirat(dir, name, Mode::RWXU).map_err(told)?;
                }
                Ok(())
            }
            made => Ok(made.map_err(told)?),
        }
    }

    fn file(&mut self, item: &Item, contents: &mut Contents<'_>) -> Result<(), Trouble> {
        let made = self.fill(item, contents);
        self.buffer.resize(BUFFER, 0);
        made
    }

    fn link(&mut self, item: &Item, first: &Item) -> Result<(), Trouble> {
        let (dir, name) = self.place(&first.path)?;
        let (dir, first) = (dir.try_clone_to_owned()?, name.to_owned());
        let (to, name) = self.room(&item.path)?;
        Ok(linkat(&dir, &first, to, name, AtFlags::empty()).map_err(told)?)
    }

    fn node(&mut self, item: &Item) -> Result<(), Trouble> {
        let privileged = self.privileged;
        if matches!(item.body, Body::Device { .. }) && !privileged {
            return Err(Trouble::One(io::Error::other("a device, which only root can make")));
        }
        let (dir, name) = self.room(&item.path)?;
        Ok(node::make(dir, name, item, privileged)?)
    }

    fn settle(&mut self, item: &Item) -> Result<(), Trouble> {
        let privileged = self.privileged;
        let dir = if item.path.is_empty() {
            self.root.try_clone()?
        } else {
            let (dir, name) = self.place(&item.path)?;
            let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            openat(dir, name, flags, Mode::empty()).map_err(told)?
        };
        Ok(dress(&dir, item, privileged)?)
    }
}

fn is_directory(dir: BorrowedFd<'_>, name: &OsStr) -> bool {
    #[cfg_attr(target_os = "linux", expect(clippy::useless_conversion, reason = "not on macOS"))]
    statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode.into()) == FileType::Directory)
}

/// Writes each segment where it belongs and leaves the holes.
fn write(file: &File, contents: &mut Contents<'_>, buffer: &mut [u8]) -> Result<(), Trouble> {
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
                // However it reads, that the layer cannot be read is no matter of the place.
                Err(error) => return Err(Trouble::One(error)),
            }
        }
    }
    if end < contents.map.size {
        file.set_len(contents.map.size)?;
    }
    Ok(())
}

/// Owner, attributes, mode and time of an open file or directory, in this order: a change of owner takes the setuid bit
/// and capabilities away.
fn dress(at: &OwnedFd, item: &Item, privileged: bool) -> io::Result<()> {
    if privileged && let Some((uid, gid)) = owner(item)? {
        fchown(at, Some(uid), Some(gid)).map_err(|error| failed("its owner", error))?;
    }
    for (name, value) in item.xattrs().iter().filter(|(name, _)| settable(name, privileged)) {
        fsetxattr(at, OsStr::from_bytes(name), value, XattrFlags::empty())
            .map_err(|error| failed(&format!("attribute {}", name.escape_ascii()), error))?;
    }
    let mode = Mode::from_raw_mode(item.mode.unwrap_or(IMPLIED).into());
    fchmod(at, mode).map_err(|error| failed("its mode", error))?;
    match times(item) {
        Some(times) => futimens(at, &times).map_err(|error| failed("its time", error)),
        None => Ok(()),
    }
}
