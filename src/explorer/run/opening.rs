//! What the explorer opens: the image of the command line, one of several, or the same image for another platform.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::explorer::model;
use crate::explorer::model::message::{Choice, Message};
use crate::explorer::model::state::Phase;
use crate::explorer::run::Explorer;
use crate::explorer::run::event::{Chosen, RunEvent};
use crate::explorer::run::worker::spawn;
use crate::image::platform::Platform;
use crate::image::reference;
use crate::image::reference::Transport;
use crate::source;
use crate::source::{ChoiceKind, Opened, Options, Several, Source};
use crate::text;
use crate::text::time::age;

impl Explorer {
    /// Shows the image of the command line. Of a bare name, a notice says in which store it was found.
    pub(super) fn show_image(&mut self, source: Box<dyn Source>) -> Result<bool, super::Error> {
        let found_in = source.image().source.clone();
        let ends = self.load(source)?;
        match &self.reference {
            Some(reference) if !ends && is_name(reference) => {
                self.dispatch(Message::Notice(format!("{reference} is from {found_in}")))
            }
            _ => Ok(ends),
        }
    }

    /// What the program ends with, once the user has left.
    pub(super) fn outcome(self) -> Result<(), super::Error> {
        match self.state.phase {
            Phase::Failed(why) if self.state.image.is_none() => Err(super::Error::NotOpened(why)),
            _ => Ok(()),
        }
    }

    /// Lists several images to choose from.
    pub(super) fn offer_choices(&mut self, several: Several) -> Result<bool, super::Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let choices = several.choices.iter().map(|choice| line(choice, now)).collect();
        let notes = several.notes.join("; ");
        self.several = Some(Arc::new(several));
        let ends = self.dispatch(Message::Choices(choices))?;
        if ends || notes.is_empty() {
            return Ok(ends);
        }
        self.dispatch(Message::Notice(format!("not searched: {notes}")))
    }

    /// Opens one of several images.
    pub(super) fn choose(&mut self, choice: usize) -> Result<(), super::Error> {
        let Some(several) = self.several.clone() else { return Ok(()) };
        let reference = several.choices.get(choice).map(|choice| choice.reference.clone());
        self.open_choice(move || Chosen { reference, platform: None, opened: several.open(choice) })
    }

    /// Opens the image for another platform.
    pub(super) fn open_platform(&mut self, platform: Platform) -> Result<(), super::Error> {
        let Some(reference) = self.reference.clone() else { return Ok(()) };
        let options = Options { platform: Some(platform.clone()), ..self.settings.options.clone() };
        self.open_choice(move || {
            let opened = source::open(&reference, &options).and_then(|opened| match opened {
                Opened::Image(source) => Ok(source),
                Opened::Several(several) => several.open(0),
            });
            Chosen { reference: Some(reference), platform: Some(platform), opened }
        })
    }

    /// Opens a choice in a thread. An earlier request is cancelled.
    fn open_choice(
        &mut self,
        open: impl FnOnce() -> Chosen + Send + 'static,
    ) -> Result<(), super::Error> {
        self.choice_number += 1;
        let number = self.choice_number;
        spawn(&self.send, "choose", move |send| {
            let _ = send.send(RunEvent::ChoiceOpened(number, open()));
        })
    }

    /// Shows the opened choice, or why it could not be opened.
    pub(super) fn chosen(&mut self, chosen: Chosen) -> Result<bool, super::Error> {
        match chosen.opened {
            Ok(source) => {
                (self.reference, self.platform) = (chosen.reference, chosen.platform);
                self.load(source)
            }
            Err(error) => self.dispatch(Message::Failed(error.to_string())),
        }
    }

    /// Shows a notice, once, that a temporary copy is being made, and its size.
    pub(super) fn announce_copy(&mut self) -> Result<(), super::Error> {
        let copied = self.loader.as_ref().and_then(|loader| loader.source().temp_copy_bytes());
        if let Some(bytes) = copied.filter(|_| !self.announced) {
            self.announced = true;
            let place = std::env::temp_dir();
            let text = format!(
                "{} of contents are kept in {} until layertui ends",
                text::size::short(bytes),
                place.display()
            );
            self.dispatch(Message::Notice(text))?;
        }
        Ok(())
    }
}

/// Whether an argument is a bare name, which several stores could have, and not a path.
fn is_name(argument: &str) -> bool {
    let bare =
        matches!(reference::parse(argument).map(|parsed| parsed.place), Ok(Transport::Bare(_)));
    bare && reference::splits(argument).iter().all(|split| !Path::new(split.path).exists())
}

/// A choice as the list shows it, `now` in seconds since 1970.
fn line(choice: &source::Choice, now: i64) -> Choice {
    let platform = choice.platform.as_ref().map(ToString::to_string);
    let id = choice.id.as_deref().map(short);
    let container = choice.kind == ChoiceKind::Container;
    let what = container.then(|| "container".to_owned());
    let how = "manifest and config come first, layers as they are listed";
    let how = choice.remote.then(|| how.to_owned());
    let untagged = choice.names.is_empty();
    // An untagged image is called by its ID.
    let name = match id.as_deref() {
        _ if !untagged => choice.names.join(", "),
        Some(id) if choice.group.is_some() => id.trim_start_matches("sha256:").to_owned(),
        _ => choice.reference.clone(),
    };
    let detail = [what, how, choice.note.clone(), platform, id];
    let detail: Vec<String> = detail.into_iter().flatten().collect();
    let created = choice.created.as_ref();
    Choice {
        name,
        detail: detail.join("  "),
        bytes: choice.size,
        age: created.and_then(|created| age(created.raw(), now)).unwrap_or_default(),
        layers: choice.layers,
        kind: match choice.kind {
            _ if choice.remote => model::message::ChoiceKind::Remote,
            ChoiceKind::Container => model::message::ChoiceKind::Container,
            ChoiceKind::Image if choice.intermediate => model::message::ChoiceKind::Intermediate,
            ChoiceKind::Image if untagged => model::message::ChoiceKind::Untagged,
            ChoiceKind::Image => model::message::ChoiceKind::Image,
        },
        group: choice.group.clone(),
    }
}

/// The first 12 hex digits of an ID, as engines show it.
fn short(id: &str) -> String {
    let shown = if id.starts_with("sha256:") { "sha256:".len() + 12 } else { 12 };
    id.chars().take(shown).collect()
}
