//! Fetches a part of a blob by HTTP range. It is not verified here, since a digest covers the whole.

use std::io;
use std::io::Read;
use std::sync::atomic::AtomicBool;

use crate::source::registry::failure::{Failure, FailureKind};
use crate::source::registry::repository;
use crate::source::registry::repository::{Item, Repository};
use crate::source::registry::wire::Answer;

/// The most consecutive attempts that fail before any byte arrives.
const ATTEMPTS: u32 = 4;

/// Fetches `len` bytes at `offset` of `name` (`blobs/sha256:…`).
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
            let what = format!("{} does not support range requests for blobs", repository.host());
            return Err(Failure::new(FailureKind::RangesUnsupported, what, ""));
        }
        let before = bytes.len();
        let end = offset + len;
        let asked = Span::of(&answer).is_some_and(|span| span.is_from(at) && span.end <= end);
        let broke = if asked {
            let mut body = answer.body.into_with_config().limit(u64::MAX).reader();
            let left = len - bytes.len() as u64;
            take(&mut body, left, &mut bytes, stop)?
        } else {
            Some("the range received is not the one requested".to_owned())
        };
        if bytes.len() as u64 == len {
            break;
        }
        attempt = if bytes.len() > before { 1 } else { attempt + 1 };
        if attempt > ATTEMPTS {
            let broke = broke.unwrap_or_else(|| "the connection was closed".to_owned());
            let (host, came) = (repository.host(), bytes.len());
            let what = format!("{came} of {len} bytes were received from {host}: {broke}");
            return Err(Failure::new(FailureKind::Network, what, "try again"));
        }
        repository::sleep(repository.pause(attempt), stop)?;
    }
    Ok(bytes)
}

/// Appends at most `left` bytes of a body; returns the error that ended it.
fn take(
    body: &mut impl Read,
    left: u64,
    bytes: &mut Vec<u8>,
    stop: &AtomicBool,
) -> Result<Option<String>, Failure> {
    // Bytes before an error are kept.
    match body.take(left).read_to_end(bytes) {
        _ if stop.load(std::sync::atomic::Ordering::Relaxed) => Err(Failure::stopped()),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
        Err(error) => Ok(Some(error.to_string())),
    }
}

/// The range that a partial response states (RFC 9110, section 14.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u64,
    /// The end, exclusive.
    pub(super) end: u64,
    /// The size of the whole, if stated.
    total: Option<u64>,
}

impl Span {
    /// Parses `Content-Range`; `None` if it is missing or invalid.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        Self::parse(answer.header("content-range")?)
    }

    fn parse(header: &str) -> Option<Self> {
        let (range, total) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (start, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let total = match total.trim() {
            "*" => None,
            total => Some(total.parse().ok()?),
        };
        let end = last.checked_add(1)?;
        let sound = start < end && total.is_none_or(|total| end <= total);
        sound.then_some(Self { start, end, total })
    }

    /// Whether it begins at `start`.
    pub(super) const fn is_from(self, start: u64) -> bool {
        self.start == start
    }

    /// Whether it is the rest from `start` of a whole of `size` bytes, or a part of that rest.
    pub(super) fn is_rest(self, start: u64, size: u64) -> bool {
        self.is_from(start) && self.end <= size && self.total.is_none_or(|total| total == size)
    }
}

#[cfg(test)]
mod tests {
    use crate::source::registry::part::Span;

    #[test]
    fn another_range_than_asked_is_told() {
        let rest = |header: &str| Span::parse(header).is_some_and(|span| span.is_rest(10, 100));
        assert!(rest("bytes 10-99/100") && rest("bytes 10-49/100") && rest(" bytes 10-99/*"));
        for header in [
            "bytes 0-99/100",
            "bytes 11-99/100",
            "bytes 10-100/101",
            "bytes 10-99/200",
            "bytes 10-100/100",
            "bytes 10-9/100",
            "bytes 10-18446744073709551615/*",
            "bytes 10-/100",
            "bytes */100",
            "10-99/100",
            "",
        ] {
            assert!(!rest(header), "{header}");
        }
    }
}
