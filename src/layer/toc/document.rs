//! Parses the JSON of a TOC, which eStargz and zstd:chunked share except for a few keys, record by record, so that a
//! long one is not in memory twice.
//!
//! stargz-snapshotter, `docs/estargz.md`, "TOC"; containers/storage, `pkg/chunked/internal/minimal`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::image::digest::Digest;
use crate::stack::kept::paths;

/// The only version.
const VERSION: u64 = 1;

/// One record: an object of the layer, or another chunk of the file before it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Record<'d> {
    /// `reg`, `dir`, `symlink`, `hardlink`, `char`, `block`, `fifo`, `chunk`.
    #[serde(borrow)]
    pub(super) r#type: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) name: Cow<'d, str>,
    #[serde(borrow)]
    pub(super) link_name: Cow<'d, str>,
    pub(super) mode: i64,
    pub(super) uid: i64,
    pub(super) gid: i64,
    pub(super) size: u64,
    /// RFC 3339.
    #[serde(borrow)]
    pub(super) modtime: Cow<'d, str>,
    pub(super) dev_major: u32,
    pub(super) dev_minor: u32,
    /// Values in base64.
    pub(super) xattrs: HashMap<String, String>,
    /// The digest of a whole file.
    #[serde(borrow)]
    pub(super) digest: Cow<'d, str>,
    /// Offset in the blob of the gzip member or zstd frame with the chunk, and (zstd:chunked) end of the file.
    pub(super) offset: u64,
    pub(super) end_offset: u64,
    /// Offset of the chunk in the decoded member.
    pub(super) inner_offset: u64,
    /// Offset in the file, and length; 0 for the rest of the file.
    pub(super) chunk_offset: u64,
    pub(super) chunk_size: u64,
    #[serde(borrow)]
    pub(super) chunk_digest: Cow<'d, str>,
    /// `zeros` if the chunk is not stored.
    #[serde(borrow)]
    pub(super) chunk_type: Cow<'d, str>,
}

/// Calls `each` with every record in order, until it returns `Break`.
///
/// # Errors
/// If the document is not valid; the records before the error were reported.
pub(super) fn read<'d>(
    bytes: &'d [u8],
    each: &mut dyn FnMut(Record<'d>) -> ControlFlow<()>,
) -> Result<(), String> {
    let mut document = serde_json::Deserializer::from_slice(bytes);
    let read = Document(each).deserialize(&mut document).and_then(|()| document.end());
    read.map_err(|error| error.to_string())
}

/// The digests of regular files (64 hexadecimal digits) by their normalised paths, for composefs stores. Files without
/// contents have none.
///
/// # Errors
/// If the document is not a TOC.
pub fn digests(bytes: &[u8]) -> Result<HashMap<Vec<u8>, String>, String> {
    let mut digests = HashMap::new();
    read(bytes, &mut |record| {
        let digest = Digest::parse(&record.digest).filter(|it| it.algorithm() == "sha256");
        if let Some(digest) = digest.filter(|_| record.r#type == "reg") {
            let mut path = Vec::new();
            paths::normalise(record.name.as_bytes(), &mut path);
            digests.insert(path, digest.encoded().to_owned());
        }
        ControlFlow::Continue(())
    })?;
    Ok(digests)
}

struct Document<'e, 'd>(&'e mut dyn FnMut(Record<'d>) -> ControlFlow<()>);

impl<'d> DeserializeSeed<'d> for Document<'_, 'd> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'d> Visitor<'d> for Document<'_, 'd> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of contents")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<(), A::Error> {
        let mut listed = false;
        while let Some(key) = map.next_key::<Cow<'d, str>>()? {
            match &*key {
                "version" => match map.next_value::<u64>()? {
                    VERSION => {}
                    other => return Err(A::Error::custom(format!("version {other} is not known"))),
                },
                "entries" if listed => return Err(A::Error::duplicate_field("entries")),
                "entries" => {
                    map.next_value_seed(Records(&mut *self.0))?;
                    listed = true;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if listed { Ok(()) } else { Err(A::Error::missing_field("entries")) }
    }
}

struct Records<'e, 'd>(&'e mut dyn FnMut(Record<'d>) -> ControlFlow<()>);

impl<'d> DeserializeSeed<'d> for Records<'_, 'd> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'d> Visitor<'d> for Records<'_, 'd> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some(record) = records.next_element()? {
            if (self.0)(record).is_break() {
                while records.next_element::<IgnoredAny>()?.is_some() {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_with_a_digest_count() {
        let hex = "ab".repeat(32);
        let json = format!(
            r#"{{"version":1,"entries":[{{"type":"dir","name":"bin/","digest":"sha256:{hex}"}},
            {{"type":"reg","name":"./bin/../a","digest":"sha256:{hex}","size":3}},
            {{"type":"chunk","name":"b","digest":"sha256:{hex}"}},
            {{"type":"reg","name":"c","digest":"sha256:../../etc"}},{{"type":"reg","name":"empty"}}]}}"#
        );
        let digests = digests(json.as_bytes()).unwrap();
        assert_eq!(digests, HashMap::from([(b"a".to_vec(), hex)]));
    }

    #[test]
    fn what_is_no_table_is_an_error() {
        for json in [
            "",
            "[]",
            "{",
            "{}",
            r#"{"entries":7}"#,
            r#"{"entries":[7]}"#,
            r#"{"entries":[],"version":2}"#,
            r#"{"entries":[],"entries":[]}"#,
            r#"{"entries":[]} and more"#,
        ] {
            assert!(digests(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn reading_stops_after_a_break() {
        let mut told = 0;
        let json =
            br#"{"entries":[{"name":"a\u0041"},{"name":"b"},{"name":"c"}],"tarSplitDigest":"x"}"#;
        read(json, &mut |record| {
            told += 1;
            if record.name == "b" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
        assert_eq!(told, 2);
    }
}
