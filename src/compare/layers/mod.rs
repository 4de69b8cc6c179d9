//! Why a layer of one build has another digest than that of another: pairs the layers of both images and compares the tars of
//! each pair entry by entry.
//!
//! ```text
//! two images ─► pairing ─► each pair: digests ─► else both tars, one pass over both (entries, order) ─► Verdict
//!                                                └► where a store keeps no tar, the files (by_files) ───┘
//! ```

mod aspects;
mod by_files;
mod entries;
mod limits;
mod order;
mod pairing;
mod words;

use std::io;
use std::sync::atomic::AtomicU64;

pub use crate::compare::layers::aspects::Aspects;
use crate::compare::layers::by_files::Side;
pub use crate::compare::layers::entries::{Differences, EntryDifference, Facts};
use crate::compare::layers::limits::Limits;
pub use crate::compare::layers::pairing::{Pair, PairedBy, pairs};
use crate::image::digest::Hasher;
use crate::image::layer::Layer;
use crate::layer::blob::Blob;
use crate::layer::encoding::Codec;
use crate::layer::entries::Entries;
use crate::layer::{OneOfMany, Watch, blob_digest, codec};
use crate::load::at_once::at_most;
use crate::source::Source;

/// The most pairs that are read at once: each decodes two layers.
const AT_ONCE: usize = 4;

/// What a layer is, beside its counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same bytes as stored.
    SameBlob,
    /// The same tar; `true` where it is known to be compressed otherwise.
    SameTar(bool),
    /// The same files, of which a store keeps no tar; `true` where the layers are known to differ.
    SameFiles(bool),
    /// The same files with other metadata, in another order, or with headers in another form.
    SameContents,
    /// Files were added, removed or changed.
    Changed,
    /// Only the new image has it.
    Added,
    /// Only the old image has it.
    Removed,
    /// A layer could not be read, for this reason.
    Unknown(String),
}

impl Verdict {
    /// The name used in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SameBlob => "sameBlob",
            Self::SameTar(_) => "sameTar",
            Self::SameFiles(_) => "sameFiles",
            Self::SameContents => "sameContents",
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Whether a layer could not be read.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether it is a difference; not knowing is none.
    #[must_use]
    pub const fn differs(&self) -> bool {
        let is_same =
            matches!(self, Self::SameBlob | Self::SameTar(false) | Self::SameFiles(false));
        !is_same && !self.is_unknown()
    }
}

/// A pair of layers, or a layer without counterpart, and what was found.
#[derive(Clone, Debug)]
pub struct ComparedLayer {
    /// Which layers.
    pub pair: Pair,
    /// The result.
    pub verdict: Verdict,
    /// How the blobs of both are compressed, where that is known.
    pub codecs: [Option<Codec>; 2],
    /// The entries that differ; empty where the tars were not read.
    pub entries: Differences,
}

/// Compares the layers of two images, each pair in the order of [`pairs`]. `unsure` are the layers that were not read or do
/// not have their digest, of both images, each with its reason.
#[must_use]
pub fn layers(
    old: &dyn Source,
    new: &dyn Source,
    unsure: [&[(usize, String)]; 2],
    watch: &dyn Watch,
) -> Vec<ComparedLayer> {
    let pairs = pairs(old.image(), new.image());
    let (done, limits) = (AtomicU64::new(0), Limits::default());
    let shared = Shared { done: &done, watch, limits: &limits };
    // All cost the same: the lowest layers begin first.
    let jobs = pairs.iter().map(|pair| (0, pair)).collect();
    at_most(AT_ONCE, jobs, |pair| compare(pair, old, new, unsure, &shared))
}

/// What the comparisons of all pairs share: the bytes read of all tars, and the limits.
struct Shared<'w> {
    done: &'w AtomicU64,
    watch: &'w dyn Watch,
    limits: &'w Limits,
}

impl Shared<'_> {
    /// The watch of one blob or tar.
    fn part(&self) -> OneOfMany<'_> {
        OneOfMany::new(self.watch, self.done)
    }
}

fn compare(
    pair: &Pair,
    old: &dyn Source,
    new: &dyn Source,
    unsure: [&[(usize, String)]; 2],
    shared: &Shared<'_>,
) -> ComparedLayer {
    let codecs = [codec_of(old, pair.old), codec_of(new, pair.new)];
    let found = |verdict, entries| ComparedLayer { pair: *pair, verdict, codecs, entries };
    let nothing = |verdict| found(verdict, Differences::default());
    let reason = |unsure: &[(usize, String)], layer: Option<usize>| {
        unsure.iter().find(|(at, _)| Some(*at) == layer).map(|(_, reason)| reason.clone())
    };
    if let Some(why) = reason(unsure[0], pair.old).or_else(|| reason(unsure[1], pair.new)) {
        return nothing(Verdict::Unknown(why));
    }
    let (Some(one), Some(other)) = (pair.old, pair.new) else {
        return nothing(if pair.old.is_some() { Verdict::Removed } else { Verdict::Added });
    };
    let layers = [old.image().layers.get(one), new.image().layers.get(other)];
    let same_blob = equal(layers, |layer| layer.digest.as_deref());
    if same_blob == Some(true) {
        return nothing(Verdict::SameBlob);
    }
    let stated = equal(layers, |layer| layer.diff_id.as_deref());
    let (entries, same_tar) = if stated == Some(true) {
        (Differences::default(), Some(true))
    } else {
        match read((old, one), (new, other), shared) {
            Ok(read) => read,
            Err(why) => return nothing(Verdict::Unknown(why)),
        }
    };
    let verdict = match same_tar {
        Some(true) => compression(same_blob, codecs, (old.blob(one), new.blob(other)), shared),
        _ if entries.change_contents() => Verdict::Changed,
        None if entries.aspects.is_empty() => Verdict::SameFiles(stated == Some(false)),
        _ => Verdict::SameContents,
    };
    found(verdict, entries)
}

/// Whether both layers state the same; `None` where one states nothing.
fn equal(layers: [Option<&Layer>; 2], what: fn(&Layer) -> Option<&str>) -> Option<bool> {
    let [old, new] = layers;
    Some(what(old?)? == what(new?)?)
}

/// Compares two layers entry by entry. Returns whether their tars are the same byte for byte, too; `None` where a store keeps
/// no tar.
fn read(
    (old, one): (&dyn Source, usize),
    (new, other): (&dyn Source, usize),
    shared: &Shared<'_>,
) -> Result<(Differences, Option<bool>), String> {
    let of_old = |error: io::Error| format!("layer {one} of the old image: {error}");
    let of_new = |error: io::Error| format!("layer {other} of the new image: {error}");
    let (old_part, new_part) = (shared.part(), shared.part());
    let tars = (old.tar(one), new.tar(other));
    let has_none = |tar: &io::Result<_>| {
        tar.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Unsupported)
    };
    if has_none(&tars.0) || has_none(&tars.1) {
        let old = Side { source: old, layer: one, watch: &old_part };
        let new = Side { source: new, layer: other, watch: &new_part };
        return Ok((by_files::compare(old, new, shared.limits, &shared.part())?, None));
    }
    let mut olds = Entries::new(tars.0.map_err(of_old)?, &old_part).map_err(of_old)?;
    let mut news = Entries::new(tars.1.map_err(of_new)?, &new_part).map_err(of_new)?;
    let mut found = entries::compare(&mut olds, &mut news, shared.limits)?;
    let whole = |entries: Entries<'_>, of: &dyn Fn(io::Error) -> String| {
        entries.finish().map_err(|why| of(io::Error::other(why)))
    };
    let same = whole(olds, &of_old)? == whole(news, &of_new)?;
    if !same && found.aspects.is_empty() && !found.change_contents() {
        found.aspects = Aspects::PADDING;
    }
    Ok((found, Some(same)))
}

fn codec_of(source: &dyn Source, layer: Option<usize>) -> Option<Codec> {
    let blob = source.blob(layer?).filter(|blob| blob.as_remote().is_none())?;
    codec::sniff_blob(blob).ok()
}

/// How the blobs of one tar differ. Their bytes are compared only where the images do not state their digests.
fn compression(
    same_blob: Option<bool>,
    codecs: [Option<Codec>; 2],
    blobs: (Option<&Blob>, Option<&Blob>),
    shared: &Shared<'_>,
) -> Verdict {
    let digest = |blob: Option<&Blob>| {
        let blob = blob.filter(|blob| blob.as_remote().is_none())?;
        blob_digest::of_blob(blob, Hasher::sha256(), &shared.part()).ok()
    };
    match (codecs, same_blob) {
        ([Some(Codec::Plain), Some(Codec::Plain)], _) | (_, Some(true)) => Verdict::SameBlob,
        (_, Some(false)) => Verdict::SameTar(true),
        ([Some(one), Some(other)], None) if one != other => Verdict::SameTar(true),
        (_, None) => match (digest(blobs.0), digest(blobs.1)) {
            (Some(one), Some(other)) if one == other => Verdict::SameBlob,
            (one, other) => Verdict::SameTar(one.is_some() && other.is_some()),
        },
    }
}
