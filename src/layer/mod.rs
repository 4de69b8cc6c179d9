//! One layer's bytes, turned into rows: codecs, tar, tar-split, whiteouts, directories in the forms that engines give
//! them.
//!
//! This room reads a [`blob::Blob`], a [`toc::Lazy`], a [`split::Split`] or a [`directory::Tree`] and fills a
//! [`crate::stack::table::Table`]. It knows nothing of images, manifests or where the bytes came from, and decides
//! nothing about the layers below.
//!
//! ```text
//! blob ─► codec ─► tar::stream ─┐
//!      ├────────► tar::window ──┼► tar::walker ─► recorder (whiteout) ─► Listing
//! split ───────► split::feed ───┘
//! toc: rows ──────────────────────────────────► recorder ──────────────► Listing
//! directory: rows (whiteout, marks) ───────────────────────────────────► Listing
//! ```
//!
//! An archive that comes once and front to back is listed while it passes by (`passing`).
//!
//! A blob that is elsewhere (`distant`) comes when it is read; by `pieces` only parts of it do.
//!
//! Files of split layers and of directories are opened through one door, `inside`, which follows no link.

pub mod arriving;
pub mod blob;
mod both_ends;
pub mod changes;
mod checkpoints;
pub mod codec;
mod digest;
pub mod directory;
pub mod distant;
mod inside;
mod listing;
mod open;
pub mod passing;
mod pieces;
mod problems;
mod pseudo_links;
mod recorder;
pub mod sparse;
pub mod split;
pub mod sums;
pub mod tar;
pub mod toc;
pub mod whiteout;

pub use checkpoints::Checkpoints;
pub use checkpoints::collector::Spacing;
pub use digest::digest;
pub(crate) use inside::directory_beneath;
pub use listing::{Hidden, Limits, Listing, Problem, Severity, Unwatched, Watch};
pub use open::{Exactly, cut, open, open_afar, open_at, opens_cheaply};

use std::io;
use std::sync::Arc;

pub use crate::stack::entry::Fingerprint;

use self::blob::Blob;
use self::both_ends::Reach;
use self::codec::{Codec, Decoder};
use self::problems::Problems;
use self::recorder::Recorder;
use self::tar::feed::Feed;
use self::tar::stream::Stream;
use self::tar::walker::Walker;
use self::tar::window::Window;
use self::tar::{Members, Roster};

/// The most [`Hidden`] objects a listing names.
pub const HIDDEN_MAX: usize = 1000;

/// Layers of at most so many uncompressed bytes are digested whole when they are listed, which costs some milliseconds: their
/// diff ID is then known. That of larger ones is known where they stream past, or after `verify`.
const DIGESTED: u64 = 4 << 20;

/// How many rows are read before whoever waits is told of them.
const ROWS_AT_ONCE: u64 = 2048;

/// Lists a layer blob of any encoding. Never fails as a whole: what went wrong is among the problems, and what was
/// read before it is in the table. An empty blob is an empty layer.
#[must_use]
pub fn list(blob: &Blob, watch: &dyn Watch) -> Listing {
    list_within(blob, watch, Limits::default())
}

/// [`list`], with checkpoints at other distances than the usual ones.
#[must_use]
pub fn list_spaced(blob: &Blob, watch: &dyn Watch, spacing: Spacing) -> Listing {
    list_as(blob, watch, Limits::default(), spacing)
}

/// [`list`], with other limits than the usual ones.
#[must_use]
pub fn list_within(blob: &Blob, watch: &dyn Watch, limits: Limits) -> Listing {
    list_as(blob, watch, limits, Spacing::default())
}

fn list_as(blob: &Blob, watch: &dyn Watch, limits: Limits, spacing: Spacing) -> Listing {
    let codec = match codec::sniff_blob(blob) {
        Ok(codec) => codec,
        Err(error) => return unreadable(&error),
    };
    let mut listing = if codec == Codec::Plain {
        list_plain(blob, watch, limits)
    } else {
        list_compressed(Decoder::surveying(blob, codec, spacing), watch, limits)
    };
    listing.codec = Some(codec);
    if !listing.cancelled {
        watch.progress(blob.len());
    }
    listing
}

/// A plain tar is listed by its headers alone.
fn list_plain(blob: &Blob, watch: &dyn Watch, limits: Limits) -> Listing {
    let mut problems = Problems::default();
    let mut listing = both_ends::list(blob, watch, limits, Reach::default(), &mut problems);
    conclude_plain(&mut listing, blob, problems);
    if blob.as_distant().is_none() && listing.uncompressed.is_some_and(|it| it <= DIGESTED) {
        // What cannot be read a second time is not judged.
        listing.diff_id = digest(blob, &Unwatched).ok().flatten();
    }
    listing
}

fn conclude_plain(listing: &mut Listing, blob: &Blob, problems: Problems) {
    listing.codec = Some(Codec::Plain);
    listing.problems = problems.finish();
    if listing.problems.iter().all(|problem| problem.severity < Severity::Error) {
        listing.uncompressed = Some(blob.len());
    }
}

/// Reads the headers of a plain tar of which it is not known yet whether it is an archive around layers or itself a
/// layer: its members, and what [`list`] would say of it (`None` where that is too much). Contents are not read.
#[must_use]
pub fn survey(blob: &Blob) -> (Members, Option<Listing>) {
    let (mut as_archive, mut as_layer) = (Problems::default(), Problems::default());
    let mut walker = Walker::new(Window::new(blob, &Unwatched));
    let mut roster = Roster::default();
    let mut recorder = Some(Recorder::new(Limits::default()));
    let mut both = Problems::default();
    while let Some(found) = walker.next(&mut both) {
        roster.add(&found, &mut as_archive);
        if recorder.as_mut().is_some_and(|it| it.record(&found, &mut as_layer).is_break()) {
            recorder = None;
        }
    }
    let listing = recorder.map(|recorder| {
        let mut listing = recorder.finish(&mut as_layer);
        listing.faulty = walker.faulty();
        as_layer.absorb(&both);
        conclude_plain(&mut listing, blob, as_layer);
        listing
    });
    as_archive.absorb(&both);
    (roster.finish(as_archive), listing)
}

/// A compressed tar is decoded once, its blob digested and checkpoints saved in the same pass.
fn list_compressed(decoder: io::Result<Decoder>, watch: &dyn Watch, limits: Limits) -> Listing {
    let decoder = match decoder {
        Ok(decoder) => decoder,
        Err(error) => return unreadable(&error),
    };
    let mut problems = Problems::default();
    let (walker, mut listing) = walk(Stream::new(decoder, watch), watch, limits, &mut problems);
    listing.cancelled = walker.cancelled();
    listing.faulty = walker.faulty();
    let mut decoder = walker.into_feed().into_decoder();
    listing.checkpoints = decoder.checkpoints().map(Arc::new);
    if decoder.is_complete() {
        listing.uncompressed = Some(decoder.produced());
        listing.diff_id = decoder.contents_digest();
    }
    // Whatever stopped the tar, the digest is of the whole blob or of nothing.
    match decoder.drain(watch) {
        Ok(garbage) => {
            if let Some(garbage) = garbage {
                problems.push(garbage);
            }
            if !watch.cancelled() {
                listing.blob_digest = decoder.digest();
            }
        }
        Err(error) => {
            listing.faulty = true;
            problems.error(|| format!("the rest of the blob cannot be read: {error}"));
        }
    }
    listing.problems = problems.finish();
    listing
}

fn walk<F: Feed>(
    feed: F,
    watch: &dyn Watch,
    limits: Limits,
    problems: &mut Problems,
) -> (Walker<F>, Listing) {
    let mut walker = Walker::new(feed);
    let mut recorder = Recorder::new(limits);
    let mut due = ROWS_AT_ONCE;
    while let Some(found) = walker.next(problems) {
        if recorder.table().len() >= due {
            due += ROWS_AT_ONCE;
            watch.rows(recorder.table());
        }
        if recorder.record(&found, problems).is_break() {
            break;
        }
    }
    (walker, recorder.finish(problems))
}

fn unreadable(error: &io::Error) -> Listing {
    let message = format!("the layer cannot be read: {error}");
    let problems = vec![Problem { severity: Severity::Error, message }];
    Listing { problems, faulty: true, ..Listing::default() }
}
