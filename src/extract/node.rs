//! Creates symbolic links, devices, pipes and sockets by name, and sets their attributes through a handle.
//!
//! Another user with write access to the directory can replace the object at any time, and would get the owner and mode of
//! the item. So the handle is checked to be that of the new object, and the name is not used again.

use std::ffi::OsStr;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::symlinkat;

use crate::extract::Item;
use crate::extract::attributes::create_error;
use crate::load::files::plan::Body;

/// Creates the object of an item with its owner, extended attributes, mode and mtime.
pub(super) fn create(
    dir: BorrowedFd<'_>,
    name: &OsStr,
    item: &Item,
    privileged: bool,
) -> io::Result<()> {
    if let Body::Symlink(target) = &item.body {
        symlinkat(OsStr::from_bytes(target), dir, name).map_err(create_error)?;
    } else {
        special(dir, name, &item.body)?;
    }
    set_attributes(dir, name, item, privileged)
}

#[cfg(not(target_vendor = "apple"))]
fn special(dir: BorrowedFd<'_>, name: &OsStr, body: &Body) -> io::Result<()> {
    use rustix::fs::{Mode, makedev, mknodat};

    let (major, minor) = match body {
        Body::Device { numbers, .. } => *numbers,
        _ => (0, 0),
    };
    let mode = Mode::RUSR | Mode::WUSR;
    mknodat(dir, name, file_type(body), mode, makedev(major, minor)).map_err(create_error)
}

#[cfg(target_vendor = "apple")]
fn special(_dir: BorrowedFd<'_>, _name: &OsStr, _body: &Body) -> io::Result<()> {
    let message = "devices, pipes and sockets are not supported on this system";
    Err(io::Error::new(io::ErrorKind::Unsupported, message))
}

#[cfg(not(target_vendor = "apple"))]
fn file_type(body: &Body) -> rustix::fs::FileType {
    use crate::stack::kept::entry::Kind;
    use rustix::fs::FileType;

    match body {
        Body::Symlink(_) => FileType::Symlink,
        Body::Device { kind: Kind::Block, .. } => FileType::BlockDevice,
        Body::Device { .. } => FileType::CharacterDevice,
        Body::Socket => FileType::Socket,
        _ => FileType::Fifo,
    }
}

#[cfg(target_os = "linux")]
fn set_attributes(
    dir: BorrowedFd<'_>,
    name: &OsStr,
    item: &Item,
    privileged: bool,
) -> io::Result<()> {
    let made = linux::NewObject::open(dir, name, file_type(&item.body))?;
    made.set_attributes(item, privileged)
}

/// Systems without such handles: by name, without following links.
#[cfg(not(target_os = "linux"))]
fn set_attributes(
    dir: BorrowedFd<'_>,
    name: &OsStr,
    item: &Item,
    privileged: bool,
) -> io::Result<()> {
    use crate::extract::attributes::{owner, set_error, times};
    use rustix::fs::{AtFlags, Mode, chmodat, chownat, utimensat};

    let nofollow = AtFlags::SYMLINK_NOFOLLOW;
    if privileged && let Some((uid, gid)) = owner(item)? {
        chownat(dir, name, Some(uid), Some(gid), nofollow)
            .map_err(|error| set_error("owner", error))?;
    }
    if !item.xattrs().is_empty() {
        let what = "extended attributes are not supported on this system";
        return Err(io::Error::new(io::ErrorKind::Unsupported, what));
    }
    if !matches!(item.body, Body::Symlink(_))
        && let Some(mode) = item.mode
    {
        chmodat(dir, name, Mode::from_raw_mode(mode.into()), nofollow)
            .map_err(|error| set_error("mode", error))?;
    }
    match times(item) {
        Some(times) => {
            utimensat(dir, name, &times, nofollow).map_err(|error| set_error("mtime", error))
        }
        None => Ok(()),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::io;
    use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
    use std::os::unix::ffi::OsStrExt;

    use rustix::fs::{
        AtFlags, CWD, FileType, Mode, OFlags, Timestamps, XattrFlags, chmod, chownat, fstat,
        openat, setxattr, utimensat,
    };
    use rustix::io::Errno;

    use crate::extract::Item;
    use crate::extract::attributes::{create_error, owner, set_error, settable, times};
    use crate::load::files::plan::Body;

    /// A handle of an object that this process has just created.
    pub(super) struct NewObject(OwnedFd);

    impl NewObject {
        /// Opens the object of that name. Fails if it cannot be the new one: it has another type, another owner, or other
        /// names.
        pub(super) fn open(
            dir: BorrowedFd<'_>,
            name: &OsStr,
            expected: FileType,
        ) -> io::Result<Self> {
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let handle = openat(dir, name, flags, Mode::empty()).map_err(create_error)?;
            let found = fstat(&handle)?;
            let same = FileType::from_raw_mode(found.st_mode) == expected
                && found.st_nlink == 1
                && found.st_uid == rustix::process::geteuid().as_raw();
            if !same {
                return Err(io::Error::other("another process replaced it; left unchanged"));
            }
            Ok(Self(handle))
        }

        /// Sets owner, extended attributes, mode and mtime, in this order: changing the owner clears the setuid bit and
        /// capabilities.
        pub(super) fn set_attributes(&self, item: &Item, privileged: bool) -> io::Result<()> {
            // Some calls take O_PATH handles only as a path in /proc, which means the object itself, even a link.
            let path = format!("/proc/self/fd/{}", self.0.as_raw_fd());
            if privileged && let Some((uid, gid)) = owner(item)? {
                chownat(&self.0, "", Some(uid), Some(gid), AtFlags::EMPTY_PATH)
                    .map_err(|error| set_error("owner", error))?;
            }
            for (key, value) in item.xattrs().iter().filter(|(key, _)| settable(key, privileged)) {
                setxattr(&path, OsStr::from_bytes(key), value, XattrFlags::empty()).map_err(
                    |error| set_error(&format!("attribute {}", key.escape_ascii()), error),
                )?;
            }
            if !matches!(item.body, Body::Symlink(_))
                && let Some(mode) = item.mode
            {
                chmod(&path, Mode::from_raw_mode(mode.into()))
                    .map_err(|error| set_error("mode", error))?;
            }
            match times(item) {
                Some(times) => {
                    self.set_times(&path, &times).map_err(|error| set_error("mtime", error))
                }
                None => Ok(()),
            }
        }

        fn set_times(&self, path: &str, times: &Timestamps) -> Result<(), Errno> {
            match utimensat(&self.0, "", times, AtFlags::EMPTY_PATH) {
                // Linux before 5.8 does not know that flag here.
                Err(Errno::INVAL) => utimensat(CWD, path, times, AtFlags::empty()),
                set => set,
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use std::fs;
        use std::os::fd::AsFd;
        use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

        use rustix::fs::{linkat, mknodat};

        use super::*;
        use crate::stack::kept::entry::Mtime;

        fn fifo(dir: BorrowedFd<'_>, name: &str) {
            mknodat(dir, name, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        }

        fn item() -> Item {
            Item {
                path: b"x".to_vec(),
                body: Body::Fifo,
                mode: Some(0o4711),
                owner: None,
                mtime: Some(Mtime { seconds: 17, nanos: 5 }),
                xattrs: Box::default(),
            }
        }

        #[test]
        fn an_object_that_replaced_the_new_pipe_is_left_unchanged() {
            let folder = tempfile::tempdir().unwrap();
            let at = |name: &str| folder.path().join(name);
            let dir = fs::File::open(folder.path()).unwrap();
            fs::write(at("file"), "").unwrap();
            symlink("file", at("link")).unwrap();
            fifo(dir.as_fd(), "named-twice");
            linkat(&dir, "named-twice", &dir, "other", AtFlags::empty()).unwrap();
            for name in ["file", "link", "named-twice", "none"] {
                assert!(
                    NewObject::open(dir.as_fd(), name.as_ref(), FileType::Fifo).is_err(),
                    "{name}"
                );
            }
            fifo(dir.as_fd(), "pipe");
            assert!(NewObject::open(dir.as_fd(), "pipe".as_ref(), FileType::Fifo).is_ok());
        }

        #[test]
        fn attributes_are_set_on_the_new_object_after_its_name_is_reused() {
            let folder = tempfile::tempdir().unwrap();
            let at = |name: &str| folder.path().join(name);
            let dir = fs::File::open(folder.path()).unwrap();
            fifo(dir.as_fd(), "pipe");
            let made = NewObject::open(dir.as_fd(), "pipe".as_ref(), FileType::Fifo).unwrap();
            fs::rename(at("pipe"), at("moved")).unwrap();
            fs::write(at("pipe"), "").unwrap();
            let before = fs::metadata(at("pipe")).unwrap();
            made.set_attributes(&item(), false).unwrap();
            let (moved, other) =
                (fs::metadata(at("moved")).unwrap(), fs::metadata(at("pipe")).unwrap());
            assert_eq!((moved.permissions().mode() & 0o7777, moved.mtime()), (0o4711, 17));
            assert_eq!(other.permissions(), before.permissions());
            assert_eq!(other.mtime(), before.mtime());
        }

        #[test]
        fn the_time_of_a_link_is_not_set_on_its_target() {
            let folder = tempfile::tempdir().unwrap();
            let dir = fs::File::open(folder.path()).unwrap();
            fs::write(folder.path().join("file"), "").unwrap();
            symlink("file", folder.path().join("link")).unwrap();
            let made = NewObject::open(dir.as_fd(), "link".as_ref(), FileType::Symlink).unwrap();
            let link = Item { body: Body::Symlink(b"file".to_vec()), ..item() };
            made.set_attributes(&link, false).unwrap();
            let time = |name: &str| {
                let metadata = folder.path().join(name).symlink_metadata().unwrap();
                (metadata.mtime(), metadata.permissions().mode() & 0o7777)
            };
            assert_eq!(time("link").0, 17);
            assert!(time("file").0 > 17 && time("file").1 != 0o4711);
        }
    }
}
