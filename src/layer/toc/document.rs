//! The document itself: JSON that eStargz and zstd:chunked share but for a few keys, read record by record, so that a
//! long one never lies in memory twice.
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

/// The only version there is.
const VERSION: u64 = 1;

/// One record: an object of the layer, or a further chunk of the file before it.
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
    /// In base64.
    pub(super) xattrs: HashMap<String, String>,
    /// Of a whole file.
    #[serde(borrow)]
    pub(super) digest: Cow<'d, str>,
    /// Where the gzip member or zstd frame with the chunk begins in the blob, and (zstd:chunked) where the file ends.
    pub(super) offset: u64,
    pub(super) end_offset: u64,
    /// Where in that member the chunk begins once it is decoded.
    pub(super) inner_offset: u64,
    /// Where in the file it belongs, and its length; 0 where it reaches to the file's end.
    pub(super) chunk_offset: u64,
    pub(super) chunk_size: u64,
    #[serde(borrow)]
    pub(super) chunk_digest: Cow<'d, str>,
    /// `zeros` where nothing is stored.
    #[serde(borrow)]
    pub(super) chunk_type: Cow<'d, str>,
}

/// Calls `each` with every record, in order, until it has enough.
///
/// # Errors
/// Where the document is none, and why; records before that were told.
pub(super) fn read<'d>(
    bytes: &'d [u8],
    each: &mut dyn FnMut(Record<'d>) -> ControlFlow<()>,
) -> Result<(), String> {
    let mut document = serde_json::Deserializer::from_slice(bytes);
    let read = Document(each).deserialize(&mut document).and_then(|()| document.end());
    read.map_err(|error| error.to_string())
}

/// The digests of regular files (64 hexadecimal digits) by their normalised paths, as a store for composefs needs
/// them. Files without contents have none.
///
/// # Errors
/// Where the document is no table of contents.
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
    fn whoever_has_enough_is_told_no_more() {
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
