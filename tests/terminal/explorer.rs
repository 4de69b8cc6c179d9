//! A real explorer in a pseudo-terminal of its own.

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

pub struct Explorer {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
    /// Ends when the terminal is closed.
    reader: thread::JoinHandle<()>,
}

struct Seen {
    screen: vt100::Parser,
    raw: Vec<u8>,
}

impl Explorer {
    pub fn start(
        arguments: &[&str],
        columns: u16,
        rows: u16,
        environment: &[(&str, &str)],
    ) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_layertui"));
        command.args(arguments);
        Self::run(command, columns, rows, environment)
    }

    /// Starts any command in a terminal of its own.
    pub fn run(
        mut command: CommandBuilder,
        columns: u16,
        rows: u16,
        environment: &[(&str, &str)],
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        command.env_remove("CI");
        command.env_remove("COLORFGBG");
        // The tests do not read the config of the user who runs them.
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
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut seen = sink.lock().unwrap();
                seen.screen.process(&buffer[..count]);
                seen.raw.extend_from_slice(&buffer[..count]);
            }
        });
        Self { child, master: pair.master, keys, seen, reader }
    }

    pub fn text(&self) -> String {
        self.seen.lock().unwrap().screen.screen().contents()
    }

    pub fn raw(&self) -> Vec<u8> {
        self.seen.lock().unwrap().raw.clone()
    }

    /// Waits until the screen shows all of these.
    pub fn shows(&self, wanted: &[&str]) {
        let start = Instant::now();
        while !wanted.iter().all(|wanted| self.text().contains(wanted)) {
            assert!(start.elapsed() < PATIENCE, "no {wanted:?} on\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until this is gone: a screen arrives in pieces.
    pub fn hides(&self, unwanted: &str) {
        let start = Instant::now();
        while self.text().contains(unwanted) {
            assert!(start.elapsed() < PATIENCE, "still {unwanted:?} on\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses Esc until this is gone: while layers are read, the first Esc may be for that. A key right behind Esc
    /// would be read as Alt and that key.
    pub fn close(&mut self, title: &str) {
        let start = Instant::now();
        while self.text().contains(title) {
            self.press("\x1b");
            thread::sleep(Duration::from_millis(200));
            assert!(start.elapsed() < PATIENCE, "still {title:?} on\n{}", self.text());
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.seen.lock().unwrap().screen.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size).unwrap();
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap();
        // The shell's own: a bare machine has no program of that name.
        let kill = format!("kill -s {name} {pid}");
        let status = std::process::Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(status.success());
    }

    /// Lets it run for moments, with more time between them than passes before progress is shown, until it has said this, or
    /// for as many moments. Returns whether it said it.
    pub fn runs_in_moments(&mut self, wanted: &str, most: usize) -> bool {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        let signal = |signal| rustix::process::kill_process(pid, signal).is_ok();
        let mut said = false;
        for _ in 0..most {
            thread::sleep(Duration::from_millis(10));
            signal(rustix::process::Signal::STOP);
            thread::sleep(Duration::from_millis(350));
            said = String::from_utf8_lossy(&self.raw()).contains(wanted);
            let is_over = self.child.try_wait().unwrap().is_some();
            signal(rustix::process::Signal::CONT);
            if said || is_over {
                break;
            }
        }
        said
    }

    /// Waits for a good end; gives every byte written until then. Sooner the last sequence may be there in part.
    pub fn all_that_was_said(self) -> Vec<u8> {
        let (code, said) = self.ends_saying();
        assert_eq!(code, 0);
        said
    }

    /// Waits for the end; gives the exit code and every byte written until then.
    pub fn ends_saying(self) -> (u32, Vec<u8>) {
        let seen = Arc::clone(&self.seen);
        let code = self.ends();
        let said = seen.lock().unwrap().raw.clone();
        (code, said)
    }

    /// Waits for the end, checks that the terminal is as it was, and gives the exit code.
    pub fn ends(mut self) -> u32 {
        let start = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        };
        while !self.reader.is_finished() {
            assert!(start.elapsed() < PATIENCE, "the terminal is still open:\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
        self.is_restored();
        code
    }

    pub fn is_restored(&self) {
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
