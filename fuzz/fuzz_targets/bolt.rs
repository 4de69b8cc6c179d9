//! Any bytes as a bbolt database: reading ends, and never panics.
#![no_main]

use layertui::source::bolt::{Bucket, Db, Error};
use libfuzzer_sys::fuzz_target;

/// Levels of buckets that are gone down: containerd's own have eight.
const DEPTH: usize = 8;

/// Everything below a bucket, each key looked up again.
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
    // Damage is an answer.
    let _ = Db::memory(bytes).view(|top| walk(top, DEPTH));
});
