//! Engines that are not there, say no, or go away in the middle: never a wrong row, always a sentence that helps.

use serde_json::{Value, json};

use crate::peer::Reply;
use crate::stage::{NAME, Stage, complaint};

fn reference() -> String {
    format!("docker-daemon:{NAME}")
}

/// Opening fails with exit code 2 and a sentence that holds all of these.
#[track_caller]
fn fails_saying(stage: &Stage, words: &[&str]) {
    let output = stage.run(&["layers", &reference()]);
    let message = complaint(&output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(output.stdout.is_empty());
    for word in words {
        assert!(message.contains(word), "no `{word}` in: {message}");
    }
}

/// The stack shows, no row of a file does, and each layer says why.
#[track_caller]
fn shows_nothing_but(stage: &Stage, words: &[&str]) {
    let output = stage.run(&["layers", "--json", &reference()]);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", complaint(&output)));
    let layers = report["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 2);
    for layer in layers {
        let problems = layer["problems"].to_string();
        for word in words {
            assert!(problems.contains(word), "no `{word}` in: {problems}");
        }
        assert!(layer["entries"].is_null(), "{layer}");
    }
    let listed = stage.run(&["ls", "--recursive", &reference()]);
    assert!(listed.stdout.is_empty(), "{}", String::from_utf8_lossy(&listed.stdout));
}

#[test]
fn without_an_engine_it_is_said_where_was_looked_and_how_to_start_one() {
    let stage = Stage::new();
    let run = stage.home.path().join("empty").display().to_string();
    let output = stage.run_with(&["layers", "podman:x"], &[("XDG_RUNTIME_DIR", &run)]);
    let message = complaint(&output);
    for word in [&run, "/podman/podman.sock", "podman.socket", "CONTAINER_HOST"] {
        assert!(message.contains(word), "{message}");
    }
    let unreachable = [("DOCKER_HOST", "unix:///nowhere/docker.sock")];
    let output = stage.run_with(&["layers", "docker-daemon:x"], &unreachable);
    let message = complaint(&output);
    for word in ["/nowhere/docker.sock", "DOCKER_HOST", "nothing is listening there", "systemctl"] {
        assert!(message.contains(word), "{message}");
    }
}

/// A socket without a listener: the daemon has ended, its socket file still exists.
#[test]
fn a_socket_file_without_a_listener_is_reported() {
    let stage = Stage::new();
    let path = stage.home.path().join("stale.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let host = format!("unix://{}", path.display());
    let output = stage.run_with(&["layers", "docker-daemon:x"], &[("DOCKER_HOST", &host)]);
    assert!(complaint(&output).contains("nothing is listening there"), "{}", complaint(&output));
}

#[test]
fn an_address_that_cannot_be_understood_is_named() {
    let stage = Stage::new();
    for host in ["npipe:////./pipe/docker", "nonsense"] {
        let output = stage.run_with(&["layers", "docker-daemon:x"], &[("DOCKER_HOST", host)]);
        let message = complaint(&output);
        assert!(message.contains(host) && message.contains("unix:///"), "{message}");
    }
}

#[test]
fn an_image_that_is_not_there_is_answered_with_those_that_are() {
    let stage = Stage::with(|path| {
        (path.ends_with("/json") && path != "/images/json")
            .then_some(Reply::No(404, "no such image"))
    });
    fails_saying(&stage, &[NAME, "engine.sock", "there is docker-daemon:lab/engine:1"]);
}

/// Neither a list nor a history that was not given is an empty one.
#[test]
fn what_an_engine_does_not_give_is_not_called_empty() {
    let stage = Stage::with(|path| match path {
        "/images/json" => Some(Reply::No(500, "the list is on fire")),
        _ if path.ends_with("/json") => Some(Reply::No(404, "no such image")),
        _ => None,
    });
    fails_saying(&stage, &[NAME, "engine.sock", "cannot be listed", "the list is on fire"]);
    let no = |path: &str| path.ends_with("/history") || path.ends_with("/get");
    let stage = Stage::with(move |path| no(path).then_some(Reply::No(500, "no history today")));
    let output = stage.run(&["layers", "--json", &reference()]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = report["image"]["problems"].to_string();
    assert!(problems.contains("the history cannot be read"), "{problems}");
    assert!(problems.contains("no history today"), "{problems}");
}

#[test]
fn an_engine_that_says_no_is_quoted() {
    let stage =
        Stage::with(|path| path.ends_with(":1/json").then_some(Reply::No(500, "graph is on fire")));
    fails_saying(&stage, &["500", "graph is on fire", "log"]);
    let stage = Stage::with(|path| (path == "/_ping").then_some(Reply::No(403, "not you")));
    fails_saying(&stage, &["403", "not you"]);
}

#[test]
fn an_answer_that_is_no_document_is_no_image() {
    for garbage in [&b"{\"Id\": "[..], b"", b"\xff\xfe", b"[]", b"null", b"<html>"] {
        let stage = Stage::with(move |path| {
            path.ends_with(":1/json").then(|| Reply::Raw(garbage.to_vec()))
        });
        fails_saying(&stage, &["engine.sock", "try again"]);
    }
    let stage = Stage::with(|path| {
        path.ends_with(":1/json").then(|| Reply::Cut(b"{\"Id\": \"sha256:".to_vec(), 10))
    });
    fails_saying(&stage, &["cut off"]);
}

/// Where the second layer begins.
fn second(archive: &[u8]) -> usize {
    archive.windows(11).position(|it| it == b"1/layer.tar").unwrap()
}

/// How many entries each layer states (none where it was not read), and what is wrong with it.
fn layers(stage: &Stage) -> Vec<(Option<u64>, String)> {
    let output = stage.run(&["layers", "--json", &reference()]);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", complaint(&output)));
    let layers = report["layers"].as_array().unwrap().iter();
    layers.map(|it| (it["entries"].as_u64(), it["problems"].to_string())).collect()
}

/// Wherever the daemon dies: a layer is there as a whole, or not at all.
#[test]
fn a_daemon_that_dies_while_it_exports_leaves_no_wrong_row() {
    for part in [0, 1, 3, 5, 9] {
        let stage = Stage::exporting(move |archive| {
            let at = second(&archive) * part / 10;
            Reply::Cut(archive, at)
        });
        shows_nothing_but(&stage, &["cut off", "engine.sock"]);
    }
}

#[test]
fn layers_that_came_before_the_daemon_died_are_kept() {
    let sound = layers(&Stage::new());
    let stage = Stage::exporting(|archive| {
        let at = second(&archive) + 700;
        Reply::Cut(archive, at)
    });
    let shown = layers(&stage);
    assert_eq!(shown[0], sound[0]);
    assert_eq!(shown[1].0, None);
    assert!(shown[1].1.contains("cut off"), "{}", shown[1].1);
    let listed = stage.run(&["ls", "--recursive", &reference()]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("etc/b"));
}

/// One that ends by the letter, but too early: what HTTP calls complete need not be.
#[test]
fn an_export_that_is_too_short_is_found_out() {
    let stage =
        Stage::exporting(|archive| Reply::Stream(archive[..second(&archive) + 700].to_vec()));
    let shown = layers(&stage);
    assert_eq!(shown[1].0, None);
    assert!(shown[1].1.contains("engine.sock"), "{}", shown[1].1);
}

/// The bytes decide, not the name they come under.
#[test]
fn a_layer_with_other_bytes_than_described_is_not_shown() {
    let stage = Stage::exporting(|mut archive| {
        let at = archive.windows(4).position(|it| it == b"xxxx").unwrap();
        archive[at] = b'y';
        Reply::Stream(archive)
    });
    let shown = layers(&stage);
    assert_eq!(shown[0].0, None);
    assert!(shown[0].1.contains("diff ID"), "{}", shown[0].1);
    assert!(shown[1].0 > Some(0), "the other one is sound");
}

#[test]
fn an_export_that_is_refused_is_quoted_at_every_layer() {
    let stage = Stage::exporting(|_| Reply::No(500, "no space left on device"));
    shows_nothing_but(&stage, &["500", "no space left on device"]);
}

#[test]
fn an_export_that_is_no_archive_is_no_image() {
    let stage = Stage::exporting(|_| Reply::Stream(b"Internal error".repeat(100)));
    shows_nothing_but(&stage, &["engine.sock", "no archive"]);
    let stage = Stage::exporting(|_| Reply::Stream(Vec::new()));
    shows_nothing_but(&stage, &["nothing in it"]);
}

/// The name was given to another image between the two questions.
#[test]
fn an_export_of_another_image_is_not_shown_under_this_ones_name() {
    let stage = Stage::with(|path| {
        path.ends_with(":1/json").then(|| {
            let layers = ["sha256:1", "sha256:2"];
            Reply::Json(json!({"Id": crate::stage::Image::new().id, "RootFS": {"Layers": layers}}))
        })
    });
    shows_nothing_but(&stage, &["other layers than it described"]);
}

/// What a layer that never came may have is not "not there".
#[test]
fn a_path_of_a_layer_that_did_not_come_is_no_no() {
    let stage = Stage::exporting(|archive| {
        let at = second(&archive) + 700;
        Reply::Cut(archive, at)
    });
    let reference = reference();
    for question in [
        vec!["cat", &reference, "/new"],
        vec!["ls", &reference, "/new"],
        vec!["history", &reference, "/new"],
        vec!["find", &reference, "new"],
        vec!["extract", &reference, "/new", "-"],
    ] {
        let output = stage.run(&question);
        let message = complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{question:?}: {message}");
        assert!(message.contains("cut off"), "{question:?}: {message}");
    }
    // What the layer that came has is there, and what the image has not is not.
    let there = stage.run(&["cat", "--layer", "0", &reference, "/etc/b"]);
    assert_eq!(there.stdout, b"", "its contents did not come");
    let none = stage.run(&["ls", "--layer", "0", &reference, "/none"]);
    assert_eq!(none.status.code(), Some(1), "{}", complaint(&none));
}
