//! Where a finding is (path, layer, history entry), and the trait by which checks read contents of files.

use crate::findings::Id;
use crate::stack::{EventId, NodeId, Stack};
use crate::text;

/// Bytes of a file that are examined; configuration files may begin with a long comment.
pub const HEAD: u64 = 64 * 1024;

/// The beginning of a file, or why it cannot be read.
pub type Head<'h> = Result<&'h [u8], String>;

/// Reads contents of stored files, all in one call, so that a compressed layer is decoded once.
pub trait Contents {
    /// Calls `take` for each file, in any order, with its index in `files` and its first [`HEAD`] bytes, long holes cut; or
    /// with the reason why it cannot be read.
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Head<'_>));

    /// The same with a digest of the whole contents: equal for equal contents.
    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Result<u64, String>));
}

/// The object of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A path.
    Path(NodeId),
    /// A name in the metadata: of a variable, a label, a build argument. Never a value.
    Name(String),
    /// A whole layer, or the image.
    Whole,
}

/// One place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Its kind.
    pub thing: Thing,
    /// The layer that stores it; `None` for the config.
    pub layer: Option<usize>,
    /// The layer whose instruction causes it, if that is another.
    pub culprit: Option<usize>,
    /// The history step that causes it, if no layer does.
    pub step: Option<usize>,
    /// Bytes at stake; 0 if it is not about bytes.
    pub bytes: u64,
    /// Whether it is a path that is not in the final tree.
    pub hidden: bool,
}

impl Location {
    pub(crate) fn path(node: NodeId, layer: usize, bytes: u64) -> Self {
        Self {
            thing: Thing::Path(node),
            layer: Some(layer),
            culprit: None,
            step: None,
            bytes,
            hidden: false,
        }
    }

    /// A name in the config, or in a history step.
    pub(crate) fn name(name: &str, step: Option<usize>) -> Self {
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

/// A file that could not be read, so that it is not known whether it has a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadFile {
    /// The finding that depends on its contents.
    pub id: Id,
    /// The path, and the layer that stores it.
    pub place: Location,
    /// Why it could not be read. Foreign text.
    pub why: String,
}

impl UnreadFile {
    /// The path, absolute.
    #[must_use]
    pub fn path(&self, stack: &Stack) -> Vec<u8> {
        match &self.place.thing {
            Thing::Path(node) => stack.path(*node),
            Thing::Name(_) | Thing::Whole => Vec::new(),
        }
    }

    /// A sentence that names the file, why it was not read, and what is therefore not known.
    #[must_use]
    pub fn sentence(&self, stack: &Stack) -> String {
        let path = text::visible(&self.path(stack)).to_string();
        let layer = self.place.layer.map(|layer| format!("layer {layer}: ")).unwrap_or_default();
        let Self { id, why, .. } = self;
        format!("{layer}{path} cannot be read, so {} is not known: {why}", id.facts().name)
    }
}

/// Sentences about the first `most` files, and one that counts the others. Foreign text.
#[must_use]
pub fn unread_sentences(files: &[UnreadFile], stack: &Stack, most: usize) -> Vec<String> {
    let more = files.len().saturating_sub(most);
    let count = (more > 0).then(|| format!("{more} more files cannot be read"));
    files.iter().take(most).map(|file| file.sentence(stack)).chain(count).collect()
}
