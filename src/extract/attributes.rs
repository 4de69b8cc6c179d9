//! Converts owners, times and errors of system calls.

use std::io;

use rustix::fs::{Gid, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use crate::extract::Item;

/// Whether an extended attribute can be set: only root can set those outside the `user.` namespace.
pub(super) fn settable(name: &[u8], privileged: bool) -> bool {
    privileged || name.starts_with(b"user.")
}

/// The owner to set, if any.
pub(super) fn owner(item: &Item) -> io::Result<Option<(Uid, Gid)>> {
    let Some((uid, gid)) = item.owner else { return Ok(None) };
    // For chown(2), the largest id means "unchanged".
    let valid = |id: u64| u32::try_from(id).ok().filter(|&id| id != u32::MAX);
    match (valid(uid), valid(gid)) {
        (Some(uid), Some(gid)) => Ok(Some((Uid::from_raw(uid), Gid::from_raw(gid)))),
        _ => Err(io::Error::other(format!("owner {uid}:{gid}: the id is out of range"))),
    }
}

pub(super) fn times(item: &Item) -> Option<Timestamps> {
    let mtime = item.mtime?;
    let time = Timespec { tv_sec: mtime.seconds, tv_nsec: mtime.nanos.into() };
    Some(Timestamps { last_access: time, last_modification: time })
}

/// The error of setting the attribute `what`.
pub(super) fn set_error(what: &str, error: Errno) -> io::Error {
    let error = io::Error::from(error);
    io::Error::new(error.kind(), format!("setting the {what}: {error}"))
}

/// The error of creating or opening an object.
pub(super) fn create_error(error: Errno) -> io::Error {
    match error {
        Errno::EXIST => {
            io::Error::new(io::ErrorKind::AlreadyExists, "already exists; --force replaces it")
        }
        Errno::LOOP | Errno::NOTDIR => {
            io::Error::other("a parent is no longer a directory; links are not followed")
        }
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::attributes::settable;

    #[test]
    fn only_root_sets_attributes_outside_the_user_namespace() {
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
