//! Timestamps as text.

use jiff::Timestamp;

use crate::text::Visible;

/// Seconds since 1970 in UTC: `2024-03-01 12:00:05`; the number if the calendar does not reach that far.
#[must_use]
pub fn utc(seconds: i64) -> Visible<'static> {
    Visible::owned(Timestamp::from_second(seconds).map_or_else(
        |_| format!("{seconds} s"),
        |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    ))
}

/// The time from `created` (RFC 3339) to `now` (seconds since 1970) in its largest unit: `3 days`. `None` where there is no
/// such time, or it is a constant of reproducible builds: the first days of 1970 and 1980.
#[must_use]
pub fn age(created: &str, now: i64) -> Option<Visible<'static>> {
    const DAY: i64 = 86_400;
    let then = created.parse::<Timestamp>().ok()?.as_second();
    let constant = |start: i64| (start..start + 3 * DAY).contains(&then);
    if then < 0 || constant(0) || constant(315_532_800 - DAY) {
        return None;
    }
    let seconds = (now - then).max(0);
    let units =
        [("min", 60), ("hour", 3600), ("day", DAY), ("month", 30 * DAY), ("year", 365 * DAY)];
    let (unit, length) = *units.iter().rfind(|(_, length)| seconds >= *length).unwrap_or(&units[0]);
    let count = seconds / length;
    let plural = if count == 1 || unit == "min" { "" } else { "s" };
    Some(Visible::owned(format!("{count} {unit}{plural}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_one_unit() {
        let now = 1_709_294_405;
        let of = |created| age(created, now).map(|age| age.to_string());
        assert_eq!(of("2024-03-01T12:00:00Z").as_deref(), Some("0 min"));
        assert_eq!(of("2024-02-29T12:00:00.5+01:00").as_deref(), Some("1 day"));
        assert_eq!(of("2023-11-01T00:00:00Z").as_deref(), Some("4 months"));
        assert_eq!(of("2030-01-01T00:00:00Z").as_deref(), Some("0 min"));
        assert_eq!(
            (of("1970-01-01T00:00:00Z"), of("1980-01-01T00:00:01Z"), of("x")),
            (None, None, None)
        );
    }

    #[test]
    fn seconds_become_dates_where_there_is_one() {
        assert_eq!(utc(0), "1970-01-01 00:00:00");
        assert_eq!(utc(-1), "1969-12-31 23:59:59");
        assert_eq!(utc(1_709_294_405), "2024-03-01 12:00:05");
        assert_eq!(utc(i64::MAX), "9223372036854775807 s");
    }
}
