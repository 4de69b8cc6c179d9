//! The digest of a blob as stored, for whoever only needs to know whether the bytes are what they are said to be.

use std::fmt::Write as _;
use std::io;

use sha2::{Digest, Sha256};

use crate::layer::blob::Blob;
use crate::layer::watch::Watch;

const CHUNK: usize = 256 * 1024;

/// `sha256:…` over all bytes of `blob` that are there; `None` where `watch` stopped it. Several times as fast as
/// decoding them.
///
/// # Errors
/// What the file system reports.
pub fn digest(blob: &Blob, watch: &dyn Watch) -> io::Result<Option<String>> {
    let mut sum = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut at = 0;
    loop {
        if watch.cancelled() {
            return Ok(None);
        }
        let count = blob.fill_at(&mut chunk, at)?;
        if count == 0 {
            break;
        }
        sum.update(&chunk[..count]);
        at += count as u64;
        watch.progress(at);
    }
    let mut text = String::from("sha256:");
    for byte in sum.finalize() {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Unwatched;

    #[test]
    fn it_is_of_the_region_and_nothing_else() {
        let blob = Blob::memory(*b"xabcx").slice(1, 3);
        assert_eq!(
            digest(&blob, &Unwatched).unwrap().unwrap(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
