//! Where images lie, one file or folder each, behind one trait.
//!
//! A source finds images, describes one (cheap, first), lists one layer by the cheapest way the layer offers, and
//! opens one file of one layer. It knows neither the stack nor a terminal, and never writes.
//!
//! The way of one image: [`open()`] reads the reference and finds the place; `recognise` tells what it is by its
//! contents; a file for each form (`docker_archive`, `docker_v1`, `oci`, `dir`, `rootfs`, the stores in `local`) finds
//! manifest, config and blobs; `assemble` makes of them what they all become, [`blobs::Blobs`]. An engine that is asked
//! over its socket (`engine`) describes an image first and hands it over as an archive when a layer is read.

pub mod contract;
pub mod disk;
pub mod documents;
mod engine;
mod local;
mod open;
pub mod registry;

pub use crate::source::contract::error::Error;
pub use crate::source::contract::source::{Choice, ChoiceKind, Opened, Several, Source, Stored};
pub use crate::source::contract::verified::{Judged, Verified};
pub use crate::source::engine::{inventory, local_choices};
pub use crate::source::local::containerd::bolt;
pub use crate::source::local::root::StoreEntry;
pub use crate::source::local::{Inventory, Listed, StoreListing};
pub use crate::source::open::options::Options;
pub use crate::source::open::{open, open_bytes, open_stream};
