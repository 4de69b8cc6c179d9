//! Why a layer of one build has another digest than that of another: pairs the layers of both images and compares the tars of
//! each pair entry by entry.
//!
//! ```text
//! two images ─► pairing ─► each pair: digests ─► else both tars, one pass over both (entries, order) ─► Verdict
//! ```

mod aspects;
mod entries;
mod order;
mod pairing;
mod words;

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

pub use crate::compare::layers::aspects::Aspects;
use crate::compare::layers::entries::Limits;
pub use crate::compare::layers::entries::{Differences, EntryDifference, Facts};
pub use crate::compare::layers::pairing::{Pair, PairedBy, pairs};
use crate::image::digest::Hasher;
use crate::image::layer::Layer;
use crate::layer::blob::Blob;
use crate::layer::encoding::Codec;
use crate::layer::entries::Entries;
use crate::layer::{Unwatched, Watch, blob_digest, codec};
use crate::source::Source;
use crate::sync;

/// The most pairs that are read at once: each decodes two layers.
const AT_ONCE: usize = 4;

/// What a layer is, beside its counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same bytes as stored.
    SameBlob,
    /// The same tar; `true` where it is known to be compressed otherwise.
    SameTar(bool),
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
        !matches!(self, Self::SameBlob | Self::SameTar(false) | Self::Unknown(_))
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
    let results: Vec<Mutex<Option<ComparedLayer>>> =
        pairs.iter().map(|_| Mutex::default()).collect();
    let (next, done, limits) = (AtomicUsize::new(0), AtomicU64::new(0), Limits::default());
    let shared = Shared { done: &done, watch, limits: &limits };
    let work = || {
        let take = |at: usize| pairs.get(at).zip(results.get(at));
        while let Some((pair, result)) = take(next.fetch_add(1, Ordering::Relaxed)) {
            *sync::lock(result) = Some(compare(pair, old, new, unsure, &shared));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |it| it.get().min(AT_ONCE));
    std::thread::scope(|scope| {
        for _ in 1..threads.min(pairs.len()) {
            scope.spawn(work);
        }
        work();
    });
    results.into_iter().filter_map(|result| sync::lock(&result).take()).collect()
}

/// What the comparisons of all pairs share: the bytes read of all tars, and the limits.
#[derive(Clone, Copy)]
struct Shared<'w> {
    done: &'w AtomicU64,
    watch: &'w dyn Watch,
    limits: &'w Limits,
}

/// One of these tars.
struct Part<'w> {
    shared: Shared<'w>,
    last: AtomicU64,
}

impl Watch for Part<'_> {
    fn progress(&self, done: u64) {
        let before = self.last.swap(done, Ordering::Relaxed);
        let more = done.saturating_sub(before);
        self.shared.watch.progress(self.shared.done.fetch_add(more, Ordering::Relaxed) + more);
    }

    fn cancelled(&self) -> bool {
        self.shared.watch.cancelled()
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
    let stated = |source: &dyn Source, layer: usize| source.image().layers.get(layer).cloned();
    let layers = (stated(old, one).unwrap_or_default(), stated(new, other).unwrap_or_default());
    let same_blob = equal(&layers, |layer| layer.digest.as_deref());
    if same_blob == Some(true) {
        return nothing(Verdict::SameBlob);
    }
    let mut entries = Differences::default();
    let same_tar = match equal(&layers, |layer| layer.diff_id.as_deref()) {
        Some(true) => true,
        _ => match tars((old, one), (new, other), shared) {
            Ok((differences, same)) => {
                entries = differences;
                same
            }
            Err(why) => return nothing(Verdict::Unknown(why)),
        },
    };
    let verdict = if same_tar {
        compression(same_blob, codecs, (old.blob(one), new.blob(other)))
    } else if entries.change_contents() {
        Verdict::Changed
    } else {
        Verdict::SameContents
    };
    found(verdict, entries)
}

/// Whether both layers state the same; `None` where one states nothing.
fn equal(layers: &(Layer, Layer), what: fn(&Layer) -> Option<&str>) -> Option<bool> {
    Some(what(&layers.0)? == what(&layers.1)?)
}

/// Compares two tars entry by entry. Returns whether they are the same byte for byte, too.
fn tars(
    (old, one): (&dyn Source, usize),
    (new, other): (&dyn Source, usize),
    shared: &Shared<'_>,
) -> Result<(Differences, bool), String> {
    let of_old = |error: io::Error| format!("layer {one} of the old image: {error}");
    let of_new = |error: io::Error| format!("layer {other} of the new image: {error}");
    let part = || Part { shared: *shared, last: AtomicU64::new(0) };
    let (old_part, new_part) = (part(), part());
    let tar = old.tar(one).map_err(of_old)?;
    let mut olds = Entries::new(tar, &old_part).map_err(of_old)?;
    let tar = new.tar(other).map_err(of_new)?;
    let mut news = Entries::new(tar, &new_part).map_err(of_new)?;
    let mut found = entries::compare(&mut olds, &mut news, shared.limits)?;
    let whole = |entries: Entries<'_>, of: &dyn Fn(io::Error) -> String| {
        entries.finish().map_err(|why| of(io::Error::other(why)))
    };
    let same = whole(olds, &of_old)? == whole(news, &of_new)?;
    if !same && found.aspects.is_empty() && !found.change_contents() {
        found.aspects = Aspects::PADDING;
    }
    Ok((found, same))
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
) -> Verdict {
    let digest = |blob: Option<&Blob>| {
        let blob = blob.filter(|blob| blob.as_remote().is_none())?;
        blob_digest::of_blob(blob, Hasher::sha256(), &Unwatched).ok()
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
