//! Parses the records of a store: `images.json`, `layers.json`, `containers.json`.
//!
//! Each is a list of objects (containers/storage, `images.go`, `layers.go`, `containers.go`). A malformed record is
//! skipped without affecting the others; so is one whose ID is not safe in a path. Pure: opens nothing.

use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::image::digest::Digest;
use crate::image::document;
use crate::image::document::{DocumentError, Fields, Value, known_time};
use crate::layer::directory::IdRange;

/// Maximum length of an ID in bytes. containers/storage makes 64 hexadecimal digits; its callers may choose others.
const LONGEST_ID: usize = 128;

/// A record of `images.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ImageRecord {
    /// Hexadecimal: the digest of the config, or one over the TOC digests of the layers if a partial pull verified no
    /// diff IDs.
    pub(super) id: String,
    /// Digest of the manifest, as recorded.
    pub(super) digest: Option<String>,
    pub(super) names: Vec<String>,
    /// The top layer, then its copies for other user namespaces.
    pub(super) layers: Vec<String>,
    /// Keys of big data.
    pub(super) big_data: Vec<String>,
    pub(super) created: Option<String>,
}

/// A record of `layers.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LayerRecord {
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) created: Option<String>,
    /// Digest and length of the blob that the layer was created from.
    pub(super) compressed_digest: Option<String>,
    pub(super) compressed_size: Option<u64>,
    /// Diff ID and length of the tar. A container's writable layer has neither.
    pub(super) diff_digest: Option<String>,
    pub(super) diff_size: Option<u64>,
    /// Digest of the table of contents of a partial pull.
    pub(super) toc_digest: Option<String>,
    /// The diff ID was taken from the config and not computed.
    pub(super) unverified: bool,
    /// Owner maps of a layer that was made for a user namespace.
    pub(super) uids: Vec<IdRange>,
    pub(super) gids: Vec<IdRange>,
    /// Keys of big data.
    pub(super) big_data: Vec<String>,
}

/// A record of `containers.json`: a container, or a working container of buildah.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ContainerRecord {
    pub(super) id: String,
    pub(super) names: Vec<String>,
    /// ID of its image.
    pub(super) image: Option<String>,
    /// Name of the image when the container was created.
    pub(super) image_name: Option<String>,
    /// ID of its writable layer.
    pub(super) layer: Option<String>,
    pub(super) created: Option<String>,
}

impl ImageRecord {
    /// Whether this is a manifest list, which has neither layers nor a config.
    pub(super) fn is_list(&self) -> bool {
        self.layers.is_empty() && !self.big_data.iter().any(|key| Digest::parse(key).is_some())
    }
}

/// A record that can be parsed from an object.
pub(super) trait Record: Sized {
    /// Parses one record.
    fn read(fields: &Fields<'_>) -> Result<Self, DocumentError>;
}

/// Parses a list of records; `name` is the file name for problems. Incomplete records (being written or deleted) are
/// skipped silently.
///
/// # Errors
/// If the document is not a list, for example half-written.
pub(super) fn read<R: Record>(
    bytes: &[u8],
    name: &str,
    problems: &mut Vec<String>,
) -> Result<Vec<R>, String> {
    let (mut records, mut at) = (Vec::new(), 0_usize);
    let each = |value: Value| {
        let read = Fields::of(&value, format!("{name}[{at}]")).and_then(|fields| {
            let flags = fields.object("flags").ok().flatten();
            let unfinished = flags.is_some_and(|flags| flags.flag("incomplete") == Ok(true));
            if unfinished { Ok(None) } else { R::read(&fields).map(Some) }
        });
        match read {
            Ok(record) => records.extend(record),
            Err(error) => problems.push(error.to_string()),
        }
        at += 1;
    };
    let text = String::from_utf8_lossy(bytes);
    let mut json = serde_json::Deserializer::from_str(&text);
    json.deserialize_any(Each(each))
        .and_then(|()| json.end())
        .map_err(|error| error.to_string())?;
    Ok(records)
}

/// Parses a list item by item, so that the list of a store with thousands of layers is never in memory as a whole.
/// `null` is an empty list.
struct Each<F>(F);

impl<'de, F: FnMut(Value)> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            (self.0)(item);
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

impl Record for ImageRecord {
    fn read(fields: &Fields<'_>) -> Result<Self, DocumentError> {
        let top = own_id(fields, "layer")?;
        let mapped = fields.texts("mapped-layers")?.into_iter().filter(|id| is_id(id));
        Ok(Self {
            id: required_id(fields)?,
            digest: fields.text("digest")?,
            names: fields.texts("names")?,
            layers: top.into_iter().chain(mapped).collect(),
            big_data: fields.texts("big-data-names")?,
            created: known_time(fields.text("created")?),
        })
    }
}

impl Record for LayerRecord {
    fn read(fields: &Fields<'_>) -> Result<Self, DocumentError> {
        // A size of -1 means "unknown".
        let size = |key| fields.number(key).ok().flatten();
        let flags = fields.object("flags").ok().flatten();
        Ok(Self {
            id: required_id(fields)?,
            parent: own_id(fields, "parent")?,
            created: known_time(fields.text("created")?),
            compressed_digest: fields.text("compressed-diff-digest")?,
            compressed_size: size("compressed-size"),
            diff_digest: fields.text("diff-digest")?,
            diff_size: size("diff-size"),
            toc_digest: fields.text("toc-digest")?,
            unverified: flags.is_some_and(|flags| flags.has("expected-layer-diffid")),
            uids: ranges(fields, "uidmap")?,
            gids: ranges(fields, "gidmap")?,
            big_data: fields.texts("big-data-names")?,
        })
    }
}

impl Record for ContainerRecord {
    fn read(fields: &Fields<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            id: required_id(fields)?,
            names: fields.texts("names")?,
            image: own_id(fields, "image")?,
            image_name: fields.text("metadata")?.and_then(|metadata| image_name(&metadata)),
            layer: own_id(fields, "layer")?,
            created: known_time(fields.text("created")?),
        })
    }
}

/// The image name in podman's metadata of a container: a JSON object inside a string.
fn image_name(metadata: &str) -> Option<String> {
    let value = document::parse(metadata.as_bytes()).ok()?;
    Fields::of(&value, "metadata").ok()?.text("image-name").ok()?
}

fn required_id(fields: &Fields<'_>) -> Result<String, DocumentError> {
    own_id(fields, "id")?.ok_or(DocumentError::Shape {
        field: fields.path("id"),
        expected: "an ID",
        found: "nothing",
    })
}

/// An ID that may be absent, but must be safe in a path.
fn own_id(fields: &Fields<'_>, key: &str) -> Result<Option<String>, DocumentError> {
    let id = fields.text(key)?;
    if id.as_deref().is_none_or(is_id) {
        return Ok(id);
    }
    Err(DocumentError::Shape {
        field: fields.path(key),
        expected: "an ID",
        found: "something that is none",
    })
}

/// Whether a text is safe as part of a path: only characters of IDs, no `..`.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"_.-".contains(&c);
    !text.is_empty()
        && text.len() <= LONGEST_ID
        && !text.starts_with(['.', '-'])
        && text.bytes().all(plain)
}

fn ranges(fields: &Fields<'_>, key: &str) -> Result<Vec<IdRange>, DocumentError> {
    let items = fields.list(key)?.iter().enumerate();
    let range = |(at, item)| {
        let range = Fields::of(item, fields.path(&format!("{key}[{at}]")))?;
        Ok(IdRange {
            container: range.number("container_id")?.unwrap_or(0),
            host: range.number("host_id")?.unwrap_or(0),
            size: range.number("size")?.unwrap_or(0),
        })
    };
    items.map(range).collect()
}

/// Whether a layer's files are stored by the digests of their contents (`zstd-chunked-layer-data`: format 1,
/// composefs).
pub(super) fn is_flat(layer_data: &[u8]) -> bool {
    let Ok(value) = document::parse(layer_data) else { return false };
    Fields::of(&value, "").is_ok_and(|fields| fields.number("format") == Ok(Some(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn all<R: Record>(json: &str) -> (Vec<R>, Vec<String>) {
        let mut problems = Vec::new();
        (read(json.as_bytes(), "x.json", &mut problems).unwrap(), problems)
    }

    #[test]
    fn a_malformed_record_is_skipped_alone() {
        let json = format!(
            r#"[{{"id":"{A}","names":["a"]}},7,{{"id":"../../etc"}},{{}},{{"id":"b","digest":1}}]"#
        );
        let (images, problems) = all::<ImageRecord>(&json);
        assert_eq!(images.iter().map(|image| image.id.as_str()).collect::<Vec<_>>(), [A]);
        assert_eq!(problems.len(), 4);
        for (problem, place) in problems.iter().zip(["[1]", "[2].id", "[3].id", "[4].digest"]) {
            assert!(problem.contains(&format!("x.json{place}")), "{problem}");
        }
    }

    #[test]
    fn incomplete_records_are_skipped() {
        let json = r#"[{"id":"a","flags":{"incomplete":true}},{"id":"b","flags":{"incomplete":false}},{"id":"c"}]"#;
        let (layers, problems) = all::<LayerRecord>(json);
        assert_eq!(layers.iter().map(|layer| layer.id.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn a_truncated_list_is_an_error_and_null_is_empty() {
        for json in ["", "[", r#"[{"id":"a"},"#, "{}", "7", "[] x", "\u{0}"] {
            assert!(read::<LayerRecord>(json.as_bytes(), "x", &mut Vec::new()).is_err(), "{json}");
        }
        assert_eq!(all::<LayerRecord>("null").0, []);
        assert_eq!(all::<LayerRecord>("[]").0, []);
    }

    #[test]
    fn a_layer_record_has_the_digests_of_its_tar() {
        let json = r#"[{"id":"a","parent":"b","diff-digest":"sha256:1","diff-size":-1,"toc-digest":"sha256:2",
            "uidmap":[{"container_id":0,"host_id":1000,"size":5}],"flags":{"expected-layer-diffid":"sha256:1"}}]"#;
        let (layers, problems) = all::<LayerRecord>(json);
        assert_eq!(problems, [""; 0]);
        let layer = &layers[0];
        assert_eq!((layer.parent.as_deref(), layer.diff_size), (Some("b"), None));
        assert_eq!(layer.uids, [IdRange { container: 0, host: 1000, size: 5 }]);
        assert!(layer.unverified && layer.toc_digest.is_some());
    }

    #[test]
    fn the_image_name_is_in_podmans_metadata() {
        let json =
            r#"[{"id":"a","metadata":"{\"image-name\":\"lab:1\"}"},{"id":"b","metadata":"x"}]"#;
        let names: Vec<_> =
            all::<ContainerRecord>(json).0.into_iter().map(|it| it.image_name).collect();
        assert_eq!(names, [Some("lab:1".to_owned()), None]);
    }

    #[test]
    fn an_id_has_no_path_separators() {
        assert!(is_id(A) && is_id("web-1") && is_id("k8s_POD.x"));
        let long = "a".repeat(129);
        for text in ["", ".", "..", "../x", "a/b", "/", "a\0", "-x", "a b", "é", &long] {
            assert!(!is_id(text), "{text:?}");
        }
    }

    #[test]
    fn format_1_is_flat() {
        assert!(is_flat(br#"{"format":1}"#));
        for other in [&br#"{"format":0}"#[..], b"{}", b"", b"[1]"] {
            assert!(!is_flat(other));
        }
    }
}
