//! Package databases of the merged tree at a layer.

use std::io;

use crate::content::packages::{DATABASES, DatabaseFile, Packages, RPM_DATABASES};
use crate::load::files::pass::each;
use crate::load::files::plan::{Body, Plan, plan};
use crate::source::Source;
use crate::stack::kept::entry::Kind;
use crate::stack::{NodeId, Stack};

/// Maximum size of a database in bytes; those of the largest images have a few MB.
const DATABASE_MAX: u64 = 64 << 20;
/// Maximum total size in bytes of a database of many files.
const TOTAL_MAX: u64 = 256 << 20;
/// Suffix of files with the checksums of a package's files.
const CHECKSUMS_SUFFIX: &[u8] = b".md5sums";

/// Packages, and notes about unreadable databases.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Packages of all readable databases.
    pub packages: Packages,
    /// Databases that could not be read: a sentence each.
    pub notes: Vec<String>,
}

/// The databases found in a stack, to be read without holding its lock.
#[derive(Debug, Default)]
pub struct Databases {
    found: Vec<(DatabaseFile, Plan)>,
    notes: Vec<String>,
}

/// Finds package databases in the merged tree of layers `0..=layer`. With `files`, includes the lists of the files of
/// each package.
#[must_use]
pub fn databases(stack: &Stack, layer: usize, files: bool) -> Databases {
    let mut databases = Databases::default();
    let mut seen: Vec<NodeId> = Vec::new();
    for place in DATABASES {
        let (path, directory) = match place {
            DatabaseFile::DpkgStatus(path) | DatabaseFile::ApkInstalled(path) => (path, false),
            DatabaseFile::DpkgStatusDirectory(path) => (path, true),
            DatabaseFile::DpkgLists(path) if files => (path, true),
            DatabaseFile::DpkgLists(_) => continue,
        };
        let node = stack.follow(path.as_bytes(), layer);
        // Two paths are the same database if one is a link to the other.
        let Some(node) = node.filter(|node| !seen.contains(node)) else { continue };
        let kind = stack.visible(node, layer).map(|version| version.kind);
        if kind.is_some_and(|kind| (kind == Kind::Directory) == directory) {
            seen.push(node);
            databases.found.push((place, plan(stack, node, layer)));
        }
    }
    if RPM_DATABASES.iter().any(|path| stack.follow(path.as_bytes(), layer).is_some()) {
        let note = "an rpm database is here, which is not read: rpm's packages are not known";
        databases.notes.push(note.to_owned());
    }
    databases
}

impl Databases {
    /// Reads and parses them.
    #[must_use]
    pub fn read(self, source: &dyn Source) -> Inventory {
        let mut inventory = Inventory { packages: Packages::default(), notes: self.notes };
        for (place, plan) in &self.found {
            let mut files = read_files(source, *place, plan, &mut inventory.notes);
            // Checksums after the packages that they belong to.
            files.sort_by_key(|(path, _)| (path.ends_with(CHECKSUMS_SUFFIX), *path));
            for (path, bytes) in files {
                take(&mut inventory.packages, *place, path, &bytes);
            }
        }
        inventory
    }
}

/// The files of a database by relative path (empty if the database is one file).
fn read_files<'p>(
    source: &dyn Source,
    place: DatabaseFile,
    plan: &'p Plan,
    notes: &mut Vec<String>,
) -> Vec<(&'p [u8], Vec<u8>)> {
    let items: Vec<_> = plan
        .items
        .iter()
        .filter_map(|item| match &item.body {
            Body::File(payload) if is_wanted(place, &item.path) => Some((item, payload.as_ref())),
            _ => None,
        })
        .collect();
    let payloads = items.iter().map(|(_, payload)| *payload).enumerate().collect();
    let mut files = Vec::new();
    let mut total = 0;
    each(source, payloads, &mut |at, bytes| {
        let (item, payload) = items[at];
        total += payload.size;
        let read = bytes.and_then(|bytes| {
            if payload.size > DATABASE_MAX || total > TOTAL_MAX {
                return Err(io::Error::other("larger than any such database"));
            }
            let mut all = Vec::new();
            bytes.read_to_end(&mut all).map(|_| all)
        });
        match read {
            Ok(bytes) => files.push((item.path.as_slice(), bytes)),
            Err(error) => {
                notes.push(format!("{}: {error}", String::from_utf8_lossy(&payload.path)));
            }
        }
        total <= TOTAL_MAX
    });
    files
}

fn is_wanted(place: DatabaseFile, path: &[u8]) -> bool {
    match place {
        DatabaseFile::DpkgLists(_) => path.ends_with(b".list") && !path.contains(&b'/'),
        _ => true,
    }
}

fn take(packages: &mut Packages, place: DatabaseFile, path: &[u8], bytes: &[u8]) {
    match place {
        DatabaseFile::DpkgStatusDirectory(_) if path.ends_with(CHECKSUMS_SUFFIX) => {
            packages.add_dpkg_sums(path, bytes);
        }
        DatabaseFile::DpkgStatus(_) | DatabaseFile::DpkgStatusDirectory(_) => {
            packages.add_dpkg_status(bytes);
        }
        DatabaseFile::DpkgLists(_) => packages.add_dpkg_list(path, bytes),
        DatabaseFile::ApkInstalled(_) => packages.add_apk_installed(bytes),
    }
}
