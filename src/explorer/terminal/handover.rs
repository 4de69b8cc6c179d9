//! While the terminal is lent to another program, our threads let it alone: no key is taken away from that program, and
//! the signals that its keys send to us as well are its own affair.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::sync;

use signal_hook::consts::SIGWINCH;

/// Where the thread that reads keys stands.
struct Input {
    lent: bool,
    /// It waits for the terminal to come back.
    waits: bool,
}

static INPUT: Mutex<Input> = Mutex::new(Input { lent: false, waits: false });
static CHANGED: Condvar = Condvar::new();

/// Longer than any thread takes to hear of it; one that does not is no reason to wait for ever.
const PATIENCE: Duration = Duration::from_secs(1);

fn input() -> MutexGuard<'static, Input> {
    sync::lock(&INPUT)
}

/// The terminal is lent until this is dropped.
pub(super) struct Handover;

/// Keeps our threads from the terminal. Returns once none of them reads from it.
pub(super) fn pause() -> io::Result<Handover> {
    input().lent = true;
    let lent = Handover;
    // The thread sleeps in a read that only an event ends; a change of size, real or not, is one.
    signal_hook::low_level::raise(SIGWINCH)?;
    let waiting = CHANGED.wait_timeout_while(input(), PATIENCE, |input| !input.waits);
    drop(waiting);
    Ok(lent)
}

impl Drop for Handover {
    fn drop(&mut self) {
        input().lent = false;
        CHANGED.notify_all();
    }
}

/// Whether the terminal is lent just now.
pub(super) fn is_lent() -> bool {
    input().lent
}

/// To be called before each read from the terminal: waits while it is lent.
pub(super) fn wait() {
    let mut input = input();
    while input.lent {
        input.waits = true;
        CHANGED.notify_all();
        input = sync::wait(&CHANGED, input);
    }
    input.waits = false;
}
