//! Mirrors, as containers-registries.conf(5) names them: asked before the registry, by names and credentials of their own.

use std::collections::HashMap;
use std::fs;

use layertui::source::{Configuration, Registries};
use serde_json::json;

use super::chunked::Format;
use super::lazy::lazy_image;
use super::server::{Access, Server, Turn};
use super::stage::Stage;

/// `me:hunter22`
const BASIC: &str = "Basic bWU6aHVudGVyMjI=";
const CODED: &str = "bWU6aHVudGVyMjI=";

/// A registry, a mirror of it, and a file that says so.
fn mirrored(stage: &Stage, access: Access) -> Server {
    let mirror = Server::start(stage.image.held(), access, true);
    let (own, other) = (stage.server.host(), mirror.host());
    let configuration = format!(
        "[[registry]]\nlocation = \"{own}\"\n[[registry.mirror]]\nlocation = \"{other}\"\ninsecure = true\n"
    );
    let containers = stage.path("home/.config/containers");
    fs::create_dir_all(&containers).unwrap();
    fs::write(containers.join("registries.conf"), configuration).unwrap();
    mirror
}

fn settings(stage: &Stage) -> Registries {
    let files = vec![stage.path("home/.config/containers/registries.conf")];
    Registries {
        mirrors: Configuration { files, ..Configuration::default() },
        sign_in: vec![stage.path("home/.docker/config.json")],
        ..stage.settings()
    }
}

fn sign_in(stage: &Stage, host: &str) {
    let docker = stage.path("home/.docker");
    fs::create_dir_all(&docker).unwrap();
    let auths = json!({"auths": {host: {"auth": CODED}}});
    fs::write(docker.join("config.json"), auths.to_string()).unwrap();
}

#[test]
fn what_a_mirror_has_is_not_asked_of_the_registry() {
    let stage = Stage::new();
    let mirror = mirrored(&stage, Access::Open);
    let source = stage.open_with(settings(&stage)).unwrap();
    assert!(source.list(0, &layertui::layer::Unwatched).problems.is_empty());
    assert!(stage.server.seen().is_empty() && mirror.seen().len() == 3);
    let said = source
        .image()
        .problems
        .iter()
        .map(layertui::text::Foreign::raw)
        .collect::<Vec<_>>()
        .join("; ");
    assert_eq!(said, format!("this came from {}/lab/x", mirror.host()));
    assert!(source.image().names[0].raw().starts_with(&stage.server.host()), "by the name it has");
}

#[test]
fn a_mirror_that_fails_is_passed_over() {
    for (status, why) in [
        (404, "has no such image"),
        (401, "requires authentication"),
        (503, "failed with status 503"),
    ] {
        let stage = Stage::new();
        let mirror = mirrored(&stage, Access::Open);
        let no = Turn::Status(status, Vec::new(), String::new());
        mirror.next("/v2/lab/x/manifests/1", vec![no; 4]);
        let source = stage.open_with(settings(&stage)).unwrap();
        let said = source
            .image()
            .problems
            .iter()
            .map(layertui::text::Foreign::raw)
            .collect::<Vec<_>>()
            .join("; ");
        assert!(said.contains(&format!("{} {why}", mirror.host())), "{said}");
        assert!(said.contains("; this came from"), "{said}");
        assert_eq!(stage.server.seen().len(), 2);
    }
    let stage = Stage::new();
    drop(mirrored(&stage, Access::Open));
    stage.open_with(settings(&stage)).unwrap();
    let no = Turn::Status(404, Vec::new(), String::new());
    stage.server.next("/v2/lab/x/manifests/1", [no]);
    let error = stage.open_with(settings(&stage)).err().unwrap().to_string();
    assert!(error.contains(&format!("{} has no such image", stage.server.host())), "{error}");
}

/// Puts the user's `registries.conf` where the program looks for it.
fn configure(stage: &Stage, text: &str) {
    let containers = stage.path("home/.config/containers");
    fs::create_dir_all(&containers).unwrap();
    fs::write(containers.join("registries.conf"), text).unwrap();
}

#[test]
fn a_short_name_is_pulled_by_alias_or_search_list() {
    let stage = Stage::new();
    let empty = Server::start(HashMap::new(), Access::Open, true);
    let (own, other) = (stage.server.host(), empty.host());
    for (conf, name) in [
        (format!("[aliases]\n\"tool\" = \"{own}/lab/x\""), "tool:1"),
        (format!("unqualified-search-registries = [\"{own}\"]"), "lab/x:1"),
        (format!("unqualified-search-registries = [\"{other}\", \"{own}\"]"), "lab/x:1"),
        (
            format!(
                "unqualified-search-registries = [\"{other}\", \"{own}\"]\n\
                 [[registry]]\nlocation = \"{other}\"\nblocked = true"
            ),
            "lab/x:1",
        ),
    ] {
        configure(&stage, &conf);
        let output = stage.run(&["layers", "--pull", "always", name]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("RUN middle"), "{conf}: {output:?}");
    }
    assert!(empty.paths().iter().all(|path| path == "/v2/lab/x/manifests/1"));
}

#[test]
fn a_short_name_that_no_registry_has_names_all_that_were_asked() {
    let stage = Stage::new();
    let empty = Server::start(HashMap::new(), Access::Open, true);
    let (own, other) = (stage.server.host(), empty.host());
    configure(&stage, &format!("unqualified-search-registries = [\"{other}\", \"{own}\"]"));
    let output = stage.run(&["layers", "--pull", "missing", "lab/none:1"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in ["lab/none:1: ", &own, &other] {
        assert!(said.contains(part), "{said} has no {part}");
    }
}

#[test]
fn enforced_short_names_are_chosen_by_the_user() {
    let stage = Stage::new();
    let own = stage.server.host();
    configure(
        &stage,
        &format!(
            "short-name-mode = \"enforcing\"\n\
             unqualified-search-registries = [\"a.example\", \"{own}\"]"
        ),
    );
    let output = stage.run(&["layers", "--pull", "always", "lab/x:1"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("docker://a.example/lab/x:1"), "{said}");
    let chosen = format!("docker://{own}/lab/x:1");
    assert!(said.contains(&chosen), "{said}");
    assert!(stage.server.seen().is_empty());
    assert!(stage.says(&["layers", &chosen]).contains("RUN middle"));
}

#[test]
fn each_host_hears_of_its_own_credentials_only() {
    let stage = Stage::new();
    let mirror = mirrored(&stage, Access::Basic(BASIC));
    // The registry's are not the mirror's.
    sign_in(&stage, &stage.server.host());
    stage.open_with(settings(&stage)).unwrap();
    assert!(mirror.seen().iter().all(|seen| seen.authorization.is_none()), "{:?}", mirror.seen());
    mirror.forget();
    stage.server.forget();
    sign_in(&stage, &mirror.host());
    stage.open_with(settings(&stage)).unwrap();
    assert_eq!(mirror.seen()[1].authorization.as_deref(), Some(BASIC));
    assert!(stage.server.seen().is_empty());
}

#[test]
fn credentials_are_nowhere_to_be_seen_by_any_way() {
    for format in [Format::EStargz, Format::ZstdChunked] {
        let stage = Stage::of(lazy_image(format), Access::Open, true);
        let mirror = mirrored(&stage, Access::Basic(BASIC));
        sign_in(&stage, &mirror.host());
        let reference = stage.reference("1");
        for command in [
            vec!["layers", "--json", &reference],
            vec!["ls", "--recursive", &reference],
            vec!["cat", &reference, "/etc/passwd"],
            vec!["cat", &reference, "/etc/none"],
        ] {
            let output = stage.run(&command);
            for said in [output.stdout, output.stderr] {
                let said = String::from_utf8(said).unwrap();
                assert!(!said.contains("hunter22") && !said.contains(CODED), "{said}");
            }
        }
        assert!(mirror.seen().iter().any(|seen| seen.authorization.as_deref() == Some(BASIC)));
        assert!(stage.server.seen().is_empty());
        assert!(stage.kept_without(&["hunter22", CODED]) >= 2, "tables were kept");
    }
}
