//! What `docker save` and its like write, and plain tars.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::build::{Image, Layout, Tree, digest, hex, named, on};
use crate::stage::{
    Stage, commands, failure, image, image_for, open_for, problems, several, stack,
};
use crate::support::compress::{bzip2, gzip, xz, zstd};
use crate::support::tarball::Tar;

fn hello() -> Image {
    Image::new(&[&["etc/passwd", "bin/sh"], &["etc/passwd"], &["app"]])
}

const STACK: &str = "etc/passwd bin/sh | etc/passwd | app";

#[test]
fn docker_1_10_to_24_packed_and_unpacked() {
    let stage = Stage::new();
    let tree = hello().docker(&["lab/hello:1"]);
    for place in [stage.file("a.tar", &tree.pack()), stage.tree("a", &tree)] {
        let source = image(&place);
        let described = source.image();
        assert_eq!(described.source, "docker-archive");
        assert_eq!(described.id.as_deref(), Some(&*hello().id()));
        assert_eq!(described.names, ["lab/hello:1"]);
        assert_eq!(described.platform.as_ref().unwrap().to_string(), "linux/amd64");
        assert_eq!(described.config.cmd, ["run"]);
        assert_eq!(described.history.len(), 4);
        assert_eq!(commands(&*source), "step 0 | step 1 | step 2");
        assert_eq!(stack(&*source), STACK);
        assert_eq!(problems(&*source), "");
        let first = &described.layers[0];
        assert_eq!(first.diff_id.as_deref(), Some(&*digest(&hello().layers[0])));
        assert_eq!(first.digest, None, "the archive does not say it");
        assert_eq!(first.compressed_bytes, Some(hello().layers[0].len() as u64));
    }
}

#[test]
fn docker_1_9_without_a_manifest() {
    let stage = Stage::new();
    let tree = hello().docker_v1(&json!({"lab/hello": {"1": "TOP", "latest": "TOP"}}));
    for place in [stage.file("a.tar", &tree.pack()), stage.tree("a", &tree)] {
        let source = image(&place);
        assert_eq!(source.image().names, ["lab/hello:1", "lab/hello:latest"]);
        assert_eq!(source.image().id.as_ref().unwrap().len(), 64);
        assert_eq!(source.image().source, "docker-archive");
        assert_eq!(commands(&*source), "/bin/sh -c step 0 | /bin/sh -c step 1 | /bin/sh -c step 2");
        assert_eq!(stack(&*source), STACK);
        assert_eq!(source.image().config.cmd, ["run"]);
    }
}

#[test]
fn docker_1_9_by_id_has_no_names_at_all() {
    let mut tree = hello().docker_v1(&json!({}));
    tree.0.remove("repositories");
    let stage = Stage::new();
    assert_eq!(stack(&*image(&stage.file("a.tar", &tree.pack()))), STACK);
}

#[test]
fn docker_1_9_with_its_chain_broken_or_in_a_circle_shows_what_is_left() {
    let stage = Stage::new();
    let tree = hello().docker_v1(&json!({"x": {"1": "TOP"}}));
    let ids: Vec<String> =
        tree.0.keys().filter_map(|name| name.strip_suffix("/json")).map(str::to_owned).collect();
    let json =
        |id: &str| -> Value { serde_json::from_slice(&tree.0[&format!("{id}/json")]).unwrap() };
    let base = ids.iter().find(|id| json(id)["parent"].is_null()).unwrap();
    let top = ids.iter().find(|id| !ids.iter().any(|other| json(other)["parent"] == **id)).unwrap();
    let mut broken = tree.clone();
    broken.0.retain(|name, _| !name.starts_with(base.as_str()));
    let source = image(&stage.file("broken.tar", &broken.pack()));
    assert_eq!(stack(&*source), "etc/passwd | app");
    assert!(problems(&*source).contains("the parent"), "{}", problems(&*source));
    let mut severed = tree.clone();
    let middle = ids.iter().find(|id| *id != base && *id != top).unwrap();
    severed.0.retain(|name, _| !name.starts_with(middle.as_str()));
    let source = image(&stage.file("severed.tar", &severed.pack()));
    assert_eq!(stack(&*source), "app", "what was severed is no image of its own");
    let mut circle = tree.clone();
    let mut round = json(base);
    round["parent"] = json!(top);
    circle.put(format!("{base}/json"), round.to_string());
    let source = image(&stage.file("circle.tar", &circle.pack()));
    assert_eq!(stack(&*source), STACK);
    assert!(problems(&*source).contains("leads back"), "{}", problems(&*source));
}

#[test]
fn docker_25_with_both_a_manifest_and_an_index() {
    let stage = Stage::new();
    let (place, manifest) = docker_25(&stage, &hello(), &[0, 1, 2]);
    let source = image(&place);
    let described = source.image();
    assert_eq!(described.source, "docker-archive");
    assert_eq!(described.manifest_digest.as_ref(), Some(&manifest));
    assert_eq!(described.layers[0].digest, described.layers[0].diff_id);
    assert_eq!(
        described.layers[0].media_type.as_ref().map(layertui::text::Foreign::raw),
        Some("application/vnd.oci.image.layer.v1.tar")
    );
    assert_eq!(stack(&*source), STACK);
    assert_eq!(problems(&*source), "");
    let layout = image(&format!("oci-archive:{place}"));
    assert_eq!(
        (layout.image().source.as_str(), stack(&*layout)),
        ("oci-archive", STACK.to_owned())
    );
}

#[test]
fn docker_25_0_0_wrote_its_oci_layers_in_any_order() {
    let stage = Stage::new();
    let (place, _) = docker_25(&stage, &hello(), &[2, 0, 1]);
    assert_eq!(stack(&*image(&place)), STACK);
    let layout = image(&format!("oci-archive:{place}"));
    assert_eq!(stack(&*layout), STACK);
    assert!(problems(&*layout).contains("another order"));
}

/// What Docker 25 saves: plain layers by diff ID; `order` is that of the OCI manifest.
fn docker_25(stage: &Stage, image: &Image, order: &[usize]) -> (String, String) {
    let mut layout = Layout::default();
    let media_type = "application/vnd.oci.image.layer.v1.tar";
    let layers: Vec<_> = image.layers.iter().map(|layer| layout.blob(media_type, layer)).collect();
    let config = layout.blob("application/vnd.oci.image.config.v1+json", &image.config_bytes());
    let shuffled: Vec<_> = order.iter().map(|&at| layers[at].clone()).collect();
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": shuffled}).to_string();
    let descriptor = layout.blob("application/vnd.oci.image.manifest.v1+json", manifest.as_bytes());
    let path = |descriptor: &Value| {
        format!("blobs/sha256/{}", descriptor["digest"].as_str().unwrap().replace("sha256:", ""))
    };
    let saved = json!([{"Config": path(&config), "RepoTags": ["lab/hello:1"],
        "Layers": layers.iter().map(path).collect::<Vec<_>>()}]);
    let mut tree = layout.list(named(descriptor, "1")).finish();
    tree.put("manifest.json", saved.to_string());
    (stage.file("25.tar", &tree.pack()), digest(manifest.as_bytes()))
}

#[test]
fn docker_with_the_containerd_store_has_one_platform_in_the_manifest_and_all_in_the_index() {
    let stage = Stage::new();
    let (amd, arm) = (hello(), Image::new(&[&["arm"]]).on("linux", "arm64"));
    let mut layout = Layout::default();
    let list = [on(layout.image(&amd), "linux", "amd64"), on(layout.image(&arm), "linux", "arm64")];
    let nested = layout.index(&list);
    let mut tree = layout.list(named(nested, "latest")).finish();
    let layers: Vec<_> =
        amd.layers.iter().map(|layer| format!("blobs/sha256/{}", hex(&gzip(layer)))).collect();
    let config = format!("blobs/sha256/{}", amd.id().replace("sha256:", ""));
    let saved = json!([{"Config": config, "RepoTags": ["x:latest"], "Layers": layers}]);
    tree.put("manifest.json", saved.to_string());
    let place = stage.file("a.tar", &tree.pack());
    assert_eq!(stack(&*image_for(&place, "linux/amd64")), STACK);
    assert_eq!(stack(&*image_for(&place, "linux/arm64")), "arm");
    assert_eq!(image_for(&place, "linux/amd64").image().others.len(), 1);
    let message = open_for(&place, "plan9/mips").unwrap_err().to_string();
    assert!(message.contains("no image for plan9/mips; there is linux/amd64"), "{message}");
}

#[test]
fn podman_links_its_layers_and_kaniko_compresses_them() {
    let stage = Stage::new();
    let podman = image(&stage.file("podman.tar", &hello().podman("localhost/lab/hello:1").pack()));
    assert_eq!(stack(&*podman), STACK);
    let kaniko = image(&stage.file("kaniko.tar", &hello().kaniko("x:1").pack()));
    assert_eq!(stack(&*kaniko), STACK);
    assert_eq!(kaniko.image().id, Some(hello().id()));
    assert!(podman.opens_cheaply(0) && !kaniko.opens_cheaply(0));
}

#[test]
fn a_layer_that_is_there_twice_is_two_layers() {
    let stage = Stage::new();
    let twice = Image::new(&[&["a"], &["b"], &["a"]]);
    let source = image(&stage.file("a.tar", &twice.docker(&["x:1"]).pack()));
    assert_eq!(stack(&*source), "a | b | a");
    assert_eq!(source.content_key(0), source.content_key(2));
    assert_ne!(source.content_key(0), source.content_key(1));
}

#[test]
fn hard_links_and_repeated_names_inside_the_archive() {
    let stage = Stage::new();
    let (image_, layer) = (Image::new(&[&["a"], &["a"]]), crate::build::layer(&["a"]));
    let manifest =
        json!([{"Config": "c.json", "RepoTags": ["x:1"], "Layers": ["./one.tar", "/two.tar"]}]);
    let archive = Tar::new()
        .file("manifest.json", "this one is overwritten")
        .hardlink("two.tar", "one.tar")
        .file("./one.tar", &layer)
        .file("c.json", image_.config_bytes())
        .file("manifest.json", manifest.to_string())
        .finish();
    assert_eq!(stack(&*image(&stage.file("a.tar", &archive))), "a | a");
}

#[test]
fn several_images_in_one_archive_are_a_list_or_chosen() {
    let stage = Stage::new();
    let (one, two) = (hello(), Image::new(&[&["other"]]));
    let mut tree = one.docker(&["lab/hello:1", "lab/hello:latest"]);
    let other = two.docker(&[]);
    let mut lists: Vec<Value> = Vec::new();
    for part in [&tree, &other] {
        let list: Vec<Value> = serde_json::from_slice(&part.0["manifest.json"]).unwrap();
        lists.extend(list);
    }
    tree.0.extend(other.0);
    tree.put("manifest.json", json!(lists).to_string());
    let place = stage.file("a.tar", &tree.pack());

    let several = several(&place);
    assert_eq!(several.choices.len(), 2);
    assert_eq!(several.choices[0].reference, format!("{place}:lab/hello:1"));
    assert_eq!(several.choices[1].reference, format!("{place}:@1"));
    assert_eq!((several.choices[0].layers, several.choices[1].layers), (Some(3), Some(1)));
    assert_eq!(stack(&*several.open(1).unwrap()), "other");
    assert!(several.open(2).is_err());
    let (one_id, two_id) = (one.id().replace("sha256:", ""), two.id());
    for (pick, expected) in [
        (":lab/hello:1", STACK),
        (":docker.io/lab/hello:latest", STACK),
        (":lab/hello", STACK),
        (":1", STACK),
        (":@0", STACK),
        ("@1", "other"),
        (&format!(":{two_id}"), "other"),
        (&format!(":{}", &one_id[..12]), STACK),
    ] {
        assert_eq!(stack(&*image(&format!("{place}{pick}"))), expected, "{pick}");
        assert_eq!(stack(&*image(&format!("docker-archive:{place}{pick}"))), expected, "{pick}");
    }
    let message = failure(&format!("{place}:nginx"));
    assert!(
        message.contains("no image `nginx` here; there is ") && message.contains(":@1"),
        "{message}"
    );
    assert!(failure(&format!("{place}:@2")).contains("no image `@2` here"));
}

#[test]
fn a_whole_archive_may_be_compressed() {
    let stage = Stage::new();
    let tar = hello().docker(&["x:1"]).pack();
    for (name, bytes) in
        [("gz", gzip(&tar)), ("zst", zstd(&tar)), ("bz2", bzip2(&tar)), ("xz", xz(&tar))]
    {
        let source = image(&stage.file(name, &bytes));
        assert_eq!(stack(&*source), STACK, "{name}");
        assert!(source.opens_cheaply(0), "it was decompressed once and for all");
    }
}

#[test]
fn an_archive_may_hold_the_directory_it_was_packed_from() {
    let stage = Stage::new();
    let mut packed = Tree::default();
    for (name, bytes) in hello().docker(&["x:1"]).0 {
        packed.put(format!("some/../dir/{name}"), bytes);
    }
    assert_eq!(stack(&*image(&stage.file("a.tar", &packed.pack()))), STACK);
}

#[test]
fn an_exported_container_or_a_bare_layer_is_one_layer() {
    let stage = Stage::new();
    let tar = crate::build::layer(&["etc/passwd", "manifest.json/odd"]);
    for bytes in [tar.clone(), gzip(&tar)] {
        let length = bytes.len() as u64;
        let source = image(&stage.file("a.tar", &bytes));
        assert_eq!(source.image().source, "rootfs");
        assert_eq!(stack(&*source), "etc/passwd manifest.json/odd");
        assert_eq!(source.image().layers[0].compressed_bytes, Some(length));
        assert!(problems(&*source).contains("a tar without a manifest"));
    }
    let place = stage.file("b.tar", &hello().docker(&["x:1"]).pack());
    let source = image(&format!("rootfs:{place}"));
    assert_eq!(source.image().layers.len(), 1, "as a plain tree, because it was asked for");
}

#[test]
fn a_stream_is_copied_and_can_be_chosen_from() {
    let tar = gzip(&hello().docker(&["x:1"]).pack());
    for reference in ["-", "-:x:1"] {
        let (listed, errors) = piped(&tar, reference);
        assert!(listed.contains("/app"), "{reference}: {listed}{errors}");
    }
    assert!(piped(&tar, "-:y").1.contains("there is -:x:1"));
    assert!(piped(b"", "-").1.contains("standard input: there is nothing in it"));
}

/// `ls` of an archive that comes through a pipe: output and errors.
fn piped(bytes: &[u8], reference: &str) -> (String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_layertui"))
        .args(["--no-cache", "ls", "--", reference])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn a_config_named_by_sha512_is_compared_by_sha512() {
    let stage = Stage::new();
    let mut tree = hello().docker(&["lab/hello:1"]);
    let config = hello().config_bytes();
    let sha512 = <sha2::Sha512 as sha2::Digest>::digest(&config);
    let sha512 = sha512.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let mut manifest: Value = serde_json::from_slice(&tree.0["manifest.json"]).unwrap();
    manifest[0]["Config"] = json!(format!("blobs/sha512/{sha512}"));
    tree.put("manifest.json", manifest.to_string());
    tree.put(format!("blobs/sha512/{sha512}"), config.clone());
    let source = image(&stage.file("a.tar", &tree.pack()));
    assert_eq!(problems(&*source), "");
    assert_eq!(source.image().id, Some(format!("sha512:{sha512}")));
    tree.put(format!("blobs/sha512/{sha512}"), [&config[..], b" "].concat());
    let source = image(&stage.file("b.tar", &tree.pack()));
    assert!(problems(&*source).contains("the config should be sha512:"), "{}", problems(&*source));
}
