//! A thread that works for the explorer and answers with events.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::thread;

use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;

/// Runs `work` in a thread. Its panic ends the explorer, which would else wait for its event.
pub(super) fn spawn(
    send: &Sender<RunEvent>,
    name: &str,
    work: impl FnOnce(&Sender<RunEvent>) + Send + 'static,
) -> Result<(), Error> {
    let send = send.clone();
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(move || {
        if catch_unwind(AssertUnwindSafe(|| work(&send))).is_err() {
            let _ = send.send(RunEvent::Crashed);
        }
    });
    spawned.map(drop).map_err(Error::Thread)
}
