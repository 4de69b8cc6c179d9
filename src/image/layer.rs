//! One layer as manifest, config, history and store describe it.

use crate::text::Foreign;

/// One layer as manifest, config and history describe it.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Digest of the uncompressed tar, from the config.
    pub diff_id: Option<String>,
    /// Digest of the blob, from the manifest.
    pub digest: Option<String>,
    /// As the manifest says; the bytes decide how it is read.
    pub media_type: Option<Foreign>,
    /// Length of the blob as stored, where that is compressed or the manifest says it.
    pub compressed_bytes: Option<u64>,
    /// The command that made it, as history records it.
    pub created_by: Option<Foreign>,
    /// History's comment.
    pub comment: Option<Foreign>,
    /// When, RFC 3339 as recorded.
    pub created: Option<Foreign>,
    /// A container's own layer, on top of the image's read-only ones.
    pub writable: bool,
    /// Where an engine keeps the layer, if it was found in a local store.
    pub store: Option<LayerStore>,
    /// What is known to be wrong before it is read (blob absent, encrypted, …).
    pub problems: Vec<Foreign>,
}

/// Where an engine keeps a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerStore {
    /// Storage driver or snapshotter: `overlay2`, `aufs`, `vfs`, `overlayfs`, …
    pub driver: Foreign,
    /// What the store calls the layer: Docker's cache ID (`graph` ID before 1.10), containers/storage's layer ID,
    /// containerd's snapshot key.
    pub cache_id: Option<Foreign>,
    /// `sha256:…` over the stack up to and with this layer (OCI image-spec, `config.md`, "Layer ChainID").
    pub chain_id: Option<String>,
    /// The directory on disk that holds the layer's contents, if it has one of its own.
    pub directory: Option<std::path::PathBuf>,
}
