//! What a sound engine has, and where it is looked for.

use serde_json::{Value, json};

use crate::peer::Reply;
use crate::stage::{Image, NAME, Stage, complaint};

fn reference() -> String {
    format!("docker-daemon:{NAME}")
}

/// The same answers, byte for byte.
#[test]
fn an_image_of_an_engine_is_its_archive() {
    let stage = Stage::new();
    let archive = stage.archive().display().to_string();
    for question in [
        &["ls", "--json", "--recursive", "--long"][..],
        &["ls", "--json", "--recursive", "--layer", "0"],
        &["diff", "--json", "--layer", "0"],
        &["diff", "--json"],
        &["history", "--json", "--glob", "**"],
        &["find", "--json", "a"],
        &["cat"],
    ] {
        let ask = |image: &str| match question {
            ["history", rest @ ..] => stage.prints(&[&["history", image], rest].concat()),
            ["find", json, what] => stage.prints(&["find", json, image, what]),
            ["cat"] => stage.prints(&["cat", image, "/etc/a"]),
            _ => stage.prints(&[question, &[image]].concat()),
        };
        assert_eq!(ask(&reference()), ask(&archive), "{question:?}");
    }
    let told = stage.prints(&["layers", &reference()]);
    assert!(told.contains("(docker-daemon)") && told.contains("RUN change"), "{told}");
}

/// Everything that `layers` says of the layers themselves comes from the image's own config in the end.
#[test]
fn the_layers_are_reported_as_those_of_the_archive() {
    let stage = Stage::new();
    let report = |image: &str| -> Value {
        serde_json::from_str(&stage.prints(&["layers", "--json", image])).unwrap()
    };
    let (ours, theirs) = (report(&reference()), report(&stage.archive().display().to_string()));
    assert_eq!(ours["layers"], theirs["layers"]);
    assert_eq!(ours["totals"], theirs["totals"]);
    assert_eq!(ours["image"]["id"], theirs["image"]["id"]);
    assert_eq!(ours["image"]["source"], "docker-daemon");
}

/// The archive comes once, after what describes the image.
#[test]
fn the_image_is_described_first_and_exported_once() {
    let stage = Stage::new();
    stage.prints(&["layers", &reference()]);
    let id = &stage.image.id;
    let expected = [
        "/_ping".to_owned(),
        format!("/images/{NAME}/json"),
        "/info".to_owned(),
        format!("/images/{id}/history"),
        format!("/images/{id}/get"),
    ];
    assert_eq!(stage.peer.asked(), expected);
}

/// What was listed and found to be what was described is known the next time.
#[test]
fn an_image_that_is_known_is_not_exported_again() {
    let stage = Stage::new();
    let exports = || stage.peer.asked().iter().filter(|path| path.ends_with("/get")).count();
    let first = stage.prints(&["ls", "--json", "--recursive", &reference()]);
    let again = stage.prints(&["ls", "--json", "--recursive", &reference()]);
    assert_eq!(first, again);
    assert_eq!(exports(), 1);
    // Contents are not.
    assert_eq!(stage.prints(&["cat", &reference(), "/etc/a"]), "other");
    assert_eq!(exports(), 2);
}

#[test]
fn podman_is_asked_at_its_own_place() {
    let stage = Stage::new();
    let host = format!("unix://{}", stage.peer.socket.display());
    let output = stage.run_with(&["layers", "podman:lab/engine:1"], &[("CONTAINER_HOST", &host)]);
    assert!(output.status.success(), "{}", complaint(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("(podman)"));
}

#[test]
fn the_users_own_socket_is_found_unasked() {
    let stage = Stage::new();
    let run = stage.home.path().join("run");
    std::fs::create_dir_all(&run).unwrap();
    std::os::unix::fs::symlink(&stage.peer.socket, run.join("docker.sock")).unwrap();
    let run = run.display().to_string();
    let output = stage.run_with(&["layers", &reference()], &[("XDG_RUNTIME_DIR", &run)]);
    assert!(output.status.success(), "{}", complaint(&output));
}

/// No local store has it: an engine that does is asked.
#[test]
fn a_bare_name_is_found_in_an_engine() {
    let stage = Stage::new();
    let told = stage.prints(&["layers", NAME]);
    assert!(told.contains(&format!("{NAME}  (docker-daemon)")), "{told}");
    let output = stage.run(&["layers", "lab/none:1"]);
    let message = complaint(&output);
    assert!(!output.status.success() && message.contains("lab/none:1"), "{message}");
}

#[test]
fn what_an_engine_lists_is_among_the_images() {
    let stage = Stage::new();
    let told = stage.prints(&["images", "--containers"]);
    let socket = stage.peer.socket.display().to_string();
    let block = told.split("docker-daemon  API 1.41  ").nth(1).unwrap_or_else(|| panic!("{told}"));
    for word in [&socket, NAME, "web", "of lab/engine:1", "300 kB", "- layers"] {
        assert!(block.contains(word), "no `{word}` in {told}");
    }
    let rows: Vec<Value> = stage
        .prints(&["images", "--json"])
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|row: &Value| row["source"] == "docker-daemon")
        .collect();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["reference"], reference());
    assert_eq!(rows[0]["layers"], Value::Null);
}

/// A configured socket without a listener is reported, a default one is not.
#[test]
fn a_default_socket_without_a_listener_is_not_reported() {
    let stage = Stage::new();
    let said = |variables: &[(&str, &str)]| {
        let output = stage.run_with(&["images"], variables);
        complaint(&output).lines().filter(|line| line.contains("nothing is listening")).count()
    };
    assert_eq!(said(&[("XDG_RUNTIME_DIR", "/nowhere")]), 0);
    assert_eq!(said(&[("CONTAINER_HOST", "unix:///nowhere")]), 1);
}

/// No store is readable: the layers are the image's, and the writable one is what the engine says that changed.
#[test]
fn a_container_of_an_engine_has_the_layers_of_its_image_below_its_changes() {
    let stage = Stage::new();
    let lines = |what: &[&str]| -> Vec<Value> {
        stage.prints(what).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let layers = &lines(&["layers", "--json", "container:web"])[0];
    let ids: Vec<_> = layers["layers"].as_array().unwrap().iter().map(|it| &it["diffId"]).collect();
    assert_eq!(ids[..2], [&stage.image.layers[0], &stage.image.layers[1]]);
    assert_eq!((ids.len(), ids[2]), (3, &Value::Null));
    assert_eq!(layers["layers"][2]["createdBy"], "container's writable layer");
    let mount = json!({"destination": "/data", "kind": "bind", "source": "/srv", "readOnly": true});
    assert_eq!(layers["image"]["mounts"], json!([mount]));
    let told =
        "a mount is not understood: `Mounts[1].Destination` is a number where a string should be";
    assert_eq!(layers["image"]["problems"].as_array().unwrap().last(), Some(&json!(told)));
    let changed = lines(&["diff", "--json", "container:web"]);
    let changed: Vec<_> = changed
        .iter()
        .map(|line| {
            format!("{} {}", line["change"].as_str().unwrap(), line["path"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        changed,
        ["metadata /etc", "modified /etc/a", "added /etc/from-the-container", "removed /new"]
    );
    for (path, text) in [("/etc/a", "by the container"), ("/etc/from-the-container", "x")] {
        assert_eq!(stage.prints(&["cat", "container:web", path]), text);
    }
    let below = stage.prints(&["cat", "--layer", "1", "container:web", "/etc/a"]);
    assert_eq!(below, "other");
    let image = lines(&["ls", "--recursive", "--json", "--layer", "1", "container:web"]);
    let name = reference();
    assert_eq!(image, lines(&["ls", "--recursive", "--json", &name]));
}

/// An engine that does not tell what changed, or has no such image any more: then the merged tree is all there is.
#[test]
fn a_container_whose_layers_are_not_told_apart_opens_as_one_layer() {
    for missing in ["/changes", "/images/sha256"] {
        let stage = Stage::with(move |path| {
            path.contains(missing).then_some(Reply::No(404, "no such thing"))
        });
        let told = stage.prints(&["ls", "--recursive", "container:web"]);
        assert!(told.contains("etc/from-the-container"), "{told}");
        let told = stage.prints(&["layers", "container:web"]);
        assert!(told.contains("shown as one layer: "), "{told}");
    }
}

/// Listed while it streams, and copied only if a file of it is needed.
#[test]
fn the_merged_tree_of_a_container_streams() {
    let stage =
        Stage::with(|path| path.ends_with("/changes").then_some(Reply::No(501, "not here")));
    let spool = stage.home.path().join("no-spool");
    let host = format!("unix://{}", stage.peer.socket.display());
    // Where nothing can be copied to, a listing is to be had all the same.
    let variables = [("DOCKER_HOST", host.as_str()), ("TMPDIR", spool.to_str().unwrap())];
    let listed = stage.run_with(&["ls", "--recursive", "container:web"], &variables);
    assert_eq!(complaint(&listed), "");
    assert!(String::from_utf8_lossy(&listed.stdout).contains("etc/from-the-container"));
    let cat = ["cat", "container:web", "/etc/from-the-container"];
    let refused = stage.run_with(&cat, &variables);
    assert_eq!(refused.status.code(), Some(2), "that it is not there would be no answer");
    let said = complaint(&refused);
    assert!(said.contains("layer 0") && said.contains("no-spool"), "{said}");
    assert_eq!(stage.prints(&cat), "x");
}

/// An engine that keeps several platforms of an image says so, and gives the one that is asked for.
#[test]
fn an_image_for_several_platforms_is_one_of_them() {
    let item = |os: &str, architecture: &str, available: bool| {
        json!({"ID": format!("sha256:{architecture}"), "Kind": "image", "Available": available,
            "Size": {"Total": 7, "Content": 5},
            "ImageData": {"Platform": {"os": os, "architecture": architecture, "variant": ""}}})
    };
    let list = json!([
        item("linux", "amd64", true),
        item("linux", "arm64", true),
        item("linux", "s390x", false),
        {"ID": "sha256:a", "Kind": "attestation", "AttestationData": {"For": "sha256:amd64"}},
        7,
    ]);
    let stage = Stage::speaking("1.51", move |path| {
        let mut inspect = Image::new().inspect();
        match path.split_once('?')? {
            (path, "manifests=1") if path.ends_with(":1/json") => {
                inspect["Manifests"] = list.clone();
            }
            (path, query) if path.ends_with("json") && query.contains("arm64") => {
                inspect["Architecture"] = "arm64".into();
            }
            (path, query) => {
                assert!(query.contains("platform="), "{query}");
                return Some(Image::new().answer(path));
            }
        }
        Some(Reply::Json(inspect))
    });
    let reference = format!("docker-daemon:{NAME}");
    let report = |more: &[&str]| -> Value {
        let words = [&["layers", "--json", &reference], more].concat();
        serde_json::from_str(&stage.prints(&words)).unwrap()
    };
    let said = report(&[]);
    let others: Vec<String> = said["image"]["others"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {} {}", it["kind"], it["platform"], it["present"]))
        .collect();
    let expected = [r#""image" "linux/arm64" true"#, r#""image" "linux/s390x" false"#];
    assert_eq!(others, expected);
    assert_eq!(said["image"]["platform"], "linux/amd64");
    let other = report(&["--no-cache", "--platform", "linux/arm64"]);
    assert_eq!(other["image"]["platform"], "linux/arm64");
    assert_eq!(other["image"]["others"][0]["platform"], "linux/amd64", "and the way back");
    let asked = stage.peer.asked();
    let exported = asked.iter().filter(|path| path.contains("/get?platform=")).count();
    assert_eq!(exported, 1, "{asked:?}");
    let none = stage.run(&["layers", "--platform", "linux/riscv64", &reference]);
    assert!(complaint(&none).contains("riscv64"), "{}", complaint(&none));
}

/// As Docker 25 and later export (an OCI layout that can also be read the old way), as podman and containerd do (an OCI
/// layout alone), with compressed layers or plain ones.
#[test]
fn an_export_in_any_form_is_the_same_image() {
    let expected = Stage::new().prints(&["ls", "--json", "--recursive", &reference()]);
    assert!(expected.lines().count() > 3);
    for (compressed, old_way) in [(false, true), (true, true), (true, false), (false, false)] {
        let export = Image::new().as_layout(compressed, old_way);
        let stage = Stage::exporting(move |_| Reply::Stream(export.clone()));
        let listed = stage.prints(&["ls", "--json", "--recursive", &reference()]);
        assert_eq!(listed, expected, "compressed: {compressed}, the old way: {old_way}");
        assert_eq!(stage.prints(&["cat", &reference(), "/etc/a"]), "other");
    }
}

/// Local stores, then engines, then the registry: who is asked when, and that it is said.
#[test]
fn a_registry_is_asked_after_the_engines_or_before_them_as_pull_says() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let registry = listener.local_addr().unwrap();
    // Callers get no response and are counted.
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&calls);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            drop(stream);
        }
    });
    let calls = || calls.load(std::sync::atomic::Ordering::SeqCst);
    let name = format!("{registry}/lab/engine:1");
    let asked_for = name.clone();
    let stage = Stage::with(move |path| {
        let own = path.replace(&asked_for, NAME);
        (own != path).then(|| Image::new().answer(&own))
    });
    for pull in [&[][..], &["--pull", "never"], &["--pull", "missing"]] {
        let told = stage.prints(&[&["layers", &name], pull].concat());
        assert!(told.contains("(docker-daemon)"), "{told}");
        assert_eq!(calls(), 0, "{pull:?}");
    }
    let always = stage.run(&["layers", "--pull", "always", &name]);
    let said = complaint(&always);
    assert!(calls() > 0 && said.contains(&registry.to_string()), "{said}");
    let before = calls();
    let other = format!("{registry}/lab/other:1");
    let never = stage.run(&["layers", "--pull", "never", &other]);
    assert!(!never.status.success() && calls() == before, "{}", complaint(&never));
    let missing = stage.run(&["layers", "--pull", "missing", &other]);
    assert!(!missing.status.success() && calls() > before, "{}", complaint(&missing));
}

/// A container may be wherever the question could not be asked.
#[test]
fn a_container_that_is_nowhere_names_what_could_not_be_asked() {
    let stage = Stage::new();
    let gone = stage.home.path().join("gone.sock").display().to_string();
    let variables = [("CONTAINER_HOST", format!("unix://{gone}"))];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let output = stage.run_with(&["layers", "container:lost"], &variables);
    let message = complaint(&output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    for part in ["container:lost", &gone, "docker.sock"] {
        assert!(message.contains(part), "no `{part}` in {message}");
    }
}
