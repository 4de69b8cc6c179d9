//! Journeys: opening saved images of every form and age, sound and damaged.
//!
//! A contents page of what opens. Each journey builds its image in code (`build.rs`), opens it as a user
//! would name it, and looks at what the explorer would be told.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up is a failed test")]

mod archives;
mod bad_input;
mod build;
mod builders;
mod damage;
mod layouts;
mod loading;
mod platforms;
mod public;
mod random;
mod references;
mod stage;
#[path = "../support/mod.rs"]
mod support;
