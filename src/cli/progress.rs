//! Progress in one line on standard error, if that is a terminal.

use std::collections::HashMap;
use std::io;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::layer::Watch;
use crate::load::Event;
use crate::text;

/// Progress is shown after this time.
const SHOW_AFTER: Duration = Duration::from_millis(300);
const REFRESH: Duration = Duration::from_millis(100);

pub(crate) struct Progress {
    /// `None` if standard error is not a terminal.
    line: Option<Mutex<Line>>,
    /// What is done, if it has another name than reading layers, and copying bytes.
    verb: Option<&'static str>,
}

struct Line {
    next: Instant,
    shown: bool,
    /// By image and layer: bytes read.
    done: HashMap<(usize, usize), u64>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let line = Line { next: Instant::now() + SHOW_AFTER, shown: false, done: HashMap::new() };
        let line = io::stderr().is_terminal().then(|| Mutex::new(line));
        Self { line, verb: None }
    }

    /// Says what is done.
    pub(super) fn with_verb(self, verb: &'static str) -> Self {
        Self { verb: Some(verb), ..self }
    }

    /// Shows an event of one of the images that are read at the same time.
    pub(super) fn event(&self, image: usize, event: &Event) {
        match *event {
            Event::Reading { layer, done, .. } => self.update(|line| {
                line.done.insert((image, layer), done);
                let done: u64 = line.done.values().sum();
                let verb = self.verb.unwrap_or("reading");
                let layers = line.done.len();
                let plural = if layers == 1 { "" } else { "s" };
                format!("{verb} {layers} layer{plural}, {}", text::size::short(done))
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
                // A closed terminal is not an error here.
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
        let verb = self.verb.unwrap_or("copying");
        self.update(|_| format!("{verb}, {}", text::size::short(done)));
    }

    fn cancelled(&self) -> bool {
        false
    }
}
