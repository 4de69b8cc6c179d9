//! Journeys: opening images again, with a cache that may be sound, damaged, shared, full or forged against.
//!
//! What holds everywhere: the answers are those of a loader without a cache, to the byte.
//!
//! | file | what |
//! |---|---|
//! | `stage` | an image on disk in every encoding, sound and damaged; loading it, and counting what was really listed |
//! | `reopening` | what is used again and when |
//! | `forgery` | claims that unlock nothing |
//! | `damage` | files of the cache that are not what was written |
//! | `trouble` | killed processes, several writers, a full disk, no usable directory |

#![expect(clippy::unwrap_used, reason = "what cannot be set up is a failed test")]

mod damage;
mod forgery;
mod reopening;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod trouble;
