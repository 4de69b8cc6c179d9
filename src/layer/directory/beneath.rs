//! Opens files inside a directory that is not trusted: no link on the way is followed, so no path leads out of it, and
//! only regular files are opened.

use std::io;

#[cfg(not(unix))]
pub(crate) use crate::layer::directory::beneath::elsewhere::BeneathDir;
#[cfg(unix)]
pub(crate) use crate::layer::directory::beneath::unix::BeneathDir;
#[cfg(unix)]
pub(crate) use crate::layer::directory::beneath::unix::directory_beneath;

/// The directory and the name of a normalised path.
fn split(path: &[u8]) -> io::Result<(&[u8], &[u8])> {
    let parts = || path.split(|&byte| byte == b'/');
    if parts().any(|part| part.is_empty() || part == b"." || part == b".." || part.contains(&0)) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not the path of a file inside the directory",
        ));
    }
    let slash = memchr::memrchr(b'/', path);
    Ok(slash.map_or((&b""[..], path), |slash| (&path[..slash], &path[slash + 1..])))
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is no longer a regular file")
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat};
    use rustix::io::Errno;

    use crate::layer::directory::beneath::{no_file, split};

    #[cfg(target_os = "linux")]
    const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC).union(OFlags::PATH);
    #[cfg(not(target_os = "linux"))]
    const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

    /// A directory, and the last subdirectory used: files of one directory are usually opened together.
    pub(crate) struct BeneathDir {
        root: OwnedFd,
        last: Option<(Vec<u8>, OwnedFd)>,
    }

    impl BeneathDir {
        /// Opens `root`, which may itself be a link: the caller has chosen it.
        pub(in crate::layer) fn new(root: &Path) -> io::Result<Self> {
            let root = openat(CWD, root, DIRECTORY, Mode::empty())?;
            Ok(Self { root, last: None })
        }

        /// Opens a regular file by its normalised path.
        pub(in crate::layer) fn open(&mut self, path: &[u8]) -> io::Result<File> {
            let (dir, name) = split(path)?;
            let dir = self.directory(dir)?;
            // The type is checked before opening: opening a device can have side effects, and opening a pipe can block
            // forever.
            check_file(&statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).map_err(explained)?)?;
            let flags = OFlags::RDONLY
                | OFlags::NOFOLLOW
                | OFlags::NONBLOCK
                | OFlags::NOCTTY
                | OFlags::CLOEXEC;
            let file = openat(dir, name, flags, Mode::empty()).map_err(explained)?;
            check_file(&fstat(&file)?)?;
            Ok(File::from(file))
        }

        fn directory(&mut self, path: &[u8]) -> io::Result<BorrowedFd<'_>> {
            if path.is_empty() {
                return Ok(self.root.as_fd());
            }
            if self.last.as_ref().is_none_or(|(last, _)| last != path) {
                let opened = open_directory(self.root.as_fd(), path).map_err(explained)?;
                self.last = Some((path.to_vec(), opened));
            }
            Ok(self.last.as_ref().map_or(self.root.as_fd(), |(_, dir)| dir.as_fd()))
        }
    }

    /// Opens a directory below `root` by its normalised path (`b""` is the root itself), to write into it. No link on
    /// the way is followed, so it is below `root` whatever other processes do.
    ///
    /// # Errors
    /// If there is no such directory, or a component is a link.
    pub(crate) fn directory_beneath(root: BorrowedFd<'_>, path: &[u8]) -> io::Result<OwnedFd> {
        if path.is_empty() {
            return root.try_clone_to_owned();
        }
        split(path)?;
        open_directory(root, path).map_err(explained)
    }

    /// Opens a directory below `root` with one system call, if the kernel supports it (Linux 5.6).
    #[cfg(target_os = "linux")]
    fn open_directory(root: BorrowedFd<'_>, path: &[u8]) -> Result<OwnedFd, Errno> {
        use rustix::fs::{ResolveFlags, openat2};

        let resolve =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        match openat2(root, path, DIRECTORY, Mode::empty(), resolve) {
            // Not supported, denied by a seccomp filter, or the path is too long for one call.
            Err(Errno::NOSYS | Errno::PERM | Errno::NAMETOOLONG) => walk(root, path),
            opened => opened,
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn open_directory(root: BorrowedFd<'_>, path: &[u8]) -> Result<OwnedFd, Errno> {
        walk(root, path)
    }

    /// Opens a directory below `root` component by component.
    fn walk(root: BorrowedFd<'_>, path: &[u8]) -> Result<OwnedFd, Errno> {
        let flags = DIRECTORY | OFlags::NOFOLLOW;
        let mut at = openat(root, ".", flags, Mode::empty())?;
        for part in path.split(|&byte| byte == b'/') {
            at = openat(&at, part, flags, Mode::empty())?;
        }
        Ok(at)
    }

    /// Fails unless it is a regular file.
    fn check_file(stat: &Stat) -> io::Result<()> {
        #[cfg_attr(
            target_os = "linux",
            expect(clippy::useless_conversion, reason = "not on macOS")
        )]
        if FileType::from_raw_mode(stat.st_mode.into()) == FileType::RegularFile {
            Ok(())
        } else {
            Err(no_file())
        }
    }

    fn explained(error: Errno) -> io::Error {
        match error {
            Errno::LOOP | Errno::XDEV => io::Error::other(
                "its path now leads through a symbolic link, which is not followed",
            ),
            error => error.into(),
        }
    }

    #[cfg(test)]
    mod tests {
        use std::fs;
        use std::io::Read;

        use super::*;

        #[test]
        fn one_call_and_the_walk_open_files_and_follow_no_link() {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir_all(dir.path().join("in/a/b")).unwrap();
            fs::write(dir.path().join("out"), "secret").unwrap();
            fs::write(dir.path().join("in/a/b/f"), "inside").unwrap();
            std::os::unix::fs::symlink("..", dir.path().join("in/up")).unwrap();
            std::os::unix::fs::symlink("a/b", dir.path().join("in/ab")).unwrap();
            std::os::unix::fs::symlink("/etc/passwd", dir.path().join("in/l")).unwrap();
            let mut inside = BeneathDir::new(&dir.path().join("in")).unwrap();
            let mut text = String::new();
            inside.open(b"a/b/f").unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "inside");
            for path in [&b"up/out"[..], b"ab/f", b"l", b"../out", b"a", b"", b"a/b/./f", b"a\0"] {
                assert!(inside.open(path).is_err(), "{}", path.escape_ascii());
            }
            let root = inside.root.as_fd();
            assert!(walk(root, b"a/b").is_ok() && open_directory(root, b"a/b").is_ok());
            assert!(walk(root, b"ab").is_err() && open_directory(root, b"ab").is_err());
        }

        #[test]
        fn a_path_longer_than_one_call_takes() {
            let dir = tempfile::tempdir().unwrap();
            let name = "d".repeat(250);
            let mut at = openat(CWD, dir.path(), DIRECTORY, Mode::empty()).unwrap();
            for _ in 0..20 {
                rustix::fs::mkdirat(&at, &name, Mode::RWXU).unwrap();
                at = openat(&at, &name, DIRECTORY, Mode::empty()).unwrap();
            }
            let flags = OFlags::CREATE | OFlags::WRONLY;
            openat(&at, "f", flags, Mode::RUSR).unwrap();
            let path = format!("{}f", format!("{name}/").repeat(20));
            assert!(BeneathDir::new(dir.path()).unwrap().open(path.as_bytes()).is_ok());
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::fs::File;
    use std::path::{Path, PathBuf};
    use std::{fs, io};

    use crate::layer::directory::beneath::{no_file, split};

    /// A directory.
    pub(crate) struct BeneathDir {
        root: PathBuf,
    }

    impl BeneathDir {
        /// Enters `root`.
        pub(in crate::layer) fn new(root: &Path) -> io::Result<Self> {
            Ok(Self { root: root.to_path_buf() })
        }

        /// Opens a regular file by its normalised path.
        pub(in crate::layer) fn open(&mut self, path: &[u8]) -> io::Result<File> {
            File::open(self.file(path)?)
        }

        fn file(&self, path: &[u8]) -> io::Result<PathBuf> {
            split(path)?;
            let mut at = self.root.clone();
            let mut found = None;
            for part in path.split(|&byte| byte == b'/') {
                at.push(String::from_utf8_lossy(part).as_ref());
                let metadata = fs::symlink_metadata(&at)?;
                if metadata.is_symlink() {
                    return Err(no_file());
                }
                found = Some(metadata);
            }
            found.filter(fs::Metadata::is_file).map(|_| at).ok_or_else(no_file)
        }
    }
}
