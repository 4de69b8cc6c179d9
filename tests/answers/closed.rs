//! A reader that closes the pipe early: no error about the pipe, and where the exit code is part of the answer,
//! it is the same.

use std::process::{Command, Stdio};

use crate::judging::demo;
use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

#[test]
fn a_closed_pipe_is_no_error_and_no_pass() {
    let place = Place::new();
    let other = place.image("other", &[Tar::new().file("a", "x").finish()]);
    let demo = demo();
    let (demo, other) = (demo.to_str().unwrap(), other.to_str().unwrap());
    for (arguments, code) in [
        (&["--help"][..], 0),
        (&[demo], 0),
        (&["layers", demo], 0),
        (&["ls", demo, "--recursive", "--json"], 0),
        (&["ls", demo, "--du", "--sort", "size", "--depth", "4"], 0),
        (&["layers", demo, "--dockerfile"], 0),
        (&["diff", demo, "--json"], 0),
        (&["history", demo, "--glob", "**"], 0),
        (&["find", demo, "e"], 0),
        (&["grep", demo, "e"], 0),
        (&["grep", demo, "e", "--json"], 0),
        (&["waste", demo, "--all"], 0),
        (&["packages", demo, "--history"], 0),
        (&["waste", demo, "--plan"], 0),
        (&["findings", demo], 0),
        (&["findings", demo, "--fail-on", "low"], 1),
        (&["ci", demo, "--max-layers", "1"], 1),
        (&["ci", demo, "--base", "/no/such/image"], 2),
        (&["ci", demo, "--lowest-efficiency", "0", "--highest-user-wasted-percent", "1"], 0),
        (&["compare", demo, demo], 0),
        (&["compare", demo, other, "--json"], 1),
        (&["compare", demo, other, "--layers"], 1),
        (&["cat", demo, "/usr/bin/busybox"], 0),
        (&["extract", demo, "/", "-"], 0),
        (&["report", demo], 0),
        (&["report", demo, "--html", "-"], 0),
        (&["report", demo, "--format", "dive"], 0),
        (&["--ci", demo], 1),
        (&["--json", "-", demo], 0),
        (&["report", demo, "--markdown", "-"], 0),
        (&["verify", demo], 0),
        (&["cache"], 0),
        (&["completions", "bash"], 0),
        (&["man"], 0),
        (&["--print-config"], 0),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.current_dir(place.path(".")).env_remove("CI").arg("--no-cache").args(arguments);
        let output = layertui.stdin(Stdio::null()).stdout(writer).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(!said.to_lowercase().contains("pipe"), "{arguments:?}: {said}");
        assert!(said.is_empty() || code != 0, "{arguments:?}: {said}");
    }
}

/// Progress is for terminals: whatever takes long, nothing but the answer is written to a file or a pipe.
#[test]
fn nothing_is_said_on_the_way() {
    let place = Place::new();
    let large = Tar::new().file("large", "x".repeat(40_000_000)).finish();
    let image = place.compressed("large", &[large.clone(), large]);
    let image = image.to_str().unwrap();
    for arguments in [
        &["waste", image][..],
        &["cat", image, "/large"],
        &["grep", image, "x", "-c"],
        &["verify", image],
        &["packages", image],
        &["compare", image, image],
        &["compare", "--layers", image, image],
        &["extract", image, "/", "-"],
    ] {
        assert_eq!(String::from_utf8(layertui(arguments).stderr).unwrap(), "", "{arguments:?}");
    }
}

#[test]
fn the_demo_without_a_terminal_writes_nothing() {
    let output = layertui(&["demo"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("terminal"), "{said}");
    assert_eq!(output.stdout, b"");
}
