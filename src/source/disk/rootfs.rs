//! Images without a manifest: a directory tree, an exported container, a single layer. One layer without metadata.

use std::path::Path;

use crate::image::layer::Layer;
use crate::layer::Listing;
use crate::layer::blob::Blob;
use crate::layer::directory::Tree;
use crate::source::contract::ask::Ask;
use crate::source::documents::assemble::{Part, Parts, assemble};
use crate::source::documents::blobs::Blobs;
use crate::source::documents::content::Content;

/// A directory as a one-layer image.
pub(super) fn directory(path: &Path, ask: &Ask) -> Blobs {
    let tree = Tree { root: path.to_path_buf(), ..Tree::default() };
    one("rootfs", Layer::default(), Content::Tree(tree), Vec::new(), ask)
}

/// A tar as one layer: it holds no image, or the reference requests it as a layer. `stored` is its length as stored,
/// `listing` the rows that were read while looking for an image.
pub(crate) fn tar(
    blob: Blob,
    stored: u64,
    listing: Option<Listing>,
    mut problems: Vec<String>,
    asked: bool,
    ask: &Ask,
) -> Blobs {
    if !asked {
        let note = "a tar without a manifest: shown as one layer (an exported container, or a layer of some image)";
        problems.insert(0, note.to_owned());
    }
    let layer = Layer { compressed_bytes: Some(stored), ..Layer::default() };
    let content = Content::Blob { blob, key: "the tar itself".to_owned(), soci: None };
    one(if asked { "layer" } else { "rootfs" }, layer, content, problems, ask).listed(listing)
}

fn one(
    source: &'static str,
    layer: Layer,
    content: Content,
    problems: Vec<String>,
    ask: &Ask,
) -> Blobs {
    let layers = vec![Part { layer, content }];
    assemble(ask, Parts { source, layers, problems, ..Parts::default() })
}
