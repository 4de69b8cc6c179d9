//! One layer's bytes, turned into rows: codecs, tar, tar-split, whiteouts, directories in the forms that engines give
//! them.
//!
//! This room reads a [`blob::Blob`], a [`split::Split`] or a [`directory::Tree`] and fills a
//! [`crate::stack::table::Table`]. It knows nothing of images, manifests or where the bytes came from, and decides
//! nothing about the layers below.
//!
//! ```text
//! blob ─► codec ─► tar::stream ─┐
//!      ├────────► tar::window ──┼► tar::walker ─► recorder (whiteout) ─► Listing
//! split ───────► split::feed ───┘
//! directory: rows (whiteout, marks) ───────────────────────────────────► Listing
//! ```
//!
//! Files of split layers and of directories are opened through one door, `inside`, which follows no link.

pub mod blob;
pub mod codec;
pub mod directory;
mod inside;
mod listing;
mod open;
mod problems;
mod pseudo_links;
mod recorder;
pub mod split;
pub mod tar;
pub mod whiteout;

pub use listing::{Hidden, Limits, Listing, Problem, Severity, Unwatched, Watch};
pub use open::{open, opens_cheaply};

pub use crate::stack::entry::Fingerprint;

use self::blob::Blob;
use self::codec::{Codec, Decoder};
use self::problems::Problems;
use self::recorder::Recorder;
use self::tar::feed::Feed;
use self::tar::stream::Stream;
use self::tar::walker::Walker;
use self::tar::window::Window;

/// The most [`Hidden`] objects a listing names.
pub const HIDDEN_MAX: usize = 1000;

/// Lists a layer blob of any encoding. Never fails as a whole: what went wrong is among the problems, and what was
/// read before it is in the table. An empty blob is an empty layer.
#[must_use]
pub fn list(blob: &Blob, watch: &dyn Watch) -> Listing {
    list_within(blob, watch, Limits::default())
}

/// [`list`], with other limits than the usual ones.
#[must_use]
pub fn list_within(blob: &Blob, watch: &dyn Watch, limits: Limits) -> Listing {
    let codec = match codec::sniff_blob(blob) {
        Ok(codec) => codec,
        Err(error) => return unreadable(&error),
    };
    let mut listing = if codec == Codec::Plain {
        list_plain(blob, watch, limits)
    } else {
        list_compressed(blob, codec, watch, limits)
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
    let (walker, mut listing) = walk(Window::new(blob, watch), limits, &mut problems);
    listing.cancelled = walker.cancelled();
    listing.problems = problems.finish();
    if listing.problems.iter().all(|problem| problem.severity < Severity::Error) {
        listing.uncompressed = Some(blob.len());
    }
    listing
}

/// A compressed tar is decoded once, its blob digested in the same pass.
fn list_compressed(blob: &Blob, codec: Codec, watch: &dyn Watch, limits: Limits) -> Listing {
    let decoder = match Decoder::digesting(blob, codec) {
        Ok(decoder) => decoder,
        Err(error) => return unreadable(&error),
    };
    let mut problems = Problems::default();
    let (walker, mut listing) = walk(Stream::new(decoder, watch), limits, &mut problems);
    listing.cancelled = walker.cancelled();
    let mut decoder = walker.into_feed().into_decoder();
    if decoder.is_complete() {
        listing.uncompressed = Some(decoder.produced());
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
        Err(error) => problems.error(|| format!("the rest of the blob cannot be read: {error}")),
    }
    listing.problems = problems.finish();
    listing
}

fn walk<F: Feed>(feed: F, limits: Limits, problems: &mut Problems) -> (Walker<F>, Listing) {
    let mut walker = Walker::new(feed);
    let mut recorder = Recorder::new(limits);
    while let Some(found) = walker.next(problems) {
        if recorder.record(&found, problems).is_break() {
            break;
        }
    }
    (walker, recorder.finish(problems))
}

fn unreadable(error: &std::io::Error) -> Listing {
    let message = format!("the layer cannot be read: {error}");
    Listing { problems: vec![Problem { severity: Severity::Error, message }], ..Listing::default() }
}
