//! Reading the layers of the image, in threads, and what the loader reports of it.

use std::sync::mpsc::Sender;
use std::time::Instant;

use crate::explorer::model::message::Message;
use crate::explorer::model::own_entries::OwnEntries;
use crate::explorer::run::Explorer;
use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;
use crate::explorer::run::rate::Rate;
use crate::explorer::run::worker::spawn;
use crate::load::pace::Pace;
use crate::load::{Event, Loader, Want};
use crate::source::Attachments;

impl Explorer {
    /// Reads the layers that are not folded yet.
    pub(super) fn read(&mut self) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        self.rate = Rate::new(loader.source().image().layers.len(), Instant::now());
        let number = self.load_number;
        spawn(&self.send, "load", move |send| {
            let pace = Pace::new();
            loader.run(Want::Kinds, &|event| {
                if pace.allows(&event) && send.send(RunEvent::Load(number, event)).is_err() {
                    // The event loop has ended.
                    loader.stop();
                }
            });
            send_attachments(&loader, number, send);
        })
    }

    /// Finds attachments of the image, in a thread.
    pub(super) fn find_attachments(&self) -> Result<(), Error> {
        let Some(loader) = self.loader.clone() else { return Ok(()) };
        let number = self.load_number;
        spawn(&self.send, "attachments", move |send| send_attachments(&loader, number, send))
    }

    /// Passes on what the loader reports. Returns whether the explorer ends.
    pub(super) fn handle_load(&mut self, event: Event) -> Result<bool, Error> {
        match event {
            Event::Reading { layer, done, total } => {
                self.announce_copy()?;
                if let Some(rate) = self.rate.read(layer, done, Instant::now()) {
                    self.dispatch(Message::Rate(rate))?;
                }
                self.dispatch(Message::Reading { layer, done, total })
            }
            Event::Rows(table) => self.dispatch(Message::FirstRows(OwnEntries::of(&table))),
            Event::Listed(layer, listing) => {
                let entries = OwnEntries::of(&listing.table);
                self.dispatch(Message::Listed { layer, entries })
            }
            Event::Folded(layer, state) => self.dispatch(Message::Folded {
                layer,
                problems: state.problems.clone(),
                hidden: state.hidden.clone(),
            }),
            Event::Deciding { left } => self.dispatch(Message::Deciding { left: left as u64 }),
            Event::Finished => {
                self.dispatch(Message::Finished)?;
                self.report_changed_layers()
            }
        }
    }
}

fn send_attachments(loader: &Loader, number: u64, send: &Sender<RunEvent>) {
    let attachments = loader.source().attachments();
    if attachments != Attachments::default() {
        let _ = send.send(RunEvent::Answer(number, Message::Attachments(attachments)));
    }
}
