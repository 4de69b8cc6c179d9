//! Engines asked over their sockets: what comes is what the archive holds, and whatever goes wrong on the way is said.
//!
//! The engine is a peer of our own that answers by the letter and breaks off wherever a test wants it to; real
//! engines are in `interop`.
//!
//! | file | what |
//! |---|---|
//! | `peer` | the engine: a socket, its answers, its faults |
//! | `stage` | an image, and the program under test with nothing of this machine around it |
//! | `asking`, `ssh`, `faults`, `memory` | the journeys |
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod asking;
mod faults;
mod hostile;
#[cfg(target_os = "linux")]
mod memory;
mod peer;
mod ssh;
mod stage;
