//! containerd's store without containerd: databases written here from the format's description, and stores made of
//! them.
//!
//! | file | what |
//! |---|---|
//! | `database` | writing a bbolt database |
//! | `build` | stores: images, snapshots, and the databases that record both |
//! | `reading` | what was written is read again, also during writes |
//! | `damage` | truncated, mutated and malicious databases |
//! | `hostile` | records with text that a terminal would obey |
//! | `store` | images and containers of stores, and what of their records is not believed |
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod build;
mod damage;
mod database;
#[path = "../support/every_byte.rs"]
mod every_byte;
mod hostile;
#[path = "../support/hostile.rs"]
mod hostile_text;
mod reading;
mod store;
