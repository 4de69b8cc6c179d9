//! Registries and networks that do not do as they should: a clear row or error, and never wrong data.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use layertui::layer::{Severity, Watch};

use super::image::noise;
use super::server::{Access, Held, Seen, Server, Turn};
use super::stage::{Stage, problems};

fn status(status: u16, body: &str) -> Turn {
    Turn::Status(status, Vec::new(), body.to_owned())
}

#[test]
fn a_layer_that_breaks_off_goes_on_where_it_stopped() {
    for ranges in [true, false] {
        let stage = Stage::with(Access::Open, ranges);
        let blob = stage.image.blob(0);
        stage.server.next(&blob, [Turn::Cut(1000), Turn::Stall(2000)]);
        let (_, states) = stage.load();
        assert!(states.iter().all(|state| state.problems.is_empty()), "{states:?}");
        let asked: Vec<_> =
            stage.server.seen().into_iter().filter(|seen| seen.path == blob).collect();
        assert_eq!(asked.len(), 3);
        assert_eq!(asked[1].range.as_deref(), Some("bytes=1000-"));
        let again = asked[2].range.as_deref();
        assert_eq!(again, Some(if ranges { "bytes=3000-" } else { "bytes=2000-" }));
    }
}

#[test]
fn cut_anywhere_it_is_the_same_in_the_end() {
    let stage = Stage::new();
    let whole = stage.image.layers[0].len();
    for at in [0, 1, 2, 17, 511, 60_000, whole - 1] {
        let stage = Stage::new();
        stage.server.next(&stage.image.blob(0), [Turn::Cut(at)]);
        let (loader, states) = stage.load();
        assert!(states[0].problems.is_empty(), "{at}: {}", problems(&states[0]));
        assert_eq!(loader.stack().folded(), 3);
    }
}

#[test]
fn what_never_comes_whole_is_shown_as_far_as_it_came() {
    let stage = Stage::new();
    stage.server.next(&stage.image.blob(0), vec![Turn::Cut(200_000); 9]);
    stage.server.next(&stage.image.blob(0), vec![Turn::Cut(0); 9]);
    let (loader, states) = stage.load();
    assert_eq!(states[0].problems[0].severity, Severity::Error);
    assert!(problems(&states[0]).contains("bytes were received from"), "{}", problems(&states[0]));
    assert_eq!(loader.stack().folded(), 3, "the rest opens");
    assert!(states[1].problems.is_empty(), "{}", problems(&states[1]));
    assert!(!stage.path("blobs").join(stage.image.digest(0).replace(':', "-")).exists());
}

#[test]
fn other_bytes_than_promised_are_not_shown() {
    let stage = Stage::new();
    let mut longer = stage.image.layers[0].clone();
    longer.push(0);
    let mut other = stage.image.layers[0].clone();
    let end = other.len() - 1;
    other[end] ^= 1;
    for (bytes, part) in
        [(other, "do not match"), (longer, "more than the"), (noise(3, 1 << 20), "more than the")]
    {
        let stage = Stage::new();
        stage.server.next(&stage.image.blob(0), [Turn::Bytes(bytes)]);
        let source = stage.open().unwrap();
        let listing = source.list(0, &layertui::layer::Unwatched);
        assert_eq!(listing.table.len(), 0, "{part}");
        assert!(listing.problems[0].message.contains(part), "{}", listing.problems[0].message);
        assert!(!stage.path("blobs").join(stage.image.digest(0).replace(':', "-")).exists());
    }
}

#[test]
fn what_is_shorter_than_promised_is_no_layer() {
    let stage = Stage::new();
    let short = stage.image.layers[0][..5000].to_vec();
    stage.server.next(&stage.image.blob(0), vec![Turn::Bytes(short); 9]);
    let (loader, states) = stage.load();
    assert_eq!(states[0].problems[0].severity, Severity::Error);
    assert!(!stage.path("blobs").join(stage.image.digest(0).replace(':', "-")).exists());
    assert_eq!(loader.stack().folded(), 3, "the rest opens");
}

#[test]
fn a_registry_in_trouble_is_asked_again() {
    let stage = Stage::new();
    let later =
        |seconds: &str| Turn::Status(429, vec![("retry-after", seconds.to_owned())], String::new());
    stage.server.next("/v2/lab/x/manifests/1", [status(503, ""), later("0"), status(500, "")]);
    let past = later("Sun, 06 Nov 1994 08:49:37 GMT");
    stage.server.next(&stage.image.blob(0), [later("0"), status(502, ""), past]);
    let (_, states) = stage.load();
    assert!(states.iter().all(|state| state.problems.is_empty()), "{states:?}");
}

#[test]
fn refusals_are_explained() {
    for (turn, parts) in [
        (status(403, r#"{"errors":[{"message":"secret club"}]}"#), ["secret club", "signs in"]),
        (status(404, ""), ["no such image", "check name and tag"]),
        (status(401, ""), ["requires authentication", "docker login"]),
        (
            Turn::Status(429, vec![("retry-after", "3600".to_owned())], String::new()),
            ["received too many requests, and asks to wait 3600 s", "wait a while"],
        ),
        (
            Turn::Status(
                429,
                vec![("retry-after", "Mon, 01 Jan 2998 00:00:00 GMT".to_owned())],
                String::new(),
            ),
            ["received too many requests, and asks to wait", "wait a while"],
        ),
        (status(418, ""), ["status 418", "its operator may know why"]),
    ] {
        let stage = Stage::new();
        stage.server.next("/v2/lab/x/manifests/1", [turn]);
        let error = stage.open().err().unwrap().to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        assert_eq!(stage.server.seen().len(), 1, "asked once: {error}");
    }
}

#[test]
fn a_layer_that_is_refused_is_a_row_with_an_error() {
    let stage = Stage::new();
    stage.server.next(&stage.image.blob(1), [status(404, "")]);
    let (loader, states) = stage.load();
    let said = problems(&states[1]);
    assert!(said.contains("has no such image"), "{said}");
    let name = format!("{}/lab/x: ", stage.server.host());
    assert!(said.contains(&name), "a blob's error names the image as well: {said}");
    assert!(states[0].problems.is_empty());
    assert_eq!(loader.stack().folded(), 3);
}

#[test]
fn what_is_no_manifest_is_said() {
    for bytes in [&b"<html>sign in to the hotel</html>"[..], b"{}", b"[]", b""] {
        let stage = Stage::new();
        stage.server.next("/v2/lab/x/manifests/1", [Turn::Bytes(bytes.to_vec())]);
        let error = stage.open().err().unwrap().to_string();
        assert!(error.contains("manifest"), "{error}");
    }
}

#[test]
fn nobody_there_is_said() {
    let stage = Stage::new();
    let host = stage.server.host();
    let reference = stage.reference("1");
    drop(stage.server);
    let options = layertui::source::Options::default();
    let error = layertui::source::open(&reference, &options).err().unwrap().to_string();
    assert!(error.contains(&host) && error.contains("check the name"), "{error}");
}

/// Reports cancellation once the flag is set.
pub(crate) struct Impatient(pub(crate) AtomicBool);

impl Watch for Impatient {
    fn progress(&self, _done: u64) {}
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn whoever_stops_waiting_for_a_silent_registry_is_let_go() {
    let stage = Stage::new();
    stage.server.next(&stage.image.blob(0), vec![Turn::Stall(70_000)]);
    let settings =
        layertui::source::Registries { stall: Duration::from_mins(10), ..stage.settings() };
    let source = stage.open_with(settings).unwrap();
    let watch = Impatient(AtomicBool::new(false));
    let listing = std::thread::scope(|scope| {
        let listing = scope.spawn(|| source.list(0, &watch));
        while stage.server.sent() < 70_000 {
            std::thread::sleep(Duration::from_millis(5));
        }
        watch.0.store(true, Ordering::Relaxed);
        listing.join().unwrap()
    });
    assert!(listing.faulty, "{:?}", listing.problems);
    let again = source.list(0, &Impatient(AtomicBool::new(false)));
    assert!(again.faulty, "what was given up does not begin by itself");
    let stored = layertui::source::Stored {
        path: b"etc/passwd",
        data: Some(1024),
        stored: 10,
        fingerprint: None,
    };
    let mut text = String::new();
    source.open(0, &stored).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "root:x:0:0", "but reading one of its files does");
}

#[test]
fn a_registry_without_tls_is_said_to_be_one() {
    for path in ["/v2/", "/v2/none/"] {
        let stage = Stage::new();
        let held = [(path.to_owned(), Held { media_type: "text/plain", bytes: Vec::new() })];
        let server = Server::start(held.into(), Access::Open, true);
        let reference = format!("docker://{}/lab/x:1", server.host());
        let output = stage.run(&["layers", "--tls-verify=true", &reference]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        for part in [&*reference, "plain HTTP", "--tls-verify=false", "insecure = true"] {
            assert!(error.contains(part), "{error} has no {part}");
        }
        let secret = |seen: &Seen| seen.authorization.is_some() || seen.path.contains("lab");
        assert!(!server.seen().iter().any(secret), "{:?}", server.seen());
    }
}
