//! Time and memory of whole processes, measured from outside.

use std::error::Error;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// The measurements of a process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watched {
    /// The most resident bytes.
    pub peak: u64,
}

/// The interval of measuring memory. A process ends between two measurements; its peak is long before.
const LOOK: Duration = Duration::from_millis(1);

/// Runs a command to its end and measures its memory.
///
/// # Errors
/// If it cannot be started or fails.
pub fn watch(mut command: Command) -> Result<Watched, Box<dyn Error>> {
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut watched = Watched::default();
    loop {
        let peak = fs::read_to_string(&status).ok().and_then(|text| most(&text)).unwrap_or(0);
        watched.peak = watched.peak.max(peak);
        match child.try_wait()? {
            None => thread::sleep(LOOK),
            Some(exit) if exit.success() => return Ok(watched),
            Some(exit) => return Err(format!("{command:?}: {exit}").into()),
        }
    }
}

/// The most memory of a process in bytes, from its status.
fn most(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
