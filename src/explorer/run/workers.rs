//! Threads that read for the viewer, extract, compare and read package databases.

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

impl Explorer {
    /// Reads a part of a file, in a thread.
    pub(super) fn read_part(&self, request: model::file::ReadRequest) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        let newest = Arc::clone(&self.newest_read);
        newest.store(request.number, Ordering::Relaxed);
        spawn(&self.send, "viewer", move |send| {
            let answer = viewer::read(&loader, &request, &newest);
            let message = Message::PartRead { number: request.number, answer };
            let _ = send.send(RunEvent::Message(message));
        })
    }

    /// Extracts, in a thread.
    pub(super) fn extract(&mut self, request: ExtractionRequest) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        self.stop_extracting = Arc::default();
        let stop = Arc::clone(&self.stop_extracting);
        spawn(&self.send, "extract", move |send| {
            let progress = send.clone();
            let ended = extracting::extract(&loader, &request, &stop, &|done| {
                let _ = progress.send(RunEvent::Message(Message::ExtractionProgress(done)));
            });
            let _ = send.send(RunEvent::Message(Message::ExtractionEnded(ended)));
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
            let of = packages.paths().filter_map(|(path, owner)| {
                let there = stack.find(path).filter(|&node| stack.visible(node, layer).is_some());
                // Listed from before a directory became a link, /bin to /usr/bin.
                Some((there.or_else(|| locate(&stack, path, layer))?, owner))
            });
            let of = of.collect();
            let owners = Owners { database_layer, packages: packages.list().to_vec(), of, notes };
            let _ = send.send(RunEvent::Packages(number, Box::new(owners)));
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
                let _ = progress.send(RunEvent::Message(Message::ComparisonProgress(read)));
            };
            let watch = Reporting::new(&stop, &report);
            let made = comparing::compare(&loader, layer, &reference, &settings, &watch);
            let _ = send.send(match made {
                Ok(made) => RunEvent::ComparisonReady(number, Box::new(made)),
                Err(why) => RunEvent::Message(Message::ComparisonFailed(why)),
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
        self.stop_comparing.store(true, Ordering::Relaxed);
        state.copy_appearance(&self.state);
        if let Some(comparison) = self.loader.replace(loader) {
            comparison.stop();
        }
        // Events of the comparison are ignored from here on. Those for the image were ignored during it.
        self.load_number += 1;
        state.forget_requests();
        let size = state.size;
        self.state = state;
        self.dispatch(Message::Resize(size))
    }
}
