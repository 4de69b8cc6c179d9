//! Containers of one namespace: the layers of the image with the container's own snapshots on top.

use crate::image::layer::Layer;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::documents::assemble::{Part, Parts, assemble};
use crate::source::documents::blobs::Blobs;
use crate::source::documents::content::Content;
use crate::source::local::containerd::images::Images;
use crate::source::local::containerd::records::{Container, Record};
use crate::source::local::containerd::snapshots::{Snapshot, Snapshots};
use crate::source::local::root::{INIT_LAYER, StoreEntry, WRITABLE_LAYER};
use crate::text::Foreign;

/// Stands for the command of a layer whose image record was deleted.
const UNPACKED_LAYER: &str = "a layer of the container's image, as it was unpacked";

/// The list entry of a container. The number of layers comes from its snapshots; documents of the image are not read.
pub(super) fn entry(container: &Container, snapshots: &Snapshots) -> StoreEntry {
    let stack = snapshots.stack(&container.snapshotter, &container.snapshot);
    StoreEntry {
        names: container.names.clone(),
        ids: vec![container.id.clone()],
        layers: Some(stack.as_ref().map_or(0, Vec::len)),
        created: container.created.clone().map(Into::into),
        image: (!container.image.is_empty()).then(|| container.image.clone()),
        problem: stack.err().map(|why| format!("its writable layer is unavailable: {why}").into()),
        ..StoreEntry::default()
    }
}

/// Opens a container. `record` is the record of its image, if that still exists.
pub(super) fn open(
    container: &Container,
    record: Option<&Record>,
    images: &Images,
    snapshots: &Snapshots,
    ask: &Ask,
) -> Result<Blobs, Error> {
    let stack = snapshots.stack(&container.snapshotter, &container.snapshot);
    let mut problems = Vec::new();
    let stack = stack.unwrap_or_else(|why| {
        problems.push(format!("the container's writable layer is unavailable: {why}"));
        Vec::new()
    });
    let (mut blobs, above) = match record.and_then(|record| base_image(record, images, &stack, ask))
    {
        Some(found) => found,
        None if stack.is_empty() => {
            let document = format!("container {}", container.id);
            let reason = problems.pop().unwrap_or_else(|| "it has no layers".to_owned());
            return Err(Error::Document { place: ask.place.clone(), document, reason });
        }
        None => {
            problems.push(format!(
                "the image {} is not here, or another one by now: layers are read from snapshots",
                container.image
            ));
            (assemble(ask, Parts { source: "containerd", ..Parts::default() }), 0)
        }
    };
    blobs.image.problems.splice(0..0, Foreign::list(problems));
    let own = stack.len().saturating_sub(1);
    for (at, snapshot) in stack.into_iter().enumerate().skip(above) {
        let command = match (at == own, snapshot.key.ends_with("-init")) {
            (true, _) => WRITABLE_LAYER,
            (_, true) => INIT_LAYER,
            _ => UNPACKED_LAYER,
        };
        let created = (at == own).then(|| container.created.clone()).flatten();
        let part = part(snapshot, command, created, at == own);
        blobs.image.layers.push(part.layer);
        blobs.contents.push(part.content);
    }
    Ok(blobs)
}

/// The image of the container and how many of the snapshots belong to it. Of a multi-platform image it is the one
/// whose chain ID is among the container's snapshots.
fn base_image(
    record: &Record,
    images: &Images,
    stack: &[Snapshot],
    ask: &Ask,
) -> Option<(Blobs, usize)> {
    let layout = images.layout(record);
    let leaves = (0..layout.leaves.len()).filter(|&at| layout.leaves[at].is_image());
    let mut candidates = leaves.map(|at| layout.image(at, ask));
    if stack.is_empty() {
        return candidates.next().map(|blobs| (blobs, 0));
    }
    candidates.find_map(|blobs| {
        let top = blobs.image.layers.last()?.store.as_ref()?.chain_id.clone()?;
        let at = stack.iter().position(|snapshot| snapshot.key == top)?;
        Some((blobs, at + 1))
    })
}

fn part(snapshot: Snapshot, command: &str, created: Option<String>, is_own: bool) -> Part {
    let mut layer = Layer {
        created_by: Some(command.into()),
        created: created.map(Into::into),
        writable: is_own && snapshot.is_active,
        store: Some(snapshot.store),
        ..Layer::default()
    };
    let content = match snapshot.content {
        Ok(tree) => Content::Tree(tree),
        Err(why) => {
            let reason = format!("{why}: this layer cannot be shown");
            layer.problems.push(reason.as_str().into());
            Content::Absent(reason)
        }
    };
    Part { layer, content }
}
