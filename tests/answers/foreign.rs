//! Foreign text in every place that has some, and every command and format scanned for what a terminal would obey.
//!
//! A field, a command or a format that is added later does not get past here unnoticed: structures are taken apart
//! without `..`, commands and formats are asked of the program itself.

use layertui::source;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use layertui::image::config::Config;
use layertui::image::digest::Digest;
use layertui::image::history::HistoryStep;
use layertui::image::layer::Layer;
use layertui::image::{Image, Other};
use layertui::source::{Opened, Options};
use layertui::text::Foreign;
use serde_json::{Value, json};

use crate::saved::Place;
use crate::support::hostile::{HOSTILE, scan};
use crate::support::tarball::Tar;

/// The same as a name: no line feed, which dpkg's database cannot hold, and no directory.
fn name() -> String {
    HOSTILE.replace(['\n', '/'], "")
}

/// An OCI layout of two layers in which whatever can be foreign is hostile.
fn layout(place: &Place, dir: &str, second: Tar) -> PathBuf {
    let root = place.path(dir);
    fs::create_dir_all(root.join("blobs/sha256")).unwrap();
    let blob = |bytes: &[u8]| -> Value {
        let digest = Digest::of(bytes);
        fs::write(root.join("blobs/sha256").join(digest.encoded()), bytes).unwrap();
        json!({"digest": digest.to_string(), "size": bytes.len()})
    };
    let typed = |mut descriptor: Value, media_type: &str| -> Value {
        descriptor["mediaType"] = media_type.into();
        descriptor
    };
    let name = name();
    let database = format!(
        "Package: {name}\nStatus: install ok installed\nVersion: {name}\nArchitecture: {name}\n\n"
    );
    let first = Tar::new()
        .file(&name, format!("first {HOSTILE}"))
        .mode(0o4777)
        .xattr(&format!("user.{name}"), HOSTILE)
        .symlink(format!("dir{name}/link"), HOSTILE)
        .hardlink(format!("{name}.hard"), &name)
        .file(format!("gone{name}"), "gone")
        .file("var/lib/dpkg/status", &database)
        .finish();
    let second = second.whiteout(format!("gone{name}")).file(&name, "second, larger").finish();
    let layer = |bytes: &[u8], kind: &str| typed(blob(bytes), kind);
    let plain = "application/vnd.oci.image.layer.v1.tar";
    let layers = json!([layer(&first, plain), layer(&second, &format!("{plain}; {HOSTILE}"))]);
    let step =
        json!({"created": HOSTILE, "created_by": HOSTILE, "author": HOSTILE, "comment": HOSTILE});
    let config = json!({
        "created": HOSTILE, "author": HOSTILE, "os": HOSTILE, "architecture": HOSTILE, "variant": HOSTILE,
        "rootfs": {"type": "layers", "diff_ids": [Digest::of(&first).to_string(), Digest::of(&second).to_string()]},
        "history": [step, step],
        "config": {
            "User": HOSTILE, "Env": [format!("{HOSTILE}_PASSWORD=hunter2hunter2"), HOSTILE],
            "Entrypoint": [HOSTILE], "Cmd": [HOSTILE], "WorkingDir": HOSTILE, "Labels": {(HOSTILE): HOSTILE},
            "ExposedPorts": {(HOSTILE): {}}, "Volumes": {(HOSTILE): {}}, "StopSignal": HOSTILE,
            "Healthcheck": {"Test": [HOSTILE]}, "OnBuild": [HOSTILE], "Shell": [HOSTILE],
            (HOSTILE): HOSTILE,
        },
    });
    let config =
        typed(blob(config.to_string().as_bytes()), "application/vnd.oci.image.config.v1+json");
    let manifest = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config, "layers": layers, "annotations": {(HOSTILE): HOSTILE}});
    let artifact = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": HOSTILE, "config": typed(blob(b"{}"), "application/vnd.oci.empty.v1+json"), "layers": []});
    let manifest_type = "application/vnd.oci.image.manifest.v1+json";
    let mut image = typed(blob(manifest.to_string().as_bytes()), manifest_type);
    image["annotations"] = json!({"org.opencontainers.image.ref.name": HOSTILE});
    let mut beside = typed(blob(artifact.to_string().as_bytes()), manifest_type);
    beside["artifactType"] = HOSTILE.into();
    let index = json!({"schemaVersion": 2, "manifests": [image, beside]});
    fs::write(root.join("index.json"), index.to_string()).unwrap();
    fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    root
}

/// Says of each foreign field of the image whether it is hostile.
fn fields(image: &Image) -> Vec<(&'static str, bool)> {
    let is = |text: &Foreign| text.raw().contains("MARK\x1b");
    let any = |texts: &[Foreign]| texts.iter().any(is);
    let has = |text: &Option<Foreign>| text.as_ref().is_some_and(is);
    let pairs =
        |pairs: &[(Foreign, Foreign)]| pairs.iter().any(|(key, value)| is(key) && is(value));
    let Image {
        reference,
        source: _,
        id: _,
        manifest_digest: _,
        platform,
        names,
        config,
        annotations,
        documents: _,
        layers,
        history,
        others,
        // Of containers: `Foreign` as the rest.
        mounts: _,
        problems: _,
    } = image;
    let Config {
        created,
        author,
        user,
        env,
        entrypoint,
        cmd,
        working_dir,
        labels,
        exposed_ports,
        volumes,
        stop_signal,
        healthcheck,
        on_build,
        shell,
        other,
        diff_ids: _,
        // As `problems`.
        unread: _,
    } = config;
    let Layer {
        diff_id: _,
        digest: _,
        media_type,
        compressed_bytes: _,
        created_by,
        comment,
        created: layer_created,
        writable: _,
        store: _,
        problems: _,
    } = &layers[1];
    let HistoryStep {
        created: at,
        created_by: by,
        author: who,
        comment: remark,
        empty_layer: _,
        layer: _,
    } = &history[0];
    let Other { kind: _, digest: _, platform: _, size: _, present: _, note } = &others[0];
    vec![
        ("reference", is(reference)),
        ("names", any(names)),
        ("annotations", pairs(annotations)),
        ("platform", platform.as_ref().is_some_and(|it| it.os.contains("MARK"))),
        ("created", has(created)),
        ("author", has(author)),
        ("user", has(user)),
        ("env", any(env)),
        ("entrypoint", any(entrypoint)),
        ("cmd", any(cmd)),
        ("working_dir", has(working_dir)),
        ("labels", pairs(labels)),
        ("ports", any(exposed_ports)),
        ("volumes", any(volumes)),
        ("stop_signal", has(stop_signal)),
        ("healthcheck", any(healthcheck)),
        ("on_build", any(on_build)),
        ("shell", any(shell)),
        ("other", other.iter().any(|(key, _)| is(key))),
        ("media_type", has(media_type)),
        ("created_by", has(created_by)),
        ("comment", has(comment)),
        ("layer created", has(layer_created)),
        ("step created", has(at)),
        ("step created_by", has(by)),
        ("step author", has(who)),
        ("step comment", has(remark)),
        ("note", is(note)),
    ]
}

/// Runs layertui below the place: nothing of the user's own is read.
fn run(place: &Place, arguments: &[&str]) -> Output {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui
        .env_clear()
        .env("HOME", place.path("home"))
        .env("XDG_CONFIG_HOME", place.path("config"));
    layertui.env("XDG_CACHE_HOME", place.path("cache")).current_dir(place.path(""));
    layertui.arg("--no-cache").args(arguments).output().unwrap()
}

/// The values that an option of a command takes, as its help lists them.
fn values(place: &Place, command: &str, option: &str) -> Vec<String> {
    let help = String::from_utf8(run(place, &[command, "--help"]).stdout).unwrap();
    let from = help.find(option).unwrap();
    let list = help[from..].lines().map(str::trim).skip_while(|line| !line.starts_with("- "));
    let list = list.take_while(|line| line.starts_with("- "));
    list.map(|line| line[2..].split(':').next().unwrap().to_owned()).collect()
}

/// The ways a command is called here; a command that is not here yet fails the test.
fn calls(place: &Place, command: &str, image: &str, other: &str) -> Vec<Vec<String>> {
    let name = format!("/{}", name());
    let file = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let lines: Vec<Vec<&str>> = match command {
        "layers" => vec![vec![image], vec!["--json", image], vec!["--dockerfile", image]],
        "packages" => vec![
            vec![image],
            vec!["--json", image],
            vec![image, "--history"],
            vec!["--json", image, "--history"],
            vec![image, "--layer", HOSTILE],
            vec![image, "--format", "cyclonedx"],
            vec![image, "--format", "spdx"],
        ],
        "waste" => vec![
            vec![image],
            vec!["--json", image],
            vec!["--plan", image],
            vec!["--plan", "--json", image],
        ],
        "findings" | "verify" => vec![vec![image], vec!["--json", image]],
        "ls" => {
            let sizes = vec![image, "--depth", "3", "--du", "--sort", "size"];
            let json = [&sizes[..], &["--json"]].concat();
            let names = [vec![image, "-r", "--long"], vec![image, "-r", "--json"]];
            [names.to_vec(), vec![sizes, json, vec![image, HOSTILE]]].concat()
        }
        "diff" => {
            vec![vec![image], vec![image, "--json"], vec![image, "--from", "0", "--to", HOSTILE]]
        }
        "history" => vec![
            vec![image, &name],
            vec!["--json", image, &name],
            vec![image, HOSTILE],
            vec![image, "--glob", "**"],
            vec![image, "--glob", "**", "--json"],
        ],
        "find" => vec![vec![image, "MARK"], vec!["--json", image, "MARK"], vec![image, HOSTILE]],
        "grep" => vec![
            vec![image, "MARK|first"],
            vec!["--json", image, "MARK|first", "-C1"],
            vec![image, HOSTILE],
            vec![image, "x", HOSTILE],
            vec![image, "x", "--glob", HOSTILE],
        ],
        "cat" => vec![vec![image, HOSTILE], vec![image, &name, "--layer", HOSTILE]],
        "compare" => vec![
            vec![image, other],
            vec!["--json", image, other],
            vec![image, HOSTILE],
            vec!["--semantic", image, other],
            vec!["--exclude", HOSTILE, image, other],
            vec!["--layers", image, other],
            vec!["--layers", "--json", image, other],
        ],
        "extract" => vec![vec![image, HOSTILE, "there"], vec![image, &name, HOSTILE]],
        "report" => {
            let formats = values(place, command, "--format");
            assert!(formats.len() > 1, "{formats:?}");
            let pages = [image, "--html", "page.html", "--markdown", "page.md"];
            let of = |format: String| vec![image.to_owned(), "--format".into(), format];
            let mut calls: Vec<Vec<String>> = formats.into_iter().map(of).collect();
            calls.push(pages.map(str::to_owned).to_vec());
            return calls;
        }
        "images" => vec![vec![], vec!["--json", "--containers"]],
        "cache" => vec![vec![], vec!["info", "--json"], vec![HOSTILE]],
        "build" => vec![vec!["--engine", HOSTILE, "."], vec![HOSTILE]],
        "ci" => {
            let formats = values(place, command, "--format");
            assert!(formats.len() > 5, "{formats:?}");
            let rules = file("rules.yaml");
            fs::write(&rules, format!("rules:\n  {}: 1\n", Value::from(HOSTILE))).unwrap();
            let failing = ["--max-layers", "1", "--highest-wasted-bytes", "0B"].map(str::to_owned);
            let of = |format: String| {
                [vec![image.to_owned(), "--format".into(), format], failing.to_vec()].concat()
            };
            let mut calls: Vec<_> = formats.into_iter().map(of).collect();
            calls.push(vec![image.into(), "--config".into(), rules]);
            calls.push(vec![image.into(), "--config".into(), HOSTILE.into()]);
            return calls;
        }
        // These show nothing of an image: what they are given is foreign.
        "demo" | "completions" | "man" | "help" => vec![vec![HOSTILE]],
        new => panic!("{new}: say here how it is called on a hostile image"),
    };
    lines.into_iter().map(|line| line.into_iter().map(str::to_owned).collect()).collect()
}

#[test]
fn no_command_and_no_format_passes_foreign_text_on() {
    let place = Place::new();
    let image = layout(&place, HOSTILE.replace('/', "").as_str(), Tar::new());
    let other = layout(&place, "other", Tar::new().file("more", "x"));
    let (image, other) = (format!("oci:{}", image.display()), format!("oci:{}", other.display()));
    match source::open(&image, &Options::default()).unwrap() {
        Opened::Image(source) => {
            for (field, hostile) in fields(source.image()) {
                assert!(hostile, "{field} is not hostile here");
            }
        }
        Opened::Several(several) => panic!("one image: {:?}", several.choices),
    }
    let help = String::from_utf8(run(&place, &["--help"]).stdout).unwrap();
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands =
        commands.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let commands: Vec<&str> =
        commands.map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(commands.len() > 15, "{commands:?}");
    for command in commands {
        for call in calls(&place, command, &image, &other) {
            let arguments: Vec<&str> =
                [command].into_iter().chain(call.iter().map(String::as_str)).collect();
            let Output { stdout, stderr, .. } = run(&place, &arguments);
            let what = format!("{arguments:?}");
            let told = scan(&stdout, &what);
            scan(&stderr, &what);
            if call.iter().any(|word| word.contains("json")) && !told.is_empty() {
                let values = told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
                assert!(values.count() > 0, "{what}");
            }
        }
    }
    let page = scan(&fs::read(place.path("page.html")).unwrap(), "the page");
    assert!(page.contains("MARK\\x1b"), "{page}");
    for markup in ["<script>", "</script>", "<i>"] {
        let at = page.find(markup).unwrap_or(page.len());
        assert_eq!(&page[at..], "", "{markup}");
    }
    scan(&fs::read(place.path("page.md")).unwrap(), "the tables");
}

#[test]
fn what_is_typed_and_what_a_config_file_says_is_foreign_too() {
    let place = Place::new();
    let config = place.path("config/layertui");
    fs::create_dir_all(&config).unwrap();
    let lines = format!("{0} = 1\n[keys]\n{0} = {0}\n", Value::from(name()));
    for text in [lines, HOSTILE.to_owned()] {
        fs::write(config.join("config.toml"), text).unwrap();
        let output = run(&place, &["--check-config"]);
        assert_ne!(output.status.code(), Some(0));
        scan(&[output.stdout, output.stderr].concat(), "--check-config");
    }
    for arguments in [&[HOSTILE][..], &["layers", HOSTILE], &["--x\x1b"]] {
        let output = run(&place, arguments);
        assert!(output.stdout.is_empty());
        let told = scan(&output.stderr, "an argument");
        assert!(told.contains("\\x1b"), "{arguments:?}: {told}");
    }
}

/// JSON carries the exact text, and so that it can be looked at, escaped.
#[test]
fn json_gives_back_what_the_image_says() {
    let place = Place::new();
    let image = layout(&place, "image", Tar::new());
    let image = format!("oci:{}", Path::new(&image).display());
    let document: Value =
        serde_json::from_slice(&run(&place, &["layers", "--json", &image]).stdout).unwrap();
    assert_eq!(document["layers"][0]["createdBy"], HOSTILE);
    assert_eq!(document["image"]["labels"][HOSTILE], HOSTILE);
}

/// A backslash of the image is never doubled, in any output.
#[test]
fn a_literal_backslash_is_never_doubled() {
    let place = Place::new();
    let command = r"RUN printf 'a\n' > C:\x1b # no escape";
    let layers = [Tar::new().file("a", "x").finish()];
    let more = json!({"history": [{"created_by": command}]});
    let image = place.save_all("image.tar", &layers, &layers, &more);
    let image = image.to_str().unwrap();
    for arguments in [&["layers", image][..], &["findings", image], &["history", image, "/a"]] {
        let told = scan(&run(&place, arguments).stdout, "a command");
        assert!(told.contains(r"printf 'a\n' > C:\x1b"), "{told}");
    }
    run(&place, &["report", image, "--markdown", "page.md"]);
    assert!(fs::read_to_string(place.path("page.md")).unwrap().contains(r"printf 'a\n' > C:\x1b"));
}
