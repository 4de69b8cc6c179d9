//! OCI layouts and `dir:`, and a directory that is just a directory.

use serde_json::json;

use crate::build::{INDEX, Image, Layout, MANIFEST, digest, named, on};
use crate::stage::{
    Stage, commands, failure, image, image_for, open_for, problems, several, stack,
};
use crate::support::compress::{gzip, zstd};
use layertui::image::platform::Platform;
use layertui::layer::Unwatched;

fn hello() -> Image {
    Image::new(&[&["a"], &["b"]])
}

/// A layout with one image, named `1`.
fn one(image: &Image) -> Layout {
    let mut layout = Layout::default();
    let descriptor = layout.image(image);
    layout.list(named(descriptor, "1"))
}

#[test]
fn a_layout_as_a_directory_and_as_a_tar() {
    let stage = Stage::new();
    let tree = one(&hello()).finish();
    let (directory, tar) = (stage.tree("a", &tree), stage.file("a.tar", &tree.pack()));
    for (reference, source_word) in [
        (directory.clone(), "oci"),
        (tar.clone(), "oci-archive"),
        (format!("oci:{directory}:1"), "oci"),
        (format!("oci-archive:{tar}:@0"), "oci-archive"),
        (format!("oci:{directory}:{}", hello().id()), "oci"),
    ] {
        let source = image(&reference);
        let described = source.image();
        assert_eq!(described.source, source_word);
        assert_eq!(described.id, Some(hello().id()));
        assert_eq!(described.names, ["1"]);
        assert!(described.manifest_digest.as_ref().unwrap().starts_with("sha256:"));
        assert_eq!(described.layers[0].digest.as_ref(), Some(&digest(&gzip(&hello().layers[0]))));
        assert_eq!(
            (stack(&*source), commands(&*source)),
            ("a | b".into(), "step 0 | step 1".into())
        );
        assert_eq!(problems(&*source), "");
    }
}

#[test]
fn nested_indexes_platforms_and_attestations() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let host = Platform::host();
    let native = hello().on(&host.os, &host.architecture);
    let foreign = Image::new(&[&["f"]]).on("plan9", "mips");
    let native = on(layout.image(&native), &host.os, &host.architecture);
    let foreign = on(layout.image(&foreign), "plan9", "mips");
    let statement = layout.blob("application/vnd.in-toto+json", b"{}");
    let mut statement_about = statement.clone();
    statement_about["annotations"] =
        json!({"in-toto.io/predicate-type": "https://spdx.dev/Document"});
    let config = layout.blob("application/vnd.oci.image.config.v1+json", b"{}");
    let attestation = json!({"schemaVersion": 2, "config": config, "layers": [statement_about]});
    let mut attestation =
        on(layout.blob(MANIFEST, attestation.to_string().as_bytes()), "unknown", "unknown");
    attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": native["digest"]});
    let inner = layout.index(&[attestation.clone(), foreign, native]);
    let outer = layout.index(&[inner]);
    let place = stage.tree("a", &layout.list(named(outer, "docker.io/lab/multi:1")).finish());

    let source = image(&place);
    assert_eq!(stack(&*source), "a | b", "the host's");
    let others: Vec<_> = source.image().others.iter().map(|other| other.kind.as_str()).collect();
    assert_eq!(others, ["attestation", "image"]);
    assert!(source.image().others[0].note.raw().contains("spdx"));
    assert_eq!(stack(&*image_for(&place, "plan9/mips")), "f");
    let message = open_for(&place, "plan9/arm").unwrap_err().to_string();
    assert!(
        message.contains("no image for plan9/arm") && message.contains("plan9/mips"),
        "{message}"
    );
    let digest = attestation["digest"].as_str().unwrap();
    assert!(
        failure(&format!("{place}@{digest}")).contains("not an image"),
        "never chosen, not even by digest"
    );
}

#[test]
fn manifests_side_by_side_for_several_platforms_are_one_image() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let one = on(layout.image(&hello().on("plan9", "mips")), "plan9", "mips");
    let two = on(layout.image(&Image::new(&[&["t"]]).on("plan9", "arm")), "plan9", "arm");
    let place = stage.tree("a", &layout.list(one).list(two).finish());
    assert_eq!(stack(&*image(&place)), "a | b", "neither is the host's: the first");
    assert_eq!(stack(&*image_for(&place, "plan9/arm")), "t");
}

#[test]
fn a_layout_without_the_blobs_of_other_platforms() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let here = on(layout.image(&hello().on("plan9", "mips")), "plan9", "mips");
    let host = Platform::host();
    let mut away = Layout::default();
    let away = on(away.image(&Image::new(&[&["away"]])), &host.os, &host.architecture);
    let index = layout.index(&[away, here]);
    let place = stage.tree("a", &layout.list(index).finish());
    let source = image(&place);
    assert_eq!(stack(&*source), "a | b", "the one that is here");
    assert_eq!((source.image().others.len(), source.image().others[0].present), (1, false));
    let message = open_for(&place, &host.to_string()).unwrap_err().to_string();
    assert!(message.contains("not part of this copy"), "{message}");
}

#[test]
fn several_names_are_several_images_unless_they_are_the_same() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let (one, two) = (layout.image(&hello()), layout.image(&Image::new(&[&["two"]])));
    let same = layout.clone().list(named(one.clone(), "a:1")).list(named(one.clone(), "a:2"));
    let source = image(&stage.tree("same", &same.finish()));
    assert_eq!(source.image().names, ["a:1", "a:2"]);
    let place = stage.tree(
        "two",
        &layout.clone().list(named(one.clone(), "a:1")).list(named(two.clone(), "b:1")).finish(),
    );
    let choices = several(&place).choices;
    assert_eq!(choices[1].reference, format!("{place}:b:1"));
    assert_eq!(stack(&*image(&choices[1].reference)), "two");
    assert_eq!(stack(&*several(&place).open(0).unwrap()), "a | b");
    assert_eq!(several(&format!("{place}:1")).choices.len(), 2, "the tag is not exact enough");
    assert!(failure(&format!("{place}:3")).contains(":a:1"), "says what there is");
    let unnamed = stage.tree("unnamed", &layout.list(one).list(two).finish());
    let choices = several(&unnamed).choices;
    assert_eq!(choices[1].reference, format!("{unnamed}:@1"));
    assert_eq!(stack(&*image(&choices[1].reference)), "two");
}

#[test]
fn an_index_that_contains_itself_ends() {
    let stage = Stage::new();
    let mut layout = one(&hello());
    // No real index can hold its own digest; these only claim to.
    let (a, b) = (format!("{:064}", 1), format!("{:064}", 2));
    let claim =
        |hex: &str| json!({"mediaType": INDEX, "digest": format!("sha256:{hex}"), "size": 1});
    for (name, target) in [(&a, &b), (&b, &a)] {
        let index = json!({"schemaVersion": 2, "manifests": [claim(target), claim(target)]});
        layout.tree.put(format!("blobs/sha256/{name}"), index.to_string());
    }
    let source = image(&stage.tree("a", &layout.list(claim(&a)).finish()));
    assert_eq!(stack(&*source), "a | b");
    let circle = source.image().others.iter().find(|other| other.kind == "index").unwrap();
    assert!(circle.note.raw().contains("leads back"));
    let only = Layout { tree: layout_of_circle(&a, &b), index: vec![claim(&a)] };
    assert!(failure(&stage.tree("b", &only.finish())).contains("leads back to itself"));
}

#[test]
fn an_index_with_more_documents_than_are_read_leaves_the_image_before_it_as_it_was() {
    let stage = Stage::new();
    let mut layout = one(&hello());
    let crowd = vec![json!({}); 15_000];
    let crowds = [&crowd[..], &crowd[1..], &crowd[2..]].map(|crowd| layout.index(crowd));
    let outer = layout.index(&crowds);
    let source = image(&stage.tree("a", &layout.list(outer).finish()));
    assert_eq!(stack(&*source), "a | b");
    let others = &source.image().others;
    assert!(others.len() <= 20_000, "{}", others.len());
    let cut = others.iter().filter(|other| other.note.raw().contains("not all are read")).count();
    assert_eq!(cut, 2);
}

fn layout_of_circle(a: &str, b: &str) -> crate::build::Tree {
    let mut tree = crate::build::Tree::default();
    for (name, target) in [(a, b), (b, a)] {
        let index =
            json!({"manifests": [{"mediaType": INDEX, "digest": format!("sha256:{target}")}]});
        tree.put(format!("blobs/sha256/{name}"), index.to_string());
    }
    tree
}

#[test]
fn an_artifact_is_not_an_image() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let config = layout.blob("application/vnd.cncf.helm.config.v1+json", b"{}");
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": []});
    let chart = layout.blob(MANIFEST, manifest.to_string().as_bytes());
    let message = failure(&stage.tree("a", &layout.clone().list(chart.clone()).finish()));
    assert!(message.contains("not an image") && message.contains("helm.config"), "{message}");
    let hello = layout.image(&hello());
    let beside = stage.tree("b", &layout.list(named(chart, "chart")).list(hello).finish());
    assert_eq!(stack(&*image(&beside)), "a | b");
    assert_eq!(image(&beside).image().others[0].kind, "artifact");
    assert!(failure(&format!("{beside}:chart")).contains("not an image"));
}

#[test]
fn inline_data_sha512_and_docker_types_in_one_layout() {
    use base64::Engine as _;
    let stage = Stage::new();
    let image_ = hello();
    let mut layout = Layout::default();
    let inline = |media_type: &str, bytes: &[u8]| {
        let data = base64::engine::general_purpose::STANDARD.encode(bytes);
        json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len(), "data": data})
    };
    let config = inline("application/vnd.docker.container.image.v1+json", &image_.config_bytes());
    let sha512 = <sha2::Sha512 as sha2::Digest>::digest(&image_.layers[0]);
    let sha512 = sha512.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    layout.tree.put(format!("blobs/sha512/{sha512}"), image_.layers[0].clone());
    let plain = "application/vnd.docker.image.rootfs.diff.tar";
    let layers = [
        json!({"mediaType": plain, "digest": format!("sha512:{sha512}"), "size": image_.layers[0].len()}),
        inline("application/vnd.docker.image.rootfs.diff.tar.zstd", &zstd(&image_.layers[1])),
    ];
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": layers,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json"});
    let descriptor = layout.blob(
        "application/vnd.docker.distribution.manifest.v2+json",
        manifest.to_string().as_bytes(),
    );
    let source = image(&stage.tree("a", &layout.list(descriptor).finish()));
    assert_eq!(stack(&*source), "a | b");
    assert_eq!(problems(&*source), "");
    assert!(source.image().layers[0].digest.as_ref().unwrap().starts_with("sha512:"));
}

#[test]
fn layers_that_cannot_be_shown_are_rows_that_say_why() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let image_ = Image::new(&[&["a"], &["b"], &["c"], &["d"], &["e"]]);
    let mut manifest = image_.manifest(&mut layout);
    let remove = |layout: &mut Layout, at: usize| {
        let digest = digest(&gzip(&image_.layers[at]));
        layout.tree.0.remove(&digest.replace("sha256:", "blobs/sha256/")).unwrap();
    };
    remove(&mut layout, 0);
    remove(&mut layout, 1);
    manifest["layers"][1]["mediaType"] =
        json!("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip");
    manifest["layers"][1]["urls"] = json!(["https://example.com/layer"]);
    manifest["layers"][2] =
        layout.blob("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", b"\x01\x02secret");
    manifest["layers"][3]["digest"] = json!("sha256:../../../../etc/passwd");
    let descriptor = layout.blob(MANIFEST, manifest.to_string().as_bytes());
    let source = image(&stage.tree("a", &layout.list(descriptor).finish()));
    assert_eq!(source.image().layers.len(), 5);
    assert_eq!(stack(&*source), " |  |  |  | e");
    for (at, word) in
        [(0, "is not here"), (1, "non-distributable"), (2, "encrypted"), (3, "is not a digest")]
    {
        let row = &source.image().layers[at].problems;
        assert!(row.last().unwrap().raw().contains(word), "{row:?}");
        let listing = source.list(at, &Unwatched);
        assert!(listing.problems[0].message.contains(word), "the listing says it too");
        assert_eq!(source.content_key(at), None);
    }
    assert!(source.image().layers[1].problems[0].raw().contains("https://example.com/layer"));
    assert_eq!(commands(&*source), "step 0 | step 1 | step 2 | step 3 | step 4");
}

#[test]
fn dir_of_schema_2_and_of_a_list() {
    let stage = Stage::new();
    let place = stage.tree("a", &hello().dir());
    for reference in [place.clone(), format!("dir:{place}")] {
        let source = image(&reference);
        assert_eq!((source.image().source.as_str(), stack(&*source)), ("dir", "a | b".to_owned()));
        assert_eq!(source.image().id, Some(hello().id()));
    }
    let mut layout = Layout::default();
    let manifest = hello().manifest(&mut layout).to_string();
    let descriptor =
        on(json!({"mediaType": MANIFEST, "digest": digest(manifest.as_bytes())}), "linux", "amd64");
    let mut tree = hello().dir();
    tree.put(
        "manifest.json",
        json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor]}).to_string(),
    );
    tree.put(
        format!("{}.manifest.json", digest(manifest.as_bytes()).replace("sha256:", "")),
        manifest,
    );
    assert_eq!(stack(&*image(&stage.tree("b", &tree))), "a | b");
}

#[test]
fn dir_of_schema_1_is_turned_round_and_loses_its_empty_layers() {
    let stage = Stage::new();
    let (a, b) = (gzip(&hello().layers[0]), gzip(&hello().layers[1]));
    let empty = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4";
    let step = |command: &str, more: &str| {
        let json = format!(r#"{{"container_config":{{"Cmd":["{command}"]}}{more}}}"#);
        json!({"v1Compatibility": json})
    };
    let manifest = json!({"schemaVersion": 1, "name": "lab/old", "tag": "1", "architecture": "amd64",
        "fsLayers": [{"blobSum": empty}, {"blobSum": digest(&b)}, {"blobSum": empty}, {"blobSum": digest(&a)}],
        "history": [step("CMD", r#","throwaway":true,"os":"linux","architecture":"amd64","config":{"Cmd":["run"]}"#),
            step("two", ""), step("ENV", ""), step("one", "")]});
    let mut tree = crate::build::Tree::default();
    tree.put("manifest.json", manifest.to_string())
        .put("version", "Directory Transport Version: 1.1\n");
    for blob in [&a, &b] {
        tree.put(digest(blob).replace("sha256:", ""), blob.clone());
    }
    let source = image(&stage.tree("a", &tree));
    assert_eq!((stack(&*source), commands(&*source)), ("a | b".into(), "one | two".into()));
    assert_eq!(source.image().history.len(), 4);
    assert_eq!(source.image().names, ["lab/old:1"]);
    assert_eq!(source.image().config.cmd, ["run"]);
    assert_eq!(source.image().platform.as_ref().unwrap().to_string(), "linux/amd64");
    assert_eq!(problems(&*source), "");
}

#[test]
fn a_directory_that_is_no_layout_is_a_root_filesystem() {
    let stage = Stage::new();
    let mut tree = crate::build::Tree::default();
    // A web project has these files too.
    tree.put("index.json", r#"{"pages":[]}"#)
        .put("manifest.json", r#"{"name":"app"}"#)
        .put("etc/passwd", "x");
    let place = stage.tree("a", &tree);
    for reference in [place.clone(), format!("rootfs:{place}")] {
        let source = image(&reference);
        assert_eq!((source.image().source.as_str(), source.image().layers.len()), ("rootfs", 1));
        assert!(stack(&*source).contains("etc/passwd"));
        let stored = layertui::source::Stored {
            path: b"etc/passwd",
            data: None,
            stored: 1,
            fingerprint: None,
        };
        let mut contents = String::new();
        std::io::Read::read_to_string(&mut source.open(0, &stored).unwrap(), &mut contents)
            .unwrap();
        assert_eq!(contents, "x");
        for path in [&b"etc/../../x"[..], b"etc", b"gone"] {
            let stored =
                layertui::source::Stored { path, data: None, stored: 1, fingerprint: None };
            assert!(source.open(0, &stored).is_err());
        }
    }
}

#[test]
fn more_layers_than_any_engine_mounts() {
    let stage = Stage::new();
    let names: Vec<String> = (0..300).map(|at| format!("f{at}")).collect();
    let lists: Vec<[&str; 1]> = names.iter().map(|name| [name.as_str()]).collect();
    let layers: Vec<&[&str]> = lists.iter().map(<[&str; 1]>::as_slice).collect();
    let source = image(&stage.tree("a", &one(&Image::new(&layers)).finish()));
    assert_eq!(source.image().layers.len(), 300);
    assert!(stack(&*source).ends_with("f298 | f299"));
}
