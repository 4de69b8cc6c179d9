//! Registries over TLS: whose certificate is believed, and that nothing leads from there to where nothing is encrypted.

use std::fs;

use layertui::layer::Unwatched;
use layertui::source::{Registries, Source};

use super::server::{Access, Server, Turn};
use super::stage::Stage;
use super::tls::Tls;

/// A registry behind TLS, and settings that trust its certificate and accept no other.
fn encrypted(access: Access, name: &str) -> (Stage, Tls, Registries) {
    let stage = Stage::with(access, true);
    let tls = Tls::before(&stage.server.host(), name);
    let directory = stage.path("certs").join(tls.host());
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("ca.crt"), &tls.certificate).unwrap();
    let settings = Registries {
        tls_verify: Some(true),
        certificates: vec![stage.path("certs")],
        ..stage.settings()
    };
    (stage, tls, settings)
}

fn open(tls: &Tls, settings: Registries) -> Result<Box<dyn Source>, String> {
    let reference = format!("docker://{}/lab/x:1", tls.host());
    Stage::open_reference(&reference, settings).map_err(|error| error.to_string())
}

#[test]
fn a_trusted_certificate_opens() {
    let (_stage, tls, settings) = encrypted(Access::Open, "127.0.0.1");
    let source = open(&tls, settings).unwrap();
    assert!(source.list(0, &Unwatched).problems.is_empty());
}

#[test]
fn an_unknown_certificate_and_one_for_another_host_are_refused() {
    let (stage, tls, settings) = encrypted(Access::Open, "127.0.0.1");
    let refused = open(&tls, Registries { certificates: Vec::new(), ..settings }).err().unwrap();
    assert!(refused.contains("certificate"), "{refused}");
    assert!(stage.server.seen().is_empty());
    let (stage, tls, settings) = encrypted(Access::Open, "r.io");
    let refused = open(&tls, settings.clone()).err().unwrap();
    assert!(refused.contains("certificate"), "{refused}");
    assert!(stage.server.seen().is_empty());
    // For this machine, as Docker does, and with the option.
    for tls_verify in [None, Some(false)] {
        assert!(open(&tls, Registries { tls_verify, ..settings.clone() }).is_ok());
    }
}

/// Advice to put a certificate where it is already would help nobody.
#[test]
fn a_certificate_file_that_cannot_be_used_is_named() {
    for name in ["ca.crt", "client.cert"] {
        let (stage, tls, settings) = encrypted(Access::Open, "127.0.0.1");
        let directory = stage.path("certs").join(tls.host());
        fs::write(directory.join("ca.crt"), "not a certificate").unwrap();
        fs::write(directory.join(name), "not a certificate").unwrap();
        let refused = open(&tls, settings).err().unwrap();
        let file = directory.join(name).display().to_string();
        assert!(refused.contains(&format!("{file}: ")), "{refused}");
        assert!(refused.contains("correct that first"), "{refused}");
    }
}

#[test]
fn a_token_service_without_encryption_is_not_asked() {
    let (stage, tls, settings) = encrypted(Access::Token("token", "none"), "127.0.0.1");
    let refused = open(&tls, settings.clone()).err().unwrap();
    assert!(refused.contains("without encryption"), "{refused}");
    assert!(!stage.server.paths().iter().any(|path| path.starts_with("/token")));
    // Not even where certificates do not count: the registry itself is encrypted.
    stage.server.forget();
    let lax = Registries { tls_verify: Some(false), ..settings };
    assert!(open(&tls, lax).err().unwrap().contains("without encryption"));
    assert!(!stage.server.paths().iter().any(|path| path.starts_with("/token")));
}

#[test]
fn a_redirect_away_from_encryption_is_not_followed() {
    let other = Stage::new();
    for scheme in ["http", "HTTP"] {
        let (stage, tls, settings) = encrypted(Access::Open, "127.0.0.1");
        let source = open(&tls, settings).unwrap();
        let blob = stage.image.blob(0);
        let location = format!("{scheme}://{}{blob}", other.server.host());
        stage.server.next(&blob, [Turn::Status(307, vec![("location", location)], String::new())]);
        let listing = source.list(0, &Unwatched);
        let said = &listing.problems[0].message;
        assert!(said.contains("without encryption") && listing.table.is_empty(), "{said}");
        assert!(other.server.seen().is_empty());
    }
}

#[test]
fn another_range_than_asked_for_is_no_part_of_the_blob() {
    let size = Stage::new().image.layers[0].len();
    for range in [
        "bytes 0-999/1000".to_owned(),
        format!("bytes 5001-6000/{size}"),
        format!("bytes 5000-5999/{}", size + 1),
        format!("bytes 5000-{size}/{}", size + 1),
        "bytes 5000-/*".to_owned(),
    ] {
        let stage = Stage::new();
        let source = stage.open().unwrap();
        let wrong = Turn::Status(206, vec![("content-range", range.clone())], "x".repeat(1000));
        // It breaks off, then the rest is asked for, and once more where that is not what comes.
        stage.server.next(&stage.image.blob(0), [Turn::Cut(5000), wrong]);
        let listing = source.list(0, &Unwatched);
        assert!(listing.problems.is_empty(), "{range}: {:?}", listing.problems);
        assert!(!listing.table.is_empty());
    }
}

#[test]
fn a_password_goes_to_the_registry_alone() {
    let (stage, tls, settings) = encrypted(Access::Open, "127.0.0.1");
    let file = stage.path("auth.json");
    let other = Server::start(stage.image.held(), Access::Open, true);
    let keys = [format!("evil-{}", tls.host()), format!("{}.evil", tls.host()), other.host()];
    let entry = serde_json::json!({"auth": "bWU6aHVudGVyMjI="});
    let auths: serde_json::Map<String, serde_json::Value> =
        keys.into_iter().map(|key| (key, entry.clone())).collect();
    fs::write(&file, serde_json::json!({"auths": auths}).to_string()).unwrap();
    let challenge = vec![("www-authenticate", "Basic realm=\"here\"".to_owned())];
    let turn = Turn::Status(401, challenge, String::new());
    stage.server.next("/v2/lab/x/manifests/1", [turn]);
    assert!(open(&tls, Registries { sign_in: vec![file], ..settings }).is_err());
    assert!(stage.server.seen().iter().all(|seen| seen.authorization.is_none()));
}
