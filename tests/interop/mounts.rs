//! Volumes and mounts of containers that engines made, by the engine's API, in its store and in its bundle.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::dockerd::Docker;
use super::engines::{Engines, require_engines, run};
use super::lab::lab;
use super::scratch::fresh;

/// The mounts that `layers --json` lists.
fn mounts(command: &mut Command) -> Value {
    let document: Value = serde_json::from_slice(&run(command).stdout).unwrap();
    document["image"]["mounts"].clone()
}

fn expected(conf: &str) -> Value {
    let mount = |destination: &str, kind: &str, source: Option<&str>, read_only: bool| json!({"destination": destination, "kind": kind, "source": source, "readOnly": read_only});
    json!([
        mount("/conf", "bind", Some(conf), true),
        mount("/data", "volume", Some("lab-volume"), false),
        mount("/scratch", "tmpfs", None, false),
    ])
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn docker_tells_the_mounts_of_a_container_in_its_root_and_by_its_api() {
    require_engines();
    let engines = &lab().engines;
    for (docker, is_here) in
        [(Docker::start(engines, "vfs"), true), (Docker::hidden(engines, "vfs"), false)]
    {
        docker.run(["load", "-q", "-i", &lab().forms[0].argument]);
        let name = docker.text(["images", "--format", "{{.Repository}}:{{.Tag}}"]);
        docker.run([
            "create",
            "--name",
            "lab-mounts",
            "--network",
            "none",
            "--volume=lab-volume:/data",
            "--volume=/etc:/conf:ro",
            "--tmpfs=/scratch",
            name.trim(),
        ]);
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args(["--no-cache", "layers", "--json"]).env("DOCKER_HOST", docker.host());
        if is_here {
            layertui.arg(format!("container:[{}]lab-mounts", docker.root.display()));
        } else {
            layertui.arg("container:lab-mounts");
        }
        assert_eq!(mounts(&mut layertui), expected("/etc"), "root readable: {is_here}");
    }
}

/// podman writes the bundle when it starts a container, before it calls the runtime, which a machine may not let set limits.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn podmans_bundle_tells_the_mounts_of_a_container_that_was_started() {
    require_engines();
    let home = fresh("mounts-");
    let engines = Engines::new(&home);
    let script = "
        podman() { command podman --root \"$HOME/root\" --runroot \"$HOME/run\" --storage-driver vfs \
            --cgroup-manager cgroupfs --events-backend file --runtime crun \"$@\"; }
        podman load -q -i \"$2\" >/dev/null
        image=$(podman images -q | head -n 1)
        create() { podman create --name \"$1\" --network none --cgroups disabled -v lab-volume:/data -v /etc:/conf:ro --tmpfs /scratch \
            \"$image\" /bin/busybox true >/dev/null; }
        create idle; create started
        trap 'podman rm -f started >/dev/null 2>&1' EXIT
        podman init started >/dev/null 2>&1 || true
        for name in idle started; do \"$1\" --no-cache layers --json \"container:[$HOME/root]$name\" > \"$name.json\"; done";
    let archive = Path::new(&lab().forms[0].argument);
    run(&mut engines.script(script, &[Path::new(env!("CARGO_BIN_EXE_layertui")), archive]));
    let told = |name: &str| mounts(Command::new("cat").arg(home.join(format!("{name}.json"))));
    assert_eq!(told("idle"), Value::Null, "nothing but podman's database knows them yet");
    assert_eq!(told("started"), expected("/etc"));
}
