//! A complete copy of the parent's tree with changes in it: the layer is what differs, by the rule that Docker has
//! for this (moby, `pkg/archive/changes{,_unix}.go`).
//!
//! Both trees are walked in step. What only the copy has was added; what only the parent has was removed; what both
//! have was changed where mode, owner or device differ, or, but for directories, size or time. A directory in which
//! something changed is part of the layer too, as in the tar that Docker would make.
//!
//! In one respect this is more exact than Docker: it compares the targets of links, too. A link that was turned
//! elsewhere within the second in which it was made is as long and as old as before where a copy knows whole seconds.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use crate::layer::directory::object::os_bytes;
use crate::layer::directory::rows::Rows;

/// A directory on the way to where the walk is.
struct Level {
    path: Vec<u8>,
    names: std::vec::IntoIter<Name>,
    /// The directory itself, where it is no row yet.
    pending: Option<Metadata>,
}

/// A name in one of the two directories, or in both.
struct Name {
    text: OsString,
    mine: bool,
    theirs: bool,
}

/// Puts into `rows` how `root` differs from `parent`.
pub(super) fn compare(rows: &mut Rows<'_>, root: &Path, parent: &Path) {
    let names = match (read_names(root), read_names(parent)) {
        (Ok(mine), Ok(theirs)) => merge(mine, theirs),
        (Ok(mine), Err(error)) => {
            let parent = parent.display();
            rows.problems.error(|| {
                format!("the parent's directory {parent} cannot be read, so all of the layer's is shown as its own: {error}")
            });
            merge(mine, Vec::new())
        }
        (Err(error), _) => return rows.unreadable(&at(root, &error)),
    };
    let mut levels = vec![Level { path: Vec::new(), names: names.into_iter(), pending: None }];
    while let Some(level) = levels.last_mut() {
        let Some(name) = level.names.next() else {
            levels.pop();
            continue;
        };
        if !rows.go_on() {
            return;
        }
        let path = join(&level.path, &name.text);
        let below = match step(rows, root, parent, &path, &name) {
            Ok(Step::Nothing) => None,
            Ok(Step::Removed) => {
                settle(rows, root, &mut levels);
                rows.removed(&path);
                None
            }
            Ok(Step::Changed { metadata, theirs }) => {
                settle(rows, root, &mut levels);
                rows.object(&path, &place(root, &path), &metadata);
                metadata.is_dir().then_some((None, theirs))
            }
            Ok(Step::Directory(metadata)) => Some((Some(metadata), true)),
            Err(error) => {
                rows.unreadable(&error);
                None
            }
        };
        let Some((pending, theirs)) = below else { continue };
        let (mine_at, theirs_at) = (place(root, &path), place(parent, &path));
        match read_names(&mine_at) {
            Ok(mine) => {
                let theirs = if theirs { read_names(&theirs_at) } else { Ok(Vec::new()) };
                let theirs = theirs.unwrap_or_else(|error| {
                    rows.unreadable(&at(&theirs_at, &error));
                    Vec::new()
                });
                let names = merge(mine, theirs).into_iter();
                levels.push(Level { path, names, pending });
            }
            Err(error) => rows.unreadable(&at(&mine_at, &error)),
        }
    }
}

/// What the two trees have under one name.
enum Step {
    Nothing,
    Removed,
    /// Added or changed; `theirs` where the parent too has a directory there.
    Changed {
        metadata: Metadata,
        theirs: bool,
    },
    /// A directory that is the same; what is in it may not be.
    Directory(Metadata),
}

fn step(
    rows: &mut Rows<'_>,
    root: &Path,
    parent: &Path,
    path: &[u8],
    name: &Name,
) -> io::Result<Step> {
    if !name.mine {
        return Ok(Step::Removed);
    }
    let (mine_at, theirs_at) = (place(root, path), place(parent, path));
    let mine = mine_at.symlink_metadata().map_err(|error| at(&mine_at, &error))?;
    if !name.theirs {
        return Ok(Step::Changed { metadata: mine, theirs: false });
    }
    let theirs = match theirs_at.symlink_metadata() {
        Ok(theirs) => theirs,
        Err(error) => {
            // Not to be compared: shown, since it is there.
            rows.unreadable(&at(&theirs_at, &error));
            return Ok(Step::Changed { metadata: mine, theirs: false });
        }
    };
    let otherwise = || {
        (mine.is_file() && capability(&mine_at) != capability(&theirs_at))
            || (mine.is_symlink() && mine_at.read_link().ok() != theirs_at.read_link().ok())
    };
    if differs(&mine, &theirs) || otherwise() {
        let both = mine.is_dir() && theirs.is_dir();
        Ok(Step::Changed { metadata: mine, theirs: both })
    } else if mine.is_dir() {
        Ok(Step::Directory(mine))
    } else {
        Ok(Step::Nothing)
    }
}

/// Makes rows of the directories on the way, since something in them changed.
fn settle(rows: &mut Rows<'_>, root: &Path, levels: &mut [Level]) {
    for level in levels {
        if let Some(metadata) = level.pending.take() {
            rows.object(&level.path, &place(root, &level.path), &metadata);
        }
    }
}

#[cfg(unix)]
fn differs(mine: &Metadata, theirs: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    if !mine.is_dir() && (mine.dev(), mine.ino()) == (theirs.dev(), theirs.ino()) {
        return false;
    }
    let inode =
        |metadata: &Metadata| (metadata.mode(), metadata.uid(), metadata.gid(), metadata.rdev());
    if inode(mine) != inode(theirs) {
        return true;
    }
    // Copying tools that know whole seconds only write 0 behind them.
    let (ours, others) = (mine.mtime_nsec(), theirs.mtime_nsec());
    let same_time = mine.mtime() == theirs.mtime() && (ours == others || ours == 0 || others == 0);
    !mine.is_dir() && (mine.size() != theirs.size() || !same_time)
}

#[cfg(not(unix))]
fn differs(mine: &Metadata, theirs: &Metadata) -> bool {
    mine.file_type() != theirs.file_type()
        || (!mine.is_dir()
            && (mine.len() != theirs.len() || mine.modified().ok() != theirs.modified().ok()))
}

/// A file's capabilities, which are no part of its inode.
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

fn merge(mine: Vec<OsString>, theirs: Vec<OsString>) -> Vec<Name> {
    let mut merged = Vec::with_capacity(mine.len().max(theirs.len()));
    let mut theirs = theirs.into_iter().peekable();
    for name in mine {
        while let Some(gone) = theirs.next_if(|other| *other < name) {
            merged.push(Name { text: gone, mine: false, theirs: true });
        }
        let both = theirs.next_if_eq(&name).is_some();
        merged.push(Name { text: name, mine: true, theirs: both });
    }
    merged.extend(theirs.map(|text| Name { text, mine: false, theirs: true }));
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
            .map(|Name { text, mine, theirs }| format!("{}{mine}{theirs}", text.display()))
            .collect();
        let expected =
            ["afalsetrue", "btruetrue", "ctruefalse", "dfalsetrue", "etruefalse", "ffalsetrue"];
        assert_eq!(merged, expected);
    }
}
