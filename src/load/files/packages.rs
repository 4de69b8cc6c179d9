//! Package databases of the merged tree at a layer.

use std::io;
use std::io::Read;

use crate::content::packages::{DATABASES, DatabaseFile, Packages, RPM_DATABASES};
use crate::layer::{Unwatched, Watch};
use crate::load::files::pass::each;
use crate::source::Source;
use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{EventId, NodeId, Payload, Stack};

/// Maximum size of a database file in bytes; those of the largest images have a few MB.
const DATABASE_MAX: u64 = 64 << 20;
/// Maximum total size in bytes of the databases of a layer.
const TOTAL_MAX: u64 = 256 << 20;
/// Maximum number of files of a database that is a directory: three for each of the largest images' packages.
const FILES_MAX: usize = 100_000;

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
    pub(super) found: Vec<Database>,
    /// Directories with more files than are read. Raw.
    pub(super) notes: Vec<String>,
}

/// A file of a database that is read by itself.
#[derive(Clone, Debug)]
pub(super) struct Database {
    pub(super) place: DatabaseFile,
    /// Path below `place`; empty if that is the file.
    path: Vec<u8>,
    /// The event that stores its bytes: the same for layers at which the file is the same.
    pub(super) event: EventId,
    pub(super) payload: Payload,
}

/// Finds package databases in the merged tree of layers `0..=layer`. With `files`, includes the lists of the files of
/// each package.
#[must_use]
pub fn databases(stack: &Stack, layer: usize, files: bool) -> Databases {
    let mut databases = Databases::default();
    let mut seen: Vec<NodeId> = Vec::new();
    for place in DATABASES.into_iter().filter(|place| files || !place.only_has_files()) {
        let node = stack.follow(place.path().as_bytes(), layer);
        // Two paths are the same database if one is a link to the other.
        let Some(node) = node.filter(|node| !seen.contains(node)) else { continue };
        let kind = stack.visible(node, layer).map(|version| version.kind);
        if kind.is_some_and(|kind| (kind == Kind::Directory) == place.is_directory()) {
            seen.push(node);
            databases.add(stack, layer, (place, node), files);
        }
    }
    if RPM_DATABASES.iter().any(|path| stack.follow(path.as_bytes(), layer).is_some()) {
        let note = "an rpm database is here, which is not read: rpm's packages are not known";
        databases.notes.push(note.to_owned());
    }
    databases
}

impl Databases {
    fn add(
        &mut self,
        stack: &Stack,
        layer: usize,
        (place, node): (DatabaseFile, NodeId),
        files: bool,
    ) {
        if !place.is_directory() {
            self.found.extend(database(stack, layer, place, node, Vec::new()));
            return;
        }
        for (at, file) in Walk::new(stack, Scope::Merged(layer), node, false).enumerate() {
            if at == FILES_MAX {
                let path = place.path();
                self.notes
                    .push(format!("{path}: more than {FILES_MAX} files; the rest is not read"));
                break;
            }
            let name = stack.name(file);
            if place.wants(name) && (files || !place.has_files(name)) {
                self.found.extend(database(stack, layer, place, file, name.to_vec()));
            }
        }
    }

    /// Reads and parses them.
    #[must_use]
    pub fn read(self, source: &dyn Source) -> Inventory {
        let mut inventory = Inventory { packages: Packages::default(), notes: self.notes };
        let mut databases: Vec<_> = self.found.iter().collect();
        // The files of packages after the packages that they belong to.
        databases.sort_by_key(|database| database.place.has_files(&database.path));
        let contents = contents(source, &databases, &Unwatched);
        for (database, bytes) in databases.into_iter().zip(contents) {
            let taken = bytes.and_then(|bytes| database.parse(&bytes, &mut inventory.packages));
            if let Err(why) = taken {
                inventory.notes.push(database.note(&why));
            }
        }
        inventory
    }
}

fn database(
    stack: &Stack,
    layer: usize,
    place: DatabaseFile,
    node: NodeId,
    path: Vec<u8>,
) -> Option<Database> {
    let version = stack.visible(node, layer)?;
    let event = stack.payload_event(version.event)?;
    Some(Database { place, path, event, payload: stack.payload(version.event)? })
}

impl Database {
    pub(super) fn parse(&self, bytes: &[u8], packages: &mut Packages) -> Result<(), String> {
        packages.add(self.place, &self.path, bytes)
    }

    /// What is printed about it: the layer, the path and the reason.
    pub(super) fn note(&self, why: &str) -> String {
        let path = String::from_utf8_lossy(&self.payload.path);
        format!("layer {}: /{path}: {why}", self.payload.layer)
    }
}

/// The bytes of each database, or why they could not be read.
pub(super) fn contents(
    source: &dyn Source,
    databases: &[&Database],
    watch: &dyn Watch,
) -> Vec<Result<Vec<u8>, String>> {
    let payloads = databases.iter().map(|database| &database.payload).enumerate().collect();
    let mut contents = vec![Err("reading was stopped".to_owned()); databases.len()];
    let mut total = 0;
    each(source, payloads, &mut |at, bytes| {
        let size = databases[at].payload.length();
        let read = bytes.and_then(|bytes| {
            if size > DATABASE_MAX || total + size > TOTAL_MAX {
                return Err(io::Error::other("larger than any such database"));
            }
            total += size;
            let mut all = Vec::new();
            // A map of holes may state more than the size.
            bytes.take(DATABASE_MAX).read_to_end(&mut all).map(|_| all)
        });
        watch.progress(total);
        contents[at] = read.map_err(|error| error.to_string());
        !watch.cancelled()
    });
    contents
}
