//! `compare --semantic` on builds of one Containerfile in which apt, dpkg, update-alternatives and ldconfig really run: the
//! same, whatever they write anew each time; what else differs is named.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::base;
use super::engines::{find, require_engines, run, text};
use super::rebuilt::Builds;

const CONTAINERFILE: &str = "FROM scratch
COPY rootfs/ /
RUN [\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]
COPY repository/ /repository/
RUN mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates && touch /var/lib/dpkg/status \\
 && apt-get -o APT::Sandbox::User=root update && apt-get -y install tool \\
 && cp /given/file /file && chmod \"$(cat /given/mode)\" /var/log/apt/term.log
";

const CONTROL: &str = "Package: tool
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: for a test
";

const POSTINST: &str = "#!/bin/sh
set -e
update-alternatives --install /usr/bin/tool tool /usr/bin/tool-1 1
ldconfig
";

/// What the step of apt writes with times and inode numbers in it.
const REWRITTEN: [&str; 6] = [
    "/var/cache/apt/pkgcache.bin",
    "/var/cache/ldconfig/aux-cache",
    "/var/log/alternatives.log",
    "/var/log/apt/history.log",
    "/var/log/apt/term.log",
    "/var/log/dpkg.log",
];

/// A root with apt, which installs from a directory of the image: no network is needed.
fn write_context(context: &Path) {
    base::write_context(context);
    let root = context.join("rootfs");
    for program in ["apt-get", "update-alternatives"] {
        base::bring(&root, &find(program).unwrap());
    }
    for method in ["file", "copy", "store"] {
        base::bring(&root, &Path::new("/usr/lib/apt/methods").join(method));
    }
    for table in ["cputable", "tupletable", "ostable"] {
        base::copy_below(&root, &Path::new("/usr/share/dpkg").join(table));
    }
    for dir in [
        "etc/apt/apt.conf.d",
        "etc/apt/preferences.d",
        "etc/dpkg",
        "usr/bin",
        "var/cache/apt/archives/partial",
        "var/lib/apt/lists/partial",
        "var/log/apt",
    ] {
        fs::create_dir_all(root.join(dir)).unwrap();
    }
    fs::write(root.join("etc/apt/sources.list"), "deb [trusted=yes] file:/repository ./\n")
        .unwrap();
    fs::write(root.join("etc/dpkg/dpkg.cfg"), "log /var/log/dpkg.log\n").unwrap();
    write_repository(&context.join("repository"), &context.with_file_name("tool"));
    fs::write(context.join("Containerfile"), CONTAINERFILE).unwrap();
}

/// One package, and the list that names it.
fn write_repository(repository: &Path, tree: &Path) {
    for dir in [&tree.join("DEBIAN"), &tree.join("usr/bin"), repository] {
        fs::create_dir_all(dir).unwrap();
    }
    fs::write(tree.join("usr/bin/tool-1"), "#!/bin/sh\n").unwrap();
    fs::write(tree.join("DEBIAN/control"), CONTROL).unwrap();
    let postinst = tree.join("DEBIAN/postinst");
    fs::write(&postinst, POSTINST).unwrap();
    fs::set_permissions(&postinst, fs::Permissions::from_mode(0o755)).unwrap();
    let package = repository.join("tool.deb");
    run(Command::new("dpkg-deb").args(["-Zgzip", "--build"]).arg(tree).arg(&package));
    let sum = text(Command::new("sha256sum").arg(&package));
    let sum = sum.split_whitespace().next().unwrap();
    let size = fs::metadata(&package).unwrap().len();
    let list = format!("{CONTROL}Filename: ./tool.deb\nSize: {size}\nSHA256: {sum}\n");
    fs::write(repository.join("Packages"), list).unwrap();
}

/// The verdict, the paths that differ with how they do, and those set aside.
fn compare(builds: &Builds, new: &str, more: &[&str]) -> (Option<i32>, Vec<String>, Vec<String>) {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(["--no-cache", "compare", "--json", "oci:builds:a:1"]);
    layertui.arg(format!("oci:builds:{new}")).args(more).current_dir(&builds.home);
    let output = layertui.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = |value: &Value| {
        let path = value["path"].as_str().unwrap();
        let metadata: &[Value] = value["metadata"].as_array().map_or(&[], Vec::as_slice);
        let words: Vec<&str> =
            std::iter::once(path).chain(metadata.iter().map(|it| it.as_str().unwrap())).collect();
        words.join(" ")
    };
    let paths = lines.iter().filter(|line| line["kind"] == "path").map(said).collect();
    // Written with the times of lists: in some builds alike.
    let sometimes = "/var/cache/apt/srcpkgcache.bin";
    let aside = lines.last().unwrap()["setAside"].as_array().unwrap().iter();
    let aside = aside.map(said).filter(|path| path != sometimes).collect();
    (output.status.code(), paths, aside)
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn two_builds_with_a_step_of_apt_mean_the_same() {
    require_engines();
    let builds = Builds::without_context("semantic-");
    let context = builds.home.join("context");
    write_context(&context);
    // Mounted, so that the history does not tell what is in it.
    let given = builds.home.join("given");
    fs::create_dir(&given).unwrap();
    let build = |tag: &str, file: &str, mode: &str| {
        fs::write(given.join("file"), file).unwrap();
        fs::write(given.join("mode"), mode).unwrap();
        builds.build(tag, &format!("--volume {}:/given:ro", given.display()));
    };
    build("a:1", "one", "640");
    // Logs have times in seconds.
    builds.script("sleep 1.1");
    build("b:1", "one", "640");
    build("c:1", "two", "640");
    build("d:1", "one", "600");

    let aside = REWRITTEN.map(str::to_owned).to_vec();
    assert_eq!(compare(&builds, "b:1", &["--semantic"]), (Some(0), vec![], aside.clone()));
    let (code, paths, none) = compare(&builds, "b:1", &[]);
    assert!(REWRITTEN.iter().all(|path| paths.contains(&format!("{path} mtime"))), "{paths:?}");
    assert_eq!((code, none), (Some(1), vec![]));

    let changed = vec!["/file".to_owned()];
    assert_eq!(compare(&builds, "c:1", &["--semantic"]), (Some(1), changed, aside.clone()));
    let exclude = ["--semantic", "--exclude", "/file"];
    assert_eq!(compare(&builds, "c:1", &exclude), (Some(0), vec![], aside.clone()));
    let mode = vec!["/var/log/apt/term.log mode".to_owned()];
    assert_eq!(compare(&builds, "d:1", &["--semantic"]), (Some(1), mode, aside));
}
