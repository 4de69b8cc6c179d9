//! Journeys: stores of containers/storage (podman, buildah, skopeo, CRI-O), opened where they lie, without an engine.
//!
//! Each journey builds its store in code (`build.rs`) by the library's layout, opens it as a user would name it, and
//! looks at what the explorer would be told. What real engines write, `tests/interop` holds against their own word.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up is a failed test")]
#![cfg(unix)]

mod build;
mod containers;
mod damage;
mod hostile;
mod images;
mod stage;
mod stores;
#[path = "../support/mod.rs"]
mod support;
