//! Records of a store in which every string is hostile, in turn.

use crate::build::{Store, layer};
use crate::stage::Stage;
use crate::support::hostile::scan_records;

#[test]
fn no_record_passes_foreign_text_on() {
    let mut store = Store::new("overlay");
    let (image, top) = store.image("docker.io/lab/hello:1", &[layer(&["a", "b"]), layer(&["-a"])]);
    store.container("box", &image, &top);
    let stage = Stage::of(&store);
    let root = stage.root().to_str().unwrap();
    let (image, container) =
        (stage.image_reference("docker.io/lab/hello:1"), format!("container:[{root}]box"));
    let commands: [&[&str]; 4] = [
        &["layers", &image],
        &["layers", "--json", &image],
        &["layers", root],
        &["layers", &container],
    ];
    for records in ["overlay-images", "overlay-layers", "overlay-containers"] {
        let marked = scan_records(&stage.root().join(records), &commands);
        assert!(marked > 0, "{records}: no output shows a mark");
    }
}
