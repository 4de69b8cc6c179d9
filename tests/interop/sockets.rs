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

/// What is done in the container: files changed, added and removed, a directory removed and made anew.
const CHANGES: &str = "echo changed > /etc/passwd; echo new > /new; mkdir -p /made/sub; echo x > /made/sub/x; \
                       rm /etc/group; rm -rf /opt/lab; mkdir -p /opt/lab; echo y > /opt/lab/y";

/// Runs a container and holds its layers against its image's, and its changes against what the engine says of them.
fn container_agrees(engine: &Docker, variable: &'static str, found: &mut Differences) {
    engine.run(["load", "-q", "-i", &lab().forms[0].argument]);
    let id = engine.text(["images", "--no-trunc", "-q"]).trim().to_owned();
    engine.run([
        "run",
        "--name",
        "web",
        "--network=none",
        "--entrypoint=/bin/sh",
        &id,
        "-c",
        CHANGES,
    ]);
    let form = |argument: &str| Form {
        engine: Some((variable, engine.host())),
        ..Form::new("over a socket", argument)
    };
    let container = form("container:web");
    let (ours, theirs) = (container.layers(), lab().forms[0].layers());
    let (ours, theirs) = (ours["layers"].as_array().unwrap(), theirs["layers"].as_array().unwrap());
    found.same("layers of the container", ours.len(), theirs.len() + 1);
    for (ours, theirs) in ours.iter().zip(theirs) {
        found.same("diff ID", &ours["diffId"], &theirs["diffId"]);
        found.same("entries", &ours["entries"], &theirs["entries"]);
    }
    let told = engine.text(["diff", "web"]);
    let told: Vec<(&str, &str)> = told.lines().filter_map(|line| line.split_once(' ')).collect();
    let lines = container.diff(theirs.len());
    let is_told = |signs: &[&str], path: &str| {
        let exact = told.iter().any(|(sign, it)| signs.contains(sign) && *it == path);
        let below = |it: &str| path.strip_prefix(it).is_some_and(|rest| rest.starts_with('/'));
        exact || signs == ["D"] && told.iter().any(|(sign, it)| *sign == "D" && below(it))
    };
    let mut changes = Vec::new();
    for line in &lines {
        let (change, path) = (line.text("change").unwrap(), line.text("path").unwrap());
        let signs = match change {
            "added" => &["A"][..],
            "removed" => &["D"],
            _ => &["C", "A", "D"],
        };
        if !is_told(signs, path) {
            found.note(format!("{change} {path} is not among {told:?}"));
        }
        changes.push((change, path));
    }
    for (sign, path) in &told {
        let change = match *sign {
            "A" => "added",
            "D" => "removed",
            // A directory in which something changed has not changed itself.
            _ => continue,
        };
        if !changes.contains(&(change, path)) && !changes.iter().any(|(_, it)| it == path) {
            found.note(format!("{sign} {path} is not among {changes:?}"));
        }
    }
    found.same("a changed file", container.cat("/etc/passwd"), b"changed\n".to_vec());
    found.same("a file made anew", container.cat("/opt/lab/y"), b"y\n".to_vec());
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_container_of_docker_is_its_image_and_what_docker_diff_says() {
    require_engines();
    let mut found = Differences::default();
    for driver in ["vfs", "overlay2"] {
        container_agrees(&Docker::hidden(&lab().engines, driver), "DOCKER_HOST", &mut found);
    }
    found.assert_none();
}
