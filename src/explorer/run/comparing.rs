//! The comparison of two images, in a thread of its own: opens and reads the other image, compares the two trees, and
//! makes a source of both that can be explored.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::compare::layers::{self as compared, Verdict};
use crate::compare::{ComparisonSource, Files, Side, Terms};
use crate::explorer::model::comparison::{
    ComparedImage, ComparedImages, ComparedLayer, LayerDifference, LayerPair,
};
use crate::image::Image;
use crate::layer::Watch;
use crate::load::settings::OpenSettings;
use crate::load::{Event, Loader, Want};
use crate::source::{Opened, Options, Source};
use crate::{compare, source};

/// Between two reports of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// A comparison that can be explored.
pub(super) struct Made {
    pub(super) source: Box<dyn Source>,
    pub(super) sides: ComparedImages,
    /// The source of the other image.
    pub(super) other: Arc<dyn Source>,
}

/// A source with the image at `reference` as layer 0 and the merged tree of `this` at `layer` as layer 1, and their layers.
pub(super) fn compare(
    this: &Loader,
    layer: usize,
    reference: &str,
    settings: &OpenSettings,
    watch: &Reporting<'_>,
) -> Result<Made, String> {
    let other = open(reference, settings, watch)?;
    let other = Loader::new(Arc::from(other), settings.cache.clone());
    let states = other.run(Want::Tree, &|event| {
        if let Event::Reading { layer, done, .. } = event {
            watch.read(layer, done);
        }
        if watch.cancelled() {
            other.stop();
        }
    });
    let problems = states.iter().enumerate().find_map(|(layer, state)| {
        let worst = state.problems.iter().find(|it| it.severity >= crate::layer::Severity::Refused);
        worst.map(|problem| format!("layer {layer} of {reference}: {}", problem.message))
    });
    if let Some(problem) = problems {
        return Err(problem);
    }
    if watch.cancelled() {
        return Err("stopped".to_owned());
    }
    let top = other.stack().folded().checked_sub(1);
    let top = top.ok_or_else(|| format!("{reference} has no layers"))?;
    let (old, new) = (other.source(), this.source());
    let (one, another) = (other.stack(), this.stack());
    let below = Side { source: old.as_ref(), stack: &one, layer: top };
    let above = Side { source: new.as_ref(), stack: &another, layer };
    let mut files = Files::of(below, above, &Terms::default());
    files.decide(old.as_ref(), new.as_ref(), watch);
    if watch.cancelled() {
        return Err("stopped".to_owned());
    }
    let source = ComparisonSource::new((below, Arc::clone(old)), (above, Arc::clone(new)), &files);
    let sides = sides(old.image(), new.image());
    Ok(Made { source: Box::new(source), sides, other: Arc::clone(old) })
}

/// Why the layers of both images differ.
pub(super) fn layers(other: &dyn Source, this: &dyn Source, watch: &dyn Watch) -> Vec<LayerPair> {
    let pair = |compared: &compared::ComparedLayer| LayerPair {
        other: compared.pair.old,
        this: compared.pair.new,
        difference: match compared.verdict {
            Verdict::SameBlob | Verdict::SameTar(false) | Verdict::SameFiles(false) => {
                LayerDifference::None
            }
            Verdict::SameTar(true) | Verdict::SameFiles(true) | Verdict::SameContents => {
                LayerDifference::Form
            }
            Verdict::Changed => LayerDifference::Contents,
            Verdict::Added | Verdict::Removed => LayerDifference::Alone,
            Verdict::Unknown(_) => LayerDifference::Unknown,
        },
        brief: compared.brief().into(),
        sentence: compared.summary().into(),
    };
    compare::layers::layers(other, this, [&[], &[]], watch).iter().map(pair).collect()
}

fn open(
    reference: &str,
    settings: &OpenSettings,
    watch: &Reporting<'_>,
) -> Result<Box<dyn Source>, String> {
    let options = Options { watch: Some(watch), contents: true, ..settings.options.clone() };
    match source::open(reference, &options).map_err(|error| error.to_string())? {
        Opened::Image(source) => Ok(source),
        Opened::Several(several) => {
            let names = several.choices.iter().map(|choice| choice.reference.as_str());
            let names: Vec<&str> = names.take(8).collect();
            Err(format!("{reference} holds several images: say which, {}", names.join(" or ")))
        }
    }
}

fn sides(old: &Image, new: &Image) -> ComparedImages {
    let (olds, news) = compare::matched_layers(old, new);
    let side = |image: &Image, shared: Vec<bool>| ComparedImage {
        reference: image.reference.clone(),
        layers: image
            .layers
            .iter()
            .zip(shared)
            .map(|(layer, shared)| ComparedLayer { made_by: layer.created_by.clone(), shared })
            .collect(),
    };
    ComparedImages { other: side(old, olds), this: side(new, news), pairs: None }
}

/// Reports the bytes read, at most once per [`PROGRESS_INTERVAL`]; cancelled by `stop`.
pub(super) struct Reporting<'t> {
    stop: &'t AtomicBool,
    report: &'t (dyn Fn(u64) + Sync),
    state: Mutex<Reading>,
}

struct Reading {
    next: Instant,
    /// Bytes read of each layer; those read to compare contents count under `usize::MAX`.
    layers: HashMap<usize, u64>,
}

impl<'t> Reporting<'t> {
    pub(super) fn new(stop: &'t AtomicBool, report: &'t (dyn Fn(u64) + Sync)) -> Self {
        let state = Reading { next: Instant::now(), layers: HashMap::new() };
        Self { stop, report, state: Mutex::new(state) }
    }

    pub(super) fn read(&self, layer: usize, done: u64) {
        let Ok(mut state) = self.state.lock() else { return };
        state.layers.insert(layer, done);
        let now = Instant::now();
        if now >= state.next {
            state.next = now + PROGRESS_INTERVAL;
            (self.report)(state.layers.values().sum());
        }
    }
}

impl Watch for Reporting<'_> {
    fn progress(&self, done: u64) {
        self.read(usize::MAX, done);
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
