//! Digests of a layer's bytes by whatever algorithm they are stated in: of the blob as stored, and of what it decodes to.

use std::io;
use std::io::Read;

use crate::image::digest::{Digest, Running};
use crate::layer::blob::Blob;
use crate::layer::codec::{Decoder, sniff_blob};
use crate::layer::encoding::Codec;
use crate::layer::watch::Watch;

const CHUNK: usize = 256 * 1024;

/// The digest of the blob as stored, in the algorithm that `sum` was begun with. `watch` is told how many bytes were
/// read.
///
/// # Errors
/// Where the blob cannot be read or is shorter than it should be, or `watch` stopped it.
pub fn of_blob(blob: &Blob, sum: Running, watch: &dyn Watch) -> io::Result<Digest> {
    let there = blob.present()?;
    if there < blob.len() {
        let message = format!("it ends after {there} of {} bytes", blob.len());
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
    }
    digested(Decoder::new(blob, Codec::Plain)?, sum, watch)
}

/// The digest of what the blob decodes to, which is a layer's diff ID.
///
/// # Errors
/// Where the blob cannot be read or decoded, or `watch` stopped it.
pub fn of_contents(blob: &Blob, sum: Running, watch: &dyn Watch) -> io::Result<Digest> {
    digested(Decoder::new(blob, sniff_blob(blob)?)?, sum, watch)
}

fn digested(mut from: Decoder, mut sum: Running, watch: &dyn Watch) -> io::Result<Digest> {
    let mut chunk = vec![0; CHUNK];
    loop {
        if watch.cancelled() {
            return Err(io::Error::other("reading was stopped"));
        }
        match from.read(&mut chunk) {
            Ok(0) => return Ok(sum.finish()),
            Ok(count) => sum.update(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        watch.progress(from.consumed());
    }
}
