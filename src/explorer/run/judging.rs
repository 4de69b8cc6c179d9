//! Looks for problems to fix, in a thread: files that may hold secrets are read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::explorer::model::findings::FindingsReport;
use crate::explorer::model::message::Message;
use crate::explorer::run::Explorer;
use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;
use crate::explorer::run::worker::spawn;
use crate::findings::place::{Contents, Head};
use crate::findings::{Accepted, Finding, Redaction, judge};
use crate::image::Image;
use crate::image::base::Base;
use crate::load::files::judged::StoredFiles;
use crate::stack::EventId;
use crate::text::{Foreign, command};

/// Files between two messages of progress.
const FILES_PER_MESSAGE: u64 = 64;

impl Explorer {
    /// Finds problems, in a thread. Progress and result come as messages.
    pub(super) fn find_problems(&self) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        let number = self.load_number;
        spawn(&self.send, "findings", move |send| {
            let source = loader.source();
            let image = source.image();
            let stack = loader.stack();
            let report = |files| {
                let _ = send.send(RunEvent::Answer(number, Message::FindingsProgress(files)));
            };
            let files = StoredFiles::new(source.as_ref(), &stack);
            let files = Counting { files: &files, count: AtomicU64::new(0), report: &report };
            let base = Base::recognise(image, &[]).layers;
            let found = judge(image, &stack, &files, &Accepted::default(), base);
            let commands = commands(image, &found.list);
            let done = FindingsReport::new(found, stack.folded(), commands);
            drop(stack);
            let _ = send.send(RunEvent::Answer(number, Message::Findings(Box::new(done))));
        })
    }
}

/// The instructions of the layers with findings, without secrets.
fn commands(image: &Image, found: &[Finding]) -> HashMap<usize, Foreign> {
    let redaction = Redaction::of(image);
    let layers = found.iter().flat_map(Finding::layers);
    let made_by = |layer: usize| image.layers.get(layer)?.created_by.as_ref();
    layers
        .filter_map(|layer| Some((layer, command::one_line(&redaction.hide(made_by(layer)?)))))
        .collect()
}

/// Counts the files that are examined.
struct Counting<'c> {
    files: &'c StoredFiles<'c>,
    count: AtomicU64,
    report: &'c dyn Fn(u64),
}

impl Counting<'_> {
    fn one(&self) {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_multiple_of(FILES_PER_MESSAGE) {
            (self.report)(count);
        }
    }
}

impl Contents for Counting<'_> {
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Head<'_>)) {
        self.files.heads(files, &mut |at, head| {
            self.one();
            take(at, head);
        });
    }

    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Result<u64, String>)) {
        self.files.digests(files, &mut |at, digest| {
            self.one();
            take(at, digest);
        });
    }
}
