//! Storage roots directly below or above a directory: users name `/var/lib/containers`, a directory into which they
//! unpacked a store, or `/var/lib/docker/overlay2`, and mean the store.

use std::fs;
use std::path::{Path, PathBuf};

use crate::source::local::recognise;
use crate::source::local::root::Found;

/// Maximum number of entries to examine in a directory that may contain stores.
const ENTRIES_MAX: usize = 64;

/// Directories of a root file system, which is not searched for stores.
const SYSTEM_DIRECTORIES: [&str; 4] = ["bin", "etc", "usr", "sbin"];

/// Directories of a storage root that are not an image by themselves.
const ROOT_PARTS: [&str; 9] =
    ["image", "graph", "containers", "overlay2", "overlay", "aufs", "vfs", "btrfs", "devicemapper"];

/// The stores of a directory that is a storage root or contains some; empty if neither.
pub(super) fn stores(directory: &Path) -> Found {
    let found = recognise(directory);
    let is_system = || SYSTEM_DIRECTORIES.iter().any(|name| directory.join(name).exists());
    if !found.is_empty() || is_system() {
        return found;
    }
    let Ok(entries) = fs::read_dir(directory) else { return Found::new() };
    let below = entries.flatten().take(ENTRIES_MAX).map(|entry| entry.path());
    let mut below: Vec<PathBuf> = below.filter(|path| path.is_dir()).collect();
    below.sort();
    // Unreadable directories are ignored: they may be anything.
    below.iter().flat_map(|path| recognise(path)).flatten().map(Ok).collect()
}

/// The storage root that a directory is a part of.
pub(super) fn root_above(directory: &Path) -> Option<PathBuf> {
    let directory = fs::canonicalize(directory).ok()?;
    let root = directory.ancestors().skip(1).take(2).find(|above| {
        let part = directory.strip_prefix(above).ok().and_then(|rest| rest.iter().next()?.to_str());
        part.is_some_and(is_part) && recognise(above).iter().any(Result::is_ok)
    });
    root.map(Path::to_path_buf)
}

fn is_part(name: &str) -> bool {
    let of_podman = ["-images", "-layers", "-containers"].iter().any(|end| name.ends_with(end));
    ROOT_PARTS.contains(&name) || of_podman || name.starts_with("io.containerd.")
}
