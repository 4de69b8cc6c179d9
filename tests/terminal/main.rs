//! The real program in a pseudo-terminal: keys in, screen out, and the terminal as it was when it ends.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(unix)]

#[path = "../containers_storage/build.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod build;
mod explorer;
mod hostile;
mod pages;
mod progress;
mod reloading;
#[path = "../answers/saved.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod saved;
#[path = "../support/mod.rs"]
mod support;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use explorer::Explorer;

#[test]
fn three_keys_find_the_layer_that_added_a_file() {
    let mut explorer = Explorer::start(&["demo"], 120, 40, &[]);
    explorer.shows(&["Layers", "Tree", "Changes", "usr/"]);
    explorer.press("/");
    explorer.press("hero.avif");
    explorer.shows(&["hero.avif"]);
    explorer.press("\r");
    explorer.shows(&["added by layer 6"]);
    explorer.press("w");
    explorer.shows(&["History", "/srv/shop/static/img/hero.avif"]);
    explorer.close("History");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn a_deleted_file_is_found_with_the_layer_that_deleted_it() {
    let mut explorer = Explorer::start(&["demo"], 120, 40, &[]);
    explorer.shows(&["usr/"]);
    explorer.press("/deploy_key\r");
    explorer.shows(&["layer 5", "deploy_key"]);
    explorer.press("w");
    explorer.shows(&["removed", "added"]);
    explorer.close("History");
    // Esc clears the search, then does nothing: only q quits.
    explorer.close("found for");
    explorer.press("\x1b\x1b");
    explorer.press("[");
    explorer.shows(&["layer 4"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn a_deleted_file_is_read_as_it_was_before() {
    let mut explorer = Explorer::start(&["demo"], 120, 40, &[]);
    explorer.shows(&["usr/"]);
    explorer.press("/deploy_key\r");
    explorer.shows(&["layer 5", "deploy_key", "removed by layer 5"]);
    explorer.press("w");
    explorer.shows(&["removed", "added"]);
    explorer.press("v");
    explorer.shows(&["BEGIN EXAMPLE KEY", "x bytes"]);
    explorer.press("x");
    explorer.shows(&["00000000  2d 2d 2d 2d 2d"]);
    explorer.press("\x03");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn setuid_files_are_filtered() {
    let mut explorer = Explorer::start(&["demo"], 120, 40, &[]);
    explorer.shows(&["usr/"]);
    explorer.press("f");
    explorer.shows(&["added modified"]);
    explorer.press("setuid\r");
    explorer.shows(&["[setuid]", " path"]);
    explorer.close("[setuid]");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn keys_of_the_config_file_are_used_and_a_broken_one_is_no_hindrance() {
    // Not below `TMPDIR`, which may be long: the message has the path, and is to fit on one line.
    let home = tempfile::tempdir_in("/tmp").unwrap();
    let directory = home.path().join("layertui");
    std::fs::create_dir(&directory).unwrap();
    let file = directory.join("config.toml");
    let place = home.path().to_str().unwrap();
    std::fs::write(&file, "colour = \"blue\"\n[keys]\nquit = \"Q\"\nhelp = \"H\"\n").unwrap();
    let mut explorer = Explorer::start(&["demo"], 120, 40, &[("XDG_CONFIG_HOME", place)]);
    explorer.shows(&["usr/", "Q quit", "H help"]);
    explorer.press("q!");
    explorer.shows(&["Problems", "line 1: no setting is called colour"]);
    explorer.close("Problems");
    explorer.press("Q");
    assert_eq!(explorer.ends(), 0);
    let check = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_layertui"))
            .arg("--check-config")
            .env("XDG_CONFIG_HOME", place)
            .output()
            .unwrap()
    };
    let broken = check();
    assert_eq!(broken.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("config.toml: line 1"));
    std::fs::write(&file, layertui::explorer::model::config::default_text()).unwrap();
    assert_eq!(check().status.code(), Some(0));
}

#[test]
fn every_size_is_drawn_and_the_way_back_too() {
    let mut explorer = Explorer::start(&["demo"], 120, 40, &[]);
    explorer.shows(&["usr/"]);
    explorer.resize(80, 24);
    explorer.shows(&["Layers", "Changes"]);
    explorer.resize(40, 12);
    explorer.shows(&["Tree"]);
    explorer.resize(12, 2);
    explorer.resize(120, 40);
    explorer.shows(&["Layers", "2 Tree", "usr/"]);
    explorer.press("\x03");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn signals_restore_the_terminal() {
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let explorer = Explorer::start(&["demo"], 80, 24, &[]);
        explorer.shows(&["usr/"]);
        explorer.signal(signal);
        assert_eq!(explorer.ends(), code, "{signal}");
    }
}

/// The thread that opens the image waits for an answer of the registry; the bound is far below its time limit.
#[test]
fn ctrl_c_ends_while_a_registry_does_not_answer() {
    let registry = TcpListener::bind("127.0.0.1:0").unwrap();
    let image = format!("docker://{}/shop:1", registry.local_addr().unwrap());
    let mut explorer = Explorer::start(&["--tls-verify=false", &image], 80, 24, &[]);
    explorer.shows(&["pening"]);
    let start = Instant::now();
    explorer.press("\x03");
    assert_eq!(explorer.ends(), 0);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

/// What could not be opened is no success, also where its error was shown on a screen, and the error is in the terminal afterwards.
#[test]
fn an_image_that_cannot_be_opened_ends_with_2_after_its_error_was_shown() {
    let registry = TcpListener::bind("127.0.0.1:0").unwrap();
    let image = format!("{}/shop:1", registry.local_addr().unwrap());
    std::thread::spawn(move || registry.incoming().for_each(drop));
    let mut explorer = Explorer::start(&["--tls-verify=false", &image], 100, 24, &[]);
    explorer.shows(&["ask its registry"]);
    explorer.press("\r");
    explorer.shows(&["This image cannot be opened"]);
    explorer.press("q");
    let (code, said) = explorer.ends_saying();
    assert_eq!(code, 2);
    let said = String::from_utf8_lossy(&said).into_owned();
    let after = said.rsplit("\x1b[?1049l").next().unwrap_or_default();
    assert!(after.contains("layertui: 127.0.0.1"), "{after:?}");
}

#[test]
fn suspended_it_gives_the_terminal_back_and_takes_it_again() {
    let mut explorer = Explorer::start(&["demo"], 80, 24, &[]);
    explorer.shows(&["usr/"]);
    explorer.press("\x1a");
    explorer.is_restored();
    explorer.signal("CONT");
    explorer.shows(&["usr/"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn no_colour_means_no_colour_sequence_at_all() {
    let mut explorer = Explorer::start(&["demo"], 120, 40, &[("NO_COLOR", "1")]);
    explorer.shows(&["usr/"]);
    explorer.press("?");
    explorer.shows(&["Help"]);
    let raw = String::from_utf8_lossy(&explorer.raw()).into_owned();
    for sequence in raw.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
        if sequence[end..].starts_with('m') {
            let colours = sequence[..end].split(';').filter_map(|part| part.parse::<u8>().ok());
            let plain = colours.into_iter().all(|code| matches!(code, 0..=9 | 21..=29));
            assert!(plain && !sequence.starts_with(';'), "ESC[{}m", &sequence[..end]);
        }
    }
    explorer.close("Help");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn foreign_names_never_reach_the_terminal_raw() {
    let mut explorer = Explorer::start(&["demo"], 120, 40, &[]);
    explorer.shows(&["usr/"]);
    explorer.press("/escape.txt\r");
    explorer.shows(&["tab\\tand\\x1b[31mescape.txt", "invoice\\u", "caf\\xe9.txt"]);
    explorer.press("w");
    explorer.shows(&["History"]);
    let raw = explorer.raw();
    for hostile in [&b"\x1b[31mescape"[..], "\u{202e}".as_bytes(), b"\xe9.txt"] {
        assert!(!raw.windows(hostile.len()).any(|window| window == hostile));
    }
    explorer.close("History");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn errors_come_without_a_screen() {
    let explorer = Explorer::start(&["no/such/image.tar"], 80, 24, &[]);
    explorer.shows(&["no/such/image.tar"]);
    assert!(!explorer.raw().windows(8).any(|window| window == b"\x1b[?1049h"));
    assert_eq!(explorer.ends(), 2);
}

#[test]
fn a_terminal_gets_control_characters_of_a_file_only_when_told_to() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("odd"), "first line\n\x1b[31mred\n").unwrap();
    std::fs::write(root.path().join("plain"), "first line\n").unwrap();
    let image = format!("rootfs:{}", root.path().display());
    let cat = |more: &[&str]| {
        let arguments = [&["--no-cache", "cat", &image][..], more].concat();
        Explorer::start(&arguments, 80, 24, &[])
    };
    let refused = cat(&["odd"]);
    refused.shows(&["odd: contains control characters", "--force"]);
    assert!(!refused.text().contains("first line"), "said before anything is written");
    assert_eq!(refused.ends(), 2);
    for allowed in [&["odd", "--force"][..], &["plain"]] {
        let allowed = cat(allowed);
        allowed.shows(&["first line"]);
        assert_eq!(allowed.ends(), 0);
    }
}

#[test]
fn a_terminal_gets_the_colours_of_grep_unless_it_wants_none() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("conf"), "user=shop\nnone=of these\n").unwrap();
    let image = format!("rootfs:{}", root.path().display());
    let grep = |environment: &[(&str, &str)]| {
        let grep = Explorer::start(&["--no-cache", "grep", &image, "us.r"], 80, 24, environment);
        String::from_utf8(grep.all_that_was_said()).unwrap()
    };
    let coloured = grep(&[]);
    assert!(coloured.contains("\x1b[1;31muser\x1b[0m=shop"), "{coloured:?}");
    let plain = grep(&[("NO_COLOR", "1")]);
    assert!(plain.contains("user=shop") && !plain.contains("\x1b["), "{plain:?}");
    assert!(!plain.contains("none"), "{plain:?}");
}
