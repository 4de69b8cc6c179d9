//! Threads that read for the viewer, extract, compare and read package databases.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::explorer::model;
use crate::explorer::model::extraction::ExtractionRequest;
use crate::explorer::model::message::Message;
use crate::explorer::model::owners::Owners;
use crate::explorer::run::comparing::{Made, Reporting};
use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;
use crate::explorer::run::worker::spawn;
use crate::explorer::run::{Explorer, comparing, extracting, viewer};
use crate::extract::locate;
use crate::load::files::packages::{Inventory, databases};
use crate::source::Source;
use crate::stack::{NodeId, Stack};

impl Explorer {
    /// Reads a part of a file, in a thread.
    pub(super) fn read_part(&self, request: model::file::ReadRequest) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        let newest = Arc::clone(&self.newest_read);
        newest.store(request.number, Ordering::Relaxed);
        let load = self.load_number;
        spawn(&self.send, "viewer", move |send| {
            let answer = viewer::read(&loader, &request, &newest);
            let message = Message::PartRead { number: request.number, answer };
            let _ = send.send(RunEvent::Answer(load, message));
        })
    }

    /// Extracts, in a thread.
    pub(super) fn extract(&mut self, request: ExtractionRequest) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        self.stop_extracting = Arc::default();
        let (stop, number) = (Arc::clone(&self.stop_extracting), self.load_number);
        spawn(&self.send, "extract", move |send| {
            let progress = send.clone();
            let ended = extracting::extract(&loader, &request, &stop, &|done| {
                let _ = progress.send(RunEvent::Answer(number, Message::ExtractionProgress(done)));
            });
            let _ = send.send(RunEvent::Answer(number, Message::ExtractionEnded(ended)));
        })
    }

    /// Reads package databases, in a thread.
    pub(super) fn read_packages(&self, database_layer: usize, layer: usize) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        let number = self.load_number;
        spawn(&self.send, "packages", move |send| {
            let found = databases(&loader.stack(), layer, true);
            let Inventory { packages, notes, rpm: _ } = found.read(loader.source().as_ref());
            let stack = loader.stack();
            let of = nodes_of(&stack, packages.paths(), database_layer);
            let owners = Owners { database_layer, packages: packages.list().to_vec(), of, notes };
            let _ = send.send(RunEvent::Answer(number, Message::Packages(Box::new(owners))));
        })
    }

    /// Makes a comparison, in a thread.
    pub(super) fn compare(&mut self, reference: String) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        self.stop_comparing = Arc::default();
        let (stop, settings) = (Arc::clone(&self.stop_comparing), self.settings.clone());
        let (number, layer) = (self.load_number, self.state.layer);
        spawn(&self.send, "compare", move |send| {
            let progress = send.clone();
            let report = |read| {
                let _ = progress.send(RunEvent::Answer(number, Message::ComparisonProgress(read)));
            };
            let watch = Reporting::new(&stop, &report);
            let made = comparing::compare(&loader, layer, &reference, &settings, &watch);
            let _ = send.send(match made {
                Ok(made) => RunEvent::ComparisonReady(number, Box::new(made)),
                Err(why) => RunEvent::Answer(number, Message::ComparisonFailed(why)),
            });
        })
    }

    /// Shows a comparison. The image it was started from is kept to return to.
    pub(super) fn enter_comparison(&mut self, made: Made) -> Result<bool, Error> {
        let Made { source, sides, other } = made;
        self.state.comparing = None;
        // `load` stops its thread.
        self.state.reloading = None;
        self.state.following = None;
        let state = self.state.comparing(sides);
        let image = std::mem::replace(&mut self.state, state);
        self.before_comparison = self.loader.take().map(|loader| (image, loader));
        let ends = self.load(source)?;
        self.compare_layers(other)?;
        Ok(ends)
    }

    /// Finds out why the layers of both images of a comparison differ, in a thread.
    fn compare_layers(&mut self, other: Arc<dyn Source>) -> Result<(), Error> {
        let Some((state, loader)) = &self.before_comparison else { return Ok(()) };
        let this = Arc::clone(loader.source());
        let unsure: Vec<(usize, String)> = state
            .unsure_layers()
            .map(|(layer, problem)| (layer, format!("layer {layer}: {}", problem.message)))
            .collect();
        self.stop_comparing = Arc::default();
        let (stop, number) = (Arc::clone(&self.stop_comparing), self.load_number);
        spawn(&self.send, "compare layers", move |send| {
            let watch = Reporting::new(&stop, &|_| {});
            let pairs = comparing::layers(other.as_ref(), this.as_ref(), &unsure, &watch);
            let _ = send.send(RunEvent::Answer(number, Message::LayersCompared(pairs)));
        })
    }

    /// Returns to the image that the comparison was started from.
    pub(super) fn leave_comparison(&mut self) -> Result<bool, Error> {
        let Some((mut state, loader)) = self.before_comparison.take() else { return Ok(false) };
        self.abandon_work();
        state.copy_appearance(&self.state);
        self.loader = Some(loader);
        self.state = state;
        self.dispatch(Message::Returned)
    }
}

/// The nodes of owned paths, the same for all layers that have these databases, whether they have the path or not.
fn nodes_of<'p>(
    stack: &Stack,
    paths: impl Iterator<Item = (&'p [u8], Option<u32>)>,
    database_layer: usize,
) -> HashMap<NodeId, Option<u32>> {
    let nodes = paths.flat_map(|(path, owner)| {
        // The second for paths from before a directory became a link, /bin to /usr/bin.
        let nodes = [stack.find(path), locate(stack, path, database_layer)];
        nodes.into_iter().flatten().map(move |node| (node, owner))
    });
    nodes.collect()
}

#[cfg(test)]
mod tests {
    use super::nodes_of;
    use crate::stack::notation;

    #[test]
    fn owned_paths_are_found_at_any_layer_and_through_links() {
        let layers =
            "0: +db:1 +usr/ +usr/bin/ +usr/bin/a:1 +bin->usr/bin +etc/ +etc/gone:1 | 1: -etc/gone";
        let stack = notation::stack(layers).unwrap().0;
        let paths = [&b"/bin/a"[..], b"/etc/gone", b"/no/such"];
        let paths = paths.into_iter().zip([Some(0), Some(1), Some(2)]);
        let of = nodes_of(&stack, paths, 0);
        let owner = |path: &str| of.get(&stack.find(path.as_bytes()).unwrap());
        assert_eq!(owner("/usr/bin/a"), Some(&Some(0)));
        assert_eq!(owner("/etc/gone"), Some(&Some(1)), "the layer below still has it");
        assert_eq!(of.len(), 2);
    }
}
