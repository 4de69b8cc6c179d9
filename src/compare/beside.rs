//! Two images as one that has two layers: below all that the old one's merged tree has, above what the new one's has
//! otherwise. Whatever shows, searches or extracts an image does so with a comparison, too: what the upper layer adds,
//! changes and removes is what differs.

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

/// One image above another.
pub struct ComparisonSource {
    image: Image,
    sides: [Half; 2],
}

/// One of the two.
struct Half {
    source: Arc<dyn Source>,
    table: Table,
    /// Where the contents of the table's files are: a file's place in the layer is its place in this list.
    places: Vec<PayloadRef>,
}

/// Where contents are in their own image.
struct PayloadRef {
    layer: usize,
    /// Where another path than the file's own carries them.
    path: Option<Box<[u8]>>,
    data: Option<u64>,
}

impl ComparisonSource {
    /// Puts `new` above `old`; `files` is how they differ. Where contents are is asked of the stacks now, and read from the
    /// sources later.
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
                    // What lay in a directory goes with it.
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
            reference: format!("{other} beside {one}").into(),
            layers: [one, other]
                .map(|name| Layer { created_by: Some(name.into()), ..Layer::default() })
                .to_vec(),
            names: Vec::new(),
            id: None,
            manifest_digest: None,
            history: Vec::new(),
            others: Vec::new(),
            ..new_source.image().clone()
        };
        Self { image, sides: [below.finish(old_source), above.finish(new_source)] }
    }

    /// Asks the image that really has the file.
    fn ask<T>(
        &self,
        layer: usize,
        file: &Stored<'_>,
        with: impl FnOnce(&dyn Source, usize, &Stored<'_>) -> io::Result<T>,
    ) -> io::Result<T> {
        let side = self.sides.get(layer);
        let at = file.data.and_then(|at| usize::try_from(at).ok());
        let found = side.and_then(|side| Some((side, side.places.get(at?)?)));
        let Some((side, place)) = found else {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no image stores these contents"));
        };
        let path = place.path.as_deref().unwrap_or(file.path);
        with(side.source.as_ref(), place.layer, &Stored { path, data: place.data, ..*file })
    }
}

/// The two references without the directories they share; and up to which layer, where that is not the last.
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

/// Writes one side's table.
struct Writer<'a> {
    side: Side<'a>,
    rows: TableWriter,
    places: Vec<PayloadRef>,
    /// Names of files that others carry: they come behind those.
    links: Vec<(Vec<u8>, Version)>,
    /// The path under which each file is written.
    files: HashMap<EventId, Vec<u8>>,
}

impl<'a> Writer<'a> {
    fn new(side: Side<'a>) -> Self {
        let (rows, places, links) = (TableWriter::new(), Vec::new(), Vec::new());
        Self { side, rows, places, links, files: HashMap::new() }
    }

    fn object(&mut self, path: &[u8], version: &Version) {
        let path = path.get(1..).unwrap_or_default();
        if version.kind == Kind::Hardlink {
            self.links.push((path.to_vec(), *version));
        } else if !version.implied {
            self.row(path, version, version.kind, &self.side.stack.link(version.event));
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
            entry.data = Some(self.places.len() as u64);
            let carrier = (payload.path != path).then(|| payload.path.into_boxed_slice());
            self.places.push(PayloadRef {
                layer: payload.layer,
                path: carrier,
                data: payload.offset,
            });
            if let Some(stored) = stack.payload_event(version.event) {
                self.files.entry(stored).or_insert_with(|| path.to_vec());
            }
        }
        self.rows.push(&Row::Entry(entry));
    }

    fn finish(mut self, source: Arc<dyn Source>) -> Half {
        for (path, version) in std::mem::take(&mut self.links) {
            let stored = self.side.stack.payload_event(version.event);
            match stored.and_then(|stored| self.files.get(&stored).cloned()) {
                Some(first) => self.row(&path, &version, Kind::Hardlink, &first),
                // The name that carried the contents is gone, or is the same in both images: a file of its own.
                None => self.row(&path, &version, Kind::File, b""),
            }
        }
        Half { source, table: self.rows.finish(), places: self.places }
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
        let table = self.sides.get(layer).map(|side| side.table.clone()).unwrap_or_default();
        Listing { table, ..Listing::default() }
    }

    fn check_listing(&self, _layer: usize, _listing: &Listing) -> Vec<Problem> {
        Vec::new()
    }

    fn blob(&self, _layer: usize) -> Option<&Blob> {
        None
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        self.ask(layer, file, |source, layer, file| source.open(layer, file))
    }

    fn sparse(&self, layer: usize, file: &Stored<'_>, size: u64) -> io::Result<Map> {
        self.ask(layer, file, |source, layer, file| source.sparse(layer, file, size))
    }

    fn uncompressed_blob(&self, _layer: usize) -> Option<Blob> {
        None
    }

    fn opens_cheaply(&self, _layer: usize) -> bool {
        false
    }
}
