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
    check_length(blob)?;
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

/// The digests of the blob as stored and of what it decodes to, by the algorithms of the two hashers. The blob is read once.
/// That of the blob is known also where it cannot be decoded.
pub fn of_both(
    blob: &Blob,
    (stored, contents): (Hasher, Hasher),
    watch: &dyn Watch,
) -> (io::Result<Digest>, io::Result<Digest>) {
    let decoder = sniff_blob(blob).and_then(|codec| Decoder::digesting(blob, codec, stored));
    let mut decoder = match decoder {
        Ok(decoder) => decoder,
        Err(error) => return (Err(io::Error::new(error.kind(), error.to_string())), Err(error)),
    };
    let contents = hash(contents, watch, |chunk| Ok((decoder.read(chunk)?, decoder.consumed())));
    (stored_digest(blob, decoder, watch), contents)
}

/// The digest of the blob that a decoder read up to any place.
fn stored_digest(blob: &Blob, mut decoder: Decoder, watch: &dyn Watch) -> io::Result<Digest> {
    check_length(blob)?;
    decoder.drain(watch)?;
    if watch.cancelled() {
        return Err(stopped());
    }
    decoder.digest().ok_or_else(|| io::Error::other("the thread that hashes it ended early"))
}

/// Fails if fewer bytes are present than the blob's length says.
fn check_length(blob: &Blob) -> io::Result<()> {
    let present = blob.present()?;
    if present < blob.len() {
        let message = format!("it ends after {present} of {} bytes", blob.len());
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
    }
    Ok(())
}

/// The error of a reading that its watch cancelled.
pub(crate) fn stopped() -> io::Error {
    io::Error::other("reading was stopped")
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
            return Err(stopped());
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
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

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

    #[test]
    fn both_digests_come_from_one_pass_and_that_of_the_blob_also_if_it_cannot_be_decoded() {
        let contents = b"some text ".repeat(50_000);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&contents).unwrap();
        let whole = encoder.finish().unwrap();
        let padded = [&whole[..], &[0; 700]].concat();
        let cut = whole[..whole.len() / 2].to_vec();
        for (bytes, decodes) in [(whole, true), (padded, true), (cut, false)] {
            let hashers = (Hasher::sha256(), Hasher::new("sha512").unwrap());
            let (stored, found) = of_both(&Blob::memory(bytes.clone()), hashers, &Unwatched);
            assert_eq!(stored.unwrap(), Digest::of(&bytes));
            let mut expected = Hasher::new("sha512").unwrap();
            expected.update(&contents);
            assert_eq!(found.ok(), decodes.then(|| expected.finish()));
        }
    }
}
