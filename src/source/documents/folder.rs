//! A directory as a set of files. Links are followed only inside it; those that leave it only to bytes with a requested
//! digest.

use std::fs::Metadata;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use crate::image::digest::{Digest, Hasher};
use crate::layer::blob::Blob;
use crate::layer::{Unwatched, blob_digest};
use crate::source::disk::given;
use crate::source::documents::found::{Found, Link, MOST_LINKS, Missing, components};

/// The most entries of a directory that are read. Directories of images have fewer.
pub(crate) const MOST_ENTRIES: usize = 100_000;

/// A directory.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    /// Canonical, for the comparison with targets of links.
    root: PathBuf,
}

impl Folder {
    /// Opens the directory at `path`, which may be a link.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { root: fs::canonicalize(path)? })
    }

    /// The canonical path.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Finds a regular file.
    pub(crate) fn find(&self, path: &str) -> Result<Found, Missing> {
        let (place, metadata) = self.resolve(path)?;
        if !metadata.is_file() {
            return Err(Missing::NoFile);
        }
        let blob = given::open(&place).and_then(Blob::whole).map_err(|error| refused(&error))?;
        let key = place.strip_prefix(&self.root).unwrap_or(&place).to_string_lossy().into_owned();
        Ok(Found { blob, key, cut_from: None })
    }

    /// Opens the regular file outside the directory that `link` points to. The file is read completely and refused
    /// unless it has the digest.
    pub(super) fn find_outside(
        &self,
        path: &str,
        digest: &Digest,
        link: &Link,
    ) -> Result<Found, Missing> {
        let mut place = self.root.clone();
        let parts = components(path.as_bytes()).into_iter();
        place.extend(parts.map(|part| String::from_utf8_lossy(part).into_owned()));
        let metadata = fs::metadata(&place).map_err(|error| at_link(&error, Some(link)))?;
        if !metadata.is_file() {
            return Err(Missing::Refused(format!("{link}, which is not a regular file")));
        }
        let blob = given::open(&place).and_then(Blob::whole).map_err(|error| refused(&error))?;
        if !has_digest(&blob, digest).map_err(|error| refused(&error))? {
            let reason = format!(
                "{link}, which leads out of the directory to bytes that do not have the digest {digest}: not read"
            );
            return Err(Missing::Refused(reason));
        }
        Ok(Found { blob, key: digest.as_str().to_owned(), cut_from: None })
    }

    /// The path of a subdirectory.
    pub(crate) fn directory(&self, path: &str) -> Result<PathBuf, Missing> {
        let (place, metadata) = self.resolve(path)?;
        if metadata.is_dir() {
            return Ok(place);
        }
        Err(Missing::Refused("no directory".to_owned()))
    }

    /// The names in a directory, sorted. Names that are not UTF-8 are omitted: they are not IDs.
    pub(crate) fn names(&self, path: &str) -> Result<Vec<String>, Missing> {
        let entries = fs::read_dir(self.directory(path)?).map_err(|error| refused(&error))?;
        let names = entries.take(MOST_ENTRIES);
        let mut names: Vec<String> =
            names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        Ok(names)
    }

    /// The top-level directories that hold a file called `json`.
    pub(super) fn v1_ids(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.root) else { return Vec::new() };
        let names = entries
            .take(MOST_ENTRIES)
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter(|name| self.root.join(name).join("json").is_file()).collect()
    }

    /// Resolves a foreign path component by component, inside the root.
    fn resolve(&self, path: &str) -> Result<(PathBuf, Metadata), Missing> {
        let parts = components(path.as_bytes()).into_iter();
        let parts = parts.map(|part| String::from_utf8_lossy(part).into_owned());
        let mut ahead: Vec<PathBuf> = parts.map(PathBuf::from).collect();
        ahead.reverse();
        let mut at = self.root.clone();
        let mut links = 0;
        let mut followed: Option<Link> = None;
        while let Some(part) = ahead.pop() {
            if part.as_os_str() == ".." {
                // Only a link's target can have `..`: the path itself was clamped.
                if at == self.root {
                    return Err(followed.map_or(Missing::Absent, Missing::Outside));
                }
                at.pop();
                continue;
            }
            let place = at.join(&part);
            let metadata =
                fs::symlink_metadata(&place).map_err(|error| at_link(&error, followed.as_ref()))?;
            if !metadata.is_symlink() {
                at = place;
                continue;
            }
            links += 1;
            if links > MOST_LINKS {
                return Err(Missing::Refused("its links lead in circles".to_owned()));
            }
            let link = fs::read_link(&place).map_err(|error| refused(&error))?;
            let name = place.strip_prefix(&self.root).unwrap_or(&place);
            let here = Link {
                name: name.to_string_lossy().into_owned(),
                target: link.to_string_lossy().into_owned(),
            };
            let inside = if link.is_absolute() {
                at.clone_from(&self.root);
                match link.strip_prefix(&self.root) {
                    Ok(inside) => inside.to_path_buf(),
                    Err(_) => return Err(Missing::Outside(here)),
                }
            } else {
                link
            };
            followed = Some(here);
            let parts = inside.components().filter_map(|part| match part {
                Component::Normal(name) => Some(PathBuf::from(name)),
                Component::ParentDir => Some(PathBuf::from("..")),
                _ => None,
            });
            let parts: Vec<_> = parts.collect();
            ahead.extend(parts.into_iter().rev());
        }
        let metadata = fs::symlink_metadata(&at).map_err(|error| refused(&error))?;
        Ok((at, metadata))
    }
}

/// As [`refused`]; a target that is absent is reported as the link's.
fn at_link(error: &io::Error, link: Option<&Link>) -> Missing {
    match (refused(error), link) {
        (Missing::Absent, Some(link)) => Missing::Dangling(link.clone()),
        (missing, _) => missing,
    }
}

fn has_digest(blob: &Blob, digest: &Digest) -> io::Result<bool> {
    match Hasher::new(digest.algorithm()) {
        Some(hasher) => Ok(blob_digest::of_blob(blob, hasher, &Unwatched)? == *digest),
        None => Ok(false),
    }
}

fn refused(error: &io::Error) -> Missing {
    match error.kind() {
        io::ErrorKind::NotFound
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::InvalidFilename
        | io::ErrorKind::InvalidInput => Missing::Absent,
        _ => Missing::Refused(format!("cannot be read: {error}")),
    }
}
