//! Lists the entries of a layer, whatever its form.

use std::io;
use std::sync::Arc;

use crate::image::digest::Hasher;
use crate::layer::blob::Blob;
use crate::layer::codec::Decoder;
use crate::layer::codec::collector::Spacing;
use crate::layer::encoding::Codec;
use crate::layer::listing::{FIRST_ROWS, Limits, Listing, Problem, ROWS_AT_ONCE, Severity};
use crate::layer::problems::Problems;
use crate::layer::tar::feed::Feed;
use crate::layer::tar::parallel::Tuning;
use crate::layer::tar::recorder::Recorder;
use crate::layer::tar::stream::Stream;
use crate::layer::tar::walker::Walker;
use crate::layer::tar::window::Window;
use crate::layer::tar::{MemberList, Members, parallel};
use crate::layer::watch::{Unwatched, Watch};
use crate::layer::{DIGESTED, blob_digest, codec};

/// Lists a layer blob of any encoding. Never fails as a whole: errors become problems of the listing, and its table has
/// the rows before the error. An empty blob is an empty layer.
#[must_use]
pub fn list(blob: &Blob, watch: &dyn Watch) -> Listing {
    list_with(blob, watch, Limits::of_stored(blob.len()), Spacing::default())
}

/// [`list`] with the given limits and distances between checkpoints.
#[must_use]
pub fn list_with(blob: &Blob, watch: &dyn Watch, limits: Limits, spacing: Spacing) -> Listing {
    let codec = match codec::sniff_blob(blob) {
        Ok(codec) => codec,
        Err(error) => return unreadable(&error),
    };
    let mut listing = if codec == Codec::Plain {
        list_plain(blob, watch, limits)
    } else {
        list_compressed(Decoder::for_listing(blob, codec, spacing), watch, limits)
    };
    listing.codec = Some(codec);
    if !listing.cancelled {
        watch.progress(blob.len());
    }
    listing
}

/// Lists a plain tar by its headers; of the contents only small files are read, and a small layer to hash it.
fn list_plain(blob: &Blob, watch: &dyn Watch, limits: Limits) -> Listing {
    let mut problems = Problems::default();
    let mut listing = parallel::list(blob, watch, limits, Tuning::default(), &mut problems);
    conclude_plain(&mut listing, blob, problems);
    if blob.as_remote().is_none() && listing.uncompressed.is_some_and(|it| it <= DIGESTED) {
        // A layer that cannot be read a second time is listed without a diff ID.
        let digest = blob_digest::of_blob(blob, Hasher::sha256(), &Unwatched);
        listing.diff_id = digest.ok().map(|digest| digest.to_string());
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

/// Reads the headers of a plain tar that is either an archive of an image or itself a layer. Returns its members, and
/// the listing as a layer (`None` where it exceeds the limits). Of the contents only small files are read.
#[must_use]
pub fn survey(blob: &Blob) -> (Members, Option<Listing>) {
    let (mut as_archive, mut as_layer) = (Problems::default(), Problems::default());
    let mut walker = Walker::new(Window::new(blob, &Unwatched));
    let mut members = MemberList::default();
    let mut recorder = Some(Recorder::new(Limits::default()));
    let mut both = Problems::default();
    while let Some(found) = walker.next(&mut both) {
        members.add(&found, &mut as_archive);
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
    (members.finish(as_archive), listing)
}

/// Lists a compressed tar. The blob is decoded once; its digest and checkpoints come from the same pass.
pub(crate) fn list_compressed(
    decoder: io::Result<Decoder>,
    watch: &dyn Watch,
    limits: Limits,
) -> Listing {
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
    // The rest is read even where the tar ended early: the digest is of the whole blob.
    match decoder.drain(watch) {
        Ok(garbage) => {
            if let Some(garbage) = garbage {
                problems.push(garbage);
            }
            if !watch.cancelled() {
                listing.blob_digest = decoder.digest().map(|digest| digest.to_string());
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
    let mut due = FIRST_ROWS;
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

pub(crate) fn unreadable(error: &io::Error) -> Listing {
    let message = format!("the layer cannot be read: {error}");
    let problems = vec![Problem { severity: Severity::Error, message }];
    Listing { problems, faulty: true, ..Listing::default() }
}
