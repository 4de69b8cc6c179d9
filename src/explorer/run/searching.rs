//! Searches contents for the explorer, in threads.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::explorer::model::message::Message;
use crate::explorer::run::Explorer;
use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;
use crate::explorer::run::worker::spawn;
use crate::explorer::view::contents::query;
use crate::load::grep::stream;
use crate::stack::NodeId;
use crate::sync;

/// Between two messages.
const INTERVAL: Duration = Duration::from_millis(50);

impl Explorer {
    /// Searches all files below a directory. Hits come as messages while it searches.
    pub(super) fn search_contents(
        &mut self,
        number: u64,
        pattern: &str,
        below: NodeId,
    ) -> Result<(), Error> {
        let (Some(loader), Ok(query)) = (self.loader.clone(), query(pattern)) else {
            return Ok(());
        };
        self.stop_contents.store(true, Ordering::Relaxed);
        self.stop_contents = Arc::default();
        let (stop, load) = (Arc::clone(&self.stop_contents), self.load_number);
        spawn(&self.send, "contents", move |send| {
            // Hits that are not sent yet, files searched, and when the next message is due.
            let held = Mutex::new((Vec::new(), 0, Instant::now()));
            let send_held = |searched: u64, always: bool| {
                let (hits, files, due) = &mut *sync::lock(&held);
                *files += searched;
                if always || Instant::now() >= *due {
                    *due = Instant::now() + INTERVAL;
                    let hits = std::mem::take(hits);
                    let message = Message::ContentsFound { number, files: *files, hits };
                    let _ = send.send(RunEvent::Answer(load, message));
                }
            };
            let report = || send_held(1, false);
            let take = |hits| sync::lock(&held).0.extend(hits);
            let unread = stream(&loader, &query, below, &stop, &report, &take);
            send_held(0, true);
            let message = Message::ContentsEnded { number, unread };
            let _ = send.send(RunEvent::Answer(load, message));
        })
    }
}
