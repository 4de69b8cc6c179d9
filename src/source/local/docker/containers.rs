//! `containers/`: Docker's records of containers, before and since 1.10.

use crate::image::docker_root;
use crate::image::docker_root::Container;
use crate::image::mount;
use crate::image::mount::Mounts;
use crate::source::documents::assemble::Parts;
use crate::source::documents::budget::Budget;
use crate::source::local::docker::ids;
use crate::source::local::docker::records::Records;
use crate::source::local::root::StoreEntry;

/// A container of a data root.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    /// Container ID.
    pub(super) id: String,
    /// The record; empty if it cannot be read.
    pub(super) container: Container,
    /// Why the record cannot be read.
    pub(super) problem: Option<String>,
}

/// Reads the records of all containers, of any driver. `file` is the name of the record file.
pub(super) fn read(records: &Records, file: &str, problems: &mut Vec<String>) -> Vec<Recorded> {
    let ids = records.names("containers").unwrap_or_else(|error| {
        problems.push(error);
        Vec::new()
    });
    let mut budget = Budget::new();
    let mut containers = Vec::new();
    for id in ids.into_iter().filter(|id| ids::is_id(id)) {
        if !budget.allows() {
            problems.push("more containers than are read: the rest is left out".to_owned());
            break;
        }
        let path = format!("containers/{id}/{file}");
        let bytes = match records.document(&path) {
            Ok(Some(bytes)) => Ok(bytes),
            // Docker deletes the record first, so this container is partly deleted.
            Ok(None) => {
                problems
                    .push(format!("`{path}` is not here: a partly deleted container, left out"));
                continue;
            }
            Err(error) => Err(error),
        };
        budget.spend(bytes.as_ref().map_or(0, Vec::len));
        let container = bytes.and_then(|bytes| {
            docker_root::parse_container(&bytes).map_err(|error| format!("`{path}`: {error}"))
        });
        let (container, problem) = match container {
            Ok(container) => (container, None),
            Err(problem) => (Container::default(), Some(problem)),
        };
        containers.push(Recorded { id, container, problem });
    }
    containers
}

impl Recorded {
    /// Adds what is recorded of the container as a whole to its image.
    pub(super) fn describe(&self, records: &Records, parts: &mut Parts) {
        let container = &self.container;
        parts.names = self.entry().names;
        parts.problems.extend(self.problem.clone());
        parts.problems.extend(container.problems.iter().cloned());
        if self.problem.is_some() {
            return;
        }
        let path = format!("containers/{}/hostconfig.json", self.id);
        let temporary = records.document(&path).and_then(|bytes| match bytes {
            Some(bytes) => mount::parse_host_config(&bytes).map_err(|e| format!("`{path}`: {e}")),
            None => Ok(Mounts::default()),
        });
        let temporary = temporary.unwrap_or_else(|problem| {
            parts.problems.push(problem);
            Mounts::default()
        });
        parts.problems.extend(temporary.problems);
        let mut mounts = [container.mounts.clone(), temporary.understood].concat();
        mounts.sort();
        parts.mounts = Some(mounts);
    }

    /// The list entry, without the number of layers.
    pub(super) fn entry(&self) -> StoreEntry {
        let container = &self.container;
        StoreEntry {
            names: container.name.iter().cloned().collect(),
            ids: vec![self.id.clone()],
            created: container.created.clone().map(Into::into),
            image: container.image_name.clone().or_else(|| container.image_id.clone()),
            problem: self.problem.clone().map(Into::into),
            ..StoreEntry::default()
        }
    }
}

/// Sort key of lists: by first name, unnamed entries last.
pub(super) fn sort_key(entry: &StoreEntry) -> (bool, Option<String>, Option<String>) {
    (entry.names.is_empty(), entry.names.first().cloned(), entry.ids.first().cloned())
}
