//! Engines asked over their sockets: what they export is what they were given, and where their store can be read, that
//! is read instead, with the same answers.

use super::agree::Differences;
use super::asked::answers_agree;
use super::data_roots::same;
use super::dockerd::Docker;
use super::engines::require_engines;
use super::lab::lab;
use super::layertui::Form;

/// A file of the image that one layer adds and another changes.
const FILE: &str = "/opt/lab/kept";

/// Gives the engine the image that was built, and holds what it says against the archive it came from. `source` is
/// where the image should have been read.
fn agrees(
    engine: &Docker,
    transport: &str,
    variable: &'static str,
    source: &str,
    found: &mut Differences,
) {
    let archive = &lab().forms[0];
    engine.run(["load", "-q", "-i", &archive.argument]);
    let id = engine.text(["images", "--no-trunc", "-q"]).trim().to_owned();
    let name = engine.text(["images", "--format", "{{.Repository}}:{{.Tag}}"]).trim().to_owned();
    for reference in [&name, &id] {
        let form = Form {
            engine: Some((variable, engine.host())),
            ..Form::new("over a socket", format!("{transport}:{reference}"))
        };
        if reference == &name {
            same(&form, archive, FILE, found);
            answers_agree(&form, true, found);
        }
        let (ours, theirs) = (form.layers(), archive.layers());
        let whose = format!("{transport}:{reference}");
        found.same(&whose, ours["image"]["source"].as_str(), Some(source));
        found.same(&whose, &ours["totals"], &theirs["totals"]);
        for (ours, theirs) in
            ours["layers"].as_array().unwrap().iter().zip(theirs["layers"].as_array().unwrap())
        {
            for key in ["diffId", "createdBy", "bytes", "entries", "added", "removed"] {
                found.same(&format!("{whose}: {key}"), &ours[key], &theirs[key]);
            }
        }
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn docker_hands_over_what_it_was_given() {
    require_engines();
    let mut found = Differences::default();
    let docker = Docker::hidden(&lab().engines, "vfs");
    agrees(&docker, "docker-daemon", "DOCKER_HOST", "docker-daemon", &mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn dockers_store_is_read_instead_where_it_can_be() {
    require_engines();
    let mut found = Differences::default();
    let docker = Docker::start(&lab().engines, "vfs");
    agrees(&docker, "docker-daemon", "DOCKER_HOST", "docker-root", &mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn podman_hands_over_what_it_was_given() {
    require_engines();
    let mut found = Differences::default();
    let podman = Docker::podman(&lab().engines, "vfs", None);
    agrees(&podman, "podman", "CONTAINER_HOST", "podman", &mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn podmans_store_is_read_instead_where_it_can_be() {
    require_engines();
    let mut found = Differences::default();
    let root = super::scratch::fresh("podman-root-");
    let podman = Docker::podman(&lab().engines, "vfs", Some(&root));
    agrees(&podman, "podman", "CONTAINER_HOST", "containers-storage", &mut found);
    found.assert_none();
}
