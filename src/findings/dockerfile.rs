//! The history as a Dockerfile, with the findings of each instruction. Secrets are redacted.

use std::collections::{HashMap, HashSet};

use crate::findings::{Finding, Id, Redaction};
use crate::image::Image;
use crate::text::{Foreign, command};

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its lines.
    pub lines: Vec<Foreign>,
    /// The layer it made.
    pub layer: Option<usize>,
    /// The findings it caused: id, how many places, bytes at stake there.
    pub findings: Vec<(Id, usize, u64)>,
}

/// Every step of the history, oldest first. A layer without a history step is a step without lines.
#[must_use]
pub fn dockerfile(image: &Image, findings: &[Finding]) -> Vec<Step> {
    let redaction = Redaction::of(image);
    let mut steps: Vec<Step> = image
        .history
        .iter()
        .map(|step| Step {
            lines: step
                .created_by
                .iter()
                .flat_map(command::dockerfile)
                .map(|line| redaction.hide(&line))
                .collect(),
            layer: step.layer,
            findings: Vec::new(),
        })
        .collect();
    let told: HashSet<usize> = steps.iter().filter_map(|step| step.layer).collect();
    let untold = (0..image.layers.len()).filter(|layer| !told.contains(layer));
    let bare = |layer| Step { lines: Vec::new(), layer: Some(layer), findings: Vec::new() };
    steps.splice(0..0, untold.map(bare));
    let offset = steps.len() - image.history.len();
    // An index, since there can be as many places as paths. The first step of a layer counts.
    let by_layer: HashMap<usize, usize> =
        steps.iter().enumerate().rev().filter_map(|(at, step)| Some((step.layer?, at))).collect();
    for finding in findings {
        for place in &finding.places {
            let made = place.culprit.or(place.layer);
            let at = place.step.map(|step| step + offset).or_else(|| by_layer.get(&made?).copied());
            if let Some(step) = at.and_then(|at| steps.get_mut(at)) {
                step.note(finding.id, place.bytes);
            }
        }
    }
    steps
}

impl Step {
    fn note(&mut self, id: Id, bytes: u64) {
        match self.findings.iter_mut().find(|(known, _, _)| *known == id) {
            Some((_, places, sum)) => {
                *places += 1;
                *sum += bytes;
            }
            None => self.findings.push((id, 1, bytes)),
        }
    }
}
