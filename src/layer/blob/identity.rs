//! Whether a file is still the one that was opened, and the same one as before.

use std::fs::{File, Metadata};
use std::time::SystemTime;

/// Size and modification time of an open file, to detect writes. `ctime` is not compared: a rename or a new hard link
/// changes it too. A file that is replaced under its name is not changed: the open file stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    mtime: Option<SystemTime>,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        let mtime = metadata.modified().ok();
        metadata.is_file().then_some(Self { size: metadata.len(), mtime })
    }
}

/// Identifies a region of a file, as far as the file system allows: equal identities mean that the same region of the
/// same file was not written to in between.
///
/// A rename or a new hard link changes `ctime` too, so the identity can differ although the bytes are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Device of the file.
    pub device: u64,
    /// Inode number on that device.
    pub inode: u64,
    /// Size of the whole file in bytes.
    pub size: u64,
    /// Last modification of the contents: seconds since 1970 and nanoseconds.
    pub mtime: (i64, u32),
    /// Last change of the inode, which programs cannot set: seconds since 1970 and nanoseconds.
    pub ctime: (i64, u32),
    /// Offset of the region in the file, in bytes.
    pub offset: u64,
    /// Length of the region in bytes.
    pub len: u64,
}

#[cfg(unix)]
pub(super) fn file_identity(file: &File, offset: u64, len: u64) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata().ok().filter(|it| it.is_file() && it.nlink() > 0)?;
    // The system states nanoseconds below one second.
    let nanos = |nanos: i64| u32::try_from(nanos).unwrap_or(0);
    Some(Identity {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        mtime: (metadata.mtime(), nanos(metadata.mtime_nsec())),
        ctime: (metadata.ctime(), nanos(metadata.ctime_nsec())),
        offset,
        len,
    })
}

#[cfg(not(unix))]
pub(super) fn file_identity(_file: &File, _offset: u64, _len: u64) -> Option<Identity> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::layer::blob::Blob;

    #[test]
    fn an_identity_is_of_one_region_of_one_file_as_it_was() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        let blob = Blob::whole(file.reopen().unwrap()).unwrap();
        let known = blob.identity().unwrap();
        assert_eq!((known.size, known.offset, known.len), (10, 0, 10));
        assert_eq!(blob.clone().identity().as_ref(), Some(&known));

        let region = blob.slice(2, 5).identity().unwrap();
        assert_eq!(region, Identity { offset: 2, len: 5, ..known.clone() });

        file.write_all(b"more").unwrap();
        assert_ne!(blob.identity(), Some(known));
    }

    #[test]
    fn what_is_no_file_has_no_identity() {
        assert_eq!(Blob::memory(&b"bytes"[..]).identity(), None);
        let device = File::open("/dev/null").unwrap();
        assert_eq!(Blob::whole(device).unwrap().identity(), None);
        assert_eq!(Blob::whole(tempfile::tempfile().unwrap()).unwrap().identity(), None);
    }
}
