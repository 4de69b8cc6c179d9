//! Containers: the image's layers and the container's own on top.

use std::fs;

use crate::build::{Store, layer, put};
use crate::stage::{Stage, paths, problems, stack, text};

#[test]
fn a_container_has_the_layers_of_its_image_and_a_writable_one() {
    let mut store = Store::new("overlay");
    let (image, top) = store.image("lab:1", &[layer(&["a", "b"])]);
    let own = store.container("web", &image, &top);
    let stage = Stage::of(&store);
    // As fuse-overlayfs has it; what the kernel writes, only it and root can.
    put(stage.root(), &format!("{}/.wh.a", store.directory(&own)), b"");
    put(stage.root(), &format!("{}/etc/new", store.directory(&own)), b"etc/new");
    assert_eq!(stage.container("web").image().mounts, None, "it was never started");
    let id = crate::build::hex(own.as_bytes());
    let bundle = r#"{"mounts": [{"destination": "/data", "type": "bind", "source": "/s/volumes/v/_data", "options": ["rbind"]}, {"destination": 7}]}"#;
    put(stage.root(), &format!("overlay-containers/{id}/userdata/config.json"), bundle.as_bytes());
    let source = stage.container("web");
    let image = source.image();
    assert_eq!(image.mounts.as_ref().unwrap()[0].line().raw(), "/data  volume v  read-write");
    assert_eq!((image.names[0].raw(), image.layers.len()), ("web", 2));
    assert_eq!((image.layers[0].writable, image.layers[1].writable), (false, true));
    assert_eq!(
        image.layers[1].created.as_ref().map(layertui::text::Foreign::raw),
        Some("2026-02-03T04:05:06Z")
    );
    assert_eq!(
        image.layers[1].created_by.as_ref().map(layertui::text::Foreign::raw),
        Some("container's writable layer")
    );
    assert_eq!(stack(&*source), "a b | -a etc etc/new");
    assert_eq!(text(&*source, 1, "etc/new"), Ok("etc/new".to_owned()));
    let told = "a mount is not understood: `mounts[1].destination` is a number";
    assert!(problems(&*source).starts_with(told), "{}", problems(&*source));
}

/// A driver that copies has the whole tree for each layer, so the layer is the difference to the one below.
#[test]
fn a_containers_copy_is_compared_with_its_image() {
    let mut store = Store::new("vfs");
    let (image, top) = store.image("lab:1", &[layer(&["a", "b", "c"])]);
    let own = store.container("web", &image, &top);
    let stage = Stage::of(&store);
    let from = stage.root().join(store.directory(&top));
    let to = stage.root().join(store.directory(&own));
    fs::create_dir_all(&to).unwrap();
    for name in ["b", "c"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
        let time = fs::metadata(from.join(name)).unwrap().modified().unwrap();
        fs::File::options().write(true).open(to.join(name)).unwrap().set_modified(time).unwrap();
    }
    fs::write(to.join("c"), "longer").unwrap();
    fs::write(to.join("d"), "d").unwrap();
    assert_eq!(paths(&*stage.container("web"), 1), "-a c d");
}

#[test]
fn a_container_outlives_its_image() {
    let mut store = Store::new("overlay");
    let (image, top) = store.image("lab:1", &[layer(&["a"])]);
    store.container("web", &image, &top);
    store.images.clear();
    let stage = Stage::of(&store);
    let source = stage.container("web");
    assert_eq!(paths(&*source, 0), "a");
    assert!(problems(&*source).contains("not in this store any more"), "{}", problems(&*source));
}

#[test]
fn volatile_records_are_read() {
    let mut store = Store::new("overlay");
    let (image, top) = store.image("lab:1", &[layer(&["a"])]);
    let own = store.container("web", &image, &top);
    let stage = Stage::of(&store);
    let directory = stage.root().join(store.directory(&own));
    fs::create_dir_all(directory).unwrap();
    for what in ["layers", "containers"] {
        let lists = stage.root().join(format!("overlay-{what}"));
        if what == "containers" {
            fs::rename(lists.join("containers.json"), lists.join("volatile-containers.json"))
                .unwrap();
            continue;
        }
        let record = store.layers.pop().unwrap();
        put(&lists, "layers.json", &serde_json::to_vec(&store.layers).unwrap());
        put(&lists, "volatile-layers.json", &serde_json::to_vec(&[record]).unwrap());
    }
    let source = stage.container("web");
    assert_eq!((source.image().layers.len(), problems(&*source)), (2, String::new()));
}
