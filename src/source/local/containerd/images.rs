//! Images of one namespace: documents and layers from the content store, which is an OCI layout without an index, and
//! from snapshots if the blob of a layer was deleted.

use std::path::Path;
use std::sync::Arc;

use crate::image::digest::chain_id;
use crate::image::layer::Layer;
use crate::image::platform;
use crate::source::contract::ask::Ask;
use crate::source::documents::blobs::Blobs;
use crate::source::documents::choose::Known;
use crate::source::documents::content::Content;
use crate::source::documents::files::Files;
use crate::source::documents::folder::Folder;
use crate::source::documents::index;
use crate::source::documents::index::{Leaf, What};
use crate::source::documents::layout::Layout;
use crate::source::documents::store::{Naming, Store};
use crate::source::local::containerd::records::Record;
use crate::source::local::containerd::snapshots::Snapshots;
use crate::source::local::root::StoreEntry;
use crate::text::Foreign;

/// The content store below containerd's root.
pub(super) const CONTENT: &str = "io.containerd.content.v1.content";

/// Reads the images of one namespace.
#[derive(Debug)]
pub(super) struct Images {
    store: Store,
    snapshots: Arc<Snapshots>,
}

impl Images {
    /// Images of the store at `root`.
    ///
    /// # Errors
    /// If its content store is missing or not readable.
    pub(super) fn new(root: &Path, snapshots: Arc<Snapshots>) -> std::io::Result<Self> {
        let folder = Folder::new(&root.join(CONTENT))?;
        Ok(Self { store: Store::new(Arc::new(Files::Folder(folder)), Naming::Layout), snapshots })
    }

    /// The layout of a record: an image for one platform or several.
    pub(super) fn layout(&self, record: &Record) -> Layout {
        let ids = [std::slice::from_ref(&record.target.stated_digest), &record.other_ids].concat();
        let known = |names| Known { names, ids: ids.clone(), ..Known::default() };
        // Items of an index that point to the same image become one image with all their names.
        let mut entries: Vec<Known> =
            record.names.iter().map(|name| known(vec![name.clone()])).collect();
        if entries.is_empty() {
            entries.push(known(Vec::new()));
        }
        let top = vec![record.target.clone(); entries.len()];
        let leaves = index::walk(&self.store, &top);
        let snapshots = Arc::clone(&self.snapshots);
        let complete = Box::new(move |blobs: &mut Blobs| add_snapshots(blobs, &snapshots));
        Layout {
            source: "containerd",
            store: self.store.clone(),
            entries,
            leaves,
            problems: Vec::new(),
            all_there: false,
            complete: Some(complete),
        }
    }

    /// The list entry of an image, for the platform that would be opened. Reads manifest and config, no layer.
    pub(super) fn entry(&self, record: &Record) -> StoreEntry {
        let mut entry = StoreEntry {
            names: record.names.clone(),
            created: record.created.clone().map(Into::into),
            ..StoreEntry::default()
        };
        let layout = self.layout(record);
        let images: Vec<usize> =
            (0..layout.leaves.len()).filter(|&at| layout.leaves[at].is_image()).collect();
        let platforms: Vec<_> =
            images.iter().map(|&at| layout.leaves[at].platform.clone()).collect();
        let default = platform::choose(&platforms, None).unwrap_or(0);
        match images.get(default) {
            Some(&at) => describe(&mut entry, layout.image(at, &Ask::default())),
            None => entry.problem = Some(why_no_image(layout.leaves.first()).into()),
        }
        let ids = [&record.target.stated_digest].into_iter().chain(&record.other_ids);
        for id in ids.filter(|id| !id.is_empty()) {
            if !entry.ids.contains(id) {
                entry.ids.push(id.clone());
            }
        }
        entry
    }
}

fn describe(entry: &mut StoreEntry, blobs: Blobs) {
    let image = blobs.image;
    entry.layers = Some(image.layers.len());
    let sizes = image.layers.iter().map(|layer| layer.compressed_bytes);
    entry.size = sizes.sum::<Option<u64>>();
    entry.platform = image.platform;
    entry.ids = image.id.into_iter().chain(image.manifest_digest).collect();
    entry.created = image.config.created.or(entry.created.take());
    let absent = blobs.contents.iter().find_map(|content| match content {
        Content::Absent(why) => Some(why.clone()),
        _ => None,
    });
    entry.problem = absent.map(Foreign::from).or_else(|| image.problems.first().cloned());
}

/// Why a record's target is not an image.
fn why_no_image(leaf: Option<&Leaf>) -> String {
    let Some(leaf) = leaf else { return "its index lists no image".to_owned() };
    let digest = &leaf.descriptor.stated_digest;
    match &leaf.what {
        What::Absent => format!("its manifest {digest} is not in the content store"),
        What::Broken(why) | What::Index(why) => format!("its manifest {digest}: {why}"),
        What::Artifact(what) => format!("no image: {digest} is {what}"),
        _ => format!("no image: {digest} is an attestation about one"),
    }
}

/// Sets the snapshot directory of each layer, and reads the snapshot of layers whose blob was deleted.
fn add_snapshots(blobs: &mut Blobs, snapshots: &Snapshots) {
    let chain_ids = chain_ids(&blobs.image.layers);
    let layers = blobs.image.layers.iter_mut().zip(&mut blobs.contents);
    for ((layer, content), chain_id) in layers.zip(chain_ids) {
        let Some(mut snapshot) = snapshots.of_chain(&chain_id) else { continue };
        snapshot.store.chain_id = Some(chain_id);
        layer.store = Some(snapshot.store);
        let Content::Absent(reason) = content else { continue };
        match snapshot.content {
            Ok(tree) => {
                layer.problems.retain(|problem| problem != reason.as_str());
                layer.problems.push(
                    format!(
                        "its blob is not kept: read from the snapshot in {}",
                        tree.root.display()
                    )
                    .into(),
                );
                *content = Content::Tree(tree);
            }
            Err(why) => layer.problems.push(format!("nor can its snapshot be read: {why}").into()),
        }
    }
}

/// Chain IDs from the base up to the first layer without a diff ID (OCI image-spec, `config.md`, "Layer ChainID").
fn chain_ids(layers: &[Layer]) -> Vec<String> {
    let mut chain: Vec<String> = Vec::with_capacity(layers.len());
    for layer in layers {
        let Some(diff_id) = &layer.diff_id else { break };
        chain.push(chain_id(chain.last().map(String::as_str), diff_id));
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_ids_equal_those_of_containerd() {
        // Diff IDs of an image, and what containerd called its snapshots.
        let pairs = [
            (
                "303ec78645dc7c4e502920154ebc0940143db63af5f6dfd3dc262062b84da5e5",
                "303ec78645dc7c4e502920154ebc0940143db63af5f6dfd3dc262062b84da5e5",
            ),
            (
                "07b9626f9b90553238f245b654ff533bf23d5969591df3ea8f5179865b459f4f",
                "2d166d39650a7c81acd8530d82923abd6367f7a5436588fe3a06b7cfe7e0488f",
            ),
            (
                "db0d52bb072dd18702f09f131ab4601b628c5e419b09a2cf3cbeb97344ffa415",
                "2124bf2221d3345903303cb7b7eb590a8ef2a1138c1c409988bbc1dc0fd068c4",
            ),
        ];
        let layer = |id: Option<&str>| Layer {
            diff_id: id.map(|id| format!("sha256:{id}")),
            ..Layer::default()
        };
        let mut layers: Vec<Layer> = pairs.iter().map(|pair| layer(Some(pair.0))).collect();
        let expected: Vec<String> = pairs.iter().map(|pair| format!("sha256:{}", pair.1)).collect();
        assert_eq!(chain_ids(&layers), expected);
        layers.insert(1, layer(None));
        assert_eq!(chain_ids(&layers), expected[..1], "nothing is known above");
    }
}
