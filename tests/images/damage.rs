//! Saved images damaged at every byte: each opens or says why not, and its layers are listed as far as they go.

use layertui::layer::Unwatched;
use layertui::source::{Opened, Source};
use serde_json::json;

use crate::build::{Image, Layout, MANIFEST, Tree, named};
use crate::stage::{Stage, try_open};
use crate::support::compress::{gzip, zstd};
use crate::support::every_byte::{damage, rewrite};

/// Opens what a place holds, and lists all of it.
fn read(place: &str) {
    match try_open(place) {
        Ok(Opened::Image(source)) => list(&*source),
        Ok(Opened::Several(several)) => {
            for at in 0..several.choices.len() {
                several.open(at).iter().for_each(|source| list(&**source));
            }
        }
        Err(error) => assert!(error.to_string().len() > 10, "{error}"),
    }
}

fn list(source: &dyn Source) {
    for layer in 0..source.image().layers.len() {
        source.list(layer, &Unwatched);
    }
}

fn damaged_archive(tree: &Tree) {
    let stage = Stage::new();
    let damages = damage(tree.pack(), move |bytes| {
        let place = stage.path("image.tar");
        rewrite(&place, bytes);
        read(&place);
    });
    assert!(damages > 10_000, "{damages}");
}

#[test]
fn a_docker_archive() {
    let tree = Image::new(&[&["a"]]).docker(&["lab:1"]);
    // Only what an image needs: the old records beside it are read for older archives.
    damaged_archive(&Tree(
        tree.0.into_iter().filter(|(name, _)| !name.ends_with("VERSION")).collect(),
    ));
}

/// A layout of one image whose layer is compressed like that.
fn layout(compress: fn(&[u8]) -> Vec<u8>, kind: &str) -> Tree {
    let image = Image::new(&[&["a", "b/c"]]);
    let mut layout = Layout::default();
    let config = layout.blob("application/vnd.oci.image.config.v1+json", &image.config_bytes());
    let media_type = format!("application/vnd.oci.image.layer.v1.tar+{kind}");
    let layer = layout.blob(&media_type, &compress(&image.layers[0]));
    let manifest =
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]});
    let manifest = layout.blob(MANIFEST, manifest.to_string().as_bytes());
    layout.list(named(manifest, "lab:1")).finish()
}

#[test]
fn an_oci_archive_with_a_gzip_layer() {
    damaged_archive(&layout(gzip, "gzip"));
}

#[test]
fn an_oci_archive_with_a_zstd_layer() {
    damaged_archive(&layout(zstd, "zstd"));
}

/// The documents of an unpacked layout, one after the other.
#[test]
fn the_documents_of_a_layout() {
    let tree = layout(gzip, "gzip");
    for (name, bytes) in tree.0.clone() {
        if !bytes.starts_with(b"{") {
            continue;
        }
        let stage = Stage::new();
        let place = stage.tree("layout", &tree);
        let path = format!("{place}/{name}");
        damage(bytes, move |bytes| {
            rewrite(&path, bytes);
            read(stage.path("layout").as_str());
        });
    }
}
