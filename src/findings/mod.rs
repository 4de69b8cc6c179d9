//! Findings: problems of an image to fix, each with a stable id, a severity, places, bytes at stake and a remedy.
//!
//! Pure: an image and its stack in, findings out. Contents come from [`Contents`], which the caller provides. Each id has at
//! most one finding; its places are ignored, counted and shown by instruction.
//!
//! ```text
//! paths       files that should not be there, by their names: secrets, caches, leftovers
//! bytes       waste, duplicates, large layers                       access    excess permissions
//! metadata    secrets in env, labels, build arguments                redact    commands without them
//! accepted    the ignore list                                        dockerfile   history with findings
//! assignments values that commands give to names                  credential    secrets and placeholders
//! credential_files  files that may contain one                     path_pattern  patterns over paths
//! plan        changes to the build that give bytes back
//! ```

mod accepted;
mod access;
mod assignments;
mod bytes;
mod catalogue;
mod credential;
mod credential_files;
mod dockerfile;
mod metadata;
mod path_pattern;
mod paths;
pub mod place;
pub mod plan;
mod redact;

pub use crate::findings::accepted::Accepted;
pub use crate::findings::access::set_id_programs;
pub use crate::findings::catalogue::{Basis, Id, Severity, Topic};
pub use crate::findings::credential::is_secret_name;
pub use crate::findings::dockerfile::{Step, dockerfile};
use crate::findings::place::{Contents, Location, UnreadFile};
pub use crate::findings::redact::Redaction;
use crate::image::Image;
use crate::stack::Stack;

/// A problem to fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: Id,
    /// Its places, most bytes first.
    pub places: Vec<Location>,
}

impl Finding {
    /// Bytes at stake in all places.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.places.iter().map(|place| place.bytes).sum()
    }

    /// Layers of its places, ascending.
    #[must_use]
    pub fn layers(&self) -> Vec<usize> {
        let mut layers: Vec<usize> = self.places.iter().filter_map(|place| place.layer).collect();
        layers.sort_unstable();
        layers.dedup();
        layers
    }

    /// Whether it stays, whatever is in layers that were not read.
    #[must_use]
    pub fn is_certain(&self, image: &Image) -> bool {
        match self.id {
            Id::RunsAsRoot => !access::is_looked_up(image),
            id => id.facts().basis == Basis::Stored,
        }
    }
}

/// The findings of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// All of them, the most severe first, then by bytes.
    pub list: Vec<Finding>,
    /// Files that could not be read: each may have the finding that depends on it.
    pub unread: Vec<UnreadFile>,
}

/// Findings of the layers from `from` on: each place is of the layer whose instruction causes it, except that what a layer
/// removes is of the layer that stores it. Places in the config are of no layer and stay.
#[must_use]
pub fn from_layer(mut findings: Findings, from: usize) -> Findings {
    let counts = |id: Id, place: &Location| {
        let culprit = place.culprit.filter(|_| id != Id::RemovedLater);
        culprit.or(place.layer).is_none_or(|layer| layer >= from)
    };
    for finding in &mut findings.list {
        finding.places.retain(|place| counts(finding.id, place));
    }
    findings.list.retain(|finding| !finding.places.is_empty());
    findings.unread.retain(|file| counts(file.id, &file.place));
    findings
}

/// Finds everything. `base` is the number of layers of the base image.
#[must_use]
pub fn judge(
    image: &Image,
    stack: &Stack,
    contents: &dyn Contents,
    accepted: &Accepted,
    base: usize,
) -> Findings {
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    paths::find(stack, contents, &mut found, &mut unread);
    bytes::find(stack, contents, base, &mut found, &mut unread);
    access::find(image, stack, contents, &mut found, &mut unread);
    metadata::find(image, &mut found);
    let mut findings: Vec<Finding> = Vec::new();
    for (id, place) in found {
        if accepted.has(id, &place, stack) {
            continue;
        }
        match findings.iter_mut().find(|finding| finding.id == id) {
            Some(finding) => finding.places.push(place),
            None => findings.push(Finding { id, places: vec![place] }),
        }
    }
    for finding in &mut findings {
        // A stable sort keeps the order of layers among equals.
        finding.places.sort_by_key(|place| std::cmp::Reverse(place.bytes));
    }
    findings.sort_by_key(|finding| {
        let facts = finding.id.facts();
        (std::cmp::Reverse((facts.severity, finding.bytes())), facts.name)
    });
    unread.retain(|file| !accepted.has(file.id, &file.place, stack));
    // Files are read in the order in which layers store them.
    unread.sort_by_cached_key(|file| {
        (std::cmp::Reverse(file.id.facts().severity), file.place.layer, file.id, file.path(stack))
    });
    Findings { list: findings, unread }
}
