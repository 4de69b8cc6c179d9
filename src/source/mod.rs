//! Where images are stored: one file or folder for each place, all behind the trait [`Source`].
//!
//! A source finds images, describes one (cheap, so it comes first), lists one layer by the cheapest way the layer
//! offers, and opens one file of one layer. It uses neither the stack nor a terminal, and writes nothing but temporary
//! copies.
//!
//! The steps for one image: [`open()`] parses the reference and finds the place; `disk::recognise` recognises its form;
//! a file for each form finds manifest, config and blobs; `documents::assemble` builds
//! `Blobs` of them. Of the implementations of [`Source`] here that is the most used one;
//! the others are an engine's export and its container (`engine`).

mod contract;
mod disk;
mod documents;
mod engine;
mod environment;
mod local;
mod open;
mod percent;
mod registry;

pub use crate::source::contract::error::Error;
pub use crate::source::contract::source::{
    Attachments, Choice, ChoiceKind, Opened, Several, Source, Stored,
};
pub use crate::source::contract::verified::{Judged, Verified};
pub(crate) use crate::source::disk::given;
pub use crate::source::local::containerd::bolt;
pub use crate::source::local::root::StoreEntry;
pub use crate::source::local::{Inventory, Listed, StoreListing};
pub use crate::source::open::inventory::{inventory, local_choices};
pub use crate::source::open::options::Options;
pub use crate::source::open::{open, open_bytes};
pub use crate::source::registry::{BlobCache, CacheUsage, Configuration, Pull, Registries};
