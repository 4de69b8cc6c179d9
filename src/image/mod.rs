//! The description of an image: manifests, configs, history, platforms, and the grammar of references.
//!
//! Parsing only: bytes and strings in, plain data out. No I/O.

pub mod artifact;
pub mod base;
pub mod config;
pub mod digest;
pub mod docker_root;
pub mod docker_save;
pub mod dockerfile;
pub mod document;
pub mod history;
mod json;
pub mod layer;
pub mod manifest;
pub mod media_type;
pub mod mount;
pub mod name;
pub mod platform;
pub mod problem;
pub mod reference;
pub mod schema1;
pub mod v1;

use std::fmt;

use crate::image::history::HistoryStep;
use crate::image::layer::Layer;
use crate::text::Foreign;

/// An image, described before any layer is read.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// The reference as the user typed it.
    pub reference: Foreign,
    /// Transport name of its source, as in containers-transports(5): `docker-archive`, `oci`, `oci-archive`, `dir`,
    /// `rootfs`, …
    pub source: String,
    /// Image ID: `sha256:…` of the config, or the plain hexadecimal ID of an image of Docker ≤ 1.9.
    pub id: Option<String>,
    /// Digest of the manifest (sha256 or sha512), if there is one.
    pub manifest_digest: Option<String>,
    /// Operating system, architecture and variant.
    pub platform: Option<platform::Platform>,
    /// Names and tags at its source.
    pub names: Vec<Foreign>,
    /// The config; empty, with a problem, if it is absent or unreadable.
    pub config: config::Config,
    /// Manifest annotations, sorted by key.
    pub annotations: Vec<(Foreign, Foreign)>,
    /// Manifest and config, if their digests are stated.
    pub documents: Vec<StatedDocument>,
    /// Layers, base first.
    pub layers: Vec<Layer>,
    /// The complete history including empty layers, oldest first.
    pub history: Vec<HistoryStep>,
    /// Other content of the source: images for other platforms, attestations, artifacts.
    pub others: Vec<Other>,
    /// Volumes and mounts of a container, sorted by destination; `None` for an image, and where they are not recorded.
    pub mounts: Option<Vec<mount::Mount>>,
    /// Problems of manifest, config or history. Layers have their own.
    pub problems: Vec<Foreign>,
}

impl Image {
    /// The documents that do not have their stated digests.
    pub fn differing_documents(&self) -> impl Iterator<Item = &StatedDocument> {
        self.documents.iter().filter(|it| it.differs())
    }
}

/// A document with a stated digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedDocument {
    /// `index`, `manifest` or `config`.
    pub what: &'static str,
    /// Digest, as stated.
    pub digest: String,
    /// Computed digest; `None` if the bytes could not be read or the algorithm is not supported.
    pub found: Option<String>,
}

impl StatedDocument {
    /// Computes the digest of `bytes`, if given.
    #[must_use]
    pub fn new(what: &'static str, digest: &digest::Digest, bytes: Option<&[u8]>) -> Self {
        let found = bytes.and_then(|bytes| digest.of_same_algorithm(bytes));
        let found = found.map(|found| found.to_string());
        Self { what, digest: digest.as_str().to_owned(), found }
    }

    /// Whether the bytes are known to have another digest.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.found.as_ref().is_some_and(|found| *found != self.digest)
    }
}

/// Of a document that differs.
impl fmt::Display for StatedDocument {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, digest) = (self.what, &self.digest);
        let found = self.found.as_deref().unwrap_or("an unknown digest");
        write!(out, "the {what} should be {digest}, the bytes have {found}: changed or damaged")
    }
}

/// Content of a source beside the chosen image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Other {
    /// `image`, `attestation`, `artifact` or `index`.
    pub kind: String,
    /// Digest of its manifest.
    pub digest: Option<String>,
    /// Platform, if it has one.
    pub platform: Option<platform::Platform>,
    /// Size of its manifest in bytes.
    pub size: Option<u64>,
    /// Whether its manifest is present at the source.
    pub present: bool,
    /// Names, artifact type or predicate types, for display.
    pub note: Foreign,
}
