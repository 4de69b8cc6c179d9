//! Layers with a table of contents, made from their tars by the formats' descriptions: eStargz (stargz-snapshotter,
//! `docs/estargz.md`) and zstd:chunked (containers/storage, `pkg/chunked`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use layertui::image::digest::Digest;
use serde_json::{Map, Value, json};

use crate::support::compress::{gzip, skippable, zstd};
use crate::support::tarball::Tar;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    EStargz,
    ZstdChunked,
}

/// A blob, and what its descriptor says of the table in it.
pub(crate) struct Chunked {
    pub(crate) blob: Vec<u8>,
    pub(crate) annotations: Value,
    /// Where the files end and what tells of them begins.
    pub(crate) files_end: usize,
}

impl Format {
    pub(crate) fn pack(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::EStargz => gzip(bytes),
            Self::ZstdChunked => zstd(bytes),
        }
    }

    /// What comes behind `application/vnd.oci.image.layer.v1.` in a layer's media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::EStargz => "tar+gzip",
            Self::ZstdChunked => "tar+zstd",
        }
    }
}

/// The same layer with files in chunks of at most `chunk` bytes.
pub(crate) fn build(tar: &[u8], format: Format, chunk: usize) -> Chunked {
    let (blob, records) = files(tar, format, chunk);
    close(blob, format, &records)
}

/// The blob up to where its files end, and the records of the table about them.
pub(crate) fn files(tar: &[u8], format: Format, chunk: usize) -> (Vec<u8>, Vec<Value>) {
    let (mut blob, mut records, mut passed) = (Vec::new(), Vec::new(), 0);
    for entry in tar::Archive::new(tar).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut record = record(&mut entry);
        let begins = entry.raw_file_position() as usize;
        if entry.size() > 0 && record["type"] == "reg" {
            blob.extend(format.pack(&tar[passed..begins]));
            passed = begins + entry.size() as usize;
            let contents = &tar[begins..passed];
            record["digest"] = Digest::of(contents).as_str().into();
            let whole = contents.len() <= chunk;
            for (at, piece) in contents.chunks(chunk).enumerate() {
                if at > 0 {
                    record = json!({"type": "chunk", "name": record["name"]});
                }
                record["offset"] = blob.len().into();
                if !whole {
                    record["chunkOffset"] = (at * chunk).into();
                    // The last one reaches to the end, whether that is said or not.
                    record["chunkSize"] = if piece.len() < chunk { 0 } else { piece.len() }.into();
                }
                if !whole || format == Format::EStargz {
                    record["chunkDigest"] = Digest::of(piece).as_str().into();
                }
                blob.extend(format.pack(piece));
                records.push(record.clone());
            }
        } else {
            records.push(record);
        }
    }
    // The table's own entry comes before the archive's end.
    let end = tar.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1).max(passed);
    blob.extend(format.pack(&tar[passed..end.next_multiple_of(512)]));
    (blob, records)
}

/// Puts the table behind the files.
pub(crate) fn close(mut blob: Vec<u8>, format: Format, table: &[Value]) -> Chunked {
    let json = json!({"version": 1, "entries": table}).to_string().into_bytes();
    let at = blob.len();
    let annotations = match format {
        Format::EStargz => {
            let tar = Tar::new().file("stargz.index.json", &json).finish();
            blob.extend(gzip(&tar));
            blob.extend_from_slice(b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0");
            blob.extend_from_slice(format!("{at:016x}STARGZ").as_bytes());
            blob.extend_from_slice(b"\x01\0\0\xff\xff\0\0\0\0\0\0\0\0");
            json!({"containerd.io/snapshot/stargz/toc.digest": Digest::of(&json).as_str()})
        }
        Format::ZstdChunked => {
            blob.extend(zstd(&[0; 1024]));
            let (packed, offset) = (zstd(&json), blob.len() + 8);
            blob.extend(skippable(&packed));
            let position = format!("{offset}:{}:{}:1", packed.len(), json.len());
            json!({
                "io.github.containers.zstd-chunked.manifest-checksum": Digest::of(&packed).as_str(),
                "io.github.containers.zstd-chunked.manifest-position": position,
            })
        }
    };
    Chunked { blob, annotations, files_end: at }
}

fn record<R: std::io::Read>(entry: &mut tar::Entry<'_, R>) -> Value {
    let extensions: Vec<(String, Vec<u8>)> = entry
        .pax_extensions()
        .unwrap()
        .into_iter()
        .flatten()
        .map(Result::unwrap)
        .map(|it| (it.key().unwrap().to_owned(), it.value_bytes().to_vec()))
        .collect();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let header = entry.header();
    let kind = kind(header);
    let time = |(key, value): &(String, Vec<u8>)| {
        let seconds: f64 = text(value).parse().ok().filter(|_| key == "mtime")?;
        Some(jiff::Timestamp::from_nanosecond((seconds * 1e9) as i128).unwrap())
    };
    let mtime = extensions.iter().find_map(time);
    let seconds = header.mtime().unwrap() as i64;
    let mtime = mtime.unwrap_or_else(|| jiff::Timestamp::from_second(seconds).unwrap());
    let xattrs: Map<String, Value> = extensions
        .iter()
        .filter_map(|(key, value)| {
            let name = key.strip_prefix("SCHILY.xattr.")?;
            Some((name.to_owned(), STANDARD.encode(value).into()))
        })
        .collect();
    json!({
        "type": kind,
        "name": text(&entry.path_bytes()),
        "linkName": entry.link_name_bytes().map(|link| text(&link)).unwrap_or_default(),
        "mode": header.mode().unwrap(),
        "uid": header.uid().unwrap(),
        "gid": header.gid().unwrap(),
        "size": entry.size(),
        "modtime": mtime.to_string(),
        "devMajor": header.device_major().ok().flatten().unwrap_or(0),
        "devMinor": header.device_minor().ok().flatten().unwrap_or(0),
        "xattrs": xattrs,
    })
}

/// What tables of contents call the type of an object, SOCI's among them.
pub(crate) fn kind(header: &tar::Header) -> &'static str {
    match header.entry_type().as_byte() {
        b'1' => "hardlink",
        b'2' => "symlink",
        b'3' => "char",
        b'4' => "block",
        b'5' => "dir",
        b'6' => "fifo",
        _ => "reg",
    }
}
