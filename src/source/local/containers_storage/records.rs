//! The records of a store: `images.json`, `layers.json` and `containers.json`, as plain data.
//!
//! Each is a list of objects (containers/storage, `images.go`, `layers.go`, `containers.go`). One odd record costs
//! itself, never its neighbours; a record whose ID could lead out of the store is none. Nothing is opened here.

use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::image::digest::Digest;
use crate::image::document;
use crate::image::document::{DocumentError, Fields, Value, known_time};
use crate::layer::directory::IdRange;

/// The longest ID that is accepted. The library's own have 64 digits; callers may choose others.
const LONGEST_ID: usize = 128;

/// An image: names, and what lies beside it as big data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ImageRecord {
    /// Hexadecimal: the config's digest, or one over the layers' TOC digests where a partial pull checked no diff ID.
    pub(super) id: String,
    /// Digest of the manifest.
    pub(super) digest: Option<String>,
    pub(super) names: Vec<String>,
    /// The top layer, then copies of it for other user namespaces.
    pub(super) layers: Vec<String>,
    /// Keys of its big data.
    pub(super) big_data: Vec<String>,
    pub(super) created: Option<String>,
}

/// A layer: its place in the tree of layers, and what is known of its tar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LayerRecord {
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) created: Option<String>,
    /// The blob that it was first made from, and its length.
    pub(super) compressed_digest: Option<String>,
    pub(super) compressed_size: Option<u64>,
    /// The diff ID, and the length of the tar. A container's own layer has neither.
    pub(super) diff_digest: Option<String>,
    pub(super) diff_size: Option<u64>,
    /// Digest of the table of contents that a partial pull went by.
    pub(super) toc_digest: Option<String>,
    /// The diff ID is what the config claims, nobody computed it.
    pub(super) unverified: bool,
    /// Owners in the image and on disk, where the layer was made for a user namespace.
    pub(super) uids: Vec<IdRange>,
    pub(super) gids: Vec<IdRange>,
    /// Keys of its big data.
    pub(super) big_data: Vec<String>,
}

/// A container, or a working container of buildah.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ContainerRecord {
    pub(super) id: String,
    pub(super) names: Vec<String>,
    /// ID of the image.
    pub(super) image: Option<String>,
    /// What the image was called when the container was made.
    pub(super) image_name: Option<String>,
    /// Its own, writable layer.
    pub(super) layer: Option<String>,
    pub(super) created: Option<String>,
}

impl ImageRecord {
    /// Whether it is a manifest list, which has neither layers nor a config.
    pub(super) fn is_list(&self) -> bool {
        self.layers.is_empty() && !self.big_data.iter().any(|key| Digest::parse(key).is_some())
    }
}

/// What can be made of one record.
pub(super) trait Record: Sized {
    /// Reads one; `Err` says why it is none.
    fn read(fields: &Fields<'_>) -> Result<Self, DocumentError>;
}

/// Reads a list of records; `name` is the file's, for problems. Records that are being written or deleted are left
/// out without a word.
///
/// # Errors
/// Where the document is no list: half-written, or something else.
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

/// Takes a list item by item: a store of thousands of layers is never a document in memory. `null` is no items.
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
        // A size of -1 means that nobody counted.
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

/// What podman notes of a container: a JSON object inside a string.
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

/// An ID, which may be absent but not be a path.
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

/// Whether a text may become part of a path: what IDs are made of, and nothing that leads elsewhere.
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

/// Whether a layer's files lie under the digests of their contents (`zstd-chunked-layer-data`: format 1, composefs).
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
    fn one_odd_record_costs_only_itself() {
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
    fn what_is_being_written_or_deleted_is_not_there() {
        let json = r#"[{"id":"a","flags":{"incomplete":true}},{"id":"b","flags":{"incomplete":false}},{"id":"c"}]"#;
        let (layers, problems) = all::<LayerRecord>(json);
        assert_eq!(layers.iter().map(|layer| layer.id.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn a_list_that_is_cut_off_is_an_error_and_null_is_none() {
        for json in ["", "[", r#"[{"id":"a"},"#, "{}", "7", "[] x", "\u{0}"] {
            assert!(read::<LayerRecord>(json.as_bytes(), "x", &mut Vec::new()).is_err(), "{json}");
        }
        assert_eq!(all::<LayerRecord>("null").0, []);
        assert_eq!(all::<LayerRecord>("[]").0, []);
    }

    #[test]
    fn a_layer_says_what_is_known_of_its_tar() {
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
    fn podman_notes_what_the_image_was_called() {
        let json =
            r#"[{"id":"a","metadata":"{\"image-name\":\"lab:1\"}"},{"id":"b","metadata":"x"}]"#;
        let names: Vec<_> =
            all::<ContainerRecord>(json).0.into_iter().map(|it| it.image_name).collect();
        assert_eq!(names, [Some("lab:1".to_owned()), None]);
    }

    #[test]
    fn nothing_that_leads_elsewhere_is_an_id() {
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
