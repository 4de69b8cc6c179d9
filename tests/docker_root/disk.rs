//! Writes a layer in the form of each storage driver.

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::layers::TIME;

/// aufs, and Docker < 0.7: the tar as it is, whiteouts being ordinary files.
pub(crate) fn verbatim(tar: &[u8], to: &Path) {
    fs::create_dir_all(to).unwrap();
    archive(tar).unpack(to).unwrap();
    date_directories(to);
}

/// vfs and btrfs: all layers in one tree, from the first on.
pub(crate) fn copied(tars: &[Vec<u8>], to: &Path) {
    fs::create_dir_all(to).unwrap();
    for tar in tars {
        apply(tar, to);
    }
}

/// The first overlay driver: the parent's tree by hard links, then the layer.
pub(crate) fn linked(parent: Option<&Path>, tar: &[u8], to: &Path) {
    fs::create_dir_all(to).unwrap();
    if let Some(parent) = parent {
        link_tree(parent, to);
    }
    apply(tar, to);
}

/// overlay2: devices 0:0 and attributes.
pub(crate) fn overlay(tar: &[u8], to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in archive(tar).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = to.join(entry.path().unwrap());
        match marker(&path) {
            Some(Marker::Opaque(dir)) => {
                let set = |name: &str| xattr::set(&dir, name, b"y");
                set("trusted.overlay.opaque").or_else(|_| set("user.overlay.opaque")).unwrap();
            }
            Some(Marker::Whiteout(path)) => whiteout(&path),
            None => {
                entry.set_preserve_permissions(true);
                entry.unpack_in(to).unwrap();
            }
        }
    }
    date_directories(to);
}

/// A character device 0:0, which needs no privileges on Linux ≥ 5.8.
fn whiteout(path: &Path) {
    let mknod = Command::new("mknod").arg(path).args(["c", "0", "0"]).status().unwrap();
    assert!(mknod.success(), "{}", path.display());
}

/// Gives every directory the same time: making what is in them has changed it.
pub(crate) fn date_directories(dir: &Path) {
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.unwrap();
        if entry.file_type().is_dir() {
            date(entry.path());
        }
    }
}

/// Writes a file with the usual time.
pub(crate) fn write(path: &Path, contents: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
    date(path);
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

fn date(path: &Path) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(TIME.unsigned_abs());
    File::open(path).unwrap().set_times(FileTimes::new().set_modified(time)).unwrap();
}

enum Marker {
    Whiteout(PathBuf),
    Opaque(PathBuf),
}

fn marker(path: &Path) -> Option<Marker> {
    let name = path.file_name()?.to_str()?.strip_prefix(".wh.")?;
    let parent = path.parent()?;
    Some(match name {
        ".wh..opq" => Marker::Opaque(parent.to_owned()),
        name => Marker::Whiteout(parent.join(name)),
    })
}

/// Applies a layer to a tree. Files are replaced, never written to: their links elsewhere stay what they were.
fn apply(tar: &[u8], to: &Path) {
    for entry in archive(tar).entries().unwrap() {
        let path = to.join(entry.unwrap().path().unwrap());
        match marker(&path) {
            Some(Marker::Whiteout(gone)) => remove(&gone),
            Some(Marker::Opaque(dir)) => {
                for child in fs::read_dir(dir).unwrap() {
                    remove(&child.unwrap().path());
                }
            }
            None => {}
        }
    }
    for entry in archive(tar).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = to.join(entry.path().unwrap());
        if marker(&path).is_some() {
            continue;
        }
        if !entry.header().entry_type().is_dir() {
            remove(&path);
        }
        entry.set_preserve_permissions(true);
        entry.unpack_in(to).unwrap();
    }
    date_directories(to);
}

fn link_tree(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry.unwrap();
        let path = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, entry.metadata().unwrap().permissions()).unwrap();
        } else {
            fs::hard_link(entry.path(), &path).unwrap();
        }
    }
}

fn remove(path: &Path) {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path).unwrap(),
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}

fn archive(tar: &[u8]) -> tar::Archive<&[u8]> {
    let mut archive = tar::Archive::new(tar);
    archive.set_preserve_permissions(true);
    archive
}
