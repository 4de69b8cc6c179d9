//! `layertui build` with real engines: the engine's own options reach it, the result is opened or judged, and the base image
//! is told by what the engine and its store know of it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::dockerd::Docker;
use super::engines::{Engines, require_engines, run, text};
use super::lab::lab;
use super::scratch::fresh;

/// A context: what is built on, and what is built.
struct Workshop {
    home: PathBuf,
    engines: Engines,
}

impl Workshop {
    fn new() -> Self {
        let home = fresh("build-");
        let engines = Engines::by_vfs(&home);
        let workshop = Self { home, engines };
        let write =
            |name: &str, text: &str| fs::write(workshop.context().join(name), text).unwrap();
        fs::create_dir(workshop.context()).unwrap();
        write("Containerfile", "FROM scratch\nCOPY first second /\n");
        write("Dockerfile.app", "FROM localhost/base:1\nCOPY second /first\nLABEL a=b\n");
        let steps = "COPY second /first\nCOPY first /third\nLABEL a=b\n";
        write("Dockerfile.steps", &format!("FROM localhost/base:1\n{steps}"));
        write("Dockerfile.bottom", &format!("FROM scratch\n{steps}"));
        write("Dockerfile.wrong", "FROM scratch\nCOPY none /none\n");
        write("first", "one\n");
        write("second", "the second\n");
        write(".layertui.yaml", "rules:\n  max-layers: 1\n  block: [/none]\n");
        workshop
    }

    fn context(&self) -> PathBuf {
        self.home.join("context")
    }

    /// `layertui ARGUMENTS` in the context and in the engines' namespace.
    fn layertui(&self, arguments: &str) -> Output {
        let script = format!("cd context && exec \"$1\" {arguments}");
        let program = Path::new(env!("CARGO_BIN_EXE_layertui"));
        let mut command = self.engines.script(&script, &[program]);
        command.env_remove("CI").env("XDG_CACHE_HOME", self.home.join("cache")).output().unwrap()
    }
}

fn answer(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(code), "{shown}\n{said}");
    shown
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn podman_and_buildah_build_and_the_result_is_opened_or_judged() {
    require_engines();
    let workshop = Workshop::new();
    for engine in ["buildah", "podman"] {
        let build = |own: &str, theirs: &str| {
            workshop.layertui(&format!("build --engine {engine} {own} {theirs}"))
        };
        let options = "--no-cache --platform linux/amd64 --isolation chroot -t localhost/base:1 .";
        let shown = answer(&build("", options), 0);
        assert!(shown.contains("COPY") && !shown.contains("STEP"), "{shown}");

        let judged = answer(&build("--ci", options), 0);
        assert!(judged.contains(": pass") && judged.contains(".layertui.yaml"), "{judged}");
        let junit = answer(&build("--ci=junit", options), 0);
        roxmltree::Document::parse(&junit).unwrap();

        let app = "-f Dockerfile.app --isolation chroot -t localhost/app:1 .";
        let judged = answer(&build("--ci=json", app), 1);
        let judged: Value = serde_json::from_str(&judged).unwrap();
        assert_eq!(judged["outcome"], "fail");
        assert_eq!(judged["rules"][0]["rule"], "max-layers");
        assert_eq!(judged["base"]["layers"], 1, "{judged}");

        assert_eq!(answer(&build("--ci", "-f Dockerfile.wrong ."), 2), "");
        assert_eq!(answer(&workshop.layertui("build --engine no-such-engine ."), 2), "");
    }
}

/// Which platform's image is opened says our own option, of a list that the engine made.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn images_of_several_platforms_are_opened_by_their_list() {
    require_engines();
    let workshop = Workshop::new();
    let several = "--no-cache --isolation chroot --platform linux/amd64,linux/arm64";
    for engine in ["buildah", "podman"] {
        for root in [String::new(), format!("--root ../{engine}-list --runroot ../{engine}-run")] {
            let build = |platform: &str, theirs: &str| {
                let ours = format!("--platform {platform} build --engine {engine}");
                workshop.layertui(&format!("{ours} -- {root} {several} {theirs} ."))
            };
            let list = format!("--manifest localhost/{engine}:list");
            for platform in ["linux/arm64", "linux/amd64"] {
                let shown = answer(&build(platform, &list), 0);
                assert!(shown.contains(&format!("platform  {platform}\n")), "{engine}: {shown}");
            }
            let refused = build("linux/amd64", "-t localhost/none:1");
            assert_eq!(answer(&refused, 2), "");
            let error = String::from_utf8_lossy(&refused.stderr);
            assert!(error.contains("--manifest NAME") && !error.contains("STEP"), "{error}");
        }
    }
}

/// The options that an engine's help lists, each with whether it takes a value; help and version are not asked for here.
fn options(help: &mut Command) -> Vec<(String, bool)> {
    let text = text(help);
    let mut found = Vec::new();
    for line in text.lines() {
        let listed = line.trim_start();
        // Descriptions are indented further.
        if !listed.starts_with('-') || line.len() - listed.len() > 6 {
            continue;
        }
        let listed = listed.split("  ").next().unwrap();
        let mut names: Vec<&str> = listed.split(' ').collect();
        let rest = names.split_off(names.iter().position(|name| !name.ends_with(',')).unwrap() + 1);
        // `[="true"]` is what the option means without a value.
        let takes_value = !rest.is_empty() && !rest.concat().contains("[=");
        let names = names.into_iter().map(|name| name.trim_end_matches(',').to_owned());
        let names: Vec<String> = names.collect();
        if !names.iter().any(|name| name == "--help" || name == "--version") {
            found.extend(names.into_iter().map(|name| (name, takes_value)));
        }
    }
    found
}

/// The words before `build` and behind it that an engine of that name is started with.
fn sides(workshop: &Workshop, engine: &str, words: &[&str]) -> (String, String) {
    let program = workshop.home.join(engine);
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.said\"\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(["build", "--engine", program.to_str().unwrap(), "--"]).args(words);
    assert_eq!(answer(&layertui.output().unwrap(), 2), "", "it writes no ID");
    let said = fs::read_to_string(program.with_extension("said")).unwrap();
    let said: Vec<&str> = said.lines().collect();
    let at = said.iter().position(|word| *word == "build").unwrap();
    assert_eq!(said[at + 1], "--iidfile");
    (said[..at].join(" "), said[at + 3..].join(" "))
}

/// Every option of every engine: those of the engine itself are placed before its command, those of `build` are not, and
/// what follows one that takes a value is its value.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn every_option_that_an_engine_lists_is_known() {
    require_engines();
    let workshop = Workshop::new();
    let help = |program: &str, words: &[&str]| {
        let mut help = Command::new(program);
        help.args(words).arg("--help").env("HOME", &workshop.home);
        help
    };
    let programs: [(&str, &[(&str, &str)]); 3] = [
        ("docker", &[("docker", "0"), (CLIENT, "0"), (CLIENT, "1")]),
        ("podman", &[("podman", "")]),
        ("buildah", &[("buildah", "")]),
    ];
    for (engine, programs) in programs {
        // With BuildKit docker's `build` has other options.
        let listed = |words: &[&str]| {
            let all = programs.iter().flat_map(|(program, buildkit)| {
                options(help(program, words).env("DOCKER_BUILDKIT", buildkit))
            });
            all.collect::<BTreeSet<_>>()
        };
        let (own, of_build) = (listed(&[]), listed(&["build"]));
        assert!(own.len() > 8 && of_build.len() > 20, "{engine}: {own:?} {of_build:?}");
        for (option, takes_value) in &own {
            let words: &[&str] =
                if *takes_value { &[option, "value", "."] } else { &[option, "."] };
            let all = words.join(" ");
            let expected = if of_build.iter().any(|(other, _)| other == option) {
                (String::new(), all)
            } else {
                (all.trim_end_matches(" .").to_owned(), ".".to_owned())
            };
            assert_eq!(sides(&workshop, engine, words), expected, "{engine} {option}");
        }
        // One needs a list, the other is the file that the engine would write.
        let apart = ["--all-platforms", "--iidfile"];
        for (option, takes_value) in of_build.iter().filter(|it| !apart.contains(&&*it.0)) {
            let expected = if *takes_value {
                (String::new(), format!("{option} --root /r ."))
            } else {
                ("--root /r".to_owned(), format!("{option} ."))
            };
            let found = sides(&workshop, engine, &[option, "--root", "/r", "."]);
            assert_eq!(found, expected, "{engine} build {option}");
        }
    }
}

/// In a private store and not in the usual one, wherever among the arguments the options stand; a store that does not hold it
/// is named. In a pipeline the result is judged.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn what_was_built_in_a_private_store_is_opened_there() {
    require_engines();
    let workshop = Workshop::new();
    let conf = "[storage]\ndriver = \"vfs\"\ngraphroot = \"GRAPH\"\nrunroot = \"/run/other\"\n";
    let graph = workshop.home.join("by-variable").display().to_string();
    fs::write(workshop.context().join("storage.conf"), conf.replace("GRAPH", &graph)).unwrap();
    for engine in ["buildah", "podman"] {
        let name = format!("localhost/private:{engine}");
        let own = format!("--root ../{engine}@1 --runroot ../{engine}-run");
        let build = format!("--isolation chroot -t {name}");
        let opened = |ours: &str, theirs: &str, code: i32| {
            answer(&workshop.layertui(&format!("build --engine {engine} {ours} {theirs}")), code)
        };
        let shown = opened("--", &format!("{own} --storage-driver vfs {build} ."), 0);
        assert!(shown.contains("COPY"), "{shown}");
        let shown = opened("", &format!("{build} {own} --storage-driver=vfs ."), 0);
        assert!(shown.contains("COPY"), "{shown}");
        let judged = opened("--ci", &format!("-- {own} {build} ."), 0);
        assert!(judged.contains(": pass"), "{judged}");
        let at = format!("containers-storage:[vfs@../{engine}@1]{name}");
        assert!(answer(&workshop.layertui(&format!("layers {at}")), 0).contains("COPY"));
        let elsewhere = workshop.layertui(&format!("layers {name}"));
        assert_eq!(answer(&elsewhere, 2), "", "the usual store must not have it");

        let in_variable = |ci: &str, theirs: &str| {
            let script = format!(
                "cd context && CI={ci} CONTAINERS_STORAGE_CONF=$PWD/storage.conf \
                 exec \"$1\" build --engine {engine} {theirs}"
            );
            let program = Path::new(env!("CARGO_BIN_EXE_layertui"));
            workshop.engines.script(&script, &[program]).output().unwrap()
        };
        let shown = answer(&in_variable("false", &format!("{build} .")), 0);
        assert!(shown.contains("COPY"), "{shown}");
        let judged = answer(&in_variable("true", "--isolation chroot -t localhost/base:1 ."), 0);
        assert!(judged.contains(": pass") && judged.contains(".layertui.yaml"), "{judged}");
        let judged = in_variable("true", "-f Dockerfile.app --isolation chroot -t x .");
        assert!(answer(&judged, 1).contains("max-layers"), "two layers where one is allowed");
    }
    let liar = "#!/bin/sh\nfor word; do\n  [ \"$last\" = --iidfile ] && echo sha256:abcdef >\"$word\"\n  last=$word\ndone\n";
    fs::write(workshop.context().join("liar"), liar).unwrap();
    fs::set_permissions(workshop.context().join("liar"), fs::Permissions::from_mode(0o755))
        .unwrap();
    for (root, said) in [("../none", "../none"), ("../buildah@1", "abcdef"), (".", "storage root")]
    {
        let output = workshop.layertui(&format!("build --engine ./liar -- --root {root} ."));
        assert_eq!(answer(&output, 2), "");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(said), "{error}");
    }
}

/// By annotations and history as buildah writes them; without either by the image that the store holds.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn the_base_is_told_by_the_store_where_the_image_does_not_tell() {
    require_engines();
    let workshop = Workshop::new();
    let build = |more: &str| {
        answer(
            &workshop.layertui(&format!("build --engine buildah --isolation chroot {more} .")),
            0,
        );
    };
    build("-t localhost/base:1");
    let told = |image: &str, more: &str| {
        let shown = answer(&workshop.layertui(&format!("findings --json {image} {more}")), 0);
        serde_json::from_str::<Value>(&shown).unwrap()["base"].take()
    };
    build("-f Dockerfile.app -t localhost/app:1");
    let base = told("localhost/app:1", "");
    assert_eq!(base["layers"], 1, "{base}");
    assert!(["annotations", "history"].contains(&base["evidence"].as_str().unwrap()), "{base}");

    // Each step kept as an image, and named by its ID in the history of the next.
    build("-f Dockerfile.steps --layers --format docker -t localhost/steps:1");
    let base = told("localhost/steps:1", "");
    assert_eq!((&base["layers"], &base["evidence"]), (&1.into(), &"history".into()), "{base}");
    build("-f Dockerfile.bottom --layers --format docker -t localhost/bottom:1");
    let base = told("localhost/bottom:1", "");
    assert_eq!((&base["layers"], &base["evidence"]), (&1.into(), &"assumed".into()), "{base}");

    build("-f Dockerfile.app --format docker --omit-history -t localhost/bare:1");
    let base = told("localhost/bare:1", "");
    assert_eq!((&base["layers"], &base["evidence"]), (&1.into(), &"shared".into()), "{base}");
    assert_eq!(base["name"], "localhost/base:1");
    let base = told("localhost/bare:1", "--base localhost/base:1");
    assert_eq!((&base["layers"], &base["evidence"]), (&1.into(), &"asked".into()), "{base}");
    let wrong = workshop.layertui("findings localhost/base:1 --base localhost/app:1");
    assert_eq!(answer(&wrong, 2), "");
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn docker_builds_and_its_image_is_found() {
    require_engines();
    let workshop = Workshop::new();
    let docker = Docker::start(&lab().engines, "vfs");
    let started = |program: &str, host: &str| {
        let mut command = Command::new(program);
        command.current_dir(workshop.context()).env("DOCKER_HOST", host).env_remove("CI");
        command.env("HOME", &workshop.home).env("DOCKER_BUILDKIT", "0");
        command
    };
    let build_at = |host: &str, own: &str, theirs: &str| {
        let mut command = started(env!("CARGO_BIN_EXE_layertui"), host);
        command.args(["build", "--engine", "docker"]).args(own.split_whitespace());
        command.args(theirs.split_whitespace()).output().unwrap()
    };
    let host = docker.host();
    let build = |own: &str, theirs: &str| build_at(&host, own, theirs);
    let options = "--no-cache --pull -f Containerfile -t app:1 .";
    let shown = answer(&build("", options), 0);
    assert!(shown.contains("COPY") && !shown.contains("Step 1"), "{shown}");
    assert!(answer(&build("--ci", options), 0).contains(": pass"));

    // The engine's own options say where, and not the variable.
    let nowhere = "unix:///nowhere.sock";
    let shown = answer(&build_at(nowhere, "--", &format!("--host {host} {options}")), 0);
    assert!(shown.contains("COPY"), "{shown}");
    let context = format!("context create lab --docker host={host}");
    run(started("docker", &host).args(context.split_whitespace()));
    let judged = answer(&build_at(nowhere, "--ci", &format!("--context lab {options}")), 0);
    assert!(judged.contains(": pass"), "{judged}");
}

/// Debian's client has BuildKit's side of it built in; a newer one in front of it wants a plugin.
const CLIENT: &str = "/usr/bin/docker";

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn docker_saves_what_it_built_with_and_without_buildkit() {
    require_engines();
    let workshop = Workshop::new();
    let docker = Docker::start(&lab().engines, "vfs");
    for buildkit in ["0", "1"] {
        let client = |arguments: &[&str]| {
            let mut command = Command::new(CLIENT);
            command.env("DOCKER_HOST", docker.host()).env("DOCKER_BUILDKIT", buildkit);
            command.env("HOME", &workshop.home).current_dir(workshop.context());
            run(command.args(arguments))
        };
        let name = format!("kit:{buildkit}");
        client(&["build", "-q", "--no-cache", "-f", "Containerfile", "-t", &name, "."]);
        let saved = workshop.home.join(format!("kit-{buildkit}.tar")).display().to_string();
        client(&["save", "-o", &saved, &name]);
        let shown = answer(&workshop.layertui(&format!("ls --recursive {saved}")), 0);
        assert_eq!(shown, "/first\n/second\n", "BuildKit: {buildkit}");
    }
}
