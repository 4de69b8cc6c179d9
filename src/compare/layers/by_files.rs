//! Compares two layers by their files, where a store keeps those of one and not its tar. What only a tar has (its order, how its
//! headers are written) is not known then.

use std::collections::BTreeMap;
use std::io;
use std::io::Read;
use std::sync::atomic::AtomicU64;

use xxhash_rust::xxh3::xxh3_64;

use crate::compare::contents;
use crate::compare::layers::entries;
use crate::compare::layers::entries::Differences;
use crate::compare::layers::limits::{Held, Limits};
use crate::layer::entries::Item;
use crate::layer::sparse::Map;
use crate::layer::{Severity, Watch};
use crate::load::undecided::same_sparse;
use crate::source::{Source, Stored};
use crate::stack::kept::entry::{Entry, Fingerprint, Kind, Row};
use crate::stack::kept::marker;

/// Bytes that a file takes beside its path, in a tree whose nodes are half full at least.
const FILE_BYTES: usize = 2 * size_of::<(Vec<u8>, File)>();

/// A layer of one image.
#[derive(Clone, Copy)]
pub(super) struct Side<'s> {
    pub(super) source: &'s dyn Source,
    pub(super) layer: usize,
    /// Receives the progress of listing it.
    pub(super) watch: &'s dyn Watch,
}

/// How the files of two layers differ. `contents` receives the progress of reading them.
///
/// # Errors
/// Where a layer or a file cannot be read, and where comparing takes too much memory.
pub(super) fn compare(
    old: Side<'_>,
    new: Side<'_>,
    limits: &Limits,
    contents: &dyn Watch,
) -> Result<Differences, String> {
    let mut held = Held::of(limits);
    let of_old = |why: String| format!("layer {} of the old image: {why}", old.layer);
    let of_new = |why: String| format!("layer {} of the new image: {why}", new.layer);
    let mut olds = files(old, &mut held).map_err(of_old)?;
    let mut news = files(new, &mut held).map_err(of_new)?;
    // The image's root has a row in some layers only.
    if !(olds.contains_key(&b""[..]) && news.contains_key(&b""[..])) {
        olds.remove(&b""[..]);
        news.remove(&b""[..]);
    }
    let done = AtomicU64::new(0);
    for (path, one) in &mut olds {
        let Some(other) = news.get_mut(path) else { continue };
        // Many tars have whole seconds.
        if one.item.mtime.nanos == 0 || other.item.mtime.nanos == 0 {
            (one.item.mtime.nanos, other.item.mtime.nanos) = (0, 0);
        }
        // A file of another size is another file.
        let both_files = one.item.kind == Kind::File && other.item.kind == Kind::File;
        if !both_files || one.item.size != other.item.size {
            continue;
        }
        if one.sparse && other.sparse {
            let left = one.segments(old).map_err(of_old)?;
            let right = other.segments(new).map_err(of_new)?;
            let same = same_sparse(left, right).map_err(|error| one.unreadable(&error))?;
            // No digest: their holes may be longer than can be read.
            (one.item.contents, other.item.contents) = (0, u64::from(!same));
            continue;
        }
        one.item.contents = one.sum(old, contents, &done).map_err(of_old)?;
        other.item.contents = other.sum(new, contents, &done).map_err(of_new)?;
    }
    let item = |(path, file): (Vec<u8>, File)| Item { path, ..file.item };
    let (mut olds, mut news) = (olds.into_iter().map(item), news.into_iter().map(item));
    let mut found = entries::compare(&mut olds, &mut news, limits)?;
    for facts in found.listed.iter_mut().flat_map(|it| [&mut it.old, &mut it.new]).flatten() {
        facts.dialect = None;
    }
    Ok(found)
}

/// An object of a layer.
#[derive(Clone)]
struct File {
    /// Without its path.
    item: Item,
    /// The path of the entry that has the payload, and where it is.
    path: Vec<u8>,
    data: Option<u64>,
    stored: u64,
    fingerprint: Option<Fingerprint>,
    sparse: bool,
}

impl File {
    fn of(entry: &Entry<'_>) -> Self {
        let item = Item {
            mode: entry.mode,
            owner: (entry.uid, entry.gid),
            mtime: entry.mtime,
            size: entry.size,
            device: entry.device,
            link: xxh3_64(entry.link),
            xattrs: xxh3_64(entry.xattrs.encoded()),
            ..Item::new(entry.kind)
        };
        Self {
            item,
            path: entry.path.to_vec(),
            data: entry.data,
            stored: entry.stored,
            fingerprint: entry.fingerprint,
            sparse: entry.sparse,
        }
    }

    /// A marker, of which only the name counts.
    fn marker() -> Self {
        Self::of(&Entry::new(b"", Kind::Other))
    }

    /// XXH3 of the contents.
    fn sum(&self, side: Side<'_>, watch: &dyn Watch, done: &AtomicU64) -> Result<u64, String> {
        // That of a sparse file is of its segments.
        if let (Some(Fingerprint::Xxh3(known)), false) = (self.fingerprint, self.sparse) {
            return Ok(known);
        }
        let opened = if self.sparse {
            side.source.open_whole(side.layer, &self.stored(), self.item.size)
        } else {
            side.source.open(side.layer, &self.stored())
        };
        let sum = opened.and_then(|mut file| contents::sum(&mut *file, false, done, watch));
        sum.map(|(whole, _)| whole).map_err(|error| self.unreadable(&error))
    }

    /// The map of a sparse file, and its segments.
    fn segments(&self, side: Side<'_>) -> Result<(Map, Box<dyn Read + Send>), String> {
        let map = side.source.sparse(side.layer, &self.stored(), self.item.size);
        let opened = map.and_then(|map| {
            let at = Stored { stored: map.stored(), ..self.stored() };
            Ok((map, side.source.open(side.layer, &at)?))
        });
        opened.map_err(|error| self.unreadable(&error))
    }

    fn stored(&self) -> Stored<'_> {
        let Self { path, data, stored, fingerprint, .. } = self;
        Stored { path, data: *data, stored: *stored, fingerprint: *fingerprint }
    }

    fn unreadable(&self, error: &io::Error) -> String {
        format!("/{}: {error}", String::from_utf8_lossy(&self.path))
    }
}

/// The objects of a layer by path, markers by the path that a tar would give them. A hard link to a file of the layer is that
/// file: which of its names has the payload depends on the tar.
fn files(side: Side<'_>, held: &mut Held<'_>) -> Result<BTreeMap<Vec<u8>, File>, String> {
    let listing = side.source.list(side.layer, side.watch);
    let worst = listing.problems.iter().find(|problem| problem.severity >= Severity::Error);
    if let Some(problem) = worst {
        return Err(problem.message.clone());
    }
    let mut files = BTreeMap::new();
    let mut links = Vec::new();
    let mut rows = listing.table.rows();
    while let Some(row) = rows.next() {
        let (path, file) = match row {
            Row::Entry(entry) => {
                if entry.kind == Kind::Hardlink {
                    links.push((entry.path.to_vec(), entry.link.to_vec()));
                }
                (entry.path.to_vec(), File::of(&entry))
            }
            Row::Whiteout { path } => (marker::whiteout(path), File::marker()),
            Row::Opaque { path } => (marker::opaque(path), File::marker()),
        };
        // The path is kept twice.
        held.take(2 * path.len() + FILE_BYTES)?;
        files.insert(path, file);
    }
    for (path, target) in links {
        if let Some(file) = files.get(&target).filter(|file| file.item.kind == Kind::File).cloned()
        {
            files.insert(path, file);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_limited_and_given_back() {
        let limits = Limits::default();
        let left = || limits.waiting.load(std::sync::atomic::Ordering::Relaxed);
        let all = left();
        let mut held = Held::of(&limits);
        assert_eq!(held.take(all - 1), Ok(()));
        assert!(held.take(2).unwrap_err().contains("memory"));
        assert_eq!(left(), 1);
        drop(held);
        assert_eq!(left(), all);
    }
}
