//! What the journeys share: archives built in code, and rows as lines one can read.
//!
//! Each part tests itself below, all of it: so nothing in it is unused, whichever journey includes it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be built is a failed test")]

pub(crate) mod compress;
pub(crate) mod every_byte;
pub(crate) mod hostile;
mod proof;
pub(crate) mod recase;
pub(crate) mod rows;
pub(crate) mod sparse;
pub(crate) mod split;
pub(crate) mod tarball;
pub(crate) mod watched;
