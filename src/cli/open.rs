//! From an IMAGE argument to a loaded image.

use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::cli::conclude::conclude;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs};
use crate::cli::progress::Progress;
use crate::image::Image;
use crate::load::settings::OpenSettings;
use crate::load::{Event, Examiners, Loader, Want};
use crate::source;
use crate::source::{Opened, Options, Source};
use crate::sync;

/// Opens the image of a reference; fails if it means several.
pub(super) fn open(reference: &str, settings: &OpenSettings) -> Result<Box<dyn Source>, Failure> {
    let progress = Progress::new();
    let options = Options { watch: Some(&progress), ..settings.options.clone() };
    let opened = source::open(reference, &options);
    progress.clear();
    match opened? {
        Opened::Image(source) => Ok(source),
        Opened::Several(several) => {
            let choices = several.choices.iter().map(|choice| {
                let names = choice.names.join(", ");
                let platform = choice.platform.as_ref().map(ToString::to_string);
                format!("{}  {names}  {}", choice.reference, platform.unwrap_or_default())
            });
            Err(Failure::Choices {
                message: format!("{reference} holds several images; choose one:"),
                choices: choices.collect(),
            })
        }
    }
}

/// Loads an image, with progress on a terminal, and runs `answer`. The outcome is that of `answer` and of unreliable layers
/// ([`conclude`]).
pub(super) fn examine(
    reference: &str,
    settings: &OpenSettings,
    want: Want,
    answer: impl FnOnce(&Loaded) -> Outcome,
) -> Outcome {
    let loaded = run(loader(reference, settings)?, want, false);
    conclude(&loaded, answer(&loaded))
}

/// As [`examine`], and keeps the rows of every layer, some 30 bytes for each.
pub(super) fn examine_with_rows(
    reference: &str,
    settings: &OpenSettings,
    want: Want,
    answer: impl FnOnce(&Loaded) -> Outcome,
) -> Outcome {
    let loaded = run(loader(reference, settings)?, want, true);
    conclude(&loaded, answer(&loaded))
}

/// As [`examine`], for two images whose layers are read at the same time.
pub(super) fn examine_both(
    [one, other]: [&str; 2],
    settings: &OpenSettings,
    want: Want,
    answer: impl FnOnce(&Loaded, &Loaded) -> Outcome,
) -> Outcome {
    let (one, other) = (loader(one, settings)?, loader(other, settings)?);
    let progress = Progress::new();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| load(other, want, false, |event| progress.event(1, &event)));
        let one = load(one, want, false, |event| progress.event(0, &event));
        (one, other.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    progress.clear();
    conclude(&one, conclude(&other, answer(&one, &other)))
}

/// As [`examine`], for few queries: the stack has no totals and is not frozen ([`Loader::brief`]).
pub(super) fn examine_briefly(
    reference: &str,
    settings: &OpenSettings,
    want: Want,
    answer: impl FnOnce(&Loaded) -> Outcome,
) -> Outcome {
    let loaded = run(loader(reference, settings)?.brief(), want, false);
    conclude(&loaded, answer(&loaded))
}

/// As [`examine_briefly`], for a search of contents: `prepare` makes what sees them while layers are listed, and what `answer`
/// gets.
pub(super) fn examine_with<T>(
    reference: &str,
    settings: &OpenSettings,
    prepare: impl FnOnce(&Image) -> Result<(Arc<dyn Examiners>, T), Failure>,
    answer: impl FnOnce(&Loaded, T) -> Outcome,
) -> Outcome {
    let loader = loader(reference, settings)?.brief();
    let (examiners, prepared) = prepare(loader.source().image())?;
    let loaded = run(loader.examined_by(examiners), Want::Tree, false);
    conclude(&loaded, answer(&loaded, prepared))
}

fn loader(reference: &str, settings: &OpenSettings) -> Result<Loader, Failure> {
    let source: Arc<dyn Source> = Arc::from(open(reference, settings)?);
    Ok(Loader::new(source, settings.cache.clone()))
}

fn run(loader: Loader, want: Want, rows: bool) -> Loaded {
    let progress = Progress::new();
    let loaded = load(loader, want, rows, |event| progress.event(0, &event));
    progress.clear();
    loaded
}

fn load(loader: Loader, want: Want, rows: bool, report: impl Fn(Event) + Sync) -> Loaded {
    let kept = if rows { loader.source().image().layers.len() } else { 0 };
    let listings = Mutex::new(vec![Arc::default(); kept]);
    let states = loader.run(want, &|event| {
        if let Event::Listed(layer, listing) = &event
            && let Some(place) = sync::lock(&listings).get_mut(*layer)
        {
            *place = Arc::clone(listing);
        }
        report(event);
    });
    let listings = std::mem::take(&mut *sync::lock(&listings));
    Loaded {
        loader,
        states,
        needs: Cell::new(Needs::All),
        needs_config: Cell::default(),
        unread_files: RefCell::default(),
        listings,
    }
}
