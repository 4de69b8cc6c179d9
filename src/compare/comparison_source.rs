//! A comparison as an image of two layers: the lower one is the merged tree of the old image, the upper one adds, changes
//! and removes what differs in the new image. So the explorer shows, searches and extracts a comparison like an image.

use std::collections::{HashMap, HashSet};
use std::io;
use std::io::Read;
use std::sync::Arc;

use crate::compare::{Files, Meaning, Side};
use crate::image::Image;
use crate::image::layer::Layer;
use crate::layer::blob::Blob;
use crate::layer::sparse::Map;
use crate::layer::{Listing, Problem, Watch};
use crate::source::{Source, Stored};
use crate::stack::kept::entry::{Entry, Kind, Row};
use crate::stack::kept::table::{Table, TableWriter};
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{EventId, NodeId, Stack, Version};

/// The source of a comparison.
pub struct ComparisonSource {
    image: Image,
    layers: [ComparisonLayer; 2],
}

/// The layer that one of the two images makes.
struct ComparisonLayer {
    source: Arc<dyn Source>,
    table: Table,
    /// The payloads of the table's files. The data offset of a file is its index here.
    payloads: Vec<PayloadRef>,
}

/// The payload of a file in its own image.
struct PayloadRef {
    layer: usize,
    /// The path of the entry that stores it, if that is not the path of the file.
    path: Option<Box<[u8]>>,
    data: Option<u64>,
}

impl ComparisonSource {
    /// Puts the differences `files` above the tree of `old`. Contents are read from the sources later.
    #[must_use]
    pub fn new(
        (old, old_source): (Side<'_>, Arc<dyn Source>),
        (new, new_source): (Side<'_>, Arc<dyn Source>),
        files: &Files,
    ) -> Self {
        let mut below = Writer::new(old);
        for node in Walk::new(old.stack, Scope::Merged(old.layer), NodeId::ROOT, true) {
            if let Some(version) = old.stack.visible(node, old.layer) {
                below.object(&old.stack.path(node), &version);
            }
        }
        let mut above = Writer::new(new);
        let mut removed: HashSet<&[u8]> = HashSet::new();
        for difference in &files.differences {
            let path = difference.path.as_slice();
            match (difference.meaning, &difference.new) {
                (Meaning::Removed, _) => {
                    // The whiteout of a directory removes the paths in it.
                    if !removed.contains(parent(path)) {
                        above.rows.push(&Row::Whiteout { path: path.get(1..).unwrap_or_default() });
                    }
                    removed.insert(path);
                }
                (_, Some(version)) => above.object(path, version),
                (_, None) => {}
            }
        }
        let (one, other) = names(old, new);
        let image = Image {
            reference: format!("new {other} beside old {one}").into(),
            layers: [("old", one), ("new", other)]
                .map(|(which, name)| Layer {
                    created_by: Some(format!("{which}: {name}").into()),
                    ..Layer::default()
                })
                .to_vec(),
            names: Vec::new(),
            id: None,
            manifest_digest: None,
            history: Vec::new(),
            others: Vec::new(),
            ..new_source.image().clone()
        };
        Self { image, layers: [below.finish(old_source), above.finish(new_source)] }
    }

    /// Calls `with` with the source of the image that stores the file.
    fn delegate<T>(
        &self,
        layer: usize,
        file: &Stored<'_>,
        with: impl FnOnce(&dyn Source, usize, &Stored<'_>) -> io::Result<T>,
    ) -> io::Result<T> {
        let layer = self.layers.get(layer);
        let at = file.data.and_then(|at| usize::try_from(at).ok());
        let found = layer.and_then(|layer| Some((layer, layer.payloads.get(at?)?)));
        let Some((layer, payload)) = found else {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no image stores these contents"));
        };
        let path = payload.path.as_deref().unwrap_or(file.path);
        with(layer.source.as_ref(), payload.layer, &Stored { path, data: payload.data, ..*file })
    }
}

/// The two references without their common directories, each with its top layer if that is not the last one.
fn names(old: Side<'_>, new: Side<'_>) -> (String, String) {
    let [one, other] = [old, new].map(|side| side.source.image().reference.raw());
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let shared = memchr::memrchr(b'/', &one.as_bytes()[..same]).map_or(0, |slash| slash + 1);
    let name = |side: Side<'_>, reference: &str| {
        let last = side.stack.layer_count().saturating_sub(1);
        match side.layer {
            layer if layer < last => format!("{}, layers 0 to {layer}", &reference[shared..]),
            _ => reference[shared..].to_owned(),
        }
    };
    (name(old, one), name(new, other))
}

fn parent(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(&b""[..], |slash| &path[..slash])
}

/// Writes the table of one layer.
struct Writer<'a> {
    side: Side<'a>,
    rows: TableWriter,
    payloads: Vec<PayloadRef>,
    /// Hard links, which are written after the files.
    links: Vec<(Vec<u8>, Version)>,
    /// By event of a file's payload: the path under which the file is written.
    files: HashMap<EventId, Vec<u8>>,
}

impl<'a> Writer<'a> {
    fn new(side: Side<'a>) -> Self {
        let (rows, payloads, links) = (TableWriter::new(), Vec::new(), Vec::new());
        Self { side, rows, payloads, links, files: HashMap::new() }
    }

    fn object(&mut self, path: &[u8], version: &Version) {
        let path = path.get(1..).unwrap_or_default();
        // A hard link to a symbolic link or a device is written as that object.
        let object = self.side.stack.object(version);
        if version.kind == Kind::Hardlink && object.kind.is_regular() {
            self.links.push((path.to_vec(), *version));
        } else if !version.implied {
            self.row(path, &object, object.kind, &self.side.stack.link(object.event));
        }
    }

    fn row(&mut self, path: &[u8], version: &Version, kind: Kind, link: &[u8]) {
        let stack: &Stack = self.side.stack;
        let payload = if kind == Kind::File { stack.payload(version.event) } else { None };
        let mut entry = Entry::new(path, kind);
        entry.mode = version.mode.unwrap_or_default();
        (entry.uid, entry.gid) = version.owner.unwrap_or_default();
        entry.mtime = version.mtime.unwrap_or(entry.mtime);
        entry.device = stack.device(version.event).unwrap_or_default();
        entry.xattrs = stack.xattrs(version.event);
        (entry.link, entry.clamped) = (link, version.clamped);
        if let Some(payload) = payload {
            (entry.size, entry.stored) = (payload.size, payload.stored);
            (entry.sparse, entry.fingerprint) = (payload.sparse, payload.fingerprint);
            entry.data = Some(self.payloads.len() as u64);
            let stored_at = (payload.path != path).then(|| payload.path.into_boxed_slice());
            self.payloads.push(PayloadRef {
                layer: payload.layer,
                path: stored_at,
                data: payload.offset,
            });
            if let Some(stored) = stack.payload_event(version.event) {
                self.files.entry(stored).or_insert_with(|| path.to_vec());
            }
        }
        self.rows.push(&Row::Entry(entry));
    }

    fn finish(mut self, source: Arc<dyn Source>) -> ComparisonLayer {
        for (path, version) in std::mem::take(&mut self.links) {
            let stored = self.side.stack.payload_event(version.event);
            match stored.and_then(|stored| self.files.get(&stored).cloned()) {
                Some(first) => self.row(&path, &version, Kind::Hardlink, &first),
                // The file itself is not in the table: the link is written as a file.
                None => self.row(&path, &version, Kind::File, b""),
            }
        }
        ComparisonLayer { source, table: self.rows.finish(), payloads: self.payloads }
    }
}

impl Source for ComparisonSource {
    fn image(&self) -> &Image {
        &self.image
    }

    fn listing_cost(&self, _layer: usize) -> u64 {
        0
    }

    fn content_key(&self, _layer: usize) -> Option<String> {
        None
    }

    fn list(&self, layer: usize, _watch: &dyn Watch) -> Listing {
        let table = self.layers.get(layer).map(|layer| layer.table.clone()).unwrap_or_default();
        Listing { table, ..Listing::default() }
    }

    fn check_listing(&self, _layer: usize, _listing: &Listing) -> Vec<Problem> {
        Vec::new()
    }

    fn blob(&self, _layer: usize) -> Option<&Blob> {
        None
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        self.delegate(layer, file, |source, layer, file| source.open(layer, file))
    }

    fn sparse(&self, layer: usize, file: &Stored<'_>, size: u64) -> io::Result<Map> {
        self.delegate(layer, file, |source, layer, file| source.sparse(layer, file, size))
    }

    fn uncompressed_blob(&self, _layer: usize) -> Option<Blob> {
        None
    }

    fn opens_cheaply(&self, _layer: usize) -> bool {
        false
    }
}
