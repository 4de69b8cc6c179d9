//! An item's owner, times and attributes in the system's terms, and the system's errors in words.

use std::io;

use rustix::fs::{Gid, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use crate::extract::Item;

/// Attributes of other kinds are the system's, and root's to give.
pub(super) fn settable(name: &[u8], privileged: bool) -> bool {
    privileged || name.starts_with(b"user.")
}

pub(super) fn owner(item: &Item) -> io::Result<Option<(Uid, Gid)>> {
    let Some((uid, gid)) = item.owner else { return Ok(None) };
    // The largest number means "as it is".
    let known = |id: u64| u32::try_from(id).ok().filter(|&id| id != u32::MAX);
    match (known(uid), known(gid)) {
        (Some(uid), Some(gid)) => Ok(Some((Uid::from_raw(uid), Gid::from_raw(gid)))),
        _ => Err(io::Error::other(format!("its owner: {uid}:{gid} is none that a system knows"))),
    }
}

pub(super) fn times(item: &Item) -> Option<Timestamps> {
    let mtime = item.mtime?;
    let time = Timespec { tv_sec: mtime.seconds, tv_nsec: mtime.nanos.into() };
    Some(Timestamps { last_access: time, last_modification: time })
}

pub(super) fn failed(what: &str, error: Errno) -> io::Error {
    let error = io::Error::from(error);
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

pub(super) fn told(error: Errno) -> io::Error {
    match error {
        Errno::EXIST => io::Error::new(io::ErrorKind::AlreadyExists, "it is there already"),
        Errno::LOOP | Errno::NOTDIR => {
            io::Error::other("something else is in the place of a directory now, not followed")
        }
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::attributes::settable;

    #[test]
    fn only_root_sets_attributes_that_are_not_a_users() {
        for (name, by_users) in [
            (&b"user.note"[..], true),
            (b"security.capability", false),
            (b"trusted.overlay.opaque", false),
            (b"system.posix_acl_access", false),
            (b"users", false),
        ] {
            assert_eq!((settable(name, false), settable(name, true)), (by_users, true));
        }
    }
}
