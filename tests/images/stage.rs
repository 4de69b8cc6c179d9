//! What the journeys below share: a place on disk, and opened images as short texts.

use std::path::Path;

use layertui::image::platform::Platform;
use layertui::layer::{Listing, Unwatched};
use layertui::source::{Error, Opened, Options, Several, Source, open};
use layertui::stack::kept::entry::Row;

use crate::build::Tree;
use crate::support::rows::image_problems;

/// A temporary directory with images in it.
pub(crate) struct Stage(tempfile::TempDir);

impl Stage {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The path of something in it.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file; gives its path.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Unpacks a tree; gives its path.
    pub(crate) fn tree(&self, name: &str, tree: &Tree) -> String {
        let path = self.path(name);
        tree.unpack(Path::new(&path));
        path
    }
}

pub(crate) fn try_open(reference: &str) -> Result<Opened, Error> {
    open(reference, &Options::default())
}

/// Opens what must be one image.
pub(crate) fn image(reference: &str) -> Box<dyn Source> {
    one(try_open(reference))
}

/// Opens what must be one image, for a platform.
pub(crate) fn image_for(reference: &str, platform: &str) -> Box<dyn Source> {
    one(open_for(reference, platform))
}

pub(crate) fn open_for(reference: &str, platform: &str) -> Result<Opened, Error> {
    let platform = Some(Platform::parse(platform).unwrap());
    open(reference, &Options { platform, ..Options::default() })
}

pub(crate) fn one(opened: Result<Opened, Error>) -> Box<dyn Source> {
    match opened.unwrap() {
        Opened::Image(source) => source,
        Opened::Several(several) => panic!("several: {:?}", several.choices),
    }
}

/// Opens what must be several.
pub(crate) fn several(reference: &str) -> Several {
    match try_open(reference).unwrap() {
        Opened::Several(several) => several,
        Opened::Image(source) => panic!("one: {:?}", source.image()),
    }
}

/// The message with which it must fail.
pub(crate) fn failure(reference: &str) -> String {
    match try_open(reference) {
        Err(error) => error.to_string(),
        Ok(opened) => panic!("opened: {opened:?}"),
    }
}

/// The paths of each layer, joined: `a b | c`.
pub(crate) fn stack(source: &dyn Source) -> String {
    let layers = 0..source.image().layers.len();
    layers.map(|layer| paths(&source.list(layer, &Unwatched))).collect::<Vec<_>>().join(" | ")
}

fn paths(listing: &Listing) -> String {
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
    paths.join(" ")
}

/// The command of each layer, `?` where it is not known.
pub(crate) fn commands(source: &dyn Source) -> String {
    let layers = source.image().layers.iter();
    let commands =
        layers.map(|layer| layer.created_by.as_ref().map_or("?", layertui::text::Foreign::raw));
    commands.collect::<Vec<_>>().join(" | ")
}

/// All problems of the image and its layers, before any layer is read.
pub(crate) fn problems(source: &dyn Source) -> String {
    image_problems(source.image())
}
