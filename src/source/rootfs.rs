//! Images without a manifest: a directory tree, an exported container, a bare layer. One layer, nothing said about it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::ask::Ask;
use super::assemble::{Part, Parts, assemble};
use super::blobs::{Blobs, Content};
use crate::image::Layer;
use crate::layer::Listing;
use crate::layer::blob::Blob;

/// A directory as a one-layer image.
pub(super) fn directory(path: &Path, ask: &Ask) -> Blobs {
    one(Layer::default(), Content::Directory(path.to_path_buf()), Vec::new(), ask)
}

/// A tar that holds no image, as the one layer it may be. `stored` is its length as it was found, `listing` what was
/// read of it in looking for an image.
pub(super) fn tar(
    blob: Blob,
    stored: u64,
    listing: Option<Listing>,
    mut problems: Vec<String>,
    ask: &Ask,
) -> Blobs {
    let note = "a tar without a manifest: shown as one layer (an exported container, or a layer of some image)";
    problems.insert(0, note.to_owned());
    let layer = Layer { compressed_bytes: Some(stored), ..Layer::default() };
    let content = Content::Blob { blob, key: "the tar itself".to_owned() };
    one(layer, content, problems, ask).listed(listing)
}

fn one(layer: Layer, content: Content, problems: Vec<String>, ask: &Ask) -> Blobs {
    let layers = vec![Part { layer, content }];
    assemble(ask, Parts { source: "rootfs", layers, problems, ..Parts::default() })
}

/// Opens a regular file by its normalised path below `root`, without following any link.
pub(super) fn open_inside(root: &Path, path: &[u8]) -> io::Result<Box<dyn Read + Send>> {
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
    Ok(Box::new(File::open(at)?))
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
