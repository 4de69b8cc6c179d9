//! Docker's data roots of every age without Docker: roots written here from their description, read, and held against
//! a saved image of the same layers.
//!
//! | file | what |
//! |---|---|
//! | `layers` | the small layers that all roots hold, and the archive that says what they come to |
//! | `disk` | a layer as each storage driver lays it down |
//! | `graph`, `image_store` | writing roots of Docker ≤ 1.9 and ≥ 1.10 |
//! | `answers` | what is asked of an image: trees, diffs, histories, and where its layers are |
//! | `old_roots`, `new_roots` | images of every driver |
//! | `asking` | names in short and in full, parts of stores, what is not there
//! | `containers` | containers of both ages, what they changed since they started |
//! | `damage` | records that are missing, lying, broken or closed |
//! | `hostile` | records with text that a terminal would obey |
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod answers;
mod asking;
mod containers;
mod damage;
mod disk;
mod graph;
mod hostile;
mod image_store;
mod layers;
mod new_roots;
mod old_roots;
#[path = "../support/mod.rs"]
mod support;
