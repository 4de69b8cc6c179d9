//! Package databases of the merged tree at a layer.

use std::io;
use std::io::Read;

use crate::content::packages::{DATABASES, DatabaseFile, Packages};
use crate::layer::{Unwatched, Watch};
use crate::load::files::pass::each;
use crate::source::Source;
use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{EventId, NodeId, Payload, Stack};

/// Maximum size of a database file in bytes: rpm's have about 40 kB for each package, the others a few MB.
const DATABASE_MAX: u64 = 256 << 20;
/// Maximum total size in bytes of the databases of a layer.
const TOTAL_MAX: u64 = 384 << 20;
/// Where dpkg notes changes before it writes the list anew.
const DPKG_UPDATES: &str = "var/lib/dpkg/updates";
/// Maximum number of files of a database that is a directory: three for each of the largest images' packages.
const FILES_MAX: usize = 100_000;

/// Packages, and notes about unreadable databases.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Packages of all readable databases.
    pub packages: Packages,
    /// Databases that could not be read: a sentence each.
    pub notes: Vec<String>,
    /// The paths of the databases of rpm that were read.
    pub rpm: Vec<&'static str>,
}

/// The databases found in a stack, to be read without holding its lock.
#[derive(Debug, Default)]
pub struct Databases {
    pub(super) found: Vec<Database>,
    /// Directories with more files than are read. Raw.
    pub(super) notes: Vec<String>,
    /// The files of packages are not asked for.
    without_files: bool,
}

/// A file of a database that is read by itself.
#[derive(Clone, Debug)]
pub(super) struct Database {
    pub(super) place: DatabaseFile,
    /// Path below `place`; empty if that is the file.
    path: Vec<u8>,
    /// The events that store its bytes and those of its log: the same for layers at which these are the same.
    pub(super) events: [Option<EventId>; 2],
    payload: Payload,
    log: Option<Payload>,
}

/// Finds package databases in the merged tree of layers `0..=layer`. With `files`, includes the lists of the files of
/// each package.
#[must_use]
pub fn databases(stack: &Stack, layer: usize, files: bool) -> Databases {
    let mut databases = Databases { without_files: !files, ..Databases::default() };
    let mut seen: Vec<NodeId> = Vec::new();
    for place in DATABASES.into_iter().filter(|place| files || !place.only_has_files()) {
        let node = stack.follow(place.path().as_bytes(), layer);
        // Two paths are the same database if one is a link to the other; so are the databases of rpm in a directory.
        let once =
            node.and_then(|node| if place.is_rpm() { stack.parent(node) } else { Some(node) });
        let Some((node, once)) = node.zip(once.filter(|once| !seen.contains(once))) else {
            continue;
        };
        let kind = stack.visible(node, layer).map(|version| version.kind);
        if kind.is_some_and(|kind| (kind == Kind::Directory) == place.is_directory()) {
            seen.push(once);
            databases.add(stack, layer, place, node);
        }
    }
    databases.notes.extend(unfinished(stack, layer));
    databases
}

/// Whether dpkg was interrupted: its last changes are in files with numbers for names, not yet in the list.
fn unfinished(stack: &Stack, layer: usize) -> Option<String> {
    let node = stack.follow(DPKG_UPDATES.as_bytes(), layer)?;
    let mut files = Walk::new(stack, Scope::Merged(layer), node, false).take(FILES_MAX);
    let file = files.find(|file| stack.name(*file).iter().all(u8::is_ascii_digit))?;
    let writer = stack.visible(file, layer)?.layer;
    Some(format!(
        "layer {writer}: /{DPKG_UPDATES}: dpkg was interrupted, its last changes are not read"
    ))
}

impl Databases {
    fn add(&mut self, stack: &Stack, layer: usize, place: DatabaseFile, node: NodeId) {
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
            if place.wants(name) && !(self.without_files && place.has_files(name)) {
                self.found.extend(database(stack, layer, place, file, name.to_vec()));
            }
        }
    }

    /// Reads and parses them.
    #[must_use]
    pub fn read(self, source: &dyn Source) -> Inventory {
        let packages =
            if self.without_files { Packages::without_files() } else { Packages::default() };
        let mut inventory = Inventory { packages, notes: self.notes, rpm: Vec::new() };
        let mut databases: Vec<_> = self.found.iter().collect();
        // The files of packages after the packages that they belong to.
        databases.sort_by_key(|database| database.place.has_files(&database.path));
        let contents = contents(source, &databases, &Unwatched);
        for (database, bytes) in databases.into_iter().zip(contents) {
            let taken = bytes.and_then(|bytes| database.parse(&bytes, &mut inventory.packages));
            match taken {
                Ok(()) if database.place.is_rpm() => inventory.rpm.push(database.place.path()),
                Ok(()) => {}
                Err(why) => inventory.notes.push(database.note(&why)),
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
    let file = |node| {
        let event = stack.visible(node, layer)?.event;
        Some((stack.payload_event(event)?, stack.payload(event)?))
    };
    let (event, payload) = file(node)?;
    let log = place.log().and_then(|path| file(stack.follow(path.as_bytes(), layer)?));
    let (log_event, log) = log.filter(|(_, log)| log.size > 0).unzip();
    Some(Database { place, path, events: [Some(event), log_event], payload, log })
}

impl Database {
    pub(super) fn parse(&self, bytes: &Bytes, packages: &mut Packages) -> Result<(), String> {
        packages.add(self.place, &self.path, &bytes.file, &bytes.log)
    }

    /// What is printed about it: the layer, the path and the reason.
    pub(super) fn note(&self, why: &str) -> String {
        let path = String::from_utf8_lossy(&self.payload.path);
        format!("layer {}: /{path}: {why}", self.payload.layer)
    }
}

/// The bytes of a database and of its log.
#[derive(Clone, Default)]
pub(super) struct Bytes {
    file: Vec<u8>,
    log: Vec<u8>,
}

/// The bytes of each database, or why they could not be read.
pub(super) fn contents(
    source: &dyn Source,
    databases: &[&Database],
    watch: &dyn Watch,
) -> Vec<Result<Bytes, String>> {
    let files = databases.iter().enumerate().flat_map(|(at, database)| {
        let log = database.log.as_ref().map(|log| (at, true, log));
        [Some((at, false, &database.payload)), log].into_iter().flatten()
    });
    let files: Vec<(usize, bool, &Payload)> = files.collect();
    let payloads = files.iter().map(|(.., payload)| *payload).enumerate().collect();
    let mut contents = vec![Ok(Bytes::default()); databases.len()];
    let (mut total, mut unread) = (0, files.len());
    each(source, payloads, &mut |number, bytes| {
        let (at, is_log, payload) = files[number];
        let read = bytes.and_then(|bytes| read(bytes.whole(), payload, &mut total));
        let error = |error: io::Error| error.to_string();
        match (&mut contents[at], read.map_err(error)) {
            (Ok(found), Ok(bytes)) if is_log => found.log = bytes,
            (Ok(found), Ok(bytes)) => found.file = bytes,
            (found, Err(why)) => *found = Err(why),
            (Err(_), Ok(_)) => {}
        }
        unread -= 1;
        watch.progress(total);
        !watch.cancelled()
    });
    if unread > 0 {
        contents.fill(Err("reading was stopped".to_owned()));
    }
    contents
}

fn read(bytes: impl Read, payload: &Payload, total: &mut u64) -> io::Result<Vec<u8>> {
    let size = payload.length();
    if size > DATABASE_MAX || *total + size > TOTAL_MAX {
        return Err(io::Error::other("larger than any such database"));
    }
    *total += size;
    let mut all = Vec::new();
    // A map of holes may state more than the size.
    bytes.take(DATABASE_MAX).read_to_end(&mut all).map(|_| all)
}
