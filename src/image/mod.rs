//! What an image says of itself: manifests, configs, history, platforms, and the grammar that names images.
//!
//! Parsing only: this room takes bytes and strings and gives plain data. It opens no file and knows no source.

pub mod artifact;
pub mod base;
pub mod config;
pub mod digest;
pub mod docker_root;
pub mod docker_save;
pub mod document;
pub mod history;
mod json;
pub mod layer;
pub mod manifest;
pub mod name;
pub mod platform;
pub mod problem;
pub mod reference;
pub mod schema1;
pub mod v1;

use crate::image::history::HistoryStep;
use crate::image::layer::Layer;
use crate::text::Foreign;

/// An image, described before any layer is read.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// What the user asked for, as typed.
    pub reference: Foreign,
    /// What kind of place it was found in, in the words of containers-transports(5): `docker-archive`,
    /// `oci`, `oci-archive`, `dir`, `rootfs`.
    pub source: String,
    /// The image ID: `sha256:…` of the config, where there is a config; the plain hexadecimal ID of an image that
    /// Docker ≤ 1.9 saved.
    pub id: Option<String>,
    /// `sha256:…` (or sha512) of the manifest, where there is one that has a digest.
    pub manifest_digest: Option<String>,
    /// Operating system, architecture and variant.
    pub platform: Option<platform::Platform>,
    /// Names and tags the place knows it by.
    pub names: Vec<Foreign>,
    /// What the config says, or nothing at all where it is absent or unreadable (then there is a problem).
    pub config: config::Config,
    /// Manifest annotations, sorted by key.
    pub annotations: Vec<(Foreign, Foreign)>,
    /// Manifest and config, as far as a digest of them is stated.
    pub documents: Vec<StatedDocument>,
    /// The layer stack, base first.
    pub layers: Vec<Layer>,
    /// The whole history, oldest first, empty layers included.
    pub history: Vec<HistoryStep>,
    /// What else the place holds beside this image: other platforms, attestations, artifacts.
    pub others: Vec<Other>,
    /// What was odd about manifest, config or history. Layers carry their own.
    pub problems: Vec<Foreign>,
}

/// A document whose digest is stated somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedDocument {
    /// `manifest` or `config`.
    pub what: &'static str,
    /// As stated.
    pub digest: String,
    /// What its bytes have; `None` where they could not be read, or the algorithm is not known.
    pub found: Option<String>,
}

impl StatedDocument {
    /// A document of that stated digest, and its bytes where they are at hand.
    #[must_use]
    pub fn new(what: &'static str, digest: &digest::Digest, bytes: Option<&[u8]>) -> Self {
        let found = bytes.and_then(|bytes| digest.of_same_algorithm(bytes));
        let found = found.map(|found| found.to_string());
        Self { what, digest: digest.as_str().to_owned(), found }
    }
}

/// Something that lies beside the chosen image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Other {
    /// What it is: `image`, `attestation`, `artifact`, `index`.
    pub kind: String,
    /// Its digest.
    pub digest: Option<String>,
    /// Its platform, where it has one.
    pub platform: Option<platform::Platform>,
    /// Size of its manifest in bytes.
    pub size: Option<u64>,
    /// Whether its manifest is here at all.
    pub present: bool,
    /// Names, artifact type or predicate types: whatever tells a person what it is.
    pub note: Foreign,
}
