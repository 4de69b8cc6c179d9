//! Converts the records of a TOC to rows and to the index of chunks.

use std::io;
use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::image::digest::Digest;
use crate::layer::listing::{Limits, Listing};
use crate::layer::problems::{Problems, quote};
use crate::layer::tar::entry::{TarEntry, TarFields};
use crate::layer::tar::recorder::Recorder;
use crate::layer::toc::chunks::{Index, Location};
use crate::layer::toc::document;
use crate::layer::toc::document::Record;
use crate::layer::watch::Watch;
use crate::stack::kept::entry::{Fingerprint, Kind, Mtime, Xattrs, encode_xattrs};
use crate::stack::kept::paths;

/// Records between two checks for cancellation.
const RECORDS_AT_ONCE: u64 = 4096;

/// The largest offset of a chunk in its decoded member, in bytes; everything before it is decoded and skipped.
const PASSED_MAX: u64 = 256 << 20;

/// The replacement for invalid UTF-8, which JSON cannot represent.
const REPLACED: char = '\u{fffd}';

/// Reads a TOC: the rows of the layer, and the chunks of its files, which all end before `end` of the blob.
///
/// # Errors
/// `InvalidData` if the TOC is not valid, `Unsupported` if the layer has something that a TOC cannot represent: the TOC
/// must then not be used.
pub(super) fn read(json: &[u8], end: u64, watch: &dyn Watch) -> io::Result<(Listing, Index)> {
    let wrong = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let (listing, index, exact) = read_all(json, end, watch).map_err(wrong)?;
    if exact {
        return Ok((listing, index));
    }
    let why = "the layer has names that are not UTF-8, which JSON cannot express";
    Err(io::Error::new(io::ErrorKind::Unsupported, why))
}

fn read_all(json: &[u8], end: u64, watch: &dyn Watch) -> Result<(Listing, Index, bool), String> {
    let mut reader = TocReader {
        recorder: Recorder::new(Limits::default()),
        problems: Problems::default(),
        index: Index::default(),
        xattrs: Vec::new(),
        path: Vec::new(),
        open: None,
        exact: true,
    };
    let (mut count, mut wrong, mut cancelled) = (0_u64, None, false);
    document::read(json, &mut |record| {
        count += 1;
        cancelled = count.is_multiple_of(RECORDS_AT_ONCE) && watch.cancelled();
        if cancelled {
            return ControlFlow::Break(());
        }
        reader.take(&record).unwrap_or_else(|why| {
            wrong = Some(format!("{}: {why}", quote(record.name.as_bytes())));
            ControlFlow::Break(())
        })
    })?;
    let closed = reader.close().map_err(|why| format!("{}: {why}", quote(&reader.path)));
    if let Some(why) = wrong.or(closed.err().filter(|_| !cancelled)) {
        return Err(why);
    }
    reader.index.set_chunk_ends(end)?;
    let TocReader { recorder, mut problems, index, exact, .. } = reader;
    let mut listing = recorder.finish(&mut problems);
    if cancelled {
        problems.error(|| "reading was stopped: the rest of the layer is not listed".to_owned());
    }
    listing.cancelled = cancelled;
    listing.problems = problems.finish();
    Ok((listing, index, exact))
}

struct TocReader {
    recorder: Recorder,
    problems: Problems,
    index: Index,
    xattrs: Vec<u8>,
    path: Vec<u8>,
    /// The current file: its size, and the length of its chunks so far.
    open: Option<(u64, u64)>,
    /// All names are the same as in the tar.
    exact: bool,
}

impl TocReader {
    fn take(&mut self, record: &Record<'_>) -> Result<ControlFlow<()>, String> {
        if record.r#type == "chunk" {
            let mut path = Vec::new();
            paths::normalise(record.name.as_bytes(), &mut path);
            if path != self.path || self.open.is_none() {
                return Err("a chunk that belongs to no file".to_owned());
            }
            self.chunk(record)?;
            return Ok(ControlFlow::Continue(()));
        }
        self.close()?;
        let fields = fields(record)?;
        if fields.kind == Kind::File {
            paths::normalise(record.name.as_bytes(), &mut self.path);
            self.open = Some((fields.size, 0));
            self.index.begin(&self.path, record.end_offset);
            if fields.size > 0 {
                self.chunk(record)?;
            }
        }
        self.exact &= ![&record.name, &record.link_name].iter().any(|it| it.contains(REPLACED));
        self.collect_xattrs(record)?;
        let found = TarEntry {
            name: record.name.as_bytes(),
            link: record.link_name.as_bytes(),
            xattrs: Xattrs::from_encoded(&self.xattrs),
            fields,
        };
        Ok(self.recorder.record(&found, &mut self.problems))
    }

    fn collect_xattrs(&mut self, record: &Record<'_>) -> Result<(), String> {
        self.xattrs.clear();
        if !record.xattrs.is_empty() {
            let decoded = record.xattrs.iter().map(|(name, value)| {
                let value =
                    STANDARD.decode(value).map_err(|_| format!("`{name}` is not base64"))?;
                Ok((name.clone().into_bytes(), value))
            });
            let mut pairs = decoded.collect::<Result<Vec<_>, String>>()?;
            self.xattrs = encode_xattrs(&mut pairs);
        }
        Ok(())
    }

    /// Adds a chunk to the current file, where the last one ended and within its size.
    fn chunk(&mut self, record: &Record<'_>) -> Result<(), String> {
        let Some((size, covered)) = self.open else { return Ok(()) };
        let rest = size.saturating_sub(record.chunk_offset);
        let len = if record.chunk_size == 0 { rest } else { record.chunk_size };
        if record.chunk_offset != covered || len == 0 || len > rest {
            return Err("its chunks are not consecutive".to_owned());
        }
        if record.inner_offset > PASSED_MAX {
            return Err("the gap before a chunk is too large".to_owned());
        }
        let part = if record.chunk_type == "zeros" {
            Location::Zeros
        } else {
            // A file with one chunk may state its digest once.
            let of_file = if len == size { &record.digest } else { "" };
            let digest = sha256(&record.chunk_digest).or_else(|| sha256(of_file));
            let digest = digest.ok_or("a chunk without a digest that could be verified")?;
            Location::Stored { offset: record.offset, end: 0, inner: record.inner_offset, digest }
        };
        self.index.push(len, part);
        self.open = Some((size, covered + len));
        Ok(())
    }

    /// Checks that the chunks of the current file are complete.
    fn close(&mut self) -> Result<(), String> {
        match self.open.take() {
            Some((size, covered)) if covered != size => {
                Err(format!("its chunks have {covered} bytes and it has {size}"))
            }
            _ => Ok(()),
        }
    }
}

/// The kind of a type name.
pub(super) fn kind(text: &str) -> Result<Kind, String> {
    Ok(match text {
        "reg" => Kind::File,
        "dir" => Kind::Directory,
        "symlink" => Kind::Symlink,
        "hardlink" => Kind::Hardlink,
        "char" => Kind::Char,
        "block" => Kind::Block,
        "fifo" => Kind::Fifo,
        other => return Err(format!("the type {} is not known", quote(other.as_bytes()))),
    })
}

fn fields(record: &Record<'_>) -> Result<TarFields, String> {
    let kind = kind(&record.r#type)?;
    let owner = |id: i64| u64::try_from(id).map_err(|_| format!("{id} is not a valid owner"));
    let size = if kind == Kind::File { record.size } else { 0 };
    let fingerprint = sha256(&record.digest)
        .and_then(|digest| digest.first_chunk().copied())
        .map(|first| Fingerprint::Sha256(u64::from_be_bytes(first)));
    Ok(TarFields {
        kind,
        mode: (record.mode & 0o7777) as u16,
        uid: owner(record.uid)?,
        gid: owner(record.gid)?,
        size,
        stored: size,
        mtime: mtime(&record.modtime)?,
        device: if kind.is_device() { (record.dev_major, record.dev_minor) } else { (0, 0) },
        sparse: false,
        data: None,
        fingerprint: fingerprint.filter(|_| size > 0),
    })
}

/// 1970 if no time is stated.
pub(super) fn mtime(text: &str) -> Result<Mtime, String> {
    if text.is_empty() {
        return Ok(Mtime::default());
    }
    let time: jiff::Timestamp =
        text.parse().map_err(|_| format!("{} is not a valid time", quote(text.as_bytes())))?;
    let nanos = time.as_nanosecond();
    Ok(Mtime {
        seconds: nanos.div_euclid(1_000_000_000) as i64,
        nanos: nanos.rem_euclid(1_000_000_000) as u32,
    })
}

/// The 32 bytes of a sha256.
fn sha256(text: &str) -> Option<[u8; 32]> {
    let digest = Digest::parse(text).filter(|it| it.algorithm() == "sha256")?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digest.encoded().as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Unwatched;
    use crate::stack::kept::entry::Row;

    fn read_records(records: &str) -> io::Result<(Listing, Index)> {
        read(format!(r#"{{"version":1,"entries":[{records}]}}"#).as_bytes(), 1000, &Unwatched)
    }

    #[test]
    fn records_become_rows_as_a_tars_headers_do() {
        let hex = "0123456789abcdef".repeat(4);
        let (listing, _) = read_records(&format!(
            r#"{{"type":"dir","name":"etc/","mode":493,"uid":7,"gid":8,"modtime":"1969-12-31T23:59:59.5Z"}},
            {{"type":"reg","name":"etc/a","mode":2541,"size":6,"offset":5,"digest":"sha256:{hex}","xattrs":{{"user.x":"AQI="}}}},
            {{"type":"hardlink","name":"etc/b","linkName":"./etc/a","size":6}},
            {{"type":"char","name":"dev/null","devMajor":1,"devMinor":3}},
            {{"type":"reg","name":"etc/.wh.gone"}},{{"type":"reg","name":"usr/.wh..wh..opq"}},
            {{"type":"reg","name":".prefetch.landmark","size":1,"offset":9,"digest":"sha256:{hex}"}}"#
        ))
        .unwrap();
        let mut rows = listing.table.rows();
        let Some(Row::Entry(directory)) = rows.next() else { panic!("no directory") };
        assert_eq!((directory.path, directory.mode, directory.uid), (&b"etc"[..], 0o755, 7));
        assert_eq!(directory.mtime, Mtime { seconds: -1, nanos: 500_000_000 });
        let Some(Row::Entry(file)) = rows.next() else { panic!("no file") };
        assert_eq!((file.size, file.stored, file.data, file.mode), (6, 6, None, 0o4755));
        assert_eq!(file.fingerprint, Some(Fingerprint::Sha256(0x0123_4567_89ab_cdef)));
        assert_eq!(file.xattrs.iter().next(), Some((&b"user.x"[..], &[1, 2][..])));
        let Some(Row::Entry(link)) = rows.next() else { panic!("no link") };
        assert_eq!((link.kind, link.link, link.size), (Kind::Hardlink, &b"etc/a"[..], 0));
        let Some(Row::Entry(device)) = rows.next() else { panic!("no device") };
        assert_eq!(device.device, (1, 3));
        assert_eq!(rows.next(), Some(Row::Whiteout { path: b"etc/gone" }));
        assert_eq!(rows.next(), Some(Row::Opaque { path: b"usr" }));
        assert_eq!((rows.next(), listing.hidden.len()), (None, 1));
    }

    #[test]
    fn an_incomplete_toc_is_refused() {
        let digest =
            format!(r#""digest":"sha256:{0}","chunkDigest":"sha256:{0}""#, "ab".repeat(32));
        for (records, part) in [
            (r#"{"type":"reg","name":"a","size":5,"offset":1}"#.to_owned(), "without a digest"),
            (format!(r#"{{"type":"reg","name":"a","size":5,"chunkSize":3,{digest}}}"#), "3 bytes"),
            (
                format!(r#"{{"type":"reg","name":"a","size":5,"chunkSize":6,{digest}}}"#),
                "not consecutive",
            ),
            (format!(r#"{{"type":"reg","name":"a","size":5,"offset":1000,{digest}}}"#), "no bytes"),
            (
                format!(
                    r#"{{"type":"reg","name":"a","size":5,"chunkSize":3,{digest}}},
                    {{"type":"chunk","name":"b","chunkOffset":3,{digest}}}"#
                ),
                "belongs to no file",
            ),
            (
                format!(
                    r#"{{"type":"reg","name":"a","size":5,"chunkSize":3,{digest}}},
                    {{"type":"chunk","name":"a","chunkOffset":2,{digest}}}"#
                ),
                "not consecutive",
            ),
            (
                format!(r#"{{"type":"reg","name":"a","size":5,"innerOffset":300000000,{digest}}}"#),
                "too large",
            ),
            (r#"{"type":"dir","name":"a\ufffd"}"#.to_owned(), "not UTF-8"),
            (r#"{"type":"symlink","name":"a","linkName":"\ufffd"}"#.to_owned(), "not UTF-8"),
            (r#"{"type":"socket","name":"a"}"#.to_owned(), "'socket' is not known"),
            (r#"{"type":"dir","name":"a","uid":-1}"#.to_owned(), "not a valid owner"),
            (r#"{"type":"dir","name":"a","modtime":"soon"}"#.to_owned(), "not a valid time"),
            (r#"{"type":"dir","name":"a","xattrs":{"x":"%"}}"#.to_owned(), "not base64"),
        ] {
            let why = read_records(&records).err().unwrap().to_string();
            assert!(why.contains(part), "{why} has no '{part}'");
        }
    }

    #[test]
    fn a_damaged_table_is_refused_or_read_within_bounds() {
        let hex = "ab".repeat(32);
        let whole = format!(
            r#"{{"version":1,"entries":[{{"type":"reg","name":"a","size":9,"chunkSize":4,"offset":2,"endOffset":8,
            "chunkDigest":"sha256:{hex}"}},{{"type":"chunk","name":"a","chunkOffset":4,"chunkType":"zeros"}}]}}"#
        );
        let whole = whole.as_bytes();
        assert_eq!(read(whole, 1000, &Unwatched).unwrap().0.table.len(), 1);
        for cut in 0..whole.len() {
            assert!(read(&whole[..cut], 1000, &Unwatched).is_err(), "{cut}");
        }
        for at in 0..whole.len() {
            for other in [b'9', b'"', b'-', 0xff] {
                let mut damaged = whole.to_vec();
                damaged[at] = other;
                if let Ok((listing, _)) = read(&damaged, 1000, &Unwatched) {
                    assert!(listing.table.len() <= 1, "{}", String::from_utf8_lossy(&damaged));
                }
            }
        }
    }
}
