//! The real program in a pseudo-terminal: keys in, screen out, and the terminal as it was when it ends.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(unix)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Nothing here takes long; this only ends a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(30);

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

struct Explorer {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    screen: vt100::Parser,
    raw: Vec<u8>,
}

impl Explorer {
    fn start(arguments: &[&str], columns: u16, rows: u16, environment: &[(&str, &str)]) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_layertui"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        // The config of whoever runs the tests is not the tests'.
        command.env("XDG_CONFIG_HOME", "/nonexistent");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(cells(rows), cells(columns), 0);
        let seen = Arc::new(Mutex::new(Seen { screen, raw: Vec::new() }));
        let sink = Arc::clone(&seen);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut seen = sink.lock().unwrap();
                seen.screen.process(&buffer[..count]);
                seen.raw.extend_from_slice(&buffer[..count]);
            }
        });
        Self { child, master: pair.master, keys, seen }
    }

    fn text(&self) -> String {
        self.seen.lock().unwrap().screen.screen().contents()
    }

    fn raw(&self) -> Vec<u8> {
        self.seen.lock().unwrap().raw.clone()
    }

    /// Waits until the screen shows all of these.
    fn shows(&self, wanted: &[&str]) {
        let start = Instant::now();
        while !wanted.iter().all(|wanted| self.text().contains(wanted)) {
            assert!(start.elapsed() < PATIENCE, "no {wanted:?} on\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses Esc until this is gone: while layers are read, the first Esc may be for that. A key right behind Esc
    /// would be read as Alt and that key.
    fn close(&mut self, title: &str) {
        let start = Instant::now();
        while self.text().contains(title) {
            self.press("\x1b");
            thread::sleep(Duration::from_millis(200));
            assert!(start.elapsed() < PATIENCE, "still {title:?} on\n{}", self.text());
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.seen.lock().unwrap().screen.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size).unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let status = std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for the end, checks that the terminal is as it was, and gives the exit code.
    fn ends(mut self) -> u32 {
        let start = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        };
        self.is_restored();
        code
    }

    fn is_restored(&self) {
        let start = Instant::now();
        loop {
            let seen = self.seen.lock().unwrap();
            let screen = seen.screen.screen();
            let restored = !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
            if restored {
                return;
            }
            drop(seen);
            assert!(start.elapsed() < PATIENCE, "the terminal is not as it was");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Explorer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
    let home = tempfile::tempdir().unwrap();
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
    std::fs::write(&file, layertui::app::config::default_text()).unwrap();
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
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let explorer = Explorer::start(&["demo"], 80, 24, &[]);
        explorer.shows(&["usr/"]);
        explorer.signal(signal);
        assert_eq!(explorer.ends(), code, "{signal}");
    }
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
