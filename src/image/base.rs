//! The base image: which layers, from the first on, come from the image that was built on.
//!
//! Determined by the user, by the manifest's annotations (OCI image-spec, `annotations.md`), by the history (buildah
//! writes `FROM` into it), or by a local image whose layers are the first ones of this image. Pure: candidates are
//! passed in.

use crate::image::Image;

/// Annotation: reference of the base image.
const NAME: &str = "org.opencontainers.image.base.name";
/// Annotation: digest of the base image's manifest.
const DIGEST: &str = "org.opencontainers.image.base.digest";

/// An image that may be the base of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Name, if known.
    pub name: String,
    /// Digests of its manifest and config.
    pub digests: Vec<String>,
    /// Diff IDs of its layers, base first.
    pub diff_ids: Vec<String>,
}

impl Candidate {
    /// An image as a candidate; `None` if a diff ID is unknown, because layers are compared by diff ID.
    #[must_use]
    pub fn of(image: &Image) -> Option<Self> {
        let diff_ids: Option<Vec<String>> =
            image.layers.iter().map(|layer| layer.diff_id.clone()).collect();
        Some(Self {
            name: image.names.first().unwrap_or(&image.reference).raw().to_owned(),
            digests: image.manifest_digest.iter().chain(&image.id).cloned().collect(),
            diff_ids: diff_ids?,
        })
    }
}

/// How the base was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Given by the user.
    Asked,
    /// The manifest's annotations name a local image.
    Annotations,
    /// The history states where the base ends.
    History,
    /// A local image consists of the first layers of this one.
    Shared,
    /// Unknown: the first layer is assumed.
    Assumed,
}

impl Evidence {
    /// The value in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Annotations => "annotations",
            Self::History => "history",
            Self::Shared => "shared",
            Self::Assumed => "assumed",
        }
    }

    /// A phrase for messages, after the base's name.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Asked => "as asked",
            Self::Annotations => "by the manifest's annotations",
            Self::History => "by the history",
            Self::Shared => "an image here has the same layers",
            Self::Assumed => "where it ends is not known",
        }
    }
}

/// The base of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Number of layers of the base, from the first on.
    pub layers: usize,
    /// Name, if known.
    pub name: Option<String>,
    /// How it was determined.
    pub evidence: Evidence,
}

impl Base {
    /// Determines the base from the image itself and from local images.
    #[must_use]
    pub fn recognise(image: &Image, at_hand: &[Candidate]) -> Self {
        from_annotations(image, at_hand)
            .or_else(|| from_history(image))
            .or_else(|| from_shared_layers(image, at_hand))
            .unwrap_or_else(|| Self {
                layers: 1.min(image.layers.len()),
                name: annotation(image, NAME).map(str::to_owned),
                evidence: Evidence::Assumed,
            })
    }

    /// The base given by the digest or diff ID of its last layer; `None` if the image has no such layer.
    #[must_use]
    pub fn up_to_layer(image: &Image, digest: &str) -> Option<Self> {
        let is_it = |known: &Option<String>| known.as_deref() == Some(digest);
        let last = image.layers.iter().position(|l| is_it(&l.diff_id) || is_it(&l.digest))?;
        Some(Self { layers: last + 1, name: None, evidence: Evidence::Asked })
    }

    /// The base given by the user; `None` if the image does not begin with its layers.
    #[must_use]
    pub fn asked(image: &Image, candidate: &Candidate) -> Option<Self> {
        let layers = begins_with(image, candidate)?;
        Some(Self { layers, name: Some(candidate.name.clone()), evidence: Evidence::Asked })
    }

    /// Whether a layer belongs to the base.
    #[must_use]
    pub const fn has(&self, layer: usize) -> bool {
        layer < self.layers
    }
}

fn annotation<'i>(image: &'i Image, key: &str) -> Option<&'i str> {
    let found = image.annotations.iter().find(|(name, _)| name == key);
    // buildah writes empty ones for an image from scratch.
    found.map(|(_, value)| value.raw()).filter(|value| !value.is_empty())
}

fn from_annotations(image: &Image, at_hand: &[Candidate]) -> Option<Base> {
    let (name, digest) = (annotation(image, NAME), annotation(image, DIGEST));
    let found = at_hand.iter().find_map(|candidate| {
        let it = candidate.digests.iter().any(|own| Some(own.as_str()) == digest)
            || Some(candidate.name.as_str()) == name;
        it.then(|| begins_with(image, candidate)).flatten().map(|layers| (layers, candidate))
    });
    let (layers, candidate) = found?;
    let name = name.unwrap_or(&candidate.name).to_owned();
    Some(Base { layers, name: Some(name), evidence: Evidence::Annotations })
}

/// buildah comments the first step after the base with `FROM <image>`. With `--layers` it also comments each later
/// step with the ID of the previous one; those are not bases.
fn from_history(image: &Image) -> Option<Base> {
    let (at, name) = image.history.iter().enumerate().rev().find_map(|(at, step)| {
        let noted = step.comment.as_ref()?.raw().trim_start().strip_prefix("FROM ")?;
        let name = noted.split_whitespace().next().filter(|name| !is_id(name))?;
        Some((at, name))
    })?;
    let layers =
        image.history[..at].iter().filter_map(|step| step.layer).max().map_or(0, |l| l + 1);
    (layers > 0).then(|| Base { layers, name: Some(name.to_owned()), evidence: Evidence::History })
}

/// Whether a name is an image ID or an abbreviated one.
fn is_id(name: &str) -> bool {
    let name = name.strip_prefix("sha256:").unwrap_or(name);
    name.len() >= 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The local image with the most layers that are the first, but not all, layers of this image.
fn from_shared_layers(image: &Image, at_hand: &[Candidate]) -> Option<Base> {
    let fits =
        at_hand.iter().filter_map(|candidate| Some((begins_with(image, candidate)?, candidate)));
    let (layers, candidate) = fits
        .filter(|(layers, _)| *layers < image.layers.len())
        .min_by_key(|(layers, candidate)| (std::cmp::Reverse(*layers), candidate.name.clone()))?;
    Some(Base { layers, name: Some(candidate.name.clone()), evidence: Evidence::Shared })
}

/// Number of the candidate's layers, if this image begins with them.
fn begins_with(image: &Image, candidate: &Candidate) -> Option<usize> {
    let layers = candidate.diff_ids.len();
    let same = layers > 0
        && layers <= image.layers.len()
        && image
            .layers
            .iter()
            .zip(&candidate.diff_ids)
            .all(|(own, other)| own.diff_id.as_ref() == Some(other));
    same.then_some(layers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::history::HistoryStep;
    use crate::image::layer::Layer;

    fn image(diff_ids: &str) -> Image {
        let layer = |id: char| Layer { diff_id: Some(id.to_string()), ..Layer::default() };
        Image { layers: diff_ids.chars().map(layer).collect(), ..Image::default() }
    }

    fn candidate(name: &str, diff_ids: &str) -> Candidate {
        Candidate {
            name: name.to_owned(),
            digests: vec![format!("sha256:{name}")],
            diff_ids: diff_ids.chars().map(String::from).collect(),
        }
    }

    #[test]
    fn a_local_image_with_the_same_first_layers_is_the_base() {
        let at_hand = [
            candidate("a", "1"),
            candidate("b", "12"),
            candidate("c", "13"),
            candidate("d", "123"),
        ];
        let base = Base::recognise(&image("123"), &at_hand);
        assert_eq!((base.layers, base.name.as_deref()), (2, Some("b")));
        assert_eq!(base.evidence, Evidence::Shared);
        assert!(base.has(1) && !base.has(2));
    }

    #[test]
    fn annotations_precede_shared_layers() {
        let at_hand = [candidate("a", "1"), candidate("b", "12")];
        let mut image = image("123");
        image.annotations = vec![(DIGEST.into(), "sha256:a".into())];
        let base = Base::recognise(&image, &at_hand);
        assert_eq!((base.layers, base.evidence), (1, Evidence::Annotations));
        image.annotations = vec![(DIGEST.into(), "".into()), (NAME.into(), "".into())];
        assert_eq!(Base::recognise(&image, &[]).name, None);
        image.annotations = vec![(NAME.into(), "nowhere".into())];
        assert_eq!(Base::recognise(&image, &at_hand).evidence, Evidence::Shared);
        let assumed = Base::recognise(&image, &[]);
        assert_eq!((assumed.layers, assumed.name.as_deref()), (1, Some("nowhere")));
    }

    #[test]
    fn buildah_writes_where_the_base_ends() {
        let mut image = image("123");
        let step = |layer, comment: &str| HistoryStep {
            layer,
            comment: Some(comment.into()),
            ..HistoryStep::default()
        };
        image.history = vec![
            step(Some(0), ""),
            step(Some(1), ""),
            step(None, "FROM debian:12"),
            step(Some(2), ""),
        ];
        let base = Base::recognise(&image, &[]);
        assert_eq!((base.layers, base.name.as_deref()), (2, Some("debian:12")));
        // Each step kept as an image.
        image.history[3].comment = Some("FROM 69c97c6dca86".into());
        let base = Base::recognise(&image, &[]);
        assert_eq!((base.layers, base.name.as_deref()), (2, Some("debian:12")));
        image.history[2].comment = None;
        assert_eq!(Base::recognise(&image, &[]).evidence, Evidence::Assumed);
    }

    #[test]
    fn a_given_base_must_share_the_first_layers() {
        assert_eq!(Base::asked(&image("12"), &candidate("a", "2")), None);
        assert_eq!(
            Base::asked(&image("12"), &candidate("a", "12")).map(|base| base.layers),
            Some(2)
        );
        assert_eq!(Base::up_to_layer(&image("123"), "2").map(|base| base.layers), Some(2));
        assert_eq!(Base::recognise(&image(""), &[]).layers, 0);
    }
}
