//! Stores of containers/storage (podman, buildah, skopeo, CRI-O), opened in place, without an engine.
//!
//! Each test builds its store in code (`build.rs`) and opens it by a reference. `tests/interop` compares stores of
//! real engines with the engines' own output.

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
