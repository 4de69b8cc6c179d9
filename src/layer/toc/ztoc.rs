//! The zTOC of SOCI: a TOC for a gzip layer in a separate blob, with checkpoints for decoding the layer.
//!
//! soci-snapshotter, `ztoc/fbs/ztoc.fbs` (the document, as FlatBuffers), `ztoc/compression/gzip_zinfo.c` (the
//! checkpoints, in the format of zlib's `zran.c`, each with its whole window). A span is the range of the layer between
//! two checkpoints, and has a digest, so files are decoded from verified bytes only. There are no digests of decoded
//! bytes: a wrong zTOC is not detected.

mod flatbuffer;

use std::collections::HashMap;
use std::io;
use std::io::Read;

use crate::image::digest::Digest;
use crate::layer::blob::Blob;
use crate::layer::blob::ranged_reader::Span;
use crate::layer::checkpoints::WINDOW;
use crate::layer::codec::Decoder;
use crate::layer::codec::collector::StreamPosition;
use crate::layer::listing::{Limits, Listing};
use crate::layer::open::ExactReader;
use crate::layer::problems::{Problems, quote};
use crate::layer::tar::entry::{TarEntry, TarFields};
use crate::layer::tar::recorder::Recorder;
use crate::layer::toc::rows;
use crate::layer::toc::ztoc::flatbuffer::Table;
use crate::layer::watch::Watch;
use crate::stack::kept::entry::{Kind, Xattrs, encode_xattrs};
use crate::stack::kept::paths;

/// `CompressionAlgorithm.Gzip`.
const GZIP: u8 = 1;

/// Length of the header of the checkpoints: their number, and the intended distance.
const CHECKPOINTS_HEADER: usize = 4 + 8;

/// Length of a checkpoint: offsets in the blob and in the tar, unread bits of the byte before, window.
const CHECKPOINT_LEN: usize = 8 + 8 + 1 + WINDOW;

/// The longest span in the blob, in bytes; one is held in memory. Writers make them of 4 MiB of the tar.
const SPAN_MAX: u64 = 64 << 20;

/// Names and attributes may take this many times the length of the document: several fields can refer to the same
/// bytes.
const EXPANSION_MAX: usize = 16;

/// Files between two checks for cancellation.
const FILES_AT_ONCE: usize = 4096;

const HEADER: u64 = 512;

/// The prefix of an attribute in a pax record.
const XATTR: &[u8] = b"SCHILY.xattr.";

/// The offsets of files in the tar, and the checkpoints to decode from.
#[derive(Debug)]
pub(super) struct Index {
    /// Offset and size, by normalised path; of several entries under one path the last.
    files: HashMap<Vec<u8>, (u64, u64)>,
    /// The blob, read in verified spans.
    blob: Option<Blob>,
    /// Offset in the tar of each span.
    outputs: Vec<u64>,
    /// As stored in the document; without the first if `from` is 1.
    checkpoints: Box<[u8]>,
    from: usize,
}

/// Reads a zTOC of the layer in `blob`: its rows, and the index of files.
///
/// # Errors
/// `InvalidData` if the zTOC is not valid, `Unsupported` if the layer has something that a zTOC cannot represent: the
/// zTOC must then not be used.
pub(super) fn read(
    document: &[u8],
    blob: &Blob,
    watch: &dyn Watch,
) -> io::Result<(Listing, Index)> {
    let root = Table::root(document).ok_or_else(|| wrong("it is not a zTOC"))?;
    let info = root.table(5).ok_or_else(|| wrong("it has no checkpoints"))?;
    if info.u8(0, GZIP) != Some(GZIP) {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "it describes a layer that is not gzip",
        ));
    }
    let number = |field| root.i64(field).and_then(|it| u64::try_from(it).ok());
    if number(2) != Some(blob.len()) {
        return Err(wrong("it describes a layer of another length"));
    }
    let length = number(3).ok_or_else(|| wrong("it does not say how long the tar is"))?;
    let (spans, outputs, checkpoints, from) = spans(&info, blob.len())?;
    let (listing, files) =
        files(&root, length, EXPANSION_MAX * document.len() + (64 << 10), watch)?;
    let blob = blob.in_spans(spans.into());
    Ok((listing, Index { files, blob, outputs, checkpoints, from }))
}

type SpanIndex = (Vec<Span>, Vec<u64>, Box<[u8]>, usize);

/// The spans of a blob of `len` bytes.
fn spans(info: &Table<'_>, len: u64) -> io::Result<SpanIndex> {
    let bytes = info.bytes(3).ok_or_else(|| wrong("its checkpoints lie outside the layer"))?;
    let count = bytes.first_chunk().map_or(0, |it| u32::from_le_bytes(*it)) as usize;
    let stored = bytes.get(CHECKPOINTS_HEADER..).unwrap_or_default();
    let whole = stored.len() / CHECKPOINT_LEN;
    // The first version leaves out the first checkpoint, which is then behind the shortest gzip header.
    let from = count.wrapping_sub(whole);
    let digests = info.items(2).filter(|digests| digests.len() == count && count > 0);
    let (Some(digests), 0, 0 | 1) = (digests, stored.len() % CHECKPOINT_LEN, from) else {
        return Err(wrong("it has fewer checkpoints than it states"));
    };
    let at = |number: usize| {
        let checkpoint = &stored[number.wrapping_sub(from) * CHECKPOINT_LEN..][..CHECKPOINT_LEN];
        let offset =
            |at: usize| checkpoint[at..].first_chunk().map_or(0, |it| u64::from_le_bytes(*it));
        (offset(0), offset(8), checkpoint[16])
    };
    let mut found: Vec<(u64, u64, u8)> = Vec::with_capacity(count);
    found.extend((from == 1).then_some((10, 0, 0)));
    found.extend((from..count).map(at));
    let ordered = found.windows(2).all(|it| it[0].0 < it[1].0 && it[0].1 < it[1].1);
    let (first, last) = (found[0], found[count - 1]);
    let sound = ordered && first.1 == 0 && (1..len).contains(&first.0) && last.0 < len;
    if !sound || found.iter().any(|(.., bits)| *bits > 7) {
        return Err(wrong("its checkpoints are out of order"));
    }
    let mut spans = Vec::with_capacity(count);
    for (number, (&(input, _, bits), digest)) in found.iter().zip(digests.strings()).enumerate() {
        let begin = input - u64::from(bits > 0);
        let (end, shared) = found.get(number + 1).map_or((len, false), |it| (it.0, it.2 > 0));
        let digest = digest.and_then(|it| Digest::parse(std::str::from_utf8(it).ok()?));
        let digest = digest.ok_or_else(|| wrong("a span has no digest"))?;
        if end - begin > SPAN_MAX {
            return Err(wrong("a span is too long"));
        }
        spans.push(Span { begin, end, shared, digest });
    }
    let outputs = found.iter().map(|(_, output, _)| *output).collect();
    Ok((spans, outputs, stored.into(), from))
}

type Files = HashMap<Vec<u8>, (u64, u64)>;

/// The rows of the layer, whose tar has `length` bytes; names and attributes may have `limit` bytes in all.
fn files(
    root: &Table<'_>,
    length: u64,
    limit: usize,
    watch: &dyn Watch,
) -> io::Result<(Listing, Files)> {
    let items = root.table(4).and_then(|toc| toc.items(0));
    let items = items.ok_or_else(|| wrong("it lists no files"))?;
    let mut tables = Vec::with_capacity(items.len());
    for table in items.tables() {
        let table = table.ok_or_else(|| wrong("a file lies outside it"))?;
        tables.push((number(&table, 2)?, table));
    }
    // The document may have any order; rows are in the order of the tar.
    tables.sort_by_key(|(offset, _)| *offset);
    let (mut recorder, mut problems) = (Recorder::new(Limits::default()), Problems::default());
    let (mut files, mut xattrs, mut path) = (HashMap::new(), Vec::new(), Vec::new());
    let (mut before, mut taken, mut cancelled) = (0_u64, 0_usize, false);
    for (at, (offset, table)) in tables.iter().enumerate() {
        cancelled = at.is_multiple_of(FILES_AT_ONCE) && watch.cancelled();
        if cancelled {
            problems.error(|| "reading was stopped: the rest is not listed".to_owned());
            break;
        }
        let text = |field| table.bytes(field).ok_or_else(|| wrong("a name lies outside it"));
        let (name, link) = (text(0)?, text(4)?);
        let whose = |why: io::Error| io::Error::new(why.kind(), format!("{}: {why}", quote(name)));
        taken +=
            name.len() + link.len() + collect_xattrs(table, &mut xattrs, limit).map_err(whose)?;
        if taken > limit {
            return Err(wrong("it repeats the same data too often"));
        }
        let fields = fields(table).map_err(whose)?;
        let stored = number(table, 3)?;
        let end = offset.checked_add(if fields.kind == Kind::File { stored } else { 0 });
        let end = end.filter(|end| *end <= length && *offset >= before.saturating_add(HEADER));
        before = end.ok_or_else(|| whose(wrong("it is where another file is")))?;
        before = before.next_multiple_of(HEADER);
        if fields.kind == Kind::File {
            paths::normalise(name, &mut path);
            files.insert(path.clone(), (*offset, stored));
        }
        let found = TarEntry { name, link, xattrs: Xattrs::from_encoded(&xattrs), fields };
        if recorder.record(&found, &mut problems).is_break() {
            break;
        }
    }
    let mut listing = recorder.finish(&mut problems);
    (listing.cancelled, listing.problems) = (cancelled, problems.finish());
    Ok((listing, files))
}

/// Encodes the extended attributes among the pax records of a file; returns the bytes they take of the limit.
fn collect_xattrs(table: &Table<'_>, encoded: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
    let outside = || wrong("an attribute lies outside it");
    let records = table.items(13).ok_or_else(outside)?;
    let (mut pairs, mut taken) = (Vec::new(), 0);
    for record in records.tables() {
        let record = record.ok_or_else(outside)?;
        let pair = record.bytes(0).zip(record.bytes(1)).ok_or_else(outside)?;
        taken += 8 + pair.0.len() + pair.1.len();
        if taken > limit {
            break;
        }
        if pair.0.starts_with(b"GNU.sparse.") {
            let why = "a sparse file, of which a zTOC does not say what is stored";
            return Err(io::Error::new(io::ErrorKind::Unsupported, why));
        }
        if let Some(name) = pair.0.strip_prefix(XATTR) {
            pairs.push((name.to_vec(), pair.1.to_vec()));
        }
    }
    encoded.clear();
    if !pairs.is_empty() {
        *encoded = encode_xattrs(&mut pairs);
    }
    Ok(taken)
}

fn fields(table: &Table<'_>) -> io::Result<TarFields> {
    let text = |field| table.bytes(field).and_then(|it| std::str::from_utf8(it).ok());
    let kind = rows::kind(text(1).unwrap_or_default()).map_err(wrong)?;
    let size = if kind == Kind::File { number(table, 3)? } else { 0 };
    let device = |field| number(table, field).map(|it| it as u32);
    let device = if kind.is_device() { (device(11)?, device(12)?) } else { (0, 0) };
    let id = |field| table.u32(field).map(u64::from).ok_or_else(|| wrong("it has no owner"));
    Ok(TarFields {
        kind,
        mode: (number(table, 5)? & 0o7777) as u16,
        uid: id(6)?,
        gid: id(7)?,
        size,
        stored: size,
        mtime: rows::mtime(text(10).ok_or_else(|| wrong("its time is not text"))?)
            .map_err(wrong)?,
        device,
        sparse: false,
        data: None,
        fingerprint: None,
    })
}

/// A number that must not be negative.
fn number(table: &Table<'_>, field: usize) -> io::Result<u64> {
    let number = table.i64(field).and_then(|it| u64::try_from(it).ok());
    number.ok_or_else(|| wrong("a number is not valid"))
}

fn wrong(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}

impl Index {
    /// Opens a file of `size` bytes by its normalised path.
    ///
    /// # Errors
    /// If the zTOC does not have it, or its spans cannot be downloaded.
    pub(super) fn open(&self, path: &[u8], size: u64) -> io::Result<Box<dyn Read + Send>> {
        let found = self.files.get(path).filter(|(_, stated)| *stated == size);
        let (Some(&(offset, _)), Some(blob)) = (found, &self.blob) else {
            let message = format!("{} is not in the layer's zTOC", quote(path));
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        };
        let number = self.outputs.partition_point(|output| *output <= offset).saturating_sub(1);
        let mut decoder = self.decoder(blob, number)?;
        let ahead = offset - self.outputs[number];
        if io::copy(&mut (&mut decoder).take(ahead), &mut io::sink())? < ahead {
            return Err(wrong(format!("{}: the layer ends before it begins", quote(path))));
        }
        Ok(Box::new(ExactReader::new(decoder, size)))
    }

    fn decoder(&self, blob: &Blob, number: usize) -> io::Result<Decoder> {
        let output = self.outputs[number];
        let Some(stored) = number.checked_sub(self.from) else {
            // No bytes precede the first span.
            let nothing = vec![0; WINDOW];
            return Decoder::between(blob, StreamPosition { input: 10, output }, 0, &nothing);
        };
        let checkpoint = &self.checkpoints[stored * CHECKPOINT_LEN..][..CHECKPOINT_LEN];
        let input = checkpoint.first_chunk().map_or(0, |it| u64::from_le_bytes(*it));
        Decoder::between(blob, StreamPosition { input, output }, checkpoint[16], &checkpoint[17..])
    }
}

/// The form of the document's bytes is tested where one is written: `tests/registry`.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Unwatched;

    #[test]
    fn what_is_no_ztoc_is_refused() {
        for bytes in [&b""[..], b"\0\0\0\0", &[0xff; 64], &[4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 4, 0]] {
            let error = read(bytes, &Blob::memory([]), &Unwatched).err().unwrap();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{bytes:?}");
        }
    }
}
