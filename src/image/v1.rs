//! The image JSON of Docker ≤ 1.9, where every layer was an image of its own with a parent.
//!
//! It is found as `<id>/json` in old saved archives and, as a string, in the history of schema 1 manifests.

use std::collections::HashSet;

use crate::image::config::Parsed;
use crate::image::document::{DocumentError, Fields, kept};
use crate::image::history::HistoryStep;
use crate::image::{config, document};

/// One image of the age when a layer was an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct V1Image {
    /// Its ID: 64 hexadecimal digits, random or derived, no digest.
    pub id: Option<String>,
    /// The ID of the image below.
    pub parent: Option<String>,
    /// The history step that made it.
    pub step: HistoryStep,
    /// Schema 1: the step made no layer.
    pub throwaway: bool,
    /// Config and platform.
    pub parsed: Parsed,
}

/// Layers of one image. Engines of that age could mount 127.
const LONGEST_CHAIN: usize = 1024;

/// Why a chain of parents does not reach an image without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken<'i> {
    /// It leads back to this ID, or does not end.
    Endless(&'i str),
    /// The parent with this ID is not here.
    Missing(&'i str),
}

/// Follows parents from `head` to the base: what `get` has for each ID and, with it, its parent. Base first.
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

/// Reads a v1 image JSON.
///
/// # Errors
/// Where it is no JSON object.
pub fn parse(bytes: &[u8]) -> Result<V1Image, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mut parsed = config::read(&fields);
    let problems = &mut parsed.problems;
    let container = kept(fields.object("container_config"), problems);
    let command = container.map(|container| kept(container.command("Cmd"), problems));
    // Pulls by digest (1.9) recorded `parent_id` as a digest instead.
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
    fn parents_come_in_two_spellings() {
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
