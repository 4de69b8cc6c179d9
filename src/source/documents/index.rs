//! Finds the manifests of an index and of its nested indexes.
//!
//! Every document is foreign and may reference any other: the walk is a loop instead of a recursion, each index is
//! entered once, and depth, descriptors, documents and bytes are limited.

use std::collections::HashSet;

use crate::image::document::LONGEST_LIST;
use crate::image::manifest::{Descriptor, Document, Manifest};
use crate::image::platform::Platform;
use crate::image::schema1::Schema1;
use crate::image::{Other, StatedDocument, artifact, manifest};
use crate::source::documents::budget::Budget;
use crate::source::documents::found::Missing;
use crate::source::documents::store::Store;

/// The greatest depth of nested indexes. Real ones have depth 2.
const DEEPEST: usize = 16;

/// The most descriptors of nested indexes that are followed: a descriptor can be as short as `{}`, and each becomes a leaf.
const DESCRIPTORS_MAX: usize = LONGEST_LIST;

/// A manifest referenced by an index, or another document in its place.
pub(crate) struct Leaf {
    /// The item of the top index that leads to it.
    pub(super) entry: usize,
    pub(crate) descriptor: Descriptor,
    pub(crate) what: What,
    /// Whether the document is present.
    pub(super) present: bool,
    /// The platform from the descriptor, else from the config.
    pub(crate) platform: Option<Platform>,
    pub(super) problems: Vec<String>,
    /// Its digest, if its bytes were read.
    pub(crate) stated: Vec<StatedDocument>,
}

/// The kinds of documents that a descriptor references.
pub(crate) enum What {
    Image(Box<Manifest>),
    Schema1(Box<Schema1>),
    /// An attestation of BuildKit about an image.
    Attestation(String),
    /// Another artifact, with its description.
    Artifact(String),
    /// An index that was not read.
    Index(String),
    /// The document is absent.
    Absent,
    /// The document is present but invalid.
    Broken(String),
}

struct Step {
    descriptor: Descriptor,
    entry: usize,
    depth: usize,
    /// The indexes that lead here.
    above: Vec<StatedDocument>,
}

/// Reads all documents that the descriptors of the top index lead to, in their order.
pub(crate) fn walk(store: &Store, top: &[Descriptor]) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let mut entered: HashSet<(usize, String)> = HashSet::new();
    let mut budget = Budget::new();
    let mut left = DESCRIPTORS_MAX.saturating_sub(top.len());
    let steps = top.iter().cloned().enumerate();
    let first = |(entry, descriptor)| Step { descriptor, entry, depth: 0, above: Vec::new() };
    let mut ahead: Vec<Step> = steps.map(first).collect();
    ahead.reverse();
    while let Some(Step { descriptor, entry, depth, above }) = ahead.pop() {
        if let Some(what) = descriptor.non_manifest() {
            let present = store.fetch(&descriptor).is_ok();
            let leaf = Leaf::new(entry, descriptor, What::Artifact(what), Vec::new(), above);
            leaves.push(Leaf { present, ..leaf });
            continue;
        }
        let (document, mut problems, stated) = match read(store, &descriptor, &mut budget) {
            Ok(read) => read,
            Err(what) => {
                leaves.push(Leaf::new(entry, descriptor, what, Vec::new(), above));
                continue;
            }
        };
        let stated: Vec<StatedDocument> = above.into_iter().chain(stated).collect();
        let what = match document {
            Document::Index(index) => {
                let mark = (entry, descriptor.stated_digest.clone());
                if depth < DEEPEST && entered.insert(mark) {
                    let fits = index.manifests.len().min(left);
                    left -= fits;
                    if fits < index.manifests.len() {
                        let what =
                            What::Index("lists too many documents: not all are read".to_owned());
                        leaves.push(Leaf::new(entry, descriptor, what, problems, stated.clone()));
                    }
                    let nested = index.manifests.into_iter().take(fits).rev();
                    let index =
                        |it: &StatedDocument| StatedDocument { what: "index", ..it.clone() };
                    let above: Vec<StatedDocument> = stated.iter().map(index).collect();
                    ahead.extend(nested.map(|descriptor| Step {
                        descriptor,
                        entry,
                        depth: depth + 1,
                        above: above.clone(),
                    }));
                    continue;
                }
                What::Index("leads back to itself or too deep: not entered".to_owned())
            }
            Document::Schema1(schema1) => What::Schema1(schema1),
            Document::Manifest(manifest) => {
                problems.extend(manifest.problems.iter().cloned());
                classify(&descriptor, manifest)
            }
        };
        leaves.push(Leaf::new(entry, descriptor, what, problems, stated));
    }
    set_referrers_apart(&mut leaves);
    for leaf in &mut leaves {
        leaf.find_platform(store, &mut budget);
    }
    leaves
}

/// A manifest that refers to another manifest of the index is an artifact, not an image to choose.
fn set_referrers_apart(leaves: &mut [Leaf]) {
    let digests: HashSet<String> =
        leaves.iter().map(|leaf| leaf.descriptor.stated_digest.clone()).collect();
    for leaf in leaves {
        let What::Image(manifest) = &leaf.what else { continue };
        if let Some(subject) = manifest.subject.as_ref().filter(|it| digests.contains(*it)) {
            leaf.what = What::Artifact(format!("an artifact about {subject}"));
        }
    }
}

fn classify(descriptor: &Descriptor, manifest: Box<Manifest>) -> What {
    if descriptor.is_attestation() || manifest.is_attestation() {
        return What::Attestation(manifest.predicates().join(", "));
    }
    match manifest.artifact() {
        Some(what) => What::Artifact(what),
        None => What::Image(manifest),
    }
}

fn read(
    store: &Store,
    descriptor: &Descriptor,
    budget: &mut Budget,
) -> Result<(Document, Vec<String>, Option<StatedDocument>), What> {
    if !budget.allows() {
        return Err(What::Broken("the index leads to too many documents: not read".to_owned()));
    }
    let document = store.read_manifest(descriptor).map_err(|missing| match missing {
        Missing::Absent => What::Absent,
        missing => What::Broken(missing.to_string()),
    })?;
    budget.spend(document.bytes.len());
    let parsed = manifest::parse(&document.bytes);
    let media_type = descriptor.media_type.as_deref().unwrap_or_default();
    if !artifact::is_manifest(media_type) && !parsed.as_ref().is_ok_and(Document::states_digests) {
        return Err(What::Artifact(artifact::with_article(media_type)));
    }
    // The digest of a schema 1 manifest covers only a part of it; its parser compares them.
    let whole = !matches!(parsed, Ok(Document::Schema1(_)));
    let digest = descriptor.digest().filter(|_| whole);
    let stated =
        digest.map(|digest| StatedDocument::new("manifest", &digest, Some(&document.bytes)));
    parsed
        .map(|parsed| (parsed, document.problems, stated))
        .map_err(|error| What::Broken(error.to_string()))
}

impl Leaf {
    fn new(
        entry: usize,
        descriptor: Descriptor,
        what: What,
        problems: Vec<String>,
        stated: Vec<StatedDocument>,
    ) -> Self {
        let platform = descriptor.platform.clone();
        let present = !matches!(what, What::Absent);
        Self { entry, descriptor, what, present, platform, problems, stated }
    }

    /// Whether it is an image that can be opened.
    pub(crate) const fn is_image(&self) -> bool {
        matches!(self.what, What::Image(_) | What::Schema1(_))
    }

    /// The config's digest, which is the image ID.
    pub(super) fn id(&self) -> Option<&str> {
        match &self.what {
            What::Image(manifest) => Some(&manifest.config.as_ref()?.stated_digest),
            _ => None,
        }
    }

    /// The platform of a descriptor is optional; the config states it.
    fn find_platform(&mut self, store: &Store, budget: &mut Budget) {
        if self.platform.is_some() || !budget.allows() {
            return;
        }
        self.platform = match &self.what {
            What::Schema1(schema1) => schema1.parsed.platform.clone(),
            What::Image(manifest) => manifest.config.as_ref().and_then(|config| {
                let document = store.read(config).ok()?;
                budget.spend(document.bytes.len());
                crate::image::config::parse(&document.bytes).ok()?.platform
            }),
            _ => None,
        };
    }

    /// Its entry in the list of other documents.
    pub(super) fn other(&self, names: &[String], all_there: bool) -> Other {
        let (kind, note) = match &self.what {
            What::Image(_) | What::Schema1(_) => ("image", String::new()),
            What::Absent if self.descriptor.is_attestation() => ("attestation", String::new()),
            What::Absent if all_there => ("image", String::new()),
            What::Absent => ("image", "not part of this copy".to_owned()),
            What::Broken(why) => ("image", why.clone()),
            What::Attestation(predicates) => ("attestation", predicates.clone()),
            What::Artifact(what) => ("artifact", what.clone()),
            What::Index(why) => ("index", why.clone()),
        };
        let subject = self.descriptor.annotation("vnd.docker.reference.digest");
        let about = subject.map(|digest| format!("about {digest}"));
        let notes = names.iter().cloned().chain((!note.is_empty()).then_some(note)).chain(about);
        Other {
            kind: kind.to_owned(),
            digest: self.descriptor.digest().map(|digest| digest.as_str().to_owned()),
            platform: self.platform.clone(),
            size: self.descriptor.size,
            present: self.present || all_there,
            note: notes.collect::<Vec<_>>().join(", ").into(),
        }
    }
}
