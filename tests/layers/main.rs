//! The rows of a layer: every dialect, encoding, oddity and kind of damage.
//!
//! | file | what |
//! |---|---|
//! | `dialects` | v7, ustar, star, GNU: names, numbers, types |
//! | `pax` | extended headers, local and global |
//! | `sparse` | the four sparse forms |
//! | `markers` | whiteouts, opaque directories, aufs and eStargz bookkeeping |
//! | `checkpoints` | decoding that begins in the midst of a layer |
//! | `codecs` | gzip, zstd, bzip2, xz: members, frames, padding, digests, fingerprints |
//! | `endings` | how archives end, and what is no archive |
//! | `damage` | truncated at every byte, flipped bits, impossible claims |
//! | `limits` | bombs, cancelling, progress |
//! | `opening` | one file out of a layer |
//! | `directories` | a plain directory as a layer |
//! | `splits` | a tar-split with its files beside it |
//! | `forms` | directories as engines keep layers in them |
//! | `properties` | random archives, whatever their encoding |
//! | `fixtures` | other projects' odd archives against independent readers |

#![expect(clippy::unwrap_used, reason = "what cannot be set up is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod checkpoints;
mod codecs;
mod damage;
mod dialects;
mod directories;
mod endings;
mod fixtures;
mod forms;
mod limits;
mod markers;
mod opening;
mod pax;
mod properties;
mod sparse;
mod splits;

use layertui::layer::blob::Blob;
use layertui::layer::{Listing, Unwatched, list};

use support::rows::{problems, rows};
use support::tarball::Tar;

/// Lists bytes as a layer.
fn listed(bytes: &[u8]) -> Listing {
    list(&Blob::memory(bytes), &Unwatched)
}

/// Asserts that an archive has these rows and no problem at all, plain and compressed alike.
#[track_caller]
fn assert_rows(tar: Tar, expected: &[&str]) {
    assert_listing(tar, expected, &[]);
}

/// Asserts rows and problems, plain and compressed alike.
#[track_caller]
fn assert_listing(tar: Tar, expected_rows: &[&str], expected_problems: &[&str]) {
    let bytes = tar.finish();
    for listing in [listed(&bytes), listed(&support::compress::gzip(&bytes))] {
        assert_eq!(rows(&listing), expected_rows);
        assert_eq!(problems(&listing), expected_problems);
    }
}
