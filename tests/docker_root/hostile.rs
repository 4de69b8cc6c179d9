//! Records of a data root in which every string is hostile, in turn.

use crate::graph::Graph;
use crate::image_store::ImageStore;
use crate::layers::Layers;
use crate::support::hostile::scan_records;

#[test]
fn no_record_of_a_new_root_passes_foreign_text_on() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let store = ImageStore::new(dir.path(), "overlay2", &layers, true).with_files(&layers);
    let (root, image, container) =
        (dir.path().to_str().unwrap(), store.reference(), store.container("lab"));
    let commands: [&[&str]; 4] = [
        &["layers", &image],
        &["layers", "--json", &image],
        &["layers", root],
        &["layers", &container],
    ];
    let marked = scan_records(&dir.path().join("image"), &commands);
    let of_containers = scan_records(&dir.path().join("containers"), &commands[2..]);
    assert!(marked > 10 && of_containers > 0, "{marked} and {of_containers} outputs show a mark");
}

#[test]
fn no_record_of_an_old_root_passes_foreign_text_on() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let store = Graph::new(dir.path(), "aufs", &layers, true);
    let (root, image) = (dir.path().to_str().unwrap(), store.reference());
    let commands: [&[&str]; 2] = [&["layers", &image], &["layers", "--json", &image]];
    let marked = scan_records(&dir.path().join("graph"), &commands);
    let names = scan_records(&dir.path().join("repositories-aufs"), &[&["layers", root]]);
    assert!(marked > 5 && names > 0, "{marked} and {names} outputs show a mark");
}
