//! The page of problems of the config file, the image and its layers.

use crate::explorer::model::{LoadStatus, Phase, Role, State};
use crate::explorer::view::page::writer::{OverlayText, Writer, cut};
use crate::image::problem::Severity;
use crate::text::visible;

/// Where a problem is.
#[derive(Clone, Copy)]
enum Location {
    Config,
    Image,
    Layer(usize),
}

/// The layer of each item of the page; `None` for the image as a whole and for the config file.
#[must_use]
pub fn layers(state: &State) -> Vec<Option<usize>> {
    let layer = |place| match place {
        Location::Layer(layer) => Some(layer),
        Location::Config | Location::Image => None,
    };
    all(state).map(|(place, ..)| layer(place)).collect()
}

pub(super) fn page(state: &State, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    for (place, role, message) in all(state) {
        out.start_item();
        let place = match place {
            Location::Config => "config".into(),
            Location::Image => "image".into(),
            Location::Layer(layer) => visible!["layer ", layer],
        };
        out.labelled(place, role, cut(message));
    }
    out.end_items();
    if out.lines.is_empty() {
        let sofar = if state.is_reading() { " so far" } else { "" };
        out.text(Role::Quiet, 0, visible!["Nothing odd or broken was found", sofar, "."]);
    }
    out.finish("Problems", &[("enter", "go to the layer"), ("j k", "move"), ("esc", "close")])
}

/// Problems of a layer: those of its description until it is folded, then those found while reading, which include
/// the former.
pub(super) fn of_layer(state: &State, layer: usize) -> impl Iterator<Item = (Role, &str)> {
    let load = state.loads.get(layer);
    let folded = load.is_some_and(|load| load.status == LoadStatus::Folded);
    let described = state.described(layer);
    let described = described.filter(|_| !folded);
    let described = described.into_iter().flat_map(|layer| layer.problems.iter());
    let found = load.into_iter().flat_map(|load| load.problems.iter());
    let stopped = !folded && load.is_some() && state.phase == Phase::Done;
    let stopped = stopped.then_some((Role::Error, "not read: reading was stopped"));
    described
        .map(|message| (Role::Error, message.raw()))
        .chain(found.map(|problem| (role(problem.severity), problem.message.as_str())))
        .chain(stopped)
}

/// Role by severity.
const fn role(severity: Severity) -> Role {
    match severity {
        Severity::Note => Role::Text,
        Severity::Warning => Role::Warning,
        Severity::Refused | Severity::Error => Role::Error,
    }
}

fn all(state: &State) -> impl Iterator<Item = (Location, Role, &str)> {
    let config = state
        .config_errors
        .iter()
        .map(|complaint| (Location::Config, Role::Warning, complaint.raw()));
    let image = state.image.iter().flat_map(|image| image.problems.iter());
    let image = image.map(|message| (Location::Image, Role::Warning, message.raw()));
    let layers = (0..state.layer_count()).flat_map(move |layer| {
        of_layer(state, layer).map(move |(role, message)| (Location::Layer(layer), role, message))
    });
    config.chain(image).chain(layers)
}

impl State {
    /// Number of problems of the config file, the image and its layers.
    #[must_use]
    pub fn problem_count(&self) -> usize {
        layers(self).len()
    }
}
