//! Images in a registry, which is a small server inside these tests (`server`): it records requests, sends right or
//! wrong bytes, breaks off, stalls, and requires authentication.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up is a failed test")]

mod anywhere;
mod beside;
mod chunked;
mod coming;
mod deflate;
mod encrypted;
mod faults;
mod hostile;
mod image;
mod lazy;
mod marked;
mod mirrors;
mod proxies;
mod server;
mod signing_in;
mod soci;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod ztoc;
