//! Reading the image again: opens and reads it in a thread, while the explorer shows it as it was, and compares the two.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use crate::compare::{Files, Meaning, Side, Terms};
use crate::explorer::model::message::Message;
use crate::explorer::model::own_entries::OwnEntries;
use crate::explorer::model::reload::{Reread, Since};
use crate::explorer::model::state::{LayerLoad, LoadStatus};
use crate::explorer::navigate::place;
use crate::explorer::run::Explorer;
use crate::explorer::run::comparing::Reporting;
use crate::explorer::run::error::Error;
use crate::explorer::run::event::{Rebuilt, RunEvent};
use crate::explorer::run::worker::spawn;
use crate::explorer::update::reload::same_layer;
use crate::image::reference::{self, Transport};
use crate::layer::Watch;
use crate::load::settings::OpenSettings;
use crate::load::{Event, LayerState, Loader, Want};
use crate::source::{self, Opened, Options, Source};

/// Between two looks at the layer of a followed container.
const FOLLOW_INTERVAL: Duration = Duration::from_secs(1);

impl Explorer {
    /// Reads the image again, in a thread, and compares the trees at `layer`.
    pub(super) fn reload(&mut self, layer: usize) -> Result<(), Error> {
        let Some(old) = self.loader.clone() else { return Ok(()) };
        self.stop_reloading = Arc::default();
        let stop = Arc::clone(&self.stop_reloading);
        let (reference, mut settings) = (self.reference.clone(), self.settings.clone());
        let platform = self.platform.clone();
        settings.options.platform = platform.or(settings.options.platform);
        let number = self.load_number;
        spawn(&self.send, "reload", move |send| {
            let progress = send.clone();
            let report = |read| {
                let _ = progress.send(RunEvent::Answer(number, Message::ReloadProgress(read)));
            };
            let watch = Reporting::new(&stop, &report);
            let made = reread(&old, layer, reference.as_deref(), &settings, &watch);
            let _ = send.send(match made {
                Ok(rebuilt) => RunEvent::Reloaded(number, Box::new(rebuilt)),
                Err(why) => RunEvent::Answer(number, Message::ReloadFailed(why)),
            });
        })
    }

    /// Looks from now on, in a thread, whether a container writes to its layer; or stops that.
    pub(super) fn follow(&mut self, on: bool) -> Result<(), Error> {
        self.stop_following.store(true, Ordering::Relaxed);
        let Some(loader) = self.loader.as_ref().filter(|_| on) else { return Ok(()) };
        let source = Arc::clone(loader.source());
        self.stop_following = Arc::default();
        let stop = Arc::clone(&self.stop_following);
        spawn(&self.send, "follow", move |send| {
            // What is shown may be older than this: the first answer counts as new.
            let mut seen = None;
            while !stop.load(Ordering::Relaxed) {
                // A container that cannot be asked now has not written.
                let now = source.written().or(seen);
                if now != seen && send.send(RunEvent::Written(Arc::clone(&stop))).is_err() {
                    return;
                }
                seen = now;
                thread::sleep(FOLLOW_INTERVAL);
            }
        })
    }

    /// Shows the image as it is now, in place of the one before.
    pub(super) fn reloaded(&mut self, rebuilt: Rebuilt) -> Result<bool, Error> {
        let Rebuilt { loader, states, layer, differences } = rebuilt;
        self.abandon_work();
        let Some(old) = self.loader.replace(loader.clone()) else { return Ok(false) };
        let place = place::remember(&self.state, &old.stack());
        self.announced = false;
        let image = Box::new(loader.source().image().clone());
        let loads = states.iter().map(|state| folded(state)).collect();
        let reread = Reread { image, loads, layer, differences, place };
        let ends = self.dispatch(Message::Reread(Box::new(reread)))?;
        self.find_attachments()?;
        Ok(ends)
    }
}

fn folded(state: &LayerState) -> LayerLoad {
    LayerLoad {
        status: LoadStatus::Folded,
        bytes: None,
        problems: state.problems.clone(),
        hidden: state.hidden.clone(),
        entries: OwnEntries::default(),
    }
}

fn reread(
    old: &Loader,
    layer: usize,
    reference: Option<&str>,
    settings: &OpenSettings,
    watch: &Reporting<'_>,
) -> Result<Rebuilt, String> {
    let source = open(old, reference, settings, watch)?;
    let loader = Loader::new(Arc::from(source), settings.cache.clone());
    let states = loader.run(Want::Kinds, &|event| {
        if let Event::Reading { layer, done, .. } = event {
            watch.read(layer, done);
        }
        if watch.cancelled() {
            loader.stop();
        }
    });
    if watch.cancelled() {
        return Err("stopped".to_owned());
    }
    let differences = differences(old, &loader, layer, watch)?;
    Ok(Rebuilt { loader, states, layer, differences })
}

fn open(
    old: &Loader,
    reference: Option<&str>,
    settings: &OpenSettings,
    watch: &Reporting<'_>,
) -> Result<Box<dyn Source>, String> {
    let reference = reference.ok_or("this image is a part of layertui")?;
    let place = reference::parse(reference).map(|parsed| parsed.place);
    if matches!(place, Ok(Transport::StandardInput(_))) {
        return Err("it came from standard input, which can be read once".to_owned());
    }
    let options = Options { watch: Some(watch), contents: true, ..settings.options.clone() };
    match source::open(reference, &options).map_err(|error| error.to_string())? {
        Opened::Image(source) => Ok(source),
        Opened::Several(several) => {
            let names = &old.source().image().names;
            let is_it = |choice: &source::Choice| {
                choice.names.iter().any(|name| names.iter().any(|it| it.raw() == name))
            };
            let choice = several.choices.iter().position(is_it);
            let choice = choice.ok_or("there are several images now, none with its name")?;
            several.open(choice).map_err(|error| error.to_string())
        }
    }
}

/// What differs in the tree at `layer` of the old image and in that of the same layer of the new one; an error if `watch`
/// cancels it.
fn differences(
    old: &Loader,
    new: &Loader,
    layer: usize,
    watch: &dyn Watch,
) -> Result<Vec<(Vec<u8>, Since)>, String> {
    let (before, after) = (old.source(), new.source());
    let same = same_layer(before.image(), after.image(), layer);
    let (old_stack, new_stack) = (old.stack(), new.stack());
    let highest = |folded: usize, layer: usize| folded.checked_sub(1).map(|top| top.min(layer));
    let Some((old_layer, new_layer)) =
        highest(old_stack.folded(), layer).zip(highest(new_stack.folded(), same))
    else {
        return Ok(Vec::new());
    };
    let side = |source, stack, layer| Side { source, stack, layer };
    let mut files = Files::of(
        side(before.as_ref(), &old_stack, old_layer),
        side(after.as_ref(), &new_stack, new_layer),
        &Terms::default(),
    );
    drop((old_stack, new_stack));
    files.decide(before.as_ref(), after.as_ref(), watch);
    // Where that was broken off, the rest is undecided.
    if watch.cancelled() {
        return Err("stopped".to_owned());
    }
    let since = |meaning| match meaning {
        Meaning::Added => Since::New,
        Meaning::Removed => Since::Gone,
        Meaning::Content | Meaning::Metadata => Since::Changed,
        Meaning::Undecided => Since::Unknown,
    };
    Ok(files.differences.into_iter().map(|it| (it.path, since(it.meaning))).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::{Reporting, differences};
    use crate::load::{Loader, Want};
    use crate::source::{self, Opened, Options};

    fn demo() -> Loader {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/image.tar");
        let Ok(Opened::Image(source)) = source::open(path, &Options::default()) else {
            panic!("{path} is an image")
        };
        let loader = Loader::new(Arc::from(source), None);
        loader.run(Want::Tree, &|_| {});
        loader
    }

    #[test]
    fn a_comparison_that_was_stopped_says_nothing() {
        let (old, new) = (demo(), demo());
        for stopped in [false, true] {
            let stop = AtomicBool::new(stopped);
            let found = differences(&old, &new, 0, &Reporting::new(&stop, &|_| {}));
            assert_eq!(found, if stopped { Err("stopped".to_owned()) } else { Ok(Vec::new()) });
        }
    }
}
