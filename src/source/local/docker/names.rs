//! The names of a store's images.

use std::collections::BTreeMap;

use crate::image::docker_root;
use crate::image::name::Name;
use crate::source::local::docker::records::Records;

/// Names by image ID, as written in the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    by_id: BTreeMap<String, ImageNames>,
    /// Whether the file could be read.
    pub(super) known: bool,
}

/// The names of one image.
#[derive(Clone, Debug, Default)]
pub(super) struct ImageNames {
    /// `repository:tag`, sorted.
    pub(super) tags: Vec<String>,
    /// `repository@sha256:…` and its digest, sorted.
    pub(super) manifests: Vec<(String, String)>,
}

impl Names {
    /// Reads the file at `path`. If that fails, there are no names, and a problem is added.
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

    /// The names of the image with this ID.
    pub(super) fn of_image(&self, id: &str) -> ImageNames {
        self.by_id.get(id).cloned().unwrap_or_default()
    }

    /// All image IDs that have names.
    pub(super) fn ids(&self) -> impl Iterator<Item = (&str, &ImageNames)> {
        self.by_id.iter().map(|(id, found_names)| (id.as_str(), found_names))
    }
}

impl ImageNames {
    /// The tags, or the names by digest if there are none.
    pub(super) fn names(&self) -> Vec<String> {
        if self.tags.is_empty() {
            self.manifests.iter().map(|(name, _)| name.clone()).collect()
        } else {
            self.tags.clone()
        }
    }

    /// Whether there are no names.
    pub(super) const fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.manifests.is_empty()
    }

    /// The image ID, then manifest digests and names by digest.
    pub(super) fn ids(&self, id: &str) -> Vec<String> {
        let manifests = self.manifests.iter();
        let manifests = manifests.flat_map(|(name, digest)| [digest.clone(), name.clone()]);
        std::iter::once(id.to_owned()).chain(manifests).collect()
    }

    /// The manifest digest that the reference ends with, else the first.
    pub(super) fn manifest(&self, asked: &str) -> Option<String> {
        let mut manifests = self.manifests.iter();
        let asked = manifests.find(|(_, digest)| asked.ends_with(digest.as_str()));
        asked.or_else(|| self.manifests.first()).map(|(_, digest)| digest.clone())
    }

    /// Full names of the repositories.
    pub(super) fn repositories(&self) -> Vec<String> {
        let manifests = self.manifests.iter().map(|(name, _)| name);
        let names = self.tags.iter().chain(manifests).filter_map(|name| Name::parse(name));
        names.map(|name| format!("{}/{}", name.domain, name.path)).collect()
    }
}
