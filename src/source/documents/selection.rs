//! Chooses an image of a layout: by name, by digest, by platform, or by offering a list.
//!
//! The items of the top index have the names. Items with the same name (or none) are one image for several platforms;
//! items with different names are different images.

use std::collections::HashSet;
use std::sync::Arc;

use crate::image::artifact;
use crate::image::platform;
use crate::image::reference::Pick;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{Choice, Opened, Several, Source};
use crate::source::documents::choose;
use crate::source::documents::choose::Known;
use crate::source::documents::index::{Leaf, What};
use crate::source::documents::layout::{Layout, stack};

/// The items of the top index that are one image.
#[derive(Clone, Debug, Default)]
struct Group {
    names: Vec<String>,
    leaves: Vec<usize>,
}

impl Layout {
    /// Opens the requested image, or returns the list.
    pub(crate) fn open(self, ask: &Ask) -> Result<Opened, Error> {
        let picked = self.picked(ask)?;
        let mut groups = merge(&self.leaves, picked);
        if groups.is_empty() {
            return Err(self.no_image(ask));
        }
        if let (Some(asked), true) = (&ask.platform, groups.len() > 1) {
            let serves = |at: &usize| {
                self.leaves[*at].platform.as_ref().is_some_and(|it| it.serves(asked).is_some())
            };
            let serving = |group: &Group| group.leaves.iter().any(serves);
            if groups.iter().filter(|group| serving(group)).count() == 1 {
                groups.retain(serving);
            }
        }
        let targets = match &groups[..] {
            [group] => vec![(group.names.clone(), self.by_platform(group, ask)?)],
            groups => {
                groups.iter().map(|group| (group.names.clone(), self.default(group, ask))).collect()
            }
        };
        match &targets[..] {
            [(_, leaves)] if leaves.len() == 1 => {
                Ok(Opened::Image(Box::new(self.image(leaves[0], ask))))
            }
            _ => Ok(self.several(&targets, ask)),
        }
    }

    /// Finds the images that the name or index means.
    fn picked(&self, ask: &Ask) -> Result<Vec<Group>, Error> {
        let all: Vec<usize> = (0..self.entries.len()).collect();
        let entries = match &ask.pick {
            None => all,
            Some(Pick::Index(at)) if *at < self.entries.len() => vec![*at],
            Some(Pick::Index(_)) => return Err(self.no_such(ask)),
            Some(Pick::Text(text)) => {
                let entries = choose::matching(text, &self.entries);
                if entries.is_empty() {
                    return self.by_id(text).ok_or_else(|| self.no_such(ask));
                }
                entries
            }
        };
        let mut groups: Vec<Group> = Vec::new();
        for entry in entries {
            let names = &self.entries[entry].names;
            let leaves = (0..self.leaves.len()).filter(|&leaf| self.leaves[leaf].entry == entry);
            match groups.iter_mut().find(|group| group.names.first() == names.first()) {
                Some(group) => group.leaves.extend(leaves),
                None => groups.push(Group { names: names.clone(), leaves: leaves.collect() }),
            }
        }
        Ok(groups)
    }

    /// Finds a manifest digest or image ID below one of the items.
    fn by_id(&self, text: &str) -> Option<Vec<Group>> {
        let ids = |leaf: &Leaf| {
            let digest = leaf.descriptor.stated_digest.as_str();
            leaf.id()
                .into_iter()
                .chain([digest])
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let known: Vec<Known> =
            self.leaves.iter().map(|leaf| Known { ids: ids(leaf), ..Known::default() }).collect();
        let groups: Vec<Group> = choose::matching(text, &known)
            .into_iter()
            .map(|at| Group {
                names: self.entries[self.leaves[at].entry].names.clone(),
                leaves: vec![at],
            })
            .collect();
        (!groups.is_empty()).then_some(groups)
    }

    /// The manifest for the platform, or several that match it equally well.
    fn by_platform(&self, group: &Group, ask: &Ask) -> Result<Vec<usize>, Error> {
        let platforms: Vec<_> =
            group.leaves.iter().map(|&at| self.leaves[at].platform.clone()).collect();
        let Some(chosen) = platform::choose(&platforms, ask.platform.as_ref()) else {
            // An image without a platform may be the requested one.
            return match (&ask.platform, platforms.iter().position(Option::is_none)) {
                (Some(_), Some(unknown)) => Ok(vec![group.leaves[unknown]]),
                _ => Err(self.no_such_platform(group, ask)),
            };
        };
        let normal = |platform: &Option<platform::Platform>| {
            platform.as_ref().map(platform::Platform::normalised)
        };
        let chosen_leaf = group.leaves[chosen];
        let entry = self.leaves[chosen_leaf].entry;
        let equal = group.leaves.iter().zip(&platforms).filter(|(at, platform)| {
            **at == chosen_leaf
                || (self.leaves[**at].entry != entry
                    && normal(platform) == normal(&platforms[chosen]))
        });
        Ok(equal.map(|(&at, _)| at).collect())
    }

    /// The manifest that represents a group in a list.
    fn default(&self, group: &Group, ask: &Ask) -> Vec<usize> {
        let platforms: Vec<_> =
            group.leaves.iter().map(|&at| self.leaves[at].platform.clone()).collect();
        let chosen = platform::choose(&platforms, ask.platform.as_ref())
            .or_else(|| platform::choose(&platforms, None));
        vec![group.leaves[chosen.unwrap_or(0)]]
    }

    fn several(self, targets: &[(Vec<String>, Vec<usize>)], ask: &Ask) -> Opened {
        let flat = targets
            .iter()
            .flat_map(|(names, leaves)| leaves.iter().map(move |&leaf| (names, leaf)));
        let (choices, leaves): (Vec<_>, Vec<_>) =
            flat.map(|(names, leaf)| (self.choice(names, leaf, targets, ask), leaf)).unzip();
        let (layout, ask) = (Arc::new(self), ask.clone());
        let opener = move |choice: usize| match leaves.get(choice) {
            Some(&leaf) => Ok(Box::new(layout.image(leaf, &ask)) as Box<dyn Source>),
            None => Err(layout.no_such(&ask)),
        };
        Opened::Several(Several { choices, notes: Vec::new(), opener: Box::new(opener) })
    }

    fn choice(
        &self,
        names: &[String],
        at: usize,
        targets: &[(Vec<String>, Vec<usize>)],
        ask: &Ask,
    ) -> Choice {
        let leaf = &self.leaves[at];
        let alone = self.leaves.iter().filter(|other| other.entry == leaf.entry).count() == 1;
        let unique = targets.iter().any(|(group, leaves)| group == names && leaves.len() == 1);
        let reference = match names.first() {
            Some(name) if unique => ask.with_name(name),
            _ if alone => ask.with_index(leaf.entry),
            _ => ask.with_digest(&leaf.descriptor.stated_digest),
        };
        let (layers, size) = match &leaf.what {
            What::Image(manifest) => {
                let sizes = manifest.layers.iter().filter_map(|layer| layer.size);
                (manifest.layers.len(), sizes.fold(0, u64::saturating_add))
            }
            What::Schema1(schema1) => (stack(schema1).count(), 0),
            _ => (0, 0),
        };
        Choice {
            reference,
            names: names.to_vec(),
            id: leaf.id().map(str::to_owned),
            platform: leaf.platform.clone(),
            layers: Some(layers),
            size,
            ..Choice::default()
        }
    }

    fn no_image(&self, ask: &Ask) -> Error {
        let place = ask.place.clone();
        let picked = self.picked(ask).unwrap_or_default();
        let leaves = || picked.iter().flat_map(|group| &group.leaves).map(|&at| &self.leaves[at]);
        // In a build cache the layers precede the config that identifies it.
        let is_layer =
            |leaf: &&Leaf| leaf.descriptor.media_type.as_deref().is_some_and(artifact::is_layer);
        let leaf = leaves().find(|leaf| !is_layer(leaf)).or_else(|| leaves().next());
        let Some(leaf) = leaf else {
            return Error::NotAnImage { place, what: "its index lists no image".to_owned() };
        };
        let digest = &leaf.descriptor.stated_digest;
        match &leaf.what {
            What::Artifact(what) => Error::NotAnImage { place, what: format!("{what} ({digest})") },
            What::Attestation(_) => Error::NotAnImage {
                place,
                what: format!("{digest} is an attestation about an image"),
            },
            What::Index(why) | What::Broken(why) => Error::Document {
                place,
                document: format!("manifest {digest}"),
                reason: why.clone(),
            },
            _ => Error::Document {
                place,
                document: format!("manifest {digest}"),
                reason: "not part of this copy".to_owned(),
            },
        }
    }

    fn no_such(&self, ask: &Ask) -> Error {
        let known = self.entries.iter().enumerate();
        let available = known.map(|(at, known)| match known.names.first() {
            Some(name) => ask.with_name(name),
            None => ask.with_index(at),
        });
        ask.no_such_image(available.collect())
    }

    fn no_such_platform(&self, group: &Group, ask: &Ask) -> Error {
        let asked = ask.platform.clone().unwrap_or_default();
        let entries: HashSet<_> = group.leaves.iter().map(|&at| self.leaves[at].entry).collect();
        let away = self.leaves.iter().find(|leaf| {
            let serves = leaf.platform.as_ref().is_some_and(|it| it.serves(&asked).is_some());
            serves && entries.contains(&leaf.entry) && !leaf.present
        });
        if let Some(away) = away {
            return Error::Document {
                place: ask.place.clone(),
                document: format!("manifest {} for {asked}", away.descriptor.stated_digest),
                reason: "not part of this copy".to_owned(),
            };
        }
        let platforms = group.leaves.iter().map(|&at| self.leaves[at].platform.as_ref());
        let available =
            platforms.map(|it| it.map_or_else(|| "unknown".to_owned(), ToString::to_string));
        Error::NoSuchPlatform { place: ask.place.clone(), asked, available: available.collect() }
    }
}

/// Keeps only images in the groups, each once, and merges groups with the same images.
fn merge(leaves: &[Leaf], picked: Vec<Group>) -> Vec<Group> {
    let mut groups: Vec<(HashSet<&str>, Group)> = Vec::new();
    for mut group in picked {
        let mut digests = HashSet::new();
        group.leaves.retain(|&at| {
            leaves[at].is_image() && digests.insert(leaves[at].descriptor.stated_digest.as_str())
        });
        match groups.iter_mut().find(|(known, _)| *known == digests) {
            _ if digests.is_empty() => {}
            Some((_, known)) => known.names.extend(group.names),
            None => groups.push((digests, group)),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}
