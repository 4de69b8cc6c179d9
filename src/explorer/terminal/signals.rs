//! Signals as events: a thread may do what a signal handler may not.

use std::io;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM, SIGHUP, SIGINT, SIGQUIT: restore the terminal and end with 128 and this number.
    End(i32),
    /// SIGTSTP from outside: suspend as if the user had asked for it.
    Suspend,
    /// SIGCONT: another program may have had the terminal; take it again and draw everything.
    Continue,
}

/// Waits for signals in a thread of its own, until `send` returns false.
///
/// # Errors
/// Where the signals cannot be taken or no thread can be started.
#[cfg(unix)]
pub fn spawn(send: impl Fn(Signal) -> bool + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    use signal_hook::iterator::Signals;

    use crate::explorer::terminal::handover;

    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            if handover::is_active() {
                // The program with the terminal gets its own SIGTSTP; layertui stops as well, as the shell expects of a job.
                if signal == SIGTSTP {
                    let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
                }
                if matches!(signal, SIGINT | SIGQUIT | SIGTSTP | SIGCONT) {
                    continue;
                }
            }
            let signal = match signal {
                SIGTSTP => Signal::Suspend,
                SIGCONT => Signal::Continue,
                number => Signal::End(number),
            };
            if !send(signal) {
                break;
            }
        }
    })?;
    Ok(())
}

/// Windows has no such signals: Ctrl-C is a key in raw mode, and closing the window ends the process.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn spawn(_send: impl Fn(Signal) -> bool + Send + 'static) -> io::Result<()> {
    Ok(())
}
