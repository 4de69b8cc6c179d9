//! Any bytes as a tar-split: listing and restoring end, and never panic.
#![no_main]

use layertui::layer::Unwatched;
use layertui::layer::blob::Blob;
use layertui::layer::split::{Contents, Split};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let nowhere = Contents::Unavailable("no files here".to_owned());
    let split = Split::new(Blob::memory(bytes), nowhere, String::new());
    let listing = split.list(&Unwatched);
    let mut rows = listing.table.rows();
    while rows.next().is_some() {}
    // Damage may be an error.
    let _ = split.assemble(&mut std::io::sink());
});
