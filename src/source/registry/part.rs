//! A part of a blob, by HTTP range: nothing verifies it here, since a digest is of the whole.

use std::io::{self, Read};
use std::sync::atomic::AtomicBool;

use super::failure::{Failure, Kind};
use super::repository::{self, Item, Repository};
use super::wire::Answer;

/// So often in a row a part may break off before anything of it came.
const ATTEMPTS: u32 = 4;

/// Takes in `len` bytes from `offset` on of what is called `name` (`blobs/sha256:…`).
pub(super) fn fetch(
    repository: &Repository,
    name: &str,
    (offset, len): (u64, u64),
    stop: &AtomicBool,
) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut attempt = 1;
    while (bytes.len() as u64) < len {
        let at = offset + bytes.len() as u64;
        let range = Some((at, Some(offset + len - 1)));
        let answer = repository.get(Item { name, accept: "*/*", range, head: false }, stop)?;
        if answer.status != 206 {
            let what = format!("{} sends blobs as a whole only", repository.host());
            return Err(Failure::new(Kind::Whole, what, ""));
        }
        let before = bytes.len();
        let broke = if starts_at(&answer) == Some(at) {
            let mut body = answer.body.into_with_config().limit(u64::MAX).reader();
            let left = len - bytes.len() as u64;
            take(&mut body, left, &mut bytes, stop)?
        } else {
            Some("another range came than was asked for".to_owned())
        };
        if bytes.len() as u64 == len {
            break;
        }
        attempt = if bytes.len() > before { 1 } else { attempt + 1 };
        if attempt > ATTEMPTS {
            let broke = broke.unwrap_or_else(|| "the connection was closed".to_owned());
            let (host, came) = (repository.host(), bytes.len());
            let what = format!("{came} of {len} bytes came from {host}: {broke}");
            return Err(Failure::new(Kind::Line, what, "try again"));
        }
        repository::sleep(repository.pause(attempt), stop)?;
    }
    Ok(bytes)
}

/// Adds at most `left` bytes of a body; why it broke off, if it did.
fn take(
    body: &mut impl Read,
    left: u64,
    bytes: &mut Vec<u8>,
    stop: &AtomicBool,
) -> Result<Option<String>, Failure> {
    // What came before an error stays.
    match body.take(left).read_to_end(bytes) {
        _ if stop.load(std::sync::atomic::Ordering::Relaxed) => Err(Failure::stopped()),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
        Err(error) => Ok(Some(error.to_string())),
    }
}

/// The first byte of a partial answer.
pub(super) fn starts_at(answer: &Answer) -> Option<u64> {
    let range = answer.header("content-range")?.trim().strip_prefix("bytes ")?;
    range.split('-').next()?.trim().parse().ok()
}
