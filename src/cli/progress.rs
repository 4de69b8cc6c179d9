//! How far reading is, in one line on standard error, and only if that is a terminal.

use std::collections::HashMap;
use std::io;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::layer::Watch;
use crate::load::Event;
use crate::text;

/// Nothing is shown for what is done sooner than this.
const PATIENCE: Duration = Duration::from_millis(300);
const REFRESH: Duration = Duration::from_millis(100);

pub(crate) struct Progress {
    /// `None` where there is nobody to look.
    line: Option<Mutex<Line>>,
    /// What is going on while bytes are counted.
    doing: &'static str,
}

struct Line {
    next: Instant,
    shown: bool,
    done: HashMap<usize, (u64, u64)>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let line = Line { next: Instant::now() + PATIENCE, shown: false, done: HashMap::new() };
        let line = io::stderr().is_terminal().then(|| Mutex::new(line));
        Self { line, doing: "copying" }
    }

    /// What bytes are counted for.
    pub(super) fn saying(self, doing: &'static str) -> Self {
        Self { doing, ..self }
    }

    pub(super) fn event(&self, event: &Event) {
        match *event {
            Event::Reading { layer, done, total } => self.update(|line| {
                line.done.insert(layer, (done, total));
                let done: u64 = line.done.values().map(|layer| layer.0).sum();
                format!("reading {} layers, {}", line.done.len(), text::size::short(done))
            }),
            Event::Deciding { left } => self.update(|_| format!("comparing, {left} files left")),
            _ => {}
        }
    }

    /// Removes the line.
    pub(super) fn clear(&self) {
        self.with(|line| {
            if line.shown {
                let _ = write!(io::stderr(), "\r\x1b[K");
                line.shown = false;
            }
        });
    }

    fn update(&self, text: impl FnOnce(&mut Line) -> String) {
        self.with(|line| {
            let text = text(line);
            let now = Instant::now();
            if now >= line.next {
                // A terminal that went away is not worth an error.
                let _ = write!(io::stderr(), "\r\x1b[K{text}");
                line.shown = true;
                line.next = now + REFRESH;
            }
        });
    }

    fn with(&self, act: impl FnOnce(&mut Line)) {
        if let Some(line) = &self.line
            && let Ok(mut line) = line.lock()
        {
            act(&mut line);
        }
    }
}

impl Watch for Progress {
    fn progress(&self, done: u64) {
        self.update(|_| format!("{}, {}", self.doing, text::size::short(done)));
    }

    fn cancelled(&self) -> bool {
        false
    }
}
