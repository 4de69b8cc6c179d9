//! Checks that no other user may write to a cache, because its entries are trusted.
//!
//! The directory must belong to the effective user and not be writable by others. Each ancestor, links included, must
//! belong to this user or to root, and no other user may rename entries in it: it is not writable by others, or has
//! the sticky bit, like `/tmp`. Root with another user's HOME (some configurations of `sudo` keep it) has no cache
//! there.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Maximum number of symbolic links to follow.
const LINKS_MAX: u8 = 8;

/// Write permission of group and others.
const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Owner shown for users that a user namespace does not map (`/proc/sys/kernel/overflowuid`).
const UNKNOWN_USER: u32 = 65_534;

/// Checks the directory, or its ancestors if it does not exist.
///
/// # Errors
/// The directory that another user could change, and why.
pub(super) fn check(directory: &Path) -> Result<(), String> {
    let user = rustix::process::geteuid().as_raw();
    check_ancestors(directory, user, LINKS_MAX)?;
    match directory.metadata() {
        Ok(own) if own.uid() != user => {
            Err(format!("{} belongs to user {}, not to {user}", directory.display(), own.uid()))
        }
        Ok(own) if own.mode() & OTHERS_WRITE != 0 => Err(writable(directory, own.mode())),
        // A directory that cannot be examined cannot be used either.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn check_ancestors(path: &Path, user: u32, links: u8) -> Result<(), String> {
    for level in path.ancestors().filter(|level| !level.as_os_str().is_empty()) {
        let Ok(metadata) = level.symlink_metadata() else { continue };
        check_level(level, &metadata, user)?;
        if metadata.is_symlink() {
            let Some(links) = links.checked_sub(1) else {
                return Err(format!("{}: too many links on the way", level.display()));
            };
            let Ok(target) = level.read_link() else { continue };
            check_ancestors(&level.parent().unwrap_or(level).join(target), user, links)?;
        }
    }
    Ok(())
}

fn check_level(level: &Path, metadata: &Metadata, user: u32) -> Result<(), String> {
    let (owner, mode) = (metadata.uid(), metadata.mode());
    if !is_trusted(owner, user, in_user_namespace) {
        return Err(format!("{} belongs to user {owner}", level.display()));
    }
    if !metadata.is_symlink() && mode & OTHERS_WRITE != 0 && mode & STICKY == 0 {
        return Err(writable(level, mode));
    }
    Ok(())
}

/// Whether `owner` is this user or root. In a user namespace, root outside appears as [`UNKNOWN_USER`].
fn is_trusted(owner: u32, user: u32, in_user_namespace: impl Fn() -> bool) -> bool {
    owner == user || owner == 0 || owner == UNKNOWN_USER && in_user_namespace()
}

/// Whether this process runs in a user namespace (user_namespaces(7)).
fn in_user_namespace() -> bool {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    !map.is_empty() && !map.split_whitespace().eq(["0", "0", "4294967295"])
}

fn writable(level: &Path, mode: u32) -> String {
    format!("others may write to {} (mode {:o})", level.display(), mode & 0o7777)
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, create_dir_all, set_permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn each_ancestor_belongs_to_this_user_or_root() {
        let outside = || false;
        assert!(is_trusted(1000, 1000, outside) && is_trusted(0, 1000, outside));
        assert!(is_trusted(0, 0, outside) && is_trusted(UNKNOWN_USER, 0, || true));
        // sudo with the user's HOME; another user's directory; the unmapped user outside of a namespace.
        for (owner, user) in [(1000, 0), (1001, 1000), (UNKNOWN_USER, 0)] {
            assert!(!is_trusted(owner, user, outside), "{owner} {user}");
        }
        assert!(!is_trusted(1001, 1000, || true));
    }

    #[test]
    fn ancestors_are_not_writable_by_others() {
        for (mode_above, mode, link, why) in [
            (0o755, 0o700, false, ""),
            (0o755, 0o755, false, ""),
            (0o1777, 0o700, false, ""),
            (0o1777, 0o1777, false, "others may write to"),
            (0o755, 0o770, false, "others may write to"),
            (0o755, 0o702, false, "others may write to"),
            (0o777, 0o700, false, "others may write to"),
            (0o775, 0o700, false, "others may write to"),
            (0o755, 0o700, true, ""),
            (0o777, 0o700, true, "others may write to"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let above = folder.path().join("above");
            let cache = above.join("cache");
            create_dir_all(&cache).unwrap();
            set_permissions(&cache, Permissions::from_mode(mode)).unwrap();
            set_permissions(&above, Permissions::from_mode(mode_above)).unwrap();
            let asked = if link {
                // By way of another link, as every link on the way counts.
                symlink("above", folder.path().join("first")).unwrap();
                symlink("first/cache", folder.path().join("second")).unwrap();
                folder.path().join("second")
            } else {
                cache
            };
            let said = check(&asked).err().unwrap_or_default();
            assert!(said.contains(why) && said.is_empty() == why.is_empty(), "{mode:o}: {said}");
        }
    }

    #[test]
    fn a_missing_directory_is_checked_by_its_ancestors() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check(&folder.path().join("a/b/c")), Ok(()));
        set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        assert!(check(&folder.path().join("a/b/c")).is_err());
    }

    #[test]
    fn cyclic_links_end() {
        let folder = tempfile::tempdir().unwrap();
        symlink("loop", folder.path().join("loop")).unwrap();
        assert!(check(&folder.path().join("loop")).unwrap_err().contains("too many links"));
    }
}
