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
use crate::image::problem::decisive;
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
    // Those of this image are judged before the other one is asked for.
    let problem = states.iter().enumerate().find_map(|(layer, state)| {
        let problem = decisive(&state.problems)?;
        Some(format!("layer {layer} of {reference}: {}", problem.message))
    });
    if let Some(problem) = problem {
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

/// Why the layers of both images differ. Every layer of the other image was read ([`compare()`]); `unsure` are those of this one
/// that were not, or do not have their digest, each with its reason.
pub(super) fn layers(
    other: &dyn Source,
    this: &dyn Source,
    unsure: &[(usize, String)],
    watch: &dyn Watch,
) -> Vec<LayerPair> {
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
    compare::layers::layers(other, this, [&[], unsure], watch).iter().map(pair).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Unwatched;

    /// An equal digest is stated of it, but its bytes are others.
    #[test]
    fn a_refused_layer_is_not_the_same_blob() {
        let demo = format!("{}/assets/demo/image.tar", env!("CARGO_MANIFEST_DIR"));
        let Ok(Opened::Image(image)) = source::open(&demo, &Options::default()) else {
            panic!("the demo is an image");
        };
        let differences = |unsure: &[(usize, String)]| -> Vec<LayerDifference> {
            let pairs = layers(image.as_ref(), image.as_ref(), unsure, &Unwatched);
            pairs.iter().map(|pair| pair.difference).collect()
        };
        let mut expected = vec![LayerDifference::None; image.image().layers.len()];
        assert_eq!(differences(&[]), expected);
        expected[1] = LayerDifference::Unknown;
        assert_eq!(differences(&[(1, "engines refuse it".to_owned())]), expected);
    }
}
