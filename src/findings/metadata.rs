//! Secrets in the metadata of an image: variables, labels, and build arguments in the history.
//!
//! Recognised by a name with a nonempty value, or by the form of the value. Only the name leaves this file; values are passed
//! to [`crate::findings::Redaction`] only, which removes them from commands.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::findings::credential::is_secret;
use crate::findings::place::Location;
use crate::findings::{Id, assignments};
use crate::image::Image;
use crate::text::Foreign;

pub(super) fn find(image: &Image, found: &mut Vec<(Id, Location)>) {
    let set_by = last_env_steps(image);
    for (name, _) in variables(image).filter(|(name, value)| is_secret(name, value)) {
        found.push((Id::SecretInEnv, Location::name(name, set_by.get(name).copied())));
    }
    for (name, value) in &image.config.labels {
        let (name, value) = (name.raw(), value.raw());
        if is_secret(name, value) {
            found.push((Id::SecretInLabel, Location::name(name, None)));
        }
    }
    let variables: HashSet<&str> = variables(image).map(|(name, _)| name).collect();
    for (at, step) in image.history.iter().enumerate() {
        let command = step.created_by.as_ref().map(Foreign::raw).unwrap_or_default();
        let mut names = BTreeSet::new();
        assignments::each(command, |name, value| {
            if is_secret(name, value) && !variables.contains(name) {
                names.insert(name);
            }
        });
        for name in names {
            let place = Location::name(name, Some(at));
            found.push((Id::SecretInHistory, Location { layer: step.layer, ..place }));
        }
    }
}

/// The last history step that sets each name by `ENV`.
fn last_env_steps(image: &Image) -> HashMap<&str, usize> {
    let mut steps = HashMap::new();
    for (at, step) in image.history.iter().enumerate() {
        let command = step.created_by.as_ref().map(Foreign::raw).unwrap_or_default();
        if command.contains("ENV") {
            assignments::each(command, |name, _| {
                steps.insert(name, at);
            });
        }
    }
    steps
}

/// The variables of the config.
pub(super) fn variables(image: &Image) -> impl Iterator<Item = (&str, &str)> {
    image.config.env.iter().filter_map(|variable| variable.raw().split_once('='))
}
