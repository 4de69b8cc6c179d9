//! `compare --layers` on builds of one Containerfile: each build differs from the first in one thing, which is named for the
//! right layer and nothing else is.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::engines::{Engines, require_engines, run};
use super::scratch::fresh;

const CONTAINERFILE: &str = "FROM scratch\n\
    COPY busybox /bin/busybox\n\
    COPY one two three /\n\
    RUN [\"/bin/busybox\", \"sh\", \"-c\", \"echo made > /made\"]\n\
    COPY last /\n";

/// Seconds since 1970 of every file of the context.
const WHEN: &str = "@1700000000";

/// A context, and the images that are built of it.
pub struct Builds {
    pub home: PathBuf,
    engines: Engines,
}

impl Builds {
    fn new() -> Self {
        let builds = Self::without_context("rebuilt-");
        builds.script("mkdir context && cp \"$(command -v busybox)\" context/busybox");
        builds.write("Containerfile", CONTAINERFILE, WHEN);
        for file in ["one", "two", "three", "last"] {
            builds.write(file, file, WHEN);
        }
        builds.script(&format!("touch -d {WHEN} context/busybox"));
        builds
    }

    pub fn without_context(name: &str) -> Self {
        let home = fresh(name);
        let engines = Engines::by_vfs(&home);
        Self { home, engines }
    }

    pub fn script(&self, script: &str) {
        run(&mut self.engines.script::<&str>(script, &[]));
    }

    fn write(&self, file: &str, contents: &str, when: &str) {
        fs::write(self.home.join("context").join(file), contents).unwrap();
        self.script(&format!("touch -d {when} context/{file}"));
    }

    /// Builds the context as it is, into a layout.
    pub fn build(&self, tag: &str, options: &str) {
        self.script(&format!(
            "buildah build --no-cache --layers --isolation chroot {options} -t {tag} context\n\
             skopeo copy -q containers-storage:localhost/{tag} oci:builds:{tag}"
        ));
    }

    /// What `compare --layers` says: of each layer the verdict and in what it differs; and of each entry that differs its layer,
    /// path and in what.
    fn compare(&self, old: &str, new: &str) -> (Vec<String>, Vec<String>) {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args(["--no-cache", "compare", "--layers", "--json", old, new]);
        let output = layertui.current_dir(&self.home).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let differs = lines.last().unwrap()["verdict"] == "differ";
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(i32::from(differs)), "{text}{said}");
        let words = |line: &Value| -> String {
            let words = line["differs"].as_array().unwrap().iter();
            words.fold(String::new(), |all, word| format!("{all} {}", word.as_str().unwrap()))
        };
        let of = |kind: &'static str| lines.iter().filter(move |line| line["kind"] == kind);
        let layer = |line: &Value| format!("{}{}", line["verdict"].as_str().unwrap(), words(line));
        let entry = |line: &Value| {
            format!("{} {}{}", line["newLayer"], line["path"].as_str().unwrap(), words(line))
        };
        (of("layer").map(layer).collect(), of("entry").map(entry).collect())
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn what_differs_between_two_builds_is_named_for_its_layer_and_nothing_else_is() {
    require_engines();
    let builds = Builds::new();
    let fixed = "--timestamp 1700000000";
    builds.build("fixed:1", fixed);
    builds.build("free:1", "");
    // The first step is cached in neither, so what only time makes is another time.
    builds.script("sleep 1.1");
    builds.build("fixed:2", fixed);
    builds.build("free:2", "");
    builds.write("two", "two", "@1700000009");
    builds.build("fixed:3", fixed);
    builds.build("free:3", "");
    builds.write("two", "TWO", WHEN);
    builds.build("fixed:4", fixed);
    builds.build("free:4", "");
    let compare = |old: &str, new: &str| {
        builds.compare(&format!("oci:builds:{old}"), &format!("oci:builds:{new}"))
    };
    let same = ["sameBlob"; 4].map(str::to_owned).to_vec();

    // With one timestamp: nothing differs, not even a file that was touched; a changed file does.
    assert_eq!(compare("fixed:1", "fixed:2"), (same.clone(), vec![]));
    assert_eq!(compare("fixed:1", "fixed:3"), (same.clone(), vec![]));
    let changed = ["sameBlob", "changed content", "sameBlob", "sameBlob"].map(str::to_owned);
    let entry = vec!["1 /two content".to_owned()];
    assert_eq!(compare("fixed:1", "fixed:4"), (changed.to_vec(), entry));

    // Without: what is made while building has the time of building.
    let (layers, entries) = compare("free:1", "free:2");
    assert_eq!(
        layers,
        ["sameContents mtime", "sameBlob", "sameContents mtime", "sameBlob"],
        "{entries:?}"
    );
    assert!(entries.contains(&"0 /bin mtime".to_owned()), "{entries:?}");
    assert!(entries.contains(&"2 /made mtime".to_owned()), "{entries:?}");
    for (build, verdict, entry) in [
        ("free:3", "sameContents mtime", "1 /two mtime"),
        ("free:4", "changed content", "1 /two content"),
    ] {
        let (layers, entries) = compare("free:1", build);
        assert_eq!((layers[1].as_str(), layers[3].as_str()), (verdict, "sameBlob"));
        let in_layer: Vec<_> = entries.iter().filter(|it| it.starts_with("1 ")).collect();
        assert_eq!(in_layer, [entry]);
    }

    // The same build from the store, where only tar-split and files are kept.
    let store = "containers-storage:[vfs@STORE+/run]localhost/free:2".replace(
        "STORE",
        &builds.home.join("instead-of/var-lib/containers/storage").display().to_string(),
    );
    let (layers, _) = builds.compare("oci:builds:free:1", &store);
    assert_eq!(layers[0], "sameContents mtime");
    assert!(layers[1].starts_with("same"), "{layers:?}");
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn compression_order_and_dialect_are_told_apart() {
    require_engines();
    let builds = Builds::new();
    builds.build("fixed:1", "--timestamp 1700000000");
    // The same layers by another program, at another level.
    let copy = "skopeo copy -q oci:builds:fixed:1 dir:plain --dest-decompress\n\
        skopeo copy -q --dest-compress-format gzip --dest-compress-level 1 dir:plain oci:fast:1\n\
        skopeo copy -q --dest-compress-format zstd dir:plain oci:zstd:1";
    builds.script(copy);
    let tars = ["sameTar compression"; 4].map(str::to_owned).to_vec();
    for other in ["oci:fast:1", "oci:zstd:1", "dir:plain"] {
        assert_eq!(builds.compare("oci:builds:fixed:1", other), (tars.clone(), vec![]), "{other}");
    }

    // One more layer, a tar by GNU tar: the same files in another order, in another dialect, from another directory.
    let tar = |name: &str, how: &str| {
        format!(
            "tar --owner 0 --group 0 --mtime {WHEN} -C context {how} -cf {name}.tar\n\
             skopeo copy -q oci:builds:fixed:1 oci:{name}:1\n\
             umoci raw add-layer --image {name}:1 {name}.tar --history.created 2024-01-01T00:00:00Z\n"
        )
    };
    let ordered = "one two three last";
    builds.script(&tar("gnu", &format!("--format gnu {ordered}")));
    builds.script(&tar("moved", "--format gnu last one two three"));
    builds.script(&tar("pax", &format!("--format posix {ordered}")));
    builds.script(&tar("ustar", &format!("--format ustar {ordered}")));
    for (other, differs, entry) in [
        ("moved", "order", "4 /last order"),
        ("pax", "records dialect", ""),
        ("ustar", "dialect", "4 /two dialect"),
    ] {
        let (layers, entries) = builds.compare("oci:gnu:1", &format!("oci:{other}:1"));
        assert_eq!(layers[..4], ["sameBlob"; 4]);
        assert_eq!(layers[4], format!("sameContents {differs}"), "{entries:?}");
        assert!(entry.is_empty() || entries.contains(&entry.to_owned()), "{entries:?}");
        assert!(other != "moved" || entries.len() == 1, "{entries:?}");
    }
    let (layers, entries) = builds.compare("oci:builds:fixed:1", "oci:gnu:1");
    assert_eq!((layers.last().unwrap().as_str(), entries.len()), ("added", 0));
}
