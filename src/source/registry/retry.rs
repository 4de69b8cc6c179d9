//! Decides whether and when a failed request is repeated.

use std::time::Duration;

use crate::source::registry::failure::Failure;
use crate::source::registry::wire::Answer;

/// The decision after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// No retry.
    No,
    /// Retry after the usual delay.
    Again,
    /// Retry after a delay that the server states.
    After(Duration),
}

impl Retry {
    /// The decision for a response: statuses of temporary errors are retried.
    pub(super) fn after_answer(answer: &Answer) -> Self {
        match answer.status {
            408 | 429 | 500 | 502..=504 => answer
                .header("retry-after")
                .and_then(|it| wait(it, jiff::Timestamp::now()))
                .map_or(Self::Again, Self::After),
            _ => Self::No,
        }
    }

    /// The decision for a failed connection.
    pub(super) fn after_error(error: &ureq::Error) -> Self {
        if Failure::may_pass(error) { Self::Again } else { Self::No }
    }
}

/// `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3) that is compared with the local clock.
fn wait(header: &str, now: jiff::Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(header).ok()?.timestamp();
    let seconds = until.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_says_how_long_to_wait_in_seconds_or_by_a_date() {
        let now = jiff::Timestamp::from_second(784_111_777).unwrap();
        for (header, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:51:07 GMT", Some(90)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(wait(header, now), expected.map(Duration::from_secs), "{header}");
        }
    }
}
