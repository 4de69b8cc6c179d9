//! Archives of Docker ≤ 1.9, packed or unpacked: a directory `<id>/{VERSION,json,layer.tar}` for each layer; every
//! layer is an image with a parent; `repositories` has the names.
//!
//! Docker wrote these directories beside `manifest.json` until version 24, so a truncated archive without its
//! `manifest.json` opens as this form.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::image::docker_save::parse_repositories;
use crate::image::layer::Layer;
use crate::image::reference::Pick;
use crate::image::v1;
use crate::image::v1::V1Image;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{Choice, Opened, Several, Source};
use crate::source::documents::assemble::{Part, Parts, assemble};
use crate::source::documents::blobs::Blobs;
use crate::source::documents::budget::Budget;
use crate::source::documents::choose::Known;
use crate::source::documents::files::Files;
use crate::source::documents::{assemble, choose};

struct Archive {
    files: Arc<Files>,
    /// Directory and parsed `json`, by ID.
    images: HashMap<String, (String, V1Image)>,
    /// The images that can be opened: ID and names.
    heads: Vec<(String, Vec<String>)>,
    problems: Vec<String>,
}

/// Opens the requested image, or returns the list.
pub(super) fn open(files: Arc<Files>, ask: &Ask) -> Result<Opened, Error> {
    let archive = Archive::read(files);
    let known: Vec<Known> = archive
        .heads
        .iter()
        .map(|(id, names)| Known {
            names: names.clone(),
            ids: vec![id.clone()],
            ..Known::default()
        })
        .collect();
    let chosen = match &ask.pick {
        None => archive.listed(),
        Some(Pick::Index(at)) => (*at..known.len()).take(1).collect(),
        Some(Pick::Text(text)) => choose::matching(text, &known),
    };
    match chosen[..] {
        [] if known.is_empty() => Err(Error::Document {
            place: ask.place.clone(),
            document: "repositories".to_owned(),
            reason: "no image that it names is here".to_owned(),
        }),
        [] => Err(ask.no_such_image((0..known.len()).map(|at| archive.ask_for(at, ask)).collect())),
        [only] => {
            let blobs = archive.image(only, ask);
            ask.serves(blobs.image.platform.as_ref())?;
            Ok(Opened::Image(Box::new(blobs)))
        }
        _ => Ok(archive.several(chosen, ask)),
    }
}

impl Archive {
    fn read(files: Arc<Files>) -> Self {
        let mut problems: Vec<String> = files.problem().map(str::to_owned).into_iter().collect();
        let mut images = HashMap::new();
        let mut budget = Budget::new();
        for directory in files.v1_ids() {
            if !budget.allows() {
                problems.push("more images than are read: the rest is left out".to_owned());
                break;
            }
            let bytes =
                files.document(&format!("{directory}/json")).map_err(|missing| missing.to_string());
            budget.spend(bytes.as_ref().map_or(0, Vec::len));
            let parsed =
                bytes.and_then(|bytes| v1::parse(&bytes).map_err(|error| error.to_string()));
            let image = parsed.unwrap_or_else(|reason| {
                problems.push(format!("`{directory}/json`: {reason}"));
                V1Image::default()
            });
            images
                .insert(image.id.clone().unwrap_or_else(|| directory.clone()), (directory, image));
        }
        let mut heads: Vec<(String, Vec<String>)> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let repositories =
            files.document("repositories").ok().map(|bytes| parse_repositories(&bytes));
        match repositories {
            Some(Ok(names)) => {
                for (name, id) in names {
                    if !images.contains_key(&id) {
                        problems.push(format!("`{name}` is {id}, which is not here"));
                        continue;
                    }
                    let at = *known.entry(id.clone()).or_insert(heads.len());
                    if at == heads.len() {
                        heads.push((id, Vec::new()));
                    }
                    heads[at].1.push(name);
                }
            }
            Some(Err(error)) => problems.push(format!("repositories: {error}")),
            None => {}
        }
        let parents: HashSet<&str> =
            images.values().filter_map(|(_, image)| image.parent.as_deref()).collect();
        let mut unnamed: Vec<&String> =
            images.keys().filter(|id| !parents.contains(id.as_str())).collect();
        unnamed.sort();
        for id in unnamed {
            if !known.contains_key(id) {
                heads.push((id.clone(), Vec::new()));
            }
        }
        Self { files, images, heads, problems }
    }

    fn ask_for(&self, at: usize, ask: &Ask) -> String {
        match self.heads[at].1.first() {
            Some(name) => ask.with_name(name),
            None => ask.with_name(&self.heads[at].0),
        }
    }

    /// The images of the list: all heads, unless a named image lost part of its chain. The lower part of such a chain
    /// would look like an image without a name.
    fn listed(&self) -> Vec<usize> {
        let named = |at: &usize| !self.heads[*at].1.is_empty();
        let severed = |at: usize| self.chain(&self.heads[at].0).1.is_some();
        let all = 0..self.heads.len();
        if all.clone().filter(named).any(severed) {
            all.filter(named).collect()
        } else {
            all.collect()
        }
    }

    fn several(self, chosen: Vec<usize>, ask: &Ask) -> Opened {
        let choice = |&at: &usize| {
            let (id, names) = &self.heads[at];
            let (chain, _) = self.chain(id);
            let sizes = chain.iter().filter_map(|(directory, _)| {
                Some(self.files.find(&format!("{directory}/layer.tar")).ok()?.blob.len())
            });
            Choice {
                reference: self.ask_for(at, ask),
                names: names.clone(),
                id: Some(id.clone()),
                platform: chain.last().and_then(|(_, image)| image.parsed.platform.clone()),
                layers: Some(chain.len()),
                size: sizes.fold(0, u64::saturating_add),
                ..Choice::default()
            }
        };
        let choices = chosen.iter().map(choice).collect();
        let ask = ask.clone();
        let opener = move |choice: usize| match chosen.get(choice) {
            Some(&at) => Ok(Box::new(self.image(at, &ask)) as Box<dyn Source>),
            None => Err(ask.no_such_image(Vec::new())),
        };
        Opened::Several(Several { choices, notes: Vec::new(), opener: Box::new(opener) })
    }

    fn image(&self, at: usize, ask: &Ask) -> Blobs {
        let (head, names) = &self.heads[at];
        let mut problems = self.problems.clone();
        let (chain, broken) = self.chain(head);
        problems.extend(broken);
        let mut config = chain.last().map(|(_, image)| image.parsed.clone()).unwrap_or_default();
        config.history = chain.iter().map(|(_, image)| image.step.clone()).collect();
        // In this format every step has a layer; it may be empty.
        config.history.iter_mut().for_each(|step| step.empty_layer = false);
        let parts = Parts {
            source: "docker-archive",
            id: Some(head.clone()),
            names: names.clone(),
            layers: chain.iter().map(|(directory, _)| self.layer(directory)).collect(),
            config,
            problems,
            ..Parts::default()
        };
        assemble(ask, parts)
    }

    fn layer(&self, directory: &str) -> Part {
        let path = format!("{directory}/layer.tar");
        assemble::part(Layer::default(), self.files.find(&path), &format!("`{path}`"))
    }

    /// The images from the base up to `head`, and the reason if the chain is incomplete.
    fn chain<'a>(&'a self, head: &'a str) -> (Vec<(&'a str, &'a V1Image)>, Option<String>) {
        let (chain, broken) = v1::chain(head, |id| {
            let (directory, image) = self.images.get(id)?;
            Some(((directory.as_str(), image), image.parent.as_deref()))
        });
        (chain, broken.map(|broken| broken.to_string()))
    }
}
