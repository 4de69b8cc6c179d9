//! `image/<driver>/layerdb`: Docker's layer records by chain ID, since 1.10.
//!
//! Source: moby, `layer/filestore.go`. A directory with a suffix after the chain ID (`-removing`) is partly deleted and
//! never referenced.

use std::collections::HashSet;

use crate::image::digest::chain_id;
use crate::image::docker_root;
use crate::image::layer::Layer;
use crate::source::documents::assemble::Part;
use crate::source::local::docker::driver::{Driver, LayerDir, LayerOwner};
use crate::source::local::docker::ids;
use crate::source::local::docker::on_disk::{OnDisk, parts};

/// Maximum number of layers of one image. Drivers can mount 128.
const LONGEST_CHAIN: usize = 1024;

/// The layer records of one driver.
#[derive(Clone, Debug)]
pub(super) struct LayerDb {
    pub(super) driver: Driver,
    /// `image/<driver>`
    pub(super) base: String,
}

/// The IDs of one layer.
pub(super) struct Step {
    /// `sha256:…` over the layers up to this one.
    pub(super) chain_id: String,
    /// `sha256:…` of the layer's tar, if known.
    pub(super) diff_id: Option<String>,
}

/// Docker's layer record of a container.
#[derive(Clone, Debug, Default)]
pub(super) struct Mount {
    pub(super) writable: Option<String>,
    pub(super) init: Option<String>,
    /// Chain ID of the image's topmost layer; `None` for an image without any.
    pub(super) parent: Option<String>,
}

/// The chain IDs of a stack of layers (OCI image-spec, `config.md`).
pub(super) fn chain(diff_ids: &[String]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(diff_ids.len());
    for diff_id in diff_ids {
        let chain_id = chain_id(steps.last().map(|below| below.chain_id.as_str()), diff_id);
        steps.push(Step { chain_id, diff_id: Some(diff_id.clone()) });
    }
    steps
}

impl LayerDb {
    /// Recorded size of a layer's files in bytes.
    pub(super) fn size(&self, chain_id: &str) -> Option<u64> {
        self.text(chain_id, "size").ok()??.parse().ok()
    }

    /// The layers from the base up to `top`, by their `parent` files, and why the chain is incomplete.
    pub(super) fn down_from(&self, top: &str) -> (Vec<Step>, Option<String>) {
        let mut steps = Vec::new();
        let mut seen = HashSet::new();
        let mut next = Some(top.to_owned());
        let mut broken = None;
        while let Some(chain_id) = next {
            if steps.len() >= LONGEST_CHAIN || !seen.insert(chain_id.clone()) {
                broken = Some(format!(
                    "the chain of parents leads back to {chain_id} or does not end: the layers below are unknown"
                ));
                break;
            }
            let found = self.text(&chain_id, "parent");
            let diff_id = self.text(&chain_id, "diff").ok().flatten();
            steps.push(Step { chain_id, diff_id });
            next = found.unwrap_or_else(|error| {
                broken = Some(format!("{error}: the layers below are unknown"));
                None
            });
        }
        steps.reverse();
        (steps, broken)
    }

    /// The record of a container; empty if there is none.
    pub(super) fn mount(&self, container: &str) -> Result<Mount, String> {
        let at = format!("{}/layerdb/mounts/{container}", self.base);
        let text = |name: &str| self.driver.records.text(&format!("{at}/{name}"));
        Ok(Mount { writable: text("mount-id")?, init: text("init-id")?, parent: text("parent")? })
    }

    /// The layers as parts of an image, and the directory of the topmost one. `names` are the image's repositories,
    /// which select the blob digests.
    pub(super) fn parts(&self, steps: &[Step], names: &[String]) -> (Vec<Part>, Option<LayerDir>) {
        parts(&self.driver, None, steps.iter().map(|step| self.on_disk(step, names)))
    }

    fn on_disk(&self, step: &Step, names: &[String]) -> OnDisk {
        let chain_id = &step.chain_id;
        let mut layer = Layer { diff_id: step.diff_id.clone(), ..Layer::default() };
        if let Some(diff_id) = &step.diff_id {
            layer.digest = self.blob_of(diff_id, names);
        }
        let cache_id = self.text(chain_id, "cache-id");
        let dir = match &cache_id {
            Ok(Some(id)) => self.driver.layer_dir(id, LayerOwner::Image),
            Ok(None) => Err(format!("the layerdb has no record of {chain_id}")),
            Err(error) => Err(error.clone()),
        };
        if let (Ok(Some(recorded)), Some(diff_id)) = (self.text(chain_id, "diff"), &step.diff_id)
            && recorded != *diff_id
        {
            layer.problems.push(format!(
                "the layerdb says that the diff ID of {chain_id} is {recorded}, the config {diff_id}"
            ).into());
        }
        if dir.is_err() {
            layer.problems.extend(self.foreign(chain_id).map(Into::into));
        }
        let split = self.path(chain_id, "tar-split.json.gz");
        OnDisk {
            layer,
            dir,
            split: split.and_then(|path| self.driver.records.file(&path)),
            key: step.diff_id.clone().unwrap_or_else(|| chain_id.clone()),
            cache_id: cache_id.ok().flatten(),
            chain_id: Some(chain_id.clone()),
        }
    }

    /// A note with the URL of a non-distributable layer.
    fn foreign(&self, chain_id: &str) -> Option<String> {
        let path = self.path(chain_id, "descriptor.json").ok()?;
        let bytes = self.driver.records.document(&path).ok()??;
        let urls = docker_root::parse_urls(&bytes).ok()?;
        Some(format!("non-distributable: it can be fetched from {}", urls.first()?))
    }

    /// The digest of a layer's blob in a registry: that of the image's own repository, or the only one.
    fn blob_of(&self, diff_id: &str, names: &[String]) -> Option<String> {
        let hex = ids::sha256_hex(diff_id)?;
        let path = format!("{}/distribution/v2metadata-by-diffid/sha256/{hex}", self.base);
        let bytes = self.driver.records.document(&path).ok()??;
        let blobs = docker_root::parse_registry_blobs(&bytes).ok()?;
        let own = blobs.iter().rev().find(|blob| names.contains(&blob.repository));
        let found = own.or_else(|| blobs.first())?;
        let only = blobs.iter().all(|blob| blob.digest == found.digest);
        (own.is_some() || only).then(|| found.digest.clone())
    }

    fn path(&self, chain_id: &str, name: &str) -> Result<String, String> {
        match ids::sha256_hex(chain_id) {
            Some(hex) => Ok(format!("{}/layerdb/sha256/{hex}/{name}", self.base)),
            None => Err(format!("`{chain_id}` is not a chain ID")),
        }
    }

    fn text(&self, chain_id: &str, name: &str) -> Result<Option<String>, String> {
        self.driver.records.text(&self.path(chain_id, name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::digest::Digest;

    #[test]
    fn a_chain_id_covers_all_layers_below() {
        // The digests of the OCI image-spec's grammar: the first layer's chain ID is its diff ID.
        let ids = ["a", "b", "c"].map(|text| Digest::of(text.as_bytes()).as_str().to_owned());
        let steps = chain(&ids);
        let second = Digest::of(format!("{} {}", ids[0], ids[1]).as_bytes());
        assert_eq!(steps[0].chain_id, ids[0]);
        assert_eq!(steps[1].chain_id, second.as_str());
        let third = Digest::of(format!("{second} {}", ids[2]).as_bytes());
        assert_eq!(steps[2].chain_id, third.as_str());
        assert!(chain(&[]).is_empty());
    }
}
