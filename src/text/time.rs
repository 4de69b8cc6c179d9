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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_dates_where_there_is_one() {
        assert_eq!(utc(0), "1970-01-01 00:00:00");
        assert_eq!(utc(-1), "1969-12-31 23:59:59");
        assert_eq!(utc(1_709_294_405), "2024-03-01 12:00:05");
        assert_eq!(utc(i64::MAX), "9223372036854775807 s");
    }
}
