//! Packages by layer, held against dpkg, rpm and plain tools in the mounted root of each layer; and both bills of materials,
//! held against the libraries of their makers.
//!
//! Debian's rpm writes SQLite and reads Berkeley DB, which `db5.3_load` writes from the same headers. It has no ndb: what rpm
//! with ndb wrote is in `tests/answers/rpm`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::engines::{Engines, from_pypi, require_engines, run, text};
use super::scratch::fresh;

const KINDS: [&str; 4] = ["dpkg", "apk", "sqlite", "berkeley"];

/// A package: name, version, release, architecture as rpm says it, number of files.
type Made = (&'static str, &'static str, &'static str, &'static str, usize);

/// What each layer installs. Layer 2 removes gamma.
const INSTALLED: [&[Made]; 3] = [
    &[
        ("alpha", "1.0", "1", "noarch", 3),
        // A header of several pages.
        ("beta", "2.5~rc1", "3.fc40", "x86_64", 900),
        ("gamma", "0", "0", "noarch", 1),
    ],
    &[("alpha", "1.1", "1", "noarch", 4), ("delta", "7", "1", "x86_64", 2)],
    &[("epsilon", "1", "1", "noarch", 1)],
];

/// Prints the headers of a SQLite database of rpm as `db5.3_load` reads them.
const DUMP: &str = "
import sqlite3, struct, sys
rows = sqlite3.connect(sys.argv[1]).execute('select hnum, blob from Packages').fetchall()
print('VERSION=3', 'format=bytevalue', 'type=hash', 'db_pagesize=' + sys.argv[2], 'HEADER=END', sep='\\n')
for number, header in [(0, struct.pack('<I', max(row[0] for row in rows)))] + rows:
    print(' ' + struct.pack('<I', number).hex(), ' ' + header.hex(), sep='\\n')
print('DATA=END')
";

fn debian(machine: &str) -> &str {
    if machine == "noarch" { "all" } else { "amd64" }
}

/// The root of a package.
fn root(home: &Path, name: &str, files: usize) -> PathBuf {
    let root = home.join("root");
    let _ = fs::remove_dir_all(&root);
    let share = root.join("usr/share").join(name);
    fs::create_dir_all(&share).unwrap();
    for number in 0..files {
        fs::write(share.join(format!("file-{number}")), name).unwrap();
    }
    root
}

fn make_deb(home: &Path, dir: &Path, package: Made) {
    let (name, version, release, machine, files) = package;
    let root = root(home, name, files);
    fs::create_dir(root.join("DEBIAN")).unwrap();
    let control = format!(
        "Package: {name}\nVersion: 2:{version}-{release}\nArchitecture: {}\nMaintainer: nobody <a@b>\n\
         Installed-Size: 12\nDescription: a package\n",
        debian(machine)
    );
    fs::write(root.join("DEBIAN/control"), control).unwrap();
    run(Command::new("dpkg-deb").arg("--build").arg(&root).arg(dir));
}

fn make_rpm(home: &Path, dir: &Path, package: Made) {
    let (name, version, release, machine, files) = package;
    let root = root(home, name, files);
    let epoch = if name == "alpha" { "Epoch: 2\n" } else { "" };
    let spec = format!(
        "Name: {name}\nVersion: {version}\nRelease: {release}\n{epoch}Summary: a package\nLicense: MIT\n\
         BuildArch: {machine}\n%description\na package\n%install\ncp -a {}/usr %{{buildroot}}\n\
         %files\n/usr/share/{name}\n",
        root.display()
    );
    let file = home.join("package.spec");
    fs::write(&file, spec).unwrap();
    let mut rpmbuild = Command::new("rpmbuild");
    rpmbuild.args(["-bb", "--quiet", "--define", "_build_id_links none", "--target", machine]);
    rpmbuild.arg("--define").arg(format!("_topdir {}", home.join("rpmbuild").display()));
    rpmbuild.arg("--define").arg(format!("_rpmdir {}", dir.display()));
    rpmbuild.arg("--define").arg("_rpmfilename %%{NAME}.rpm");
    run(rpmbuild.env("HOME", home).arg(&file));
}

/// The list of apk at a layer.
fn apk_list(layer: usize) -> String {
    let made = || INSTALLED[..=layer].iter().rev().flat_map(|it| it.iter());
    let names: BTreeSet<&str> = made().map(|it| it.0).collect();
    let names = names.into_iter().filter(|name| layer < 2 || *name != "gamma");
    let record = |name: &str| {
        let (_, version, release, machine, _) = made().find(|it| it.0 == name).unwrap();
        let state = format!("V:{version}-r{release}\nA:{machine}\nI:4096");
        format!("C:Q1=\nP:{name}\n{state}\nF:usr\nR:{name}\n\n")
    };
    names.map(record).collect()
}

/// Images of all kinds, in a directory with what the managers say of each layer.
fn images() -> PathBuf {
    let home = fresh("packages-");
    let engines = Engines::by_vfs(&home);
    let (made, out) = (home.join("made"), home.join("out"));
    fs::create_dir_all(&out).unwrap();
    for (layer, packages) in INSTALLED.iter().enumerate() {
        let dir = made.join(layer.to_string());
        fs::create_dir_all(&dir).unwrap();
        for package in *packages {
            make_deb(&home, &dir, *package);
            make_rpm(&home, &dir, *package);
        }
        fs::write(dir.join("installed"), apk_list(layer)).unwrap();
    }
    fs::write(made.join("dump.py"), DUMP).unwrap();
    run(&mut engines.script(include_str!("packages.sh"), &[&out, &made]));
    out
}

/// The lines of `layertui packages IMAGE`.
fn packages(image: &str, options: &[&str]) -> Vec<Value> {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    let lines = text(layertui.args(["--no-cache", "packages", "--json", image]).args(options));
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn packages_are_what_their_managers_say_at_every_layer() {
    require_engines();
    let out = images();
    for kind in KINDS {
        let image = format!("oci:{}:latest", out.join(kind).display());
        for layer in 0..3_usize {
            let theirs = fs::read_to_string(out.join(format!("{kind}.{layer}"))).unwrap();
            let theirs: BTreeSet<&str> = theirs.lines().collect();
            assert_eq!(theirs.len(), [3, 4, 4][layer], "{kind} {layer}: {theirs:?}");
            let ours = packages(&image, &["--layer", &layer.to_string()]);
            let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
            let ours: BTreeSet<String> = ours
                .iter()
                .map(|line| {
                    ["name", "version", "architecture"].map(|key| text(line, key)).join(" ")
                })
                .collect();
            assert_eq!(ours, theirs.into_iter().map(str::to_owned).collect(), "{kind} {layer}");
        }
        let events = packages(&image, &["--history"]);
        let events: Vec<String> = events
            .iter()
            .map(|it| {
                format!(
                    "{} {} {}",
                    it["layer"],
                    it["event"].as_str().unwrap(),
                    it["name"].as_str().unwrap()
                )
            })
            .collect();
        let expected = [
            "0 installed alpha",
            "0 installed beta",
            "0 installed gamma",
            "1 upgraded alpha",
            "1 installed delta",
            "2 installed epsilon",
            "2 removed gamma",
        ];
        assert_eq!(events, expected, "{kind}");
    }
}

/// Fails unless CycloneDX's library calls the document valid.
const VALIDATE: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()) and 'not valid')
";

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn bills_of_materials_are_valid_for_the_libraries_of_their_makers() {
    require_engines();
    let python =
        from_pypi(&["spdx-tools==0.8.5", "cyclonedx-python-lib[json-validation]==11.12.0"]);
    let out = images();
    for kind in KINDS {
        let image = format!("oci:{}:latest", out.join(kind).display());
        let document = |format: &str| {
            let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
            layertui.args(["--no-cache", "packages", &image, "--format", format]);
            // The suffix tells SPDX's tool the format.
            let file = out.join(format!("{kind}-{format}.json"));
            fs::write(&file, text(&mut layertui)).unwrap();
            file
        };
        run(Command::new(python.join("python")).args(["-c", VALIDATE]).arg(document("cyclonedx")));
        run(Command::new(python.join("pyspdxtools")).arg("--infile").arg(document("spdx")));
    }
}
