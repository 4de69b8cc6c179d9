//! Shared by the tests: a store on disk, and opened images as short texts.

use std::io::Read as _;
use std::path::Path;

use layertui::layer::Unwatched;
use layertui::source::{Opened, Options, Source, Stored, open};
use layertui::stack::kept::entry::Row;

use crate::build::Store;
use crate::support::rows::image_problems;

/// A store on disk.
pub(crate) struct Stage(tempfile::TempDir);

impl Stage {
    pub(crate) fn of(store: &Store) -> Self {
        let dir = tempfile::tempdir().unwrap();
        store.write(dir.path());
        Self(dir)
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// A reference to an image.
    pub(crate) fn image_reference(&self, name: &str) -> String {
        format!("containers-storage:[{}]{name}", self.root().display())
    }

    pub(crate) fn image(&self, name: &str) -> Box<dyn Source> {
        opened(&self.image_reference(name))
    }

    pub(crate) fn container(&self, name: &str) -> Box<dyn Source> {
        opened(&format!("container:[{}]{name}", self.root().display()))
    }

    /// The error message of opening an image.
    pub(crate) fn failure(&self, name: &str) -> String {
        match open(&self.image_reference(name), &Options::default()) {
            Err(error) => error.to_string(),
            Ok(opened) => panic!("opened: {opened:?}"),
        }
    }
}

/// Opens a reference to one image.
pub(crate) fn opened(reference: &str) -> Box<dyn Source> {
    match open(reference, &Options::default()) {
        Ok(Opened::Image(source)) => source,
        other => panic!("{reference}: {other:?}"),
    }
}

/// The paths of each layer, joined: `a b | -c`.
pub(crate) fn stack(source: &dyn Source) -> String {
    let layers = 0..source.image().layers.len();
    layers.map(|layer| paths(source, layer)).collect::<Vec<_>>().join(" | ")
}

/// The paths of one layer, whiteouts as `-path`; the root is left out.
pub(crate) fn paths(source: &dyn Source, layer: usize) -> String {
    let listing = source.list(layer, &Unwatched);
    let mut rows = listing.table.rows();
    let mut paths = Vec::new();
    while let Some(row) = rows.next() {
        let path = match row {
            Row::Entry(entry) => entry.path.to_vec(),
            Row::Whiteout { path } => [b"-", path].concat(),
            Row::Opaque { path } => [b"!", path].concat(),
        };
        paths.push(String::from_utf8(path).unwrap());
    }
    paths.retain(|path| !path.is_empty());
    paths.sort();
    paths.join(" ")
}

/// A file of a layer.
pub(crate) fn text(source: &dyn Source, layer: usize, path: &str) -> Result<String, String> {
    let file =
        Stored { path: path.as_bytes(), data: None, stored: path.len() as u64, fingerprint: None };
    let mut text = String::new();
    let read = source.open(layer, &file).and_then(|mut file| file.read_to_string(&mut text));
    read.map(|_| text).map_err(|error| error.to_string())
}

/// All problems of the image and its layers, before any layer is read.
pub(crate) fn problems(source: &dyn Source) -> String {
    image_problems(source.image())
}
