//! Digests of a layer's blob as stored, and of the tar that it decodes to (the diff ID).

use std::io;
use std::io::Read;

use crate::image::digest::{Digest, Hasher};
use crate::layer::blob::Blob;
use crate::layer::codec::{Decoder, sniff_blob};
use crate::layer::watch::Watch;

const CHUNK: usize = 256 * 1024;

/// The digest of the blob as stored, by the algorithm of `hasher`.
///
/// # Errors
/// Where the blob cannot be read, where fewer bytes are present than its length says, or where `watch` was cancelled.
pub fn of_blob(blob: &Blob, hasher: Hasher, watch: &dyn Watch) -> io::Result<Digest> {
    let present = blob.present()?;
    if present < blob.len() {
        let message = format!("it ends after {present} of {} bytes", blob.len());
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
    }
    let mut at = 0;
    hash(hasher, watch, |chunk| {
        let count = blob.fill_at(chunk, at)?;
        at += count as u64;
        Ok((count, at))
    })
}

/// The digest of what the blob decodes to, by the algorithm of `hasher`.
///
/// # Errors
/// Where the blob cannot be read or decoded, or where `watch` was cancelled.
pub fn of_contents(blob: &Blob, hasher: Hasher, watch: &dyn Watch) -> io::Result<Digest> {
    let mut decoder = Decoder::new(blob, sniff_blob(blob)?)?;
    hash(hasher, watch, |chunk| Ok((decoder.read(chunk)?, decoder.consumed())))
}

/// Hashes what `read` puts into a buffer until it puts nothing. `read` returns the number of bytes, and the progress in
/// bytes of the blob as stored.
fn hash(
    mut hasher: Hasher,
    watch: &dyn Watch,
    mut read: impl FnMut(&mut [u8]) -> io::Result<(usize, u64)>,
) -> io::Result<Digest> {
    let mut chunk = vec![0; CHUNK];
    loop {
        if watch.cancelled() {
            return Err(io::Error::other("reading was stopped"));
        }
        let (count, progress) = read(&mut chunk)?;
        if count == 0 {
            return Ok(hasher.finish());
        }
        hasher.update(&chunk[..count]);
        watch.progress(progress);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Unwatched;

    #[test]
    fn the_digest_is_of_the_region_only() {
        let blob = Blob::memory(*b"xabcx").slice(1, 3);
        assert_eq!(
            of_blob(&blob, Hasher::sha256(), &Unwatched).unwrap().as_str(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
