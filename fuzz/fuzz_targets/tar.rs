//! Any bytes as a layer, and as an archive of an image: listing ends, and never panics.
#![no_main]

use layertui::layer::blob::Blob;
use layertui::layer::{Limits, Spacing, Unwatched, list_with, survey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let blob = Blob::memory(bytes);
    let limits = Limits { rows: 100_000, ..Limits::default() };
    let listing = list_with(&blob, &Unwatched, limits, Spacing::default());
    let mut rows = listing.table.rows();
    while rows.next().is_some() {}
    let _ = survey(&blob);
});
