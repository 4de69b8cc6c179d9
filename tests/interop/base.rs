//! The base image's files and the packages that the image installs: made from what this machine has, so that no
//! network is needed.

use std::fs::{self, FileTimes, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::engines::{find, run, text};

/// Packages of every Debian, packed again: between them setuid and setgid files, hard links, symbolic links.
const REPACKED: [&str; 3] = ["gzip", "passwd", "debianutils"];

/// Fills the build context beside the Containerfile.
pub fn write_context(context: &Path) {
    let root = context.join("rootfs");
    for dir in ["bin", "etc", "tmp", "root", "dev", "proc", "sys", "var/lib/dpkg"] {
        fs::create_dir_all(root.join(dir)).unwrap();
    }
    fs::set_permissions(root.join("tmp"), Permissions::from_mode(0o1777)).unwrap();
    fs::copy(find("busybox").unwrap(), root.join("bin/busybox")).unwrap();
    for program in
        ["dpkg", "dpkg-deb", "dpkg-split", "dpkg-query", "tar", "setcap", "setfattr", "ldconfig"]
    {
        bring(&root, &find(program).unwrap());
    }
    fs::write(root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n").unwrap();
    fs::write(root.join("etc/group"), "root:x:0:\nshadow:x:42:\n").unwrap();
    fs::write(context.join("extra.txt"), "copied from the context\n").unwrap();
    let (first, second) = (context.join("debs/1"), context.join("debs/2"));
    fs::create_dir_all(&first).unwrap();
    fs::create_dir_all(&second).unwrap();
    for package in REPACKED {
        repack(package, &first, &context.with_file_name("repack").join(package));
    }
    own_package(&first, 1, &context.with_file_name("lab-1"));
    own_package(&second, 2, &context.with_file_name("lab-2"));
}

/// Copies a program with the libraries it names.
pub fn bring(root: &Path, program: &Path) {
    copy_below(root, program);
    for word in text(Command::new("ldd").arg(program).env("LC_ALL", "C")).split_whitespace() {
        if word.starts_with('/') {
            copy_below(root, Path::new(word));
        }
    }
}

pub fn copy_below(root: &Path, file: &Path) {
    let to = root.join(file.strip_prefix("/").unwrap());
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(file, to).unwrap();
}

/// A Debian package of an installed package's files, without its scripts.
fn repack(package: &str, to: &Path, tree: &Path) {
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    let files = text(Command::new("dpkg-query").args(["--listfiles", package]));
    let list = tree.join("DEBIAN/list");
    let present: Vec<String> = files.lines().filter_map(place).collect();
    fs::write(&list, present.join("\n")).unwrap();
    let copy = "tar -c -C / --no-recursion -T \"$1\" | tar -x -C \"$2\"";
    run(Command::new("sh").args(["-euc", copy, "sh"]).arg(&list).arg(tree));
    fs::remove_file(list).unwrap();
    build(tree, package, "1", "", to);
}

/// Where a listed file really lies, relative to the root: `/bin` may be a link. `None` where there is nothing to take:
/// documentation may have been left out when the package was installed.
fn place(file: &str) -> Option<String> {
    let file = Path::new(file);
    fs::symlink_metadata(file).ok()?;
    let parent = fs::canonicalize(file.parent()?).ok()?;
    let place = parent.join(file.file_name()?);
    (!place.is_symlink() || !place.is_dir()).then_some(())?;
    Some(place.strip_prefix("/").ok()?.to_str()?.to_owned())
}

/// A small package in two versions, the second of which keeps, changes, adds and drops files.
fn own_package(to: &Path, version: u32, tree: &Path) {
    let dir = tree.join("opt/lab");
    fs::create_dir_all(tree.join("etc")).unwrap();
    fs::create_dir_all(dir.join("share/data")).unwrap();
    let write = |path: PathBuf, text: &str, mode: u32| {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
        let times = FileTimes::new().set_modified(time);
        fs::File::options().write(true).open(&path).unwrap().set_times(times).unwrap();
    };
    write(tree.join("etc/lab.conf"), &format!("version={version}\n"), 0o644);
    write(dir.join("kept"), "the same in both versions\n", 0o644);
    write(dir.join("changed"), &format!("of version {version}\n"), 0o644);
    write(dir.join("tool"), "#!/bin/sh\n", 0o4755);
    fs::hard_link(dir.join("tool"), dir.join("tool-too")).unwrap();
    symlink(format!("tool-{version}"), dir.join("current")).unwrap();
    write(dir.join(format!("share/data/only-in-{version}")), "here\n", 0o600);
    if version == 1 {
        fs::create_dir(dir.join("dropped")).unwrap();
        write(dir.join("dropped/file"), "soon gone\n", 0o644);
    }
    build(tree, "lab", &version.to_string(), "/etc/lab.conf\n", to);
}

fn build(tree: &Path, package: &str, version: &str, conffiles: &str, to: &Path) {
    let architecture = text(Command::new("dpkg").arg("--print-architecture"));
    let control = format!(
        "Package: {package}\nVersion: {version}\nArchitecture: {architecture}\
         Maintainer: nobody <nobody@example.org>\nDescription: for a test\n"
    );
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    if !conffiles.is_empty() {
        fs::write(tree.join("DEBIAN/conffiles"), conffiles).unwrap();
    }
    run(Command::new("dpkg-deb").args(["-Zgzip", "--build"]).arg(tree).arg(to));
}
