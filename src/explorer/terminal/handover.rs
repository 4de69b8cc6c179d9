//! While another program has the terminal, the input thread does not read from it, and signals that the keys of that
//! program send to the whole process group are ignored.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::sync;

/// State of the input thread.
struct Input {
    handed_over: bool,
    /// The thread is blocked in [`wait`].
    waits: bool,
}

static INPUT: Mutex<Input> = Mutex::new(Input { handed_over: false, waits: false });
static CHANGED: Condvar = Condvar::new();

/// Time for the input thread to stop reading; after it the terminal is handed over anyway.
const PAUSE_TIMEOUT: Duration = Duration::from_secs(1);

fn input() -> MutexGuard<'static, Input> {
    sync::lock(&INPUT)
}

/// Another program has the terminal until this is dropped.
pub(super) struct Handover;

/// Pauses the input thread. Returns once it does not read from the terminal, or after [`PAUSE_TIMEOUT`].
pub(super) fn pause() -> io::Result<Handover> {
    input().handed_over = true;
    let handover = Handover;
    // Only an event ends the blocking read: SIGWINCH makes one. Elsewhere no read blocks for long (`input`).
    #[cfg(unix)]
    signal_hook::low_level::raise(signal_hook::consts::SIGWINCH)?;
    let waiting = CHANGED.wait_timeout_while(input(), PAUSE_TIMEOUT, |input| !input.waits);
    drop(waiting);
    Ok(handover)
}

impl Drop for Handover {
    fn drop(&mut self) {
        input().handed_over = false;
        CHANGED.notify_all();
    }
}

/// Whether another program has the terminal.
#[cfg(unix)]
pub(super) fn is_active() -> bool {
    input().handed_over
}

/// Blocks while another program has the terminal. Called before each read.
pub(super) fn wait() {
    let mut input = input();
    while input.handed_over {
        input.waits = true;
        CHANGED.notify_all();
        input = sync::wait(&CHANGED, input);
    }
    input.waits = false;
}
