//! Secrets in what an image says of itself: variables, labels, and the history with its build arguments.
//!
//! Told by a name that says so and a value that is there, or by a value that has a secret's form. Only the name ever
//! leaves this file; values go no further than into [`crate::findings::Redaction`], which takes them out of commands.

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

/// For each name that an `ENV` of the history sets, the last step that does.
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

/// The variables a container starts with.
pub(super) fn variables(image: &Image) -> impl Iterator<Item = (&str, &str)> {
    image.config.env.iter().filter_map(|variable| variable.raw().split_once('='))
}
