//! What was found in the files of one layer, kept until the layer is due.

use std::io;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use tempfile::SpooledTempFile;

use crate::load::grep::file::{FileSearch, Hit, HitKind};
use crate::load::grep::query::Query;

/// Bytes of records that a layer keeps in memory; more are written to a temporary file without a name.
const IN_MEMORY: usize = 256 << 10;

/// The kinds of hits by their number in a record.
const KINDS: [HitKind; 4] = [HitKind::Match, HitKind::Context, HitKind::Gap, HitKind::Binary];

/// Where the bytes of a file are in its layer: their offset, or, where that is not known, the number of their event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    Offset(u64),
    Event(u32),
}

/// The records of a file with matches.
#[derive(Clone, Debug)]
struct Entry {
    place: Place,
    count: u64,
    records: Range<u64>,
}

/// What was found in the files of a layer.
pub(super) struct Found {
    spool: SpooledTempFile,
    end: u64,
    entries: Vec<Entry>,
    /// The files that were searched, in the order in which they were.
    searched: Vec<Place>,
    /// Why searching ended early: what was found cannot be kept.
    pub(super) failed: Option<String>,
}

impl Default for Found {
    fn default() -> Self {
        let spool = SpooledTempFile::new(IN_MEMORY);
        Self { spool, end: 0, entries: Vec::new(), searched: Vec::new(), failed: None }
    }
}

/// A searcher that keeps what it finds.
pub(super) struct Keeper {
    search: FileSearch,
    record: Vec<u8>,
}

impl Keeper {
    pub(super) fn new(query: &Query) -> Self {
        Self { search: FileSearch::new(query), record: Vec::new() }
    }

    /// Searches a file and keeps what was found, also if reading fails in the middle.
    ///
    /// # Errors
    /// Errors of reading it.
    pub(super) fn search(
        &mut self,
        place: Place,
        contents: &mut dyn Read,
        found: &mut Found,
    ) -> io::Result<()> {
        let Self { search, record } = self;
        let begin = found.end;
        let (mut matches, mut failed) = (0, None);
        let counted = search.search(contents, &mut |hit| {
            matches += u64::from(hit.kind == HitKind::Match);
            record.clear();
            write(&hit, record);
            found.spool.write_all(record).inspect_err(|error| failed = Some(error.to_string()))?;
            found.end += record.len() as u64;
            Ok(())
        });
        if let Some(error) = failed {
            found.failed =
                Some(format!("what was found cannot be written to a temporary file: {error}"));
        }
        let count = counted.as_ref().map_or(matches, |count| *count);
        if count > 0 {
            found.entries.push(Entry { place, count, records: begin..found.end });
        }
        found.searched.push(place);
        counted.map(|_| ())
    }
}

/// The hits of a file; errors are those of the temporary file that holds them.
pub struct FileHits<'f> {
    count: u64,
    records: Option<io::Take<BufReader<&'f mut SpooledTempFile>>>,
}

impl FileHits<'_> {
    /// The number of matching lines; at least 1.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.count
    }
}

impl Iterator for FileHits<'_> {
    type Item = io::Result<Hit>;

    fn next(&mut self) -> Option<io::Result<Hit>> {
        let records = self.records.as_mut().filter(|records| records.limit() > 0)?;
        let hit = read(records);
        if hit.is_err() {
            self.records = None;
        }
        Some(hit)
    }
}

impl Found {
    /// Sorts what was found, once all files are searched.
    pub(super) fn finish(&mut self) {
        self.entries.sort_by_key(|entry| entry.place);
        self.searched.sort_unstable();
    }

    /// Whether any file was searched.
    pub(super) fn has_searched(&self) -> bool {
        !self.searched.is_empty()
    }

    pub(super) fn is_searched(&self, place: Place) -> bool {
        self.searched.binary_search(&place).is_ok()
    }

    fn index(&self, place: Place) -> Option<usize> {
        self.entries.binary_search_by_key(&place, |entry| entry.place).ok()
    }

    pub(super) fn has(&self, place: Place) -> bool {
        self.index(place).is_some()
    }

    /// What was found in a file.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub(super) fn hits(&mut self, place: Place) -> io::Result<Option<FileHits<'_>>> {
        let Some(index) = self.index(place) else { return Ok(None) };
        let Entry { count, ref records, .. } = self.entries[index];
        self.spool.seek(SeekFrom::Start(records.start))?;
        let length = records.end - records.start;
        let buffer = usize::try_from(length).unwrap_or(usize::MAX).min(64 << 10);
        let records = BufReader::with_capacity(buffer, &mut self.spool).take(length);
        Ok(Some(FileHits { count, records: (length > 0).then_some(records) }))
    }
}

/// A record: kind, flag, line, offset, text, matches; numbers little-endian.
fn write(hit: &Hit, out: &mut Vec<u8>) {
    let kind = KINDS.iter().position(|kind| *kind == hit.kind).unwrap_or_default();
    out.extend_from_slice(&[kind as u8, u8::from(hit.cut)]);
    out.extend_from_slice(&hit.line.to_le_bytes());
    out.extend_from_slice(&hit.offset.to_le_bytes());
    out.extend_from_slice(&(hit.text.len() as u32).to_le_bytes());
    out.extend_from_slice(&hit.text);
    out.extend_from_slice(&(hit.matches.len() as u32).to_le_bytes());
    for found in &hit.matches {
        out.extend_from_slice(&found.start.to_le_bytes());
        out.extend_from_slice(&found.end.to_le_bytes());
    }
}

fn read(from: &mut impl Read) -> io::Result<Hit> {
    let [kind, cut] = bytes(from)?;
    let kind = KINDS.get(usize::from(kind)).copied().unwrap_or(HitKind::Gap);
    let (line, offset) = (u64::from_le_bytes(bytes(from)?), u64::from_le_bytes(bytes(from)?));
    let mut text = vec![0; u32::from_le_bytes(bytes(from)?) as usize];
    from.read_exact(&mut text)?;
    let count = u32::from_le_bytes(bytes(from)?);
    let mut matches = Vec::new();
    for _ in 0..count {
        matches.push(u32::from_le_bytes(bytes(from)?)..u32::from_le_bytes(bytes(from)?));
    }
    Ok(Hit { kind, line, offset, text, cut: cut != 0, matches })
}

fn bytes<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
