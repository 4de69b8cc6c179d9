//! Queries of an image: the tree at each layer, the diff of each layer, the history of every path.

pub(crate) use crate::support::rows::image_problems as problems;
use layertui::report;
use std::sync::Arc;

use layertui::image::Image;
use layertui::layer::{Severity, Unwatched};
use layertui::load::{Loader, Want};
use layertui::report::{Format, Ls, Range, Sort, Subject};
use layertui::source::{Opened, Options, Source, open};
use layertui::stack::NodeId;
use layertui::stack::query::walk::{Scope, Walk};

/// Outputs of the command line.
#[derive(PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) text: String,
    pub(crate) commands: Vec<String>,
}

/// Opens a reference to one image.
#[track_caller]
pub(crate) fn image(reference: &str) -> Arc<dyn Source> {
    match open(reference, &Options::default()) {
        Ok(Opened::Image(source)) => Arc::from(source),
        Ok(Opened::Several(several)) => panic!("{reference}: several: {:?}", several.choices),
        Err(error) => panic!("{reference}: {error}"),
    }
}

/// The error message of a reference that must fail.
#[track_caller]
pub(crate) fn failure(reference: &str) -> String {
    match open(reference, &Options::default()) {
        Err(error) => error.to_string(),
        Ok(opened) => panic!("{reference} opens: {opened:?}"),
    }
}

/// The references of all images and containers of a root.
#[track_caller]
pub(crate) fn choices(root: &str) -> Vec<String> {
    match open(root, &Options::default()) {
        Ok(Opened::Several(several)) => {
            several.choices.into_iter().map(|choice| choice.reference).collect()
        }
        Ok(Opened::Image(source)) => {
            vec![
                source
                    .image()
                    .names
                    .iter()
                    .map(layertui::text::Foreign::raw)
                    .collect::<Vec<_>>()
                    .join(" "),
            ]
        }
        Err(error) => panic!("{root}: {error}"),
    }
}

/// Runs all queries.
#[track_caller]
pub(crate) fn answers(reference: &str) -> Answers {
    let loader = Loader::new(image(reference), None);
    let states = loader.run(Want::Kinds, &|_| {});
    for (layer, state) in states.iter().enumerate() {
        // Unavailable contents do not affect the listing.
        let faults = state.problems.iter().filter(|problem| problem.severity > Severity::Note);
        let faults: Vec<_> = faults.collect();
        assert!(faults.is_empty(), "{reference}: layer {layer}: {faults:?}");
    }
    let stack = loader.stack();
    let image = loader.source().image();
    let subject = Subject { image, stack: &stack, states: &states };
    let mut out = Vec::new();
    for layer in 0..image.layers.len() {
        out.extend(format!("tree at {layer}\n").bytes());
        let (depth, sort) = (usize::MAX, Sort::Name);
        let ls = Ls { node: NodeId::ROOT, layer, depth, long: false, sort, du: false };
        report::ls(&mut out, subject, ls, Format::Json).unwrap();
        out.extend(format!("diff of {layer}\n").bytes());
        let range = Range { from: layer, to: layer };
        report::diff(&mut out, subject, range, Format::Json, &|_, _| None).unwrap();
    }
    let every: Vec<NodeId> = Walk::new(&stack, Scope::All, NodeId::ROOT, true).collect();
    out.extend(b"histories\n");
    report::history(&mut out, subject, &every, Format::Json).unwrap();
    Answers { text: String::from_utf8(out).unwrap(), commands: commands(image) }
}

pub(crate) fn commands(image: &Image) -> Vec<String> {
    let layers = image.layers.iter();
    layers.map(|layer| layer.created_by.clone().unwrap_or_default().into_raw()).collect()
}

/// Problems found by reading a layer.
pub(crate) fn problems_of(source: &dyn Source, layer: usize) -> String {
    let problems = source.list(layer, &Unwatched).problems;
    problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("\n")
}

/// Fails with the first lines that differ.
#[track_caller]
pub(crate) fn assert_same(what: &str, ours: &Answers, expected: &Answers) {
    if ours.text != expected.text {
        let lines = ours.text.lines().zip(expected.text.lines());
        let different = lines.filter(|(one, other)| one != other).take(4);
        let shown: Vec<String> =
            different.map(|(one, other)| format!("  got {one}\n want {other}")).collect();
        let (ours, expected) = (ours.text.lines().count(), expected.text.lines().count());
        panic!("{what}: {ours} lines, expected {expected}\n{}", shown.join("\n"));
    }
    assert_eq!(ours.commands, expected.commands, "{what}");
}
