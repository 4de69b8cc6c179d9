//! Whether another program has the terminal: then keys and signals are for that program.

use std::sync::{Condvar, Mutex, PoisonError};

static LENT: Mutex<bool> = Mutex::new(false);
static RETURNED: Condvar = Condvar::new();

/// Says who has the terminal from here on.
pub(super) fn set(lent: bool) {
    *LENT.lock().unwrap_or_else(PoisonError::into_inner) = lent;
    RETURNED.notify_all();
}

/// Whether somebody else has it.
pub(super) fn is_lent() -> bool {
    *LENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns once nobody else has it.
#[cfg(target_os = "linux")]
pub(super) fn wait_until_ours() {
    let lent = LENT.lock().unwrap_or_else(PoisonError::into_inner);
    drop(RETURNED.wait_while(lent, |lent| *lent));
}
