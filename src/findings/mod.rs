//! What is to be mended in an image: each finding with a stable id, a severity, the places that have it, the bytes at
//! stake and a remedy.
//!
//! Pure: an image and its stack come in, findings come out. Contents are seen only through [`Contents`], which whoever
//! asks provides. One finding an id; its places are what is ignored, counted and shown beside instructions.
//!
//! ```text
//! paths       files that should not be there, by their names: secrets, caches, leftovers
//! bytes       what is stored in vain, twice, or in one lump         access    who may do too much
//! metadata    secrets in env, labels, build arguments                redact    commands without them
//! accepted    the ignore list                                        dockerfile   history, findings beside it
//! assignments values that commands give to names                  credential    what a secret is, and what a placeholder
//! credential_files  files that may hold one, by name and contents  path_pattern  ways to tell a path
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
mod redact;

use crate::image::Image;
use crate::stack::{EventId, NodeId, Stack};

pub use accepted::Accepted;
pub use catalogue::{Id, Severity};
pub use credential::is_secret_name;
pub use dockerfile::{Step, dockerfile};
pub use redact::Redaction;

/// Looks into stored files, where names and sizes do not decide: all at once, so that a compressed layer is decoded once.
pub trait Contents {
    /// Hands over the beginning of each file, some kilobytes, with its number among `files`, in any order; `None` where they
    /// cannot be read.
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Option<&[u8]>));

    /// The same with a digest of all of each: equal for equal contents.
    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Option<u64>));
}

/// What has a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A path.
    Path(NodeId),
    /// A name in the metadata: of a variable, a label, a build argument. Never a value.
    Name(String),
    /// A whole layer, or the image.
    Whole,
}

/// One place that has a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is.
    pub thing: Thing,
    /// The layer that stores it; `None` for what the config says.
    pub layer: Option<usize>,
    /// The layer whose instruction causes it, where that is another.
    pub culprit: Option<usize>,
    /// The step of the history that causes it, where no layer does.
    pub step: Option<usize>,
    /// Bytes at stake; 0 where it is not about bytes.
    pub bytes: u64,
    /// It is a path that the final tree does not show.
    pub hidden: bool,
}

impl Place {
    fn path(node: NodeId, layer: usize, bytes: u64) -> Self {
        Self {
            thing: Thing::Path(node),
            layer: Some(layer),
            culprit: None,
            step: None,
            bytes,
            hidden: false,
        }
    }

    /// Of the config, or of a step of the history.
    fn name(name: &str, step: Option<usize>) -> Self {
        Self {
            thing: Thing::Name(name.to_owned()),
            layer: None,
            culprit: None,
            step,
            bytes: 0,
            hidden: false,
        }
    }
}

/// Something to be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub id: Id,
    /// Where, most bytes first.
    pub places: Vec<Place>,
}

impl Finding {
    /// Bytes at stake in all places.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.places.iter().map(|place| place.bytes).sum()
    }

    /// Layers that store what it is about, ascending.
    #[must_use]
    pub fn layers(&self) -> Vec<usize> {
        let mut layers: Vec<usize> = self.places.iter().filter_map(|place| place.layer).collect();
        layers.sort_unstable();
        layers.dedup();
        layers
    }
}

/// Everything to be mended, the most severe first, then the most bytes.
#[must_use]
pub fn judge(
    image: &Image,
    stack: &Stack,
    contents: &dyn Contents,
    accepted: &Accepted,
) -> Vec<Finding> {
    let mut found = Vec::new();
    paths::find(stack, contents, &mut found);
    bytes::find(stack, contents, &mut found);
    access::find(image, stack, contents, &mut found);
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
        // Stable: what is equal stays in the order of layers.
        finding.places.sort_by_key(|place| std::cmp::Reverse(place.bytes));
    }
    findings.sort_by_key(|finding| {
        let facts = finding.id.facts();
        (std::cmp::Reverse((facts.severity, finding.bytes())), facts.name)
    });
    findings
}
