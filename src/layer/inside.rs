//! The one door to a file inside a directory that somebody else filled: no link on the way is followed, so that no
//! name leads out.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Opens a regular file by its normalised path below `root`, without following any link.
pub(super) fn open(root: &Path, path: &[u8]) -> io::Result<File> {
    let mut at = root.to_path_buf();
    let mut is_file = false;
    for part in path.split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
        if part == b".." || part == b"." {
            return Err(io::Error::other("not a path inside the tree"));
        }
        at.push(os_path(part));
        let kind = fs::symlink_metadata(&at)?.file_type();
        if kind.is_symlink() {
            return Err(io::Error::other(format!(
                "{} is a symbolic link now, not followed",
                at.display()
            )));
        }
        is_file = kind.is_file();
    }
    if !is_file {
        return Err(io::Error::other(format!("{} is no regular file now", at.display())));
    }
    File::open(at)
}

#[cfg(unix)]
fn os_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn os_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
