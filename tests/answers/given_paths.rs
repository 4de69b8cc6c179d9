//! Paths on the command line: bytes that are not UTF-8, and links among their parents.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

/// The exit code and the texts of a run with `arguments`, of which `IMAGE` and `PATH` are replaced.
fn with(image: &OsStr, path: &[u8], arguments: &[&str]) -> (Option<i32>, String, String) {
    let given = |word: &&str| match *word {
        "IMAGE" => image.to_owned(),
        "PATH" => OsStr::from_bytes(path).to_owned(),
        other => other.into(),
    };
    let arguments: Vec<OsString> = arguments.iter().map(given).collect();
    let output = layertui(&arguments);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_path_is_given_as_the_bytes_of_its_name() {
    let place = Place::new();
    let layer = Tar::new().file(b"caf\xe9", "au lait\n").finish();
    let image = place.image("image", &[layer]).into_os_string();
    let dest = place.path("dest");
    let dest = dest.to_str().unwrap();
    for (arguments, expected) in [
        (&["cat", "IMAGE", "PATH"][..], "au lait\n"),
        (&["ls", "IMAGE", "PATH"], "/caf\\xe9\n"),
        (&["grep", "-l", "IMAGE", "lait", "PATH"], "  L0   /caf\\xe9\n"),
        (&["extract", "IMAGE", "PATH", dest], ""),
    ] {
        assert_eq!(
            with(&image, b"/caf\xe9", arguments),
            (Some(0), expected.to_owned(), String::new()),
            "{arguments:?}"
        );
    }
    assert_eq!(fs::read_to_string(dest).unwrap(), "au lait\n");
    let (code, history, _) = with(&image, b"/caf\xe9", &["history", "IMAGE", "PATH"]);
    assert!(code == Some(0) && history.contains("added"), "{history}");
    // A name that is not there is named as others are, and a pattern is text.
    let (code, _, said) = with(&image, b"/th\xe9", &["cat", "IMAGE", "PATH"]);
    assert!(code == Some(1) && said.contains("/th\\xe9: not in the merged tree"), "{said}");
    let (code, _, said) = with(&image, b"*\xe9", &["history", "--glob", "IMAGE", "PATH"]);
    assert!(code == Some(2) && said.contains("*\\xe9: a pattern has to be UTF-8"), "{said}");
}

#[test]
fn a_link_that_leads_nowhere_is_told_from_a_name_that_is_not_there() {
    let place = Place::new();
    let below = Tar::new().file("data/x", "x").symlink("l", "data/x").symlink("far", "../gone/y");
    let below = below.symlink("one", "two").symlink("two", "one").finish();
    let layers = [below, Tar::new().file("data/.wh.x", "").finish()];
    let image = place.image("image", &layers).into_os_string();
    let cat = |path: &str| with(&image, path.as_bytes(), &["cat", "IMAGE", "PATH"]);
    for (path, says) in [
        (
            "/l",
            "/l: a symbolic link leads to /data/x, which is not in the merged tree at layer 1; removed by layer 1",
        ),
        ("far", "far: a symbolic link leads to /gone, which is not in"),
        ("/one", "/one: its symbolic links form a loop at layer 1"),
        ("/data/x", "/data/x: not in the merged tree at layer 1; removed by layer 1"),
        ("./none/../nothing/x", "./none/../nothing/x: not in the merged tree"),
        ("data/y/z", "data/y/z: not in the merged tree"),
    ] {
        let (code, _, said) = cat(path);
        assert!(code == Some(1) && said.contains(says), "{path}: {said}");
    }
}

#[test]
fn ls_follows_links_among_the_parents_as_cat_does() {
    let place = Place::new();
    let layer = Tar::new().file("etc/motd", "hello\n").symlink("conf", "etc").finish();
    let image = place.image("image", &[layer]).into_os_string();
    let list = |path: &str| with(&image, path.as_bytes(), &["ls", "IMAGE", "PATH"]);
    assert_eq!(list("/conf/motd").1, "/etc/motd\n");
    assert_eq!(list("/conf/").1, "/etc/motd\n", "a slash behind it: what it leads to");
    assert_eq!(list("/conf").1, "/conf -> etc\n");
    assert_eq!(list("/conf/none").0, Some(1));
}

/// Images have `/bin` as a link to `/usr/bin`: a file below it is asked for by either name, also after it was deleted.
#[test]
fn the_history_of_a_file_is_found_through_linked_directories() {
    let place = Place::new();
    let layers = [
        Tar::new().file("usr/bin/ls", "x").symlink("bin", "usr/bin").finish(),
        Tar::new().file("usr/bin/.wh.ls", "").finish(),
        Tar::new().file(".wh.bin", "").finish(),
    ];
    let image = place.image("image", &layers).into_os_string();
    let history = |path: &str| with(&image, path.as_bytes(), &["history", "IMAGE", "PATH"]);
    let own = history("/usr/bin/ls");
    assert!(own.1.starts_with("/usr/bin/ls\n  L0") && own.1.contains("L1   - removed"), "{own:?}");
    assert_eq!(history("/bin/ls"), own);
    assert!(history("/bin").1.starts_with("/bin\n"), "the link itself");
    let (code, _, said) = history("/bin/none");
    assert!(code == Some(1) && said.contains("no layer has this path"), "{said}");
}
