//! The difference between a complete copy of a tree and the tree of its parent, by the rules of Docker (moby,
//! `pkg/archive/changes{,_unix}.go`).
//!
//! Both trees are walked in parallel. A name that only the copy has was added; one that only the parent has was
//! removed; one that both have was changed if mode, owner or device differ, or, except for directories, size or time. A
//! directory with changes in it is part of the layer too, as in the tar that Docker makes.
//!
//! Unlike Docker, the targets of links are compared too: a link that was changed within the second in which it was
//! created has the same length and time, if the copy has whole seconds only.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use crate::layer::directory::object::os_bytes;
use crate::layer::directory::rows::Rows;

/// A directory on the path of the walk.
struct Level {
    path: Vec<u8>,
    names: std::vec::IntoIter<Name>,
    /// Metadata of the directory, if it is not a row yet.
    pending: Option<Metadata>,
}

/// A name in one of the two directories, or in both.
struct Name {
    text: OsString,
    own: bool,
    in_parent: bool,
}

/// Adds the differences between `root` and `parent` to `rows`.
pub(super) fn compare(rows: &mut Rows<'_>, root: &Path, parent: &Path) {
    let names = match (read_names(root), read_names(parent)) {
        (Ok(own), Ok(in_parent)) => merge(own, in_parent),
        (Ok(own), Err(error)) => {
            let parent = parent.display();
            rows.problems.error(|| {
                format!("the parent's directory {parent} cannot be read, so all of the layer's is shown as its own: {error}")
            });
            merge(own, Vec::new())
        }
        (Err(error), _) => return rows.unreadable(&at(root, &error)),
    };
    let mut levels = vec![Level { path: Vec::new(), names: names.into_iter(), pending: None }];
    while let Some(level) = levels.last_mut() {
        let Some(name) = level.names.next() else {
            levels.pop();
            continue;
        };
        if !rows.count_object() {
            return;
        }
        let path = join(&level.path, &name.text);
        let below = match step(rows, root, parent, &path, &name) {
            Ok(Step::Same) => None,
            Ok(Step::Removed) => {
                flush_pending(rows, root, &mut levels);
                rows.removed(&path);
                None
            }
            Ok(Step::Changed { metadata, in_parent }) => {
                flush_pending(rows, root, &mut levels);
                rows.object(&path, &place(root, &path), &metadata);
                metadata.is_dir().then_some((None, in_parent))
            }
            Ok(Step::Directory(metadata)) => Some((Some(metadata), true)),
            Err(error) => {
                rows.unreadable(&error);
                None
            }
        };
        let Some((pending, in_parent)) = below else { continue };
        let (own_path, parent_path) = (place(root, &path), place(parent, &path));
        match read_names(&own_path) {
            Ok(own) => {
                let in_parent = if in_parent { read_names(&parent_path) } else { Ok(Vec::new()) };
                let in_parent = in_parent.unwrap_or_else(|error| {
                    rows.unreadable(&at(&parent_path, &error));
                    Vec::new()
                });
                let names = merge(own, in_parent).into_iter();
                levels.push(Level { path, names, pending });
            }
            Err(error) => rows.unreadable(&at(&own_path, &error)),
        }
    }
}

/// The difference between the two trees at one path.
enum Step {
    Same,
    Removed,
    /// Added or changed; `in_parent` if the parent also has a directory there.
    Changed {
        metadata: Metadata,
        in_parent: bool,
    },
    /// An unchanged directory; its contents may differ.
    Directory(Metadata),
}

fn step(
    rows: &mut Rows<'_>,
    root: &Path,
    parent: &Path,
    path: &[u8],
    name: &Name,
) -> io::Result<Step> {
    if !name.own {
        return Ok(Step::Removed);
    }
    let (own_path, parent_path) = (place(root, path), place(parent, path));
    let own = own_path.symlink_metadata().map_err(|error| at(&own_path, &error))?;
    if !name.in_parent {
        return Ok(Step::Changed { metadata: own, in_parent: false });
    }
    let in_parent = match parent_path.symlink_metadata() {
        Ok(in_parent) => in_parent,
        Err(error) => {
            // The two cannot be compared; the object exists, so it is listed.
            rows.unreadable(&at(&parent_path, &error));
            return Ok(Step::Changed { metadata: own, in_parent: false });
        }
    };
    let otherwise = || {
        (own.is_file() && capability(&own_path) != capability(&parent_path))
            || (own.is_symlink() && own_path.read_link().ok() != parent_path.read_link().ok())
    };
    if differs(&own, &in_parent) || otherwise() {
        let both = own.is_dir() && in_parent.is_dir();
        Ok(Step::Changed { metadata: own, in_parent: both })
    } else if own.is_dir() {
        Ok(Step::Directory(own))
    } else {
        Ok(Step::Same)
    }
}

/// Adds the pending directories: something in them changed.
fn flush_pending(rows: &mut Rows<'_>, root: &Path, levels: &mut [Level]) {
    for level in levels {
        if let Some(metadata) = level.pending.take() {
            rows.object(&level.path, &place(root, &level.path), &metadata);
        }
    }
}

#[cfg(unix)]
fn differs(own: &Metadata, in_parent: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    if !own.is_dir() && (own.dev(), own.ino()) == (in_parent.dev(), in_parent.ino()) {
        return false;
    }
    let inode =
        |metadata: &Metadata| (metadata.mode(), metadata.uid(), metadata.gid(), metadata.rdev());
    if inode(own) != inode(in_parent) {
        return true;
    }
    // Tools that copy whole seconds only write 0 nanoseconds.
    let (ours, others) = (own.mtime_nsec(), in_parent.mtime_nsec());
    let same_time =
        own.mtime() == in_parent.mtime() && (ours == others || ours == 0 || others == 0);
    !own.is_dir() && (own.size() != in_parent.size() || !same_time)
}

#[cfg(not(unix))]
fn differs(own: &Metadata, in_parent: &Metadata) -> bool {
    own.file_type() != in_parent.file_type()
        || (!own.is_dir()
            && (own.len() != in_parent.len() || own.modified().ok() != in_parent.modified().ok()))
}

/// The capabilities of a file, which are not in its inode.
#[cfg(unix)]
fn capability(place: &Path) -> Option<Vec<u8>> {
    xattr::get(place, "security.capability").ok().flatten()
}

#[cfg(not(unix))]
fn capability(_place: &Path) -> Option<Vec<u8>> {
    None
}

/// The names in a directory, sorted.
fn read_names(directory: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in directory.read_dir()? {
        names.push(entry?.file_name());
    }
    names.sort_unstable();
    Ok(names)
}

fn merge(own: Vec<OsString>, in_parent: Vec<OsString>) -> Vec<Name> {
    let mut merged = Vec::with_capacity(own.len().max(in_parent.len()));
    let mut in_parent = in_parent.into_iter().peekable();
    for name in own {
        while let Some(gone) = in_parent.next_if(|other| *other < name) {
            merged.push(Name { text: gone, own: false, in_parent: true });
        }
        let both = in_parent.next_if_eq(&name).is_some();
        merged.push(Name { text: name, own: true, in_parent: both });
    }
    merged.extend(in_parent.map(|text| Name { text, own: false, in_parent: true }));
    merged
}

fn join(directory: &[u8], name: &OsString) -> Vec<u8> {
    let slash: &[u8] = if directory.is_empty() { b"" } else { b"/" };
    [directory, slash, &os_bytes(name)].concat()
}

#[cfg(unix)]
fn place(root: &Path, path: &[u8]) -> std::path::PathBuf {
    root.join::<&std::ffi::OsStr>(std::os::unix::ffi::OsStrExt::from_bytes(path))
}

#[cfg(not(unix))]
fn place(root: &Path, path: &[u8]) -> std::path::PathBuf {
    root.join(String::from_utf8_lossy(path).as_ref())
}

fn at(place: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", place.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_two_directories_in_one_order() {
        let names = |text: &str| text.split(' ').map(OsString::from).collect();
        let merged: Vec<String> = merge(names("b c e"), names("a b d f"))
            .into_iter()
            .map(|Name { text, own, in_parent }| format!("{}{own}{in_parent}", text.display()))
            .collect();
        let expected =
            ["afalsetrue", "btruetrue", "ctruefalse", "dfalsetrue", "etruefalse", "ffalsetrue"];
        assert_eq!(merged, expected);
    }
}
