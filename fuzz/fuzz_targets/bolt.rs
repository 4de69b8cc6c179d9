//! Any bytes as a bbolt database: reading ends, and never panics.
#![no_main]

use layertui::layer::blob::Blob;
use layertui::source::bolt::{Bucket, Db, Error};
use libfuzzer_sys::fuzz_target;

/// The deepest nesting of buckets that is read; containerd has eight levels.
const DEPTH: usize = 8;

/// Reads everything below a bucket, and looks up each key.
fn walk(bucket: &Bucket<'_>, depth: usize) -> Result<(), Error> {
    for item in bucket.items() {
        let item = item?;
        bucket.get(item.key())?;
        if let Some(below) = item.bucket()?
            && depth > 0
        {
            walk(&below, depth - 1)?;
        }
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Damage may be an error.
    let _ = Db::new(Blob::memory(bytes)).view(|top| walk(top, DEPTH));
});
