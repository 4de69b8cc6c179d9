//! zTOCs written by their specification (soci-snapshotter, `ztoc/fbs/ztoc.fbs`, `ztoc/compression/gzip_zinfo.c`) with
//! the FlatBuffers project's own writer, and the index that lists them.

use flatbuffers::{FlatBufferBuilder, ForwardsUOffset, UnionWIPOffset, WIPOffset};
use layertui::image::digest::Digest;
use serde_json::{Value, json};

use super::deflate::{Block, Member};

const WINDOW: usize = 32 << 10;

/// What an index's manifest, its config and a descriptor of it are typed as.
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX_V1: &str = "application/vnd.amazon.soci.index.v1+json";

/// What may be otherwise about a zTOC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Nothing.
    Usual,
    /// As the first version of the places: the first is left out.
    WithoutFirst,
    /// A byte that two spans share counts to the second only.
    Unshared,
    /// The layer is said to be longer than it is.
    Longer,
    /// The layer is said not to be compressed.
    Uncompressed,
    /// Digests of other spans.
    OtherDigests,
}

type Flat<'f> = FlatBufferBuilder<'f>;
type Table = WIPOffset<UnionWIPOffset>;

/// Field number `number` in a vtable.
const fn field(number: u16) -> u16 {
    4 + 2 * number
}

/// A table of fields that are written already, or numbers.
fn table(flat: &mut Flat<'_>, offsets: &[(u16, Table)], numbers: &[(u16, i64)]) -> Table {
    let begun = flat.start_table();
    for (number, offset) in offsets {
        flat.push_slot_always(field(*number), *offset);
    }
    for (number, value) in numbers {
        flat.push_slot_always(field(*number), *value);
    }
    WIPOffset::new(flat.end_table(begun).value())
}

fn text(flat: &mut Flat<'_>, bytes: &[u8]) -> Table {
    WIPOffset::new(flat.create_byte_string(bytes).value())
}

fn tables(flat: &mut Flat<'_>, tables: &[Table]) -> Table {
    let vector: WIPOffset<flatbuffers::Vector<'_, ForwardsUOffset<UnionWIPOffset>>> =
        flat.create_vector(tables);
    WIPOffset::new(vector.value())
}

/// The zTOC of the tar in `member`, a place every `span` bytes of the tar.
pub(crate) fn ztoc(tar: &[u8], member: &Member, span: usize, form: Form) -> Vec<u8> {
    let mut flat = FlatBufferBuilder::new();
    let files: Vec<Table> = tar::Archive::new(tar)
        .entries()
        .unwrap()
        .map(|entry| file(&mut flat, &mut entry.unwrap()))
        .collect();
    let metadata = tables(&mut flat, &files);
    let toc = table(&mut flat, &[(0, metadata)], &[]);
    let (checkpoints, digests) = places(tar, member, span, form);
    let checkpoints: Table = WIPOffset::new(flat.create_vector(&checkpoints).value());
    let digests: Vec<Table> =
        digests.iter().map(|digest| text(&mut flat, digest.as_bytes())).collect();
    let count = digests.len() as i32;
    let digests = tables(&mut flat, &digests);
    let begun = flat.start_table();
    flat.push_slot_always(field(1), count - 1);
    flat.push_slot_always(field(2), digests);
    flat.push_slot_always(field(3), checkpoints);
    if form == Form::Uncompressed {
        flat.push_slot_always(field(0), 2_i8);
    }
    let info: Table = WIPOffset::new(flat.end_table(begun).value());
    let version = text(&mut flat, b"0.9");
    let tool = text(&mut flat, b"these tests");
    let longer = i64::from(form == Form::Longer);
    let lengths = [(2, member.bytes.len() as i64 + longer), (3, tar.len() as i64)];
    let root = table(&mut flat, &[(0, version), (1, tool), (4, toc), (5, info)], &lengths);
    flat.finish_minimal(root);
    flat.finished_data().to_vec()
}

fn file(flat: &mut Flat<'_>, entry: &mut tar::Entry<'_, &[u8]>) -> Table {
    let mut records: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for record in entry.pax_extensions().unwrap().into_iter().flatten().map(Result::unwrap) {
        records.push((record.key_bytes().to_vec(), record.value_bytes().to_vec()));
    }
    let time = records.iter().find(|(key, _)| key == b"mtime");
    let time = time.map(|(_, value)| String::from_utf8_lossy(value).parse::<f64>().unwrap());
    let header = entry.header();
    let nanos = time.unwrap_or_else(|| header.mtime().unwrap() as i64 as f64) * 1e9;
    let time = jiff::Timestamp::from_nanosecond(nanos as i128).unwrap().to_string();
    let kind = super::chunked::kind(header);
    let records: Vec<Table> = records
        .iter()
        .map(|(key, value)| {
            let pair = [(0, text(flat, key)), (1, text(flat, value))];
            table(flat, &pair, &[])
        })
        .collect();
    let offsets = [
        (0, text(flat, &entry.path_bytes())),
        (1, text(flat, kind.as_bytes())),
        (4, text(flat, &entry.link_name_bytes().unwrap_or_default())),
        (8, text(flat, header.username_bytes().unwrap_or_default())),
        (9, text(flat, header.groupname_bytes().unwrap_or_default())),
        (10, text(flat, time.as_bytes())),
        (13, tables(flat, &records)),
    ];
    let device = |number: Option<u32>| i64::from(number.unwrap_or(0));
    let numbers = [
        (2, entry.raw_file_position() as i64),
        (3, entry.size() as i64),
        (5, i64::from(header.mode().unwrap())),
        (11, device(header.device_major().ok().flatten())),
        (12, device(header.device_minor().ok().flatten())),
    ];
    let begun = flat.start_table();
    for (number, offset) in offsets {
        flat.push_slot_always(field(number), offset);
    }
    for (number, value) in numbers {
        flat.push_slot_always(field(number), value);
    }
    flat.push_slot_always(field(6), header.uid().unwrap() as u32);
    flat.push_slot_always(field(7), header.gid().unwrap() as u32);
    WIPOffset::new(flat.end_table(begun).value())
}

/// The places as bytes, and the digests of the spans between them.
fn places(tar: &[u8], member: &Member, span: usize, form: Form) -> (Vec<u8>, Vec<String>) {
    let mut chosen: Vec<Block> = Vec::new();
    for block in &member.blocks {
        if chosen.last().is_none_or(|last| block.output - last.output > span) {
            chosen.push(*block);
        }
    }
    let mut bytes = (chosen.len() as u32).to_le_bytes().to_vec();
    bytes.extend((span as u64).to_le_bytes());
    for block in &chosen[usize::from(form == Form::WithoutFirst)..] {
        bytes.extend((block.input as u64).to_le_bytes());
        bytes.extend((block.output as u64).to_le_bytes());
        bytes.push(block.unread);
        let before = &tar[block.output.saturating_sub(WINDOW)..block.output];
        bytes.resize(bytes.len() + WINDOW - before.len(), 0);
        bytes.extend_from_slice(before);
    }
    let begin = |block: &Block| block.input - usize::from(block.unread > 0);
    let digests = chosen.iter().enumerate().map(|(at, block)| {
        let end = match chosen.get(at + 1) {
            Some(next) if form == Form::Unshared => begin(next),
            Some(next) => next.input,
            None => member.bytes.len(),
        };
        let end = if form == Form::OtherDigests { end - 2 } else { end };
        Digest::of(&member.bytes[begin(block)..end]).as_str().to_owned()
    });
    (bytes, digests.collect())
}

/// A SOCI index: of each layer that has one its zTOC.
pub(crate) struct Index {
    pub(crate) manifest: Vec<u8>,
    pub(crate) tables: Vec<Vec<u8>>,
}

impl Index {
    /// Layers by their digests.
    pub(crate) fn new(of: &[(String, Vec<u8>)], media_type: &str) -> Self {
        let layers: Vec<Value> = of
            .iter()
            .map(|(layer, table)| {
                json!({"mediaType": "application/octet-stream", "size": table.len(),
                    "digest": Digest::of(table).as_str(),
                    "annotations": {"com.amazon.soci.image-layer-digest": layer,
                        "com.amazon.soci.image-layer-mediaType": "application/vnd.oci.image.layer.v1.tar+gzip"}})
            })
            .collect();
        let config =
            json!({"mediaType": media_type, "size": 2, "digest": Digest::of(b"{}").as_str()});
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
            "layers": layers, "annotations": {"com.amazon.soci.build-tool-identifier": "tests"}});
        let tables = of.iter().map(|(_, table)| table.clone()).collect();
        Self { manifest: manifest.to_string().into_bytes(), tables }
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}
