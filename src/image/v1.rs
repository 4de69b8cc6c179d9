//! The image JSON of Docker ≤ 1.9, where each layer is an image with a parent.
//!
//! It occurs as `<id>/json` in old saved archives and, as a string, in the history of schema 1 manifests.

use std::collections::HashSet;
use std::fmt;

use crate::image::config::Parsed;
use crate::image::document::{DocumentError, Fields, kept};
use crate::image::history::HistoryStep;
use crate::image::{config, document};

/// A v1 image, which is one layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct V1Image {
    /// ID: 64 hexadecimal digits, random or derived, not a digest.
    pub id: Option<String>,
    /// The ID of the image below.
    pub parent: Option<String>,
    /// Its history step.
    pub step: HistoryStep,
    /// Schema 1: whether the step made no layer.
    pub throwaway: bool,
    /// Config and platform.
    pub parsed: Parsed,
}

/// Maximum number of layers of one image. Engines of that time could mount 127.
const LONGEST_CHAIN: usize = 1024;

/// Why a chain of parents is incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken<'i> {
    /// A cycle at this ID, or more than the maximum number of layers.
    Endless(&'i str),
    /// The parent with this ID is missing.
    Missing(&'i str),
}

impl fmt::Display for Broken<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endless(id) => write!(
                out,
                "the chain of parents leads back to {id} or does not end: the layers below are unknown"
            ),
            Self::Missing(id) => {
                write!(out, "the parent {id} is not here: its layer and those below are missing")
            }
        }
    }
}

/// Follows parents from `head` to the base. `get` returns the item and the parent of an ID. Returns the items base
/// first.
#[must_use]
pub fn chain<'i, T>(
    head: &'i str,
    get: impl Fn(&'i str) -> Option<(T, Option<&'i str>)>,
) -> (Vec<T>, Option<Broken<'i>>) {
    let (mut chain, mut seen, mut next) = (Vec::new(), HashSet::new(), Some(head));
    let mut broken = None;
    while let Some(id) = next {
        if chain.len() >= LONGEST_CHAIN || !seen.insert(id) {
            broken = Some(Broken::Endless(id));
            break;
        }
        let Some((found, parent)) = get(id) else {
            broken = Some(Broken::Missing(id));
            break;
        };
        chain.push(found);
        next = parent;
    }
    chain.reverse();
    (chain, broken)
}

/// Parses a v1 image JSON.
///
/// # Errors
/// If it is not a JSON object.
pub fn parse(bytes: &[u8]) -> Result<V1Image, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mut parsed = config::read(&fields);
    let problems = &mut parsed.problems;
    let container = kept(fields.object("container_config"), problems);
    let command = container.map(|container| kept(container.command("Cmd"), problems));
    // Docker 1.9 recorded the parent as a digest, `parent_id`, for pulls by digest.
    let parent = kept(fields.text("parent"), problems).or_else(|| {
        let parent = kept(fields.text("parent_id"), problems)?;
        Some(parent.strip_prefix("sha256:").unwrap_or(&parent).to_owned())
    });
    let throwaway = kept(fields.flag("throwaway"), problems);
    Ok(V1Image {
        id: kept(fields.text("id"), problems),
        parent,
        step: HistoryStep {
            created: parsed.config.created.clone(),
            created_by: command
                .filter(|words| !words.is_empty())
                .map(|words| words.join(" ").into()),
            author: parsed.config.author.clone(),
            comment: kept(fields.text("comment"), &mut parsed.problems).map(Into::into),
            empty_layer: throwaway,
            layer: None,
        },
        throwaway,
        parsed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_an_id_or_a_digest() {
        let plain = parse(br#"{"id":"a","parent":"b"}"#).unwrap();
        assert_eq!((plain.id.as_deref(), plain.parent.as_deref()), (Some("a"), Some("b")));
        let digest = parse(br#"{"parent_id":"sha256:b"}"#).unwrap();
        assert_eq!((digest.id, digest.parent.as_deref()), (None, Some("b")));
    }

    #[test]
    fn the_step_is_the_containers_command() {
        let image = parse(
            br#"{"container_config":{"Cmd":["/bin/sh","-c","true"]},"config":{"Cmd":["run"]},"author":"me",
                "comment":"c","created":"0001-01-01T00:00:00Z","os":"linux","architecture":"amd64"}"#,
        )
        .unwrap();
        assert_eq!(
            image.step.created_by.as_ref().map(crate::text::Foreign::raw),
            Some("/bin/sh -c true")
        );
        assert_eq!((image.step.created, image.parsed.config.cmd), (None, vec!["run".into()]));
        assert_eq!(image.parsed.platform.unwrap().to_string(), "linux/amd64");
    }
}
