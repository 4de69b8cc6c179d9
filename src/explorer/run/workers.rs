//! What the explorer has done by others: threads that read for the viewer, extract and compare, and what their answers lead to.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::explorer::model;
use crate::explorer::model::comparison::ComparedImages;
use crate::explorer::model::extraction::ExtractionRequest;
use crate::explorer::model::message::Message;
use crate::explorer::model::owners::Owners;
use crate::explorer::run::comparing::Reporting;
use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;
use crate::explorer::run::{Explorer, comparing, extracting, in_background, viewer};
use crate::extract::locate;
use crate::load::files::packages::{Inventory, databases};
use crate::source::Source;

impl Explorer {
    /// Reads for the viewer, beside everything else.
    pub(super) fn look(&self, question: model::file::ReadRequest) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        let newest = Arc::clone(&self.newest_look);
        newest.store(question.number, Ordering::Relaxed);
        in_background(&self.send, "look", move |send| {
            let answer = viewer::look(&loader, &question, &newest);
            let message = Message::Looked { number: question.number, answer };
            let _ = send.send(RunEvent::Told(message));
        })
    }

    /// Extracts beside everything else, one thing at a time.
    pub(super) fn extract(&mut self, request: ExtractionRequest) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        self.stop_extracting = Arc::default();
        let stop = Arc::clone(&self.stop_extracting);
        in_background(&self.send, "extract", move |send| {
            let told = send.clone();
            let ended = extracting::extract(&loader, &request, &stop, &|done| {
                let _ = told.send(RunEvent::Told(Message::Extracting(done)));
            });
            let _ = send.send(RunEvent::Told(Message::Extracted(ended)));
        })
    }

    /// Reads package databases beside everything else.
    pub(super) fn read_packages(&self, database_layer: usize, layer: usize) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        let number = self.loaders;
        in_background(&self.send, "packages", move |send| {
            let found = databases(&loader.stack(), layer, true);
            let Inventory { packages, notes } = found.read(loader.source().as_ref());
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

    /// Makes a comparison beside everything else.
    pub(super) fn compare(&mut self, reference: String) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        self.stop_comparing = Arc::default();
        let (stop, setting) = (Arc::clone(&self.stop_comparing), self.setting.clone());
        let (number, layer) = (self.loaders, self.state.layer);
        in_background(&self.send, "compare", move |send| {
            let told = send.clone();
            let tell = |read| {
                let _ = told.send(RunEvent::Told(Message::Comparing(read)));
            };
            let watch = Reporting::new(&stop, &tell);
            let made = comparing::compare(&loader, layer, &reference, &setting, &watch);
            let _ = send.send(match made {
                Ok(beside) => RunEvent::Compared(number, Box::new(beside)),
                Err(why) => RunEvent::Told(Message::NotCompared(why)),
            });
        })
    }

    /// Explores a comparison; the image it was begun from waits.
    pub(super) fn enter(
        &mut self,
        (beside, sides): (Box<dyn Source>, ComparedImages),
    ) -> Result<bool, Error> {
        self.state.comparing = None;
        let state = self.state.comparing(sides);
        let image = std::mem::replace(&mut self.state, state);
        self.former = self.loader.take().map(|loader| (image, loader));
        self.load(beside)
    }

    /// Back to the image that a comparison was begun from.
    pub(super) fn leave(&mut self) -> Result<bool, Error> {
        let Some((mut state, loader)) = self.former.take() else { return Ok(false) };
        state.copy_appearance(&self.state);
        if let Some(comparison) = self.loader.replace(loader) {
            comparison.stop();
        }
        // Whatever the comparison still says is no news.
        self.loaders += 1;
        let size = state.size;
        self.state = state;
        self.tell(Message::Resize(size))
    }
}
