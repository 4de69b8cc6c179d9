//! Images as single builders write them: each opens as one image with its layers, or says what it is instead.

use std::path::Path;

use serde_json::{Value, json};

use layertui::load::{Loader, Want};

use crate::build::{INDEX, Image, Layout, MANIFEST, Tree, digest, hex, named, on};
use crate::stage::{Stage, commands, failure, image, problems, several, stack};
use crate::support::compress::gzip;
use crate::support::recase::{CASES, recased};
use crate::support::tarball::Tar;

fn hello() -> Image {
    Image::new(&[&["a"], &["b"]])
}

#[test]
fn keys_of_documents_are_read_in_any_case() {
    let stage = Stage::new();
    for (at, case) in CASES.into_iter().enumerate() {
        let recase = |document: &[u8]| recased(document, case, &[]);
        let mut odd = hello();
        odd.config = serde_json::from_str(&recase(odd.config.to_string().as_bytes())).unwrap();
        let mut tree = odd.docker(&["t:1"]);
        let manifest = recase(&tree.0["manifest.json"]);
        tree.put("manifest.json", manifest);
        let source = image(&stage.file(&format!("{at}.tar"), &tree.pack()));
        assert_eq!(stack(&*source), "a | b");
        assert_eq!(commands(&*source), "step 0 | step 1");
        assert_eq!(source.image().names, ["t:1"]);
        assert_eq!(source.image().config.env, ["A=b"]);
        assert_eq!(problems(&*source), "");

        let mut layout = Layout::default();
        let manifest = recase(odd.manifest(&mut layout).to_string().as_bytes());
        let descriptor = layout.blob(MANIFEST, manifest.as_bytes());
        let nested = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor]});
        let nested = layout.blob(INDEX, recase(nested.to_string().as_bytes()).as_bytes());
        let mut tree = layout.list(nested).finish();
        for document in ["index.json", "oci-layout"] {
            let odd = recase(&tree.0[document]);
            tree.put(document, odd);
        }
        let source = image(&stage.tree(&at.to_string(), &tree));
        assert_eq!((stack(&*source), problems(&*source)), ("a | b".into(), String::new()));
    }
}

#[test]
fn a_build_cache_is_named_as_one() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let layer =
        layout.blob("application/vnd.oci.image.layer.v1.tar+gzip", &gzip(&hello().layers[0]));
    let config = json!({"layers": [{"blob": layer["digest"], "parent": -1}], "records": []});
    let config =
        layout.blob("application/vnd.buildkit.cacheconfig.v0", config.to_string().as_bytes());
    // As an index of layers, by default, and as a manifest (`image-manifest=true`).
    let index = layout.index(&[layer.clone(), config.clone()]);
    let manifest =
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]});
    let manifest = layout.blob(MANIFEST, manifest.to_string().as_bytes());
    for (name, listed) in [("index", index), ("manifest", manifest)] {
        let tree = layout.clone().list(named(listed, "latest")).finish();
        for reference in [stage.tree(name, &tree), stage.file(&format!("{name}.tar"), &tree.pack())]
        {
            let message = failure(&reference);
            assert!(message.contains("not an image: a build cache"), "{message}");
            assert!(message.contains("read as an OCI layout"), "{message}");
        }
    }
}

#[test]
fn what_is_no_manifest_is_never_a_choice() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let one = layout.image(&hello());
    let config = layout.blob("application/vnd.oci.image.config.v1+json", &hello().config_bytes());
    let layer = layout.blob("application/vnd.oci.image.layer.v1.tar", &hello().layers[0]);
    let odd = layout.blob("application/vnd.example", &hello().config_bytes());
    let mut signature = |layer_type: &str| {
        let layer = layout.blob(layer_type, b"{}");
        let empty = layout.blob("application/vnd.oci.image.config.v1+json", b"{}");
        let manifest =
            json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": empty, "layers": [layer]});
        layout.blob(MANIFEST, manifest.to_string().as_bytes())
    };
    let tag = |kind: &str| format!("sha256-{}.{kind}", "a".repeat(64));
    let signed = named(signature("application/vnd.dev.cosign.simplesigning.v1+json"), &tag("sig"));
    let attested = named(signature("application/vnd.dsse.envelope.v1+json"), &tag("att"));
    let listed = named(signature("text/spdx+json"), &tag("sbom"));
    let about = json!({"schemaVersion": 2, "mediaType": MANIFEST, "subject": one,
        "config": config, "layers": [layer.clone()]});
    let about = layout.blob(MANIFEST, about.to_string().as_bytes());
    let tree = [one, config, layer, odd, signed, attested, listed, about]
        .into_iter()
        .fold(layout, Layout::list)
        .finish();
    let source = image(&stage.tree("all", &tree));
    assert_eq!((stack(&*source), problems(&*source)), ("a | b".into(), String::new()));
    let notes: Vec<&str> = source.image().others.iter().map(|it| it.note.raw()).collect();
    for expected in
        ["the config of an image", "a layer", "a signature", "an attestation", "an SBOM"]
    {
        assert!(notes.iter().any(|note| note.contains(expected)), "{expected}: {notes:?}");
    }
    let message = failure(&format!("{}:{}", stage.path("all"), tag("sig")));
    assert!(message.contains("not an image: a signature"), "{message}");
}

#[test]
fn an_unnamed_image_among_attestations_is_opened() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let one = layout.image(&hello());
    let statement = layout.blob("application/vnd.in-toto+json", b"{}");
    let config = layout.blob("application/vnd.oci.image.config.v1+json", b"{\"os\":\"unknown\"}");
    let attestation =
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [statement]});
    let attestation = layout.blob(MANIFEST, attestation.to_string().as_bytes());
    let tree = layout
        .list(on(attestation.clone(), "unknown", "unknown"))
        .list(one)
        .list(attestation.clone())
        .list(named(attestation, "att"))
        .finish();
    assert_eq!(stack(&*image(&stage.tree("a", &tree))), "a | b");
}

#[test]
fn names_separated_by_commas_each_choose() {
    let stage = Stage::new();
    let (mut layout, both) = (Layout::default(), "example.com/x:1, example.com/x:2");
    let one = named(layout.image(&hello()), both);
    let mut two = layout.image(&Image::new(&[&["z"]]));
    two["annotations"] = json!({"io.containerd.image.name": "example.com/y:1,example.com/y:2",
        "org.opencontainers.image.ref.name": "1,2"});
    let path = stage.tree("a", &layout.list(one).list(two).finish());
    let choices: Vec<String> = several(&path).choices.into_iter().map(|it| it.reference).collect();
    assert_eq!(choices, [format!("{path}:example.com/x:1"), format!("{path}:example.com/y:1")]);
    for (name, files) in [("x:1", "a | b"), ("x:2", "a | b"), ("y:1", "z"), ("y:2", "z")] {
        let source = image(&format!("{path}:example.com/{name}"));
        assert_eq!(stack(&*source), files, "{name}");
        assert_eq!(source.image().names.len(), 2, "{name}");
    }
}

/// A layout whose blobs are links to files of another directory, as rules_oci leaves them in Bazel's cache.
fn linked(stage: &Stage, name: &str, target: impl Fn(&str) -> String) -> String {
    let mut layout = Layout::default();
    let one = layout.image(&hello());
    let mut tree = layout.list(named(one, "1")).finish();
    let mut cache = Tree::default();
    for (path, bytes) in &mut tree.0 {
        if let Some(blob) = path.strip_prefix("blobs/sha256/") {
            cache.put(blob, bytes.clone());
            *bytes = format!("->{}", target(blob)).into_bytes();
        }
    }
    stage.tree("cache", &cache);
    stage.tree(name, &tree)
}

#[test]
fn blobs_that_are_links_are_followed_to_bytes_of_that_digest() {
    let stage = Stage::new();
    let cache = stage.path("cache");
    let relative = linked(&stage, "relative", |blob| format!("../../../cache/{blob}"));
    let absolute = linked(&stage, "absolute", |blob| format!("{cache}/{blob}"));
    for path in [&relative, &absolute] {
        let source = image(path);
        assert_eq!((stack(&*source), problems(&*source)), ("a | b".into(), String::new()));
    }
    // lxc shares the whole directory of blobs.
    let whole = stage.path("whole");
    std::fs::create_dir_all(format!("{whole}/shared")).unwrap();
    std::fs::rename(&cache, format!("{whole}/shared/sha256")).unwrap();
    let lone = stage.tree("lone", &Tree::default());
    for file in ["index.json", "oci-layout"] {
        std::fs::copy(format!("{relative}/{file}"), format!("{lone}/{file}")).unwrap();
    }
    std::os::unix::fs::symlink(format!("{whole}/shared"), format!("{lone}/blobs")).unwrap();
    assert_eq!(stack(&*image(&lone)), "a | b");
}

#[test]
fn a_link_that_leads_out_to_other_bytes_is_named_and_not_read() {
    let stage = Stage::new();
    let path = linked(&stage, "a", |blob| format!("../../../cache/{blob}"));
    let layer = hex(&gzip(&hello().layers[1]));
    stage.file(&format!("cache/{layer}"), b"root:x:0:0");
    let source = image(&path);
    assert_eq!(stack(&*source), "a | ");
    let said = problems(&*source);
    assert!(said.contains(&format!("`blobs/sha256/{layer}` is a link to")), "{said}");
    assert!(said.contains("do not have the digest"), "{said}");

    std::fs::remove_file(stage.path(&format!("cache/{layer}"))).unwrap();
    let said = problems(&*image(&path));
    assert!(said.contains("which is not here"), "{said}");

    // Only blobs are looked for outside: a list has no digest that it could be held against.
    let index = stage.path("a/index.json");
    std::fs::rename(&index, stage.path("index.json")).unwrap();
    std::os::unix::fs::symlink("../index.json", &index).unwrap();
    let message = failure(&path);
    assert!(message.contains("`index.json` is a link to `../index.json`"), "{message}");
}

#[test]
fn a_layer_that_is_a_dangling_link_is_found_at_the_root_or_named() {
    let stage = Stage::new();
    let mut tree = hello().docker(&["t:1"]);
    let path = tree.0.keys().find(|it| it.ends_with("/layer.tar")).unwrap().clone();
    let layer = tree.0[&path].clone();
    tree.put(path.clone(), "->.cached/abc.tar");
    for (name, place) in [("below", ".cached/abc.tar"), ("root", "abc.tar")] {
        let mut tree = tree.clone();
        tree.put(place, layer.clone());
        for reference in [stage.tree(name, &tree), stage.file(&format!("{name}.tar"), &tree.pack())]
        {
            let source = image(&reference);
            assert_eq!((stack(&*source), problems(&*source)), ("a | b".into(), String::new()));
        }
    }
    for reference in [stage.tree("gone", &tree), stage.file("gone.tar", &tree.pack())] {
        let said = problems(&*image(&reference));
        assert!(said.contains(&format!("`{path}` is a link to `.cached/abc.tar`")), "{said}");
        assert!(said.contains("which is not here"), "{said}");
    }
}

#[test]
fn a_foreign_layer_of_an_archive_says_what_it_is() {
    let stage = Stage::new();
    let mut tree = hello().on("windows", "amd64").docker(&["w:1"]);
    let mut manifest: Value = serde_json::from_slice(&tree.0["manifest.json"]).unwrap();
    let base = manifest[0]["Layers"][0].as_str().unwrap().to_owned();
    tree.0.remove(&base);
    let blob = format!("sha256:{}", "f".repeat(64));
    manifest[0]["LayerSources"] = json!({digest(&hello().layers[0]): {
        "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "size": 1234, "digest": blob, "urls": ["https://mcr.example.com/x"]}});
    tree.put("manifest.json", manifest.to_string());
    let source = image(&stage.file("w.tar", &tree.pack()));
    let layer = &source.image().layers[0];
    assert_eq!((layer.compressed_bytes, layer.digest.as_ref()), (Some(1234), Some(&blob)));
    for part in ["a foreign layer", "https://mcr.example.com/x"] {
        assert!(layer.problems[0].raw().contains(part), "{:?}", layer.problems);
    }
}

#[test]
fn history_keeps_its_place_where_a_document_stands_among_the_layers() {
    let stage = Stage::new();
    let mut layout = Layout::default();
    let mut manifest = hello().manifest(&mut layout);
    let statement = layout.blob("application/vnd.in-toto+json", b"{}");
    manifest["layers"].as_array_mut().unwrap().insert(1, statement.clone());
    let descriptor = layout.blob(MANIFEST, manifest.to_string().as_bytes());
    let source = image(&stage.tree("a", &layout.list(descriptor).finish()));
    assert_eq!(stack(&*source), "a | b");
    assert_eq!(commands(&*source), "step 0 | step 1");
    assert_eq!(problems(&*source), "");
    let other = &source.image().others[0];
    assert_eq!(
        (other.kind.as_str(), other.digest.as_deref()),
        ("attestation", statement["digest"].as_str())
    );
}

#[test]
fn a_name_that_begins_like_a_digest_makes_no_saved_image() {
    let stage = Stage::new();
    let id = "0123456789abcdef".repeat(4);
    for name in [format!("{id}.txt"), format!("{id}-1"), format!("{id}0"), format!("{id}/data")] {
        let source = image(&stage.file("a.tar", &Tar::new().file(&name, "x").finish()));
        assert_eq!((source.image().source.as_str(), stack(&*source)), ("rootfs", name));
    }
    // A save of which only this is left still says so, and how to see it all the same.
    for name in [format!("{id}.json"), format!("{id}/layer.tar"), format!("blobs/sha256/{id}")] {
        let path = stage.file("b.tar", &Tar::new().file(&name, "x").finish());
        let message = failure(&path);
        assert!(message.contains(&format!("layer:{path} shows it as one layer")), "{message}");
        assert_eq!(stack(&*image(&format!("layer:{path}"))), name);
    }
}

#[test]
fn blobs_inside_a_root_filesystem_are_files_like_others() {
    let stage = Stage::new();
    let blob = format!("blobs/sha256/{}", "ab".repeat(32));
    for other in ["srv/x", "README"] {
        let tar = Tar::new().file(&blob, "x").file(other, "y").finish();
        let source = image(&stage.file("a.tar", &tar));
        assert_eq!(
            (source.image().source.as_str(), stack(&*source)),
            ("rootfs", format!("{blob} {other}"))
        );
    }
}

#[test]
fn a_layer_is_forced_whatever_its_names_look_like() {
    let stage = Stage::new();
    let saved = stage.file("save.tar", &hello().docker(&["t:1"]).pack());
    let packed = stage.file("save.tar.gz", &gzip(&std::fs::read(&saved).unwrap()));
    assert_eq!(stack(&*image(&saved)), "a | b");
    for path in [saved, packed] {
        let source = image(&format!("layer:{path}"));
        assert_eq!(source.image().source, "layer");
        assert!(stack(&*source).contains("manifest.json"), "{}", stack(&*source));
        assert_eq!(problems(&*source), "");
    }
    let directory = stage.tree("d", &Tree::default());
    assert!(failure(&format!("layer:{directory}")).contains(&format!("rootfs:{directory}")));
    assert!(!Path::new("layer:x").exists() && failure("layer:x").contains("no such file"));
}

#[test]
fn what_was_taken_for_an_image_by_mistake_says_how_to_see_it() {
    let stage = Stage::new();
    let mut tree = Tree::default();
    tree.put("oci-layout", "{}").put("index.json", "[]").put("etc/passwd", "root");
    let tar = stage.file("a.tar", &tree.pack());
    let directory = stage.tree("a", &tree);
    for (path, forced) in
        [(&tar, format!("layer:{tar}")), (&directory, format!("rootfs:{directory}"))]
    {
        let message = failure(path);
        assert!(message.contains("read as") && message.contains(&forced), "{message}");
        assert!(stack(&*image(&forced)).contains("etc/passwd"));
    }
}

#[test]
fn names_of_a_windows_image_fold_their_case_and_those_of_linux_do_not() {
    let stage = Stage::new();
    for (os, visible) in [("windows", 1), ("Windows", 1), ("linux", 2)] {
        let two = Image::new(&[&["Files/a.dll"], &["files/A.DLL"]]).on(os, "amd64");
        let source = image(&stage.file("a.tar", &two.docker(&["t:1"]).pack()));
        let loader = Loader::new(source.into(), None);
        loader.run(Want::Tree, &|_| {});
        let stack = loader.stack();
        assert_eq!(stack.path_count(), 1 + 2 * visible, "{os}");
        assert!(stack.find(b"FILES/A.dll").is_some() == (visible == 1), "{os}");
    }
}
