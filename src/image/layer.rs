//! The description of one layer by manifest, config, history and store.

use crate::text::Foreign;

/// A layer as described before its blob is read.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Diff ID: digest of the uncompressed tar, from the config.
    pub diff_id: Option<String>,
    /// Digest of the blob, from the manifest.
    pub digest: Option<String>,
    /// Media type of the manifest. The bytes decide how the layer is read.
    pub media_type: Option<Foreign>,
    /// Length of the stored blob in bytes, if it is compressed or the manifest states it.
    pub compressed_bytes: Option<u64>,
    /// The command of the history step.
    pub created_by: Option<Foreign>,
    /// The comment of the history step.
    pub comment: Option<Foreign>,
    /// Creation time as recorded, RFC 3339.
    pub created: Option<Foreign>,
    /// Whether this is the writable layer of a container.
    pub writable: bool,
    /// Location in a local store of an engine, if it was found in one.
    pub store: Option<LayerStore>,
    /// Problems known before it is read (blob absent, encrypted, …).
    pub problems: Vec<Foreign>,
}

impl Layer {
    /// What identifies it among the layers of images: its diff ID, else the digest of its blob.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.diff_id.as_deref().or(self.digest.as_deref())
    }
}

/// Location of a layer in an engine's store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerStore {
    /// Storage driver or snapshotter: `overlay2`, `aufs`, `vfs`, `overlayfs`, …
    pub driver: Foreign,
    /// ID in the store: Docker's cache ID (`graph` ID before 1.10), containers/storage's layer ID, containerd's
    /// snapshot key.
    pub cache_id: Option<Foreign>,
    /// Chain ID: `sha256:…` over the layers up to this one (OCI image-spec, `config.md`, "Layer ChainID").
    pub chain_id: Option<String>,
    /// The directory of the layer's contents, if it has one.
    pub directory: Option<std::path::PathBuf>,
}
