//! Which names lead to which image of a store.

use std::collections::BTreeMap;

use crate::image::docker_root;
use crate::image::name::Name;
use crate::source::local::docker::records::Records;

/// The names of a store's images, by image ID as the file writes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    by_id: BTreeMap<String, ImageNames>,
    /// Whether there was a file that could be read.
    pub(super) known: bool,
}

/// What leads to one image.
#[derive(Clone, Debug, Default)]
pub(super) struct ImageNames {
    /// `repository:tag`, sorted.
    pub(super) tags: Vec<String>,
    /// `repository@sha256:…` and the digest in it, sorted.
    pub(super) manifests: Vec<(String, String)>,
}

impl Names {
    /// Reads the file at `path`. Where that fails, the images have no names and there is a problem.
    pub(super) fn read(records: &Records, path: &str, problems: &mut Vec<String>) -> Self {
        let named = match records.document(path) {
            Ok(Some(bytes)) => docker_root::parse_repositories(&bytes)
                .map_err(|error| format!("`{path}`: {error}: names are not known")),
            Ok(None) => Err(format!("`{path}` is not here: names are not known")),
            Err(error) => Err(format!("{error}: names are not known")),
        };
        match named {
            Ok(named) => {
                let mut names = Self { known: true, ..Self::default() };
                for docker_root::Named { name, manifest, id } in named {
                    let found_names = names.by_id.entry(id).or_default();
                    match manifest {
                        Some(digest) => found_names.manifests.push((name, digest)),
                        None => found_names.tags.push(name),
                    }
                }
                names
            }
            Err(problem) => {
                problems.push(problem);
                Self::default()
            }
        }
    }

    /// What leads to the image of that ID.
    pub(super) fn of_image(&self, id: &str) -> ImageNames {
        self.by_id.get(id).cloned().unwrap_or_default()
    }

    /// The IDs that names lead to.
    pub(super) fn ids(&self) -> impl Iterator<Item = (&str, &ImageNames)> {
        self.by_id.iter().map(|(id, found_names)| (id.as_str(), found_names))
    }
}

impl ImageNames {
    /// What an image is called: its tags, or by its digests where it has none.
    pub(super) fn names(&self) -> Vec<String> {
        if self.tags.is_empty() {
            self.manifests.iter().map(|(name, _)| name.clone()).collect()
        } else {
            self.tags.clone()
        }
    }

    /// Whether any name leads here.
    pub(super) const fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.manifests.is_empty()
    }

    /// The image's ID and what else it may be asked for by.
    pub(super) fn ids(&self, id: &str) -> Vec<String> {
        let manifests = self.manifests.iter();
        let manifests = manifests.flat_map(|(name, digest)| [digest.clone(), name.clone()]);
        std::iter::once(id.to_owned()).chain(manifests).collect()
    }

    /// The manifest's digest: the one that was asked for, else the first.
    pub(super) fn manifest(&self, asked: &str) -> Option<String> {
        let mut manifests = self.manifests.iter();
        let asked = manifests.find(|(_, digest)| asked.ends_with(digest.as_str()));
        asked.or_else(|| self.manifests.first()).map(|(_, digest)| digest.clone())
    }

    /// The repositories by their full names.
    pub(super) fn repositories(&self) -> Vec<String> {
        let manifests = self.manifests.iter().map(|(name, _)| name);
        let names = self.tags.iter().chain(manifests).filter_map(|name| Name::parse(name));
        names.map(|name| format!("{}/{}", name.domain, name.path)).collect()
    }
}
