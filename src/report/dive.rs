//! The whole analysis in the shape of dive's `--json`, so that what reads dive's files reads ours: the numbers by dive's
//! measure, and every file of every layer.
//!
//! What differs: `id` is the hex form of `digestId`, where dive has the directory of the layer in the archive; markers have
//! no owner and no permissions, as engines write them; bookkeeping of aufs and eStargz is no file.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;
use std::io::Write;

use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::image::layer::Layer;
use crate::policy::dive::{File, Files, Measure};
use crate::report::{Subject, json_line};
use crate::stack::kept::table::Table;
use crate::text::Foreign;

#[derive(Serialize)]
struct Document<'a> {
    layer: Vec<LayerKeys<'a>>,
    image: ImageKeys<'a>,
}

/// `None` is `null`: a layer is missing, cut or damaged, and the number depends on it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageKeys<'a> {
    size_bytes: Option<u64>,
    inefficient_bytes: Option<u64>,
    efficiency_score: Option<f64>,
    file_reference: Vec<RepeatedKeys<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RepeatedKeys<'a> {
    count: u64,
    size_bytes: u64,
    file: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerKeys<'a> {
    index: usize,
    id: &'a str,
    digest_id: &'a str,
    size_bytes: u64,
    command: &'a str,
    file_list: FileList<'a>,
}

/// Written while it is made: a layer can have millions of files.
struct FileList<'a> {
    table: &'a Table,
    files: &'a RefCell<Files>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileKeys<'a> {
    path: Cow<'a, str>,
    type_flag: u8,
    link_name: Cow<'a, str>,
    size: u64,
    file_mode: u32,
    uid: u64,
    gid: u64,
    is_dir: bool,
}

impl Serialize for FileList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut files = self.files.borrow_mut();
        let mut list = serializer.serialize_seq(None)?;
        for file in files.next(self.table).map_err(S::Error::custom)? {
            list.serialize_element(&FileKeys::new(&file))?;
        }
        list.end()
    }
}

impl<'a> FileKeys<'a> {
    fn new(file: &'a File) -> Self {
        Self {
            path: String::from_utf8_lossy(&file.path),
            type_flag: file.type_flag,
            link_name: String::from_utf8_lossy(&file.link),
            size: file.size,
            file_mode: file.mode,
            uid: file.uid,
            gid: file.gid,
            is_dir: file.is_dir,
        }
    }
}

/// Writes the document. `tables`: the rows of each layer, base first.
///
/// # Errors
/// Errors of writing to `out`.
pub fn dive<'a>(
    out: &mut dyn Write,
    subject: Subject<'_>,
    tables: impl Iterator<Item = &'a Table>,
    measure: &Measure,
) -> io::Result<()> {
    let files = RefCell::new(Files::default());
    let layers = subject.image.layers.iter().zip(tables).zip(&measure.layer_bytes).enumerate();
    let layer = layers.map(|(index, ((layer, table), &size_bytes))| {
        let digest_id = layer.diff_id.as_deref().unwrap_or_default();
        let id = digest_id.split_once(':').map_or(digest_id, |(_, hex)| hex);
        let file_list = FileList { table, files: &files };
        LayerKeys { index, id, digest_id, size_bytes, command: command(layer), file_list }
    });
    let known = subject.unsure().is_empty();
    let repeated = measure.repeated.iter().map(|it| RepeatedKeys {
        count: it.count,
        size_bytes: it.bytes,
        file: String::from_utf8_lossy(&it.path),
    });
    let document = Document {
        layer: layer.collect(),
        image: ImageKeys {
            size_bytes: known.then(|| measure.size_bytes()),
            inefficient_bytes: known.then_some(measure.wasted_bytes),
            efficiency_score: known.then_some(measure.efficiency),
            file_reference: repeated.collect(),
        },
    };
    json_line(out, &document)
}

/// The instruction as dive cuts it.
fn command(layer: &Layer) -> &str {
    let Some(command) = layer.created_by.as_ref().map(Foreign::raw) else { return "(missing)" };
    command.strip_prefix("/bin/sh -c ").unwrap_or(command)
}
