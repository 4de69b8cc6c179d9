//! `layertui cat`: the bytes of a file at some layer, through links, and the errors for paths that are not files.
#![expect(clippy::unwrap_used, reason = "a program that cannot be run is a failed test")]

use std::path::Path;
use std::process::{Command, Output};

fn cat(arguments: &[&str]) -> Output {
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/image.tar");
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(["--no-cache", "cat"]).arg(image).args(arguments).output().unwrap()
}

fn text(arguments: &[&str]) -> String {
    let output = cat(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_file_is_written_unchanged() {
    assert_eq!(text(&["/etc/debian_version"]), "12.7\n");
    assert_eq!(text(&["etc/debian_version"]), "12.7\n", "paths are relative to the root");
}

#[test]
fn each_layer_has_its_own_version() {
    let (before, after) =
        (text(&["/var/lib/dpkg/status", "--layer", "0"]), text(&["/var/lib/dpkg/status"]));
    assert_eq!(before.len(), 210_000);
    assert_ne!(before, after);
}

#[test]
fn a_deleted_file_can_be_read_at_the_layer_that_has_it() {
    let path = "/var/cache/apt/archives/ca-certificates_20230311_all.deb";
    assert_eq!(cat(&[path, "--layer", "1"]).stdout.len(), 155_000);
    let gone = cat(&[path]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(gone.stdout.is_empty());
    assert!(String::from_utf8_lossy(&gone.stderr).contains("has it"));
}

#[test]
fn links_are_followed() {
    assert_eq!(text(&["/etc/localtime"]), "TZif2 UTC0\n", "absolute, inside the image");
    assert_eq!(cat(&["/lib/libz.so.1"]).stdout.len(), 125_500, "through a directory's link");
    assert_eq!(cat(&["/bin/sh"]).stdout, cat(&["/usr/bin/busybox"]).stdout, "a hard link");
}

#[test]
fn a_path_that_is_not_a_file_is_an_error() {
    for (path, words) in [("/etc", "a directory"), ("/dev/null", "char"), ("/bin", "a directory")] {
        let output = cat(&[path]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{path}");
    }
    assert_eq!(cat(&["/no/such/file"]).status.code(), Some(1));
}

#[test]
fn the_image_must_not_come_before_the_command() {
    let layertui = |arguments: &[&str]| {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args(arguments).output().unwrap()
    };
    let output = layertui(&["image.tar", "cat", "image.tar", "/etc/motd"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the command comes first"));
}
