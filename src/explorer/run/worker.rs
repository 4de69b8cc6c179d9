//! A thread that works for the explorer and answers with events.

use std::sync::mpsc::Sender;
use std::thread;

use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;

/// Runs `work` in a thread with this name.
pub(super) fn spawn(
    send: &Sender<RunEvent>,
    name: &str,
    work: impl FnOnce(&Sender<RunEvent>) + Send + 'static,
) -> Result<(), Error> {
    let send = send.clone();
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(move || work(&send));
    spawned.map(drop).map_err(Error::Thread)
}
