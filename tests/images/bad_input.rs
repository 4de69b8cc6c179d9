//! Damage and malice: a clear message or a row, never a panic, a hang or memory without bound.

use serde_json::{Value, json};

use layertui::layer::Unwatched;
use layertui::source::Opened;

use crate::build::{Image, Layout, Tree, digest, named};
use crate::stage::{Stage, commands, failure, image, problems, stack, try_open};
use crate::support::compress::gzip;
use crate::support::tarball::Tar;

fn hello() -> Image {
    Image::new(&[&["a"], &["b"]])
}

#[test]
fn files_that_are_no_archive_are_named_for_what_they_are() {
    let stage = Stage::new();
    for (bytes, words) in [
        (&b""[..], "there is nothing in it"),
        (b"\x7fELF and more", "a program"),
        (b"PK\x03\x04 and more", "a zip file"),
        (b"{\"a\":1}", "a JSON document"),
        (b"hello", "less than one header"),
        (&b"hello ".repeat(200), "a text"),
        (&[7; 4096], "of a kind that is not known"),
        (&gzip(b"hello"), "gzip data, no tar archive inside"),
        (&gzip(b"hello")[..8], "gzip data"),
    ] {
        let message = failure(&stage.file("x", bytes));
        assert!(message.contains(words) && message.contains("docker save"), "{message}");
    }
}

#[test]
fn documents_of_the_wrong_shape_name_the_field() {
    let stage = Stage::new();
    for (bytes, words) in [
        ("null", "manifest.json: not a list of images"),
        ("[", "manifest.json: not JSON"),
        (r#"[{"Layers":"a"}]"#, "`[0].Layers` is a string where a list should be"),
    ] {
        let tar = Tar::new().file("manifest.json", bytes).finish();
        let message = failure(&stage.file("x.tar", &tar));
        assert!(message.contains(words), "{message}");
    }
    for (bytes, words) in [
        ("", "index.json: not JSON"),
        (r#"{"manifests":{}}"#, "`manifests` is an object where a list should be"),
        ("[]", "`(document)` is a list where an object should be"),
        ("{}", "neither an index nor a manifest"),
        (r#"{"manifests":null}"#, "lists no image"),
        (r#"{"manifests":[7,{"digest":3}]}"#, "no digest"),
    ] {
        let mut tree = Tree::default();
        tree.put("index.json", bytes).put("oci-layout", "{}");
        let place = stage.path("layout");
        tree.unpack(std::path::Path::new(&place));
        let message = failure(&place);
        assert!(message.contains(words), "{bytes}: {message}");
        std::fs::remove_dir_all(place).unwrap();
    }
}

#[test]
fn without_a_config_the_layers_still_open() {
    let stage = Stage::new();
    for damage in [Vec::new(), b"{".to_vec(), b"[]".to_vec()] {
        let mut tree = hello().docker(&["x:1"]);
        let config = tree
            .0
            .keys()
            .find(|name| name.strip_suffix(".json").is_some_and(|stem| stem != "manifest"))
            .unwrap()
            .clone();
        if damage.is_empty() {
            tree.0.remove(&config);
        } else {
            tree.put(config, damage);
        }
        let source = image(&stage.file("a.tar", &tree.pack()));
        assert_eq!((stack(&*source), commands(&*source)), ("a | b".into(), "? | ?".into()));
        assert!(problems(&*source).contains("the config cannot be read"), "{}", problems(&*source));
    }
    let mut layout = Layout::default();
    let descriptor = layout.image(&hello());
    layout.tree.0.remove(&hello().id().replace("sha256:", "blobs/sha256/")).unwrap();
    let source = image(&stage.tree("b", &layout.list(descriptor).finish()));
    assert_eq!(stack(&*source), "a | b");
    assert!(problems(&*source).contains("the config cannot be read (not here)"));
}

#[test]
fn a_changed_manifest_or_config_opens_with_a_warning() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let descriptor = layout.image(&hello());
    let config = hello().id().replace("sha256:", "blobs/sha256/");
    let mut changed = hello().config;
    changed["config"]["Cmd"] = json!(["evil"]);
    layout.tree.put(config, changed.to_string());
    let source = image(&stage.tree("a", &layout.list(descriptor).finish()));
    assert_eq!(source.image().config.cmd, ["evil"]);
    assert!(problems(&*source).contains("the config should be sha256:"), "{}", problems(&*source));
}

#[test]
fn bytes_that_are_not_what_was_promised_are_noted_on_the_layer() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let image_ = hello();
    let mut manifest = image_.manifest(&mut layout);
    manifest["layers"][0]["mediaType"] = json!("application/vnd.oci.image.layer.v1.tar+zstd");
    let second = digest(&gzip(&image_.layers[1])).replace("sha256:", "blobs/sha256/");
    layout.tree.put(second, gzip(&crate::build::layer(&["changed"])));
    let descriptor = layout.blob(crate::build::MANIFEST, manifest.to_string().as_bytes());
    let source = image(&stage.tree("a", &layout.list(descriptor).finish()));
    assert_eq!(stack(&*source), "a | changed");
    let said = |layer: usize| {
        let judged = source.check_listing(layer, &source.list(layer, &Unwatched));
        judged.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("\n")
    };
    assert!(said(0).contains("the media type says zstd, the bytes are gzip"), "{}", said(0));
    assert!(said(1).contains(" should be sha256:"), "{}", said(1));
    assert!(problems(&*source).contains("bytes, the blob has"), "{}", problems(&*source));
}

#[test]
fn history_and_layers_that_disagree_lose_no_layer() {
    let stage = Stage::new();
    for (history, expected) in [
        (json!(null), "? | ?"),
        (json!([]), "? | ?"),
        (json!([{"created_by": "x"}]), "? | x"),
        (json!([{"created_by": "w"}, {"created_by": "x"}, {"created_by": "y"}]), "x | y"),
        (json!([{"created_by": "x"}, {"created_by": "e", "empty_layer": true}, null]), "x | ?"),
        (json!("nonsense"), "? | ?"),
    ] {
        let mut image_ = hello();
        image_.config["history"] = history;
        let source = image(&stage.file("a.tar", &image_.docker(&["x:1"]).pack()));
        assert_eq!(
            (commands(&*source), stack(&*source)),
            (expected.to_owned(), "a | b".to_owned())
        );
    }
    for diff_ids in [json!(null), json!(["sha256:1"]), json!([1, 2]), json!({})] {
        let mut image_ = hello();
        image_.config["rootfs"]["diff_ids"] = diff_ids;
        let source = image(&stage.file("a.tar", &image_.docker(&["x:1"]).pack()));
        assert_eq!(stack(&*source), "a | b");
    }
}

#[test]
fn a_path_that_leads_out_of_the_place_finds_nothing() {
    let stage = Stage::new();
    let secret = stage.file("secret", &crate::build::layer(&["stolen"]));
    for path in
        ["../secret", "/etc/passwd", "a/../../secret", &secret, "link", "up/secret", "absolute"]
    {
        let mut tree = hello().docker(&["x:1"]);
        let mut saved: Value = serde_json::from_slice(&tree.0["manifest.json"]).unwrap();
        saved[0]["Layers"][0] = json!(path);
        tree.put("manifest.json", saved.to_string());
        tree.put("link", "->../secret").put("up", "->..").put("absolute", format!("->{secret}"));
        for place in [stage.tree("dir", &tree), stage.file("a.tar", &tree.pack())] {
            let source = image(&place);
            assert_eq!(stack(&*source), " | b", "{path}");
            assert!(!source.image().layers[0].problems.is_empty());
        }
        std::fs::remove_dir_all(stage.path("dir")).unwrap();
    }
}

#[test]
fn one_document_named_a_thousand_times_is_not_read_a_thousand_times() {
    let stage = Stage::new();
    let mut config = hello().config;
    config["padding"] = json!("x".repeat(1 << 20));
    let saved: Vec<_> = (0..100)
        .map(|at| json!({"Config": "c", "RepoTags": [format!("x:{at}")], "Layers": []}))
        .collect();
    let tar =
        Tar::new().file("manifest.json", json!(saved).to_string()).file("c", config.to_string());
    let several = crate::stage::several(&stage.file("a.tar", &tar.finish()));
    assert!(several.choices[0].platform.is_some() && several.choices[99].platform.is_none());
    assert_eq!(several.open(99).unwrap().image().names, ["x:99"]);
}

#[test]
fn inline_data_that_is_not_the_blob_is_not_believed() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let mut manifest = hello().manifest(&mut layout);
    manifest["config"]["data"] = json!("e30=");
    manifest["layers"][0]["data"] = json!("AAAA");
    let descriptor = layout.blob(crate::build::MANIFEST, manifest.to_string().as_bytes());
    let source = image(&stage.tree("a", &layout.list(descriptor).finish()));
    assert_eq!((stack(&*source), commands(&*source)), ("a | b".into(), "step 0 | step 1".into()));
    assert_eq!(problems(&*source).matches("is not that blob").count(), 2);
}

#[test]
fn a_directory_called_like_a_document_is_just_a_directory() {
    let tar =
        Tar::new().dir("manifest.json/", 0o755).dir("index.json", 0o755).file("x", "").finish();
    assert_eq!(stack(&*image(&Stage::new().file("a.tar", &tar))), "manifest.json index.json x");
}

#[test]
fn links_in_circles_end() {
    let stage = Stage::new();
    let mut tree = hello().docker(&["x:1"]);
    let mut saved: Value = serde_json::from_slice(&tree.0["manifest.json"]).unwrap();
    saved[0]["Layers"] = json!(["a", "deep/x"]);
    tree.put("manifest.json", saved.to_string());
    tree.put("a", "->b").put("b", "->a").put("deep", "->deep/deep");
    for place in [stage.tree("dir", &tree), stage.file("a.tar", &tree.pack())] {
        let source = image(&place);
        assert_eq!(source.image().layers.len(), 2);
        assert!(problems(&*source).contains("circles"), "{}", problems(&*source));
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_in_the_place_of_a_blob_is_not_waited_for() {
    let stage = Stage::new();
    let mut tree = hello().docker(&["x:1"]);
    let layer = tree.0.keys().find(|name| name.ends_with("layer.tar")).unwrap().clone();
    tree.0.remove(&layer);
    let place = stage.tree("a", &tree);
    let made = std::process::Command::new("mkfifo").arg(format!("{place}/{layer}")).status();
    assert!(made.unwrap().success());
    assert!(problems(&*image(&place)).contains("no regular file"));
}

#[test]
fn an_archive_cut_off_anywhere_opens_as_far_as_it_goes_or_says_so() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let descriptor = layout.image(&hello());
    let archives = [
        hello().docker(&["x:1"]).pack(),
        layout.list(named(descriptor, "x:1")).finish().pack(),
        gzip(&hello().podman("x:1").pack()),
    ];
    let mut whole = 0;
    for archive in &archives {
        for cut in (0..archive.len()).step_by(if archive.len() > 20_000 { 211 } else { 37 }) {
            match try_open(&stage.file("cut", &archive[..cut])) {
                Ok(Opened::Image(source)) => {
                    whole += usize::from(stack(&*source) == "a | b");
                }
                Ok(Opened::Several(several)) => assert!(several.choices.len() > 1),
                Err(error) => assert!(error.to_string().len() > 20, "{error}"),
            }
        }
    }
    assert!(whole > 0, "what was cut off was only the end");
}

#[test]
fn a_saved_image_cut_off_before_its_manifest_is_not_taken_for_a_root_filesystem() {
    let stage = Stage::new();
    for archive in [hello().podman("x:1").pack(), hello().kaniko("x:1").pack()] {
        let message = failure(&stage.file("cut", &archive[..1000]));
        assert!(message.contains("a saved image without it ("), "{message}");
    }
}

#[test]
fn a_layer_that_the_archive_ends_in_says_how_much_is_missing() {
    let stage = Stage::new();
    let image_ = Image::new(&[&["a"]]);
    let saved = json!([{"Config": "c", "RepoTags": ["x:1"], "Layers": ["l"]}]);
    let tar = Tar::new().file("manifest.json", saved.to_string()).file("c", image_.config_bytes());
    let tar = tar.file("l", &image_.layers[0]).cut_off();
    let source = image(&stage.file("a.tar", &tar[..tar.len() - 1024]));
    assert_eq!(source.image().layers.len(), 1);
    assert!(!problems(&*source).is_empty());
}

#[test]
fn zeros_without_end_are_an_empty_archive() {
    let stage = Stage::new();
    let zeros = vec![0; 64 << 20];
    let bomb = gzip(&zeros);
    let source = image(&stage.file("zeros.gz", &bomb));
    assert_eq!(stack(&*source), "", "an empty archive, whatever follows");
    let copied = source.listing_cost(0);
    assert!(copied < 1 << 20, "{copied} bytes were copied of something that had ended");
}
