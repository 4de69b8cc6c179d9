//! Every fault at every request: wherever an answer breaks off, is refused or comes late, there is a clear error, or in the
//! end the very same image.

use std::sync::Arc;

use layertui::image::digest::Digest;
use layertui::layer::Severity;
use layertui::load::LayerState;

use super::chunked::Format;
use super::lazy::lazy_image;
use super::server::{Access, Turn};
use super::stage::{Stage, problems};

/// Numbers that look random and are the same every time.
fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    }
}

/// What is asked for on the way to a tree, and the length of each answer.
fn paths(stage: &Stage) -> Vec<(String, usize)> {
    let config = format!("/v2/lab/x/blobs/{}", Digest::of(&stage.image.config));
    let mut paths = vec![
        ("/v2/lab/x/manifests/1".to_owned(), stage.image.manifest.len()),
        (config, stage.image.config.len()),
    ];
    for (at, layer) in stage.image.layers.iter().enumerate() {
        paths.push((stage.image.blob(at), layer.len()));
    }
    paths
}

fn status(status: u16) -> Turn {
    Turn::Status(status, Vec::new(), String::new())
}

/// As `ls` would list it, of a stage of its own.
fn tree(stage: &Stage) -> Vec<u8> {
    let (loader, states) = stage.load();
    assert!(
        states.iter().all(|state| state.problems.iter().all(|it| it.severity == Severity::Note))
    );
    let stack = loader.stack();
    format!("{:?} {:?}", stack.summary(stack.folded() - 1), stack.balance()).into_bytes()
}

#[test]
fn cut_or_stalled_at_random_the_same_image_comes() {
    let expected = tree(&Stage::new());
    // They mostly wait: several at once.
    std::thread::scope(|scope| {
        for seed in 7..11 {
            let expected = &expected;
            scope.spawn(move || rounds(10, seed, expected));
        }
    });
}

fn rounds(count: usize, seed: u64, expected: &[u8]) {
    let mut random = random(seed);
    for round in 0..count {
        let stage = Stage::new();
        let mut turns = Vec::new();
        for (path, length) in paths(&stage) {
            let turn = match random(4) {
                0 => Turn::Cut(random(length)),
                1 if round % 4 == 0 => Turn::Stall(random(length)),
                2 => status([500, 502, 503, 504][random(4)]),
                _ => continue,
            };
            turns.push(format!("{path}: {turn:?}"));
            stage.server.next(&path, [turn]);
        }
        assert!(tree(&stage) == expected, "{turns:?}");
    }
}

#[test]
fn tables_of_contents_come_over_broken_connections_as_well() {
    for format in [Format::EStargz, Format::ZstdChunked] {
        let fresh = || Stage::of(lazy_image(format), Access::Open, true);
        let expected = tree(&fresh());
        let mut random = random(format as u64 + 1);
        for _ in 0..20 {
            let stage = fresh();
            for (path, _) in paths(&stage) {
                let turns = (0..random(3)).map(|_| match random(3) {
                    0 => status(503),
                    _ => Turn::Cut(random(40)),
                });
                stage.server.next(&path, turns.collect::<Vec<_>>());
            }
            assert!(tree(&stage) == expected);
        }
    }
}

/// A refusal of what describes the image is an error, one of a layer a row: each names the registry and a way on.
#[test]
fn every_refusal_is_explained_at_every_door() {
    for (number, said) in [
        (401, "requires authentication"),
        (403, "denies access without authentication"),
        (404, "has no such image"),
        (429, "received too many requests"),
        (500, "failed with status 500"),
        (503, "failed with status 503"),
    ] {
        let count = paths(&Stage::new()).len();
        for request in 0..count {
            let stage = Stage::new();
            let (path, _) = paths(&stage)[request].clone();
            // More often than any client retries.
            stage.server.next(&path, vec![status(number); 9]);
            let host = stage.server.host();
            let message = if request < 2 {
                stage.open().err().unwrap().to_string()
            } else {
                let (loader, states) = stage.load();
                assert_eq!(loader.stack().folded(), 3, "the rest opens");
                let broken = |state: &&Arc<LayerState>| {
                    state.problems.iter().any(|problem| problem.severity == Severity::Error)
                };
                assert_eq!(states.iter().filter(broken).count(), 1);
                problems(&states[request - 2])
            };
            assert!(message.contains(said) && message.contains(&host), "{path}: {message}");
            let asked = stage.server.paths().iter().filter(|it| **it == path).count();
            let expected = if number == 429 || number >= 500 { 4 } else { 1 };
            assert_eq!(asked, expected, "{number} at {path}");
        }
    }
}

/// A document of another length or with another digest is no document.
#[test]
fn what_describes_the_image_is_held_against_its_digest() {
    let stage = Stage::new();
    let (config, _) = paths(&stage)[1].clone();
    for bytes in [
        [&stage.image.config[..], b" "].concat(),
        stage.image.config[1..].to_vec(),
        b"{}".to_vec(),
        Vec::new(),
    ] {
        let stage = Stage::new();
        stage.server.next(&config, vec![Turn::Bytes(bytes); 4]);
        let error = stage.open().err().unwrap().to_string();
        assert!(error.contains("does not have that digest"), "{error}");
    }
}

/// To another host, or down to plain HTTP, or in circles.
#[test]
fn redirects_that_lead_nowhere_good_are_errors() {
    let stage = Stage::new();
    let (path, _) = paths(&stage)[0].clone();
    let to = |location: String| Turn::Status(302, vec![("location", location)], String::new());
    let circle = format!("http://{}{path}", stage.server.host());
    stage.server.next(&path, vec![to(circle); 40]);
    let error = stage.open().err().unwrap().to_string();
    assert!(error.contains("redirects in circles"), "{error}");
    for location in ["http://127.0.0.1:1/x", "http://", "ftp://x/y", "https://no host/", ""] {
        let stage = Stage::new();
        stage.server.next(&path, vec![to(location.to_owned()); 4]);
        let error = stage.open().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.len() > 20, "{location}: {error}");
    }
}
