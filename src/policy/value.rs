//! Sizes and ratios as rules files and flags write them: as dive does, `20MB`, `1.5 GiB`, `0.95`, `disabled`; and `95%`.

use crate::text::size;

/// A size as [`size::parse`] reads it; `None` for `disabled`.
///
/// # Errors
/// A message with examples, if it is neither.
pub fn size(text: &str) -> Result<Option<u64>, String> {
    if is_disabled(text) {
        return Ok(None);
    }
    size::parse(text).map(Some).map_err(|error| format!("{error}, or disabled"))
}

/// Whether a rule is switched off, by one of dive's words.
fn is_disabled(text: &str) -> bool {
    ["disabled", "off", "false"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

/// A ratio from 0 to 1, or a percentage from 0% to 100%; `None` for `disabled`.
///
/// # Errors
/// A message with an example, if it is neither.
pub fn ratio(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim();
    if is_disabled(text) {
        return Ok(None);
    }
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().ok().map(|number| number / 100.0),
        None => text.parse::<f64>().ok(),
    };
    let number = number.filter(|number| (0.0..=1.0).contains(number));
    number.map(Some).ok_or_else(|| {
        format!("'{text}' is not a ratio: write a number from 0 to 1 (0.95) or a percentage (95%), or disabled")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_can_be_disabled() {
        assert_eq!(size("1.5 KiB"), Ok(Some(1536)));
        assert_eq!([size("Disabled"), size("off"), size("false")], [Ok(None), Ok(None), Ok(None)]);
        assert!(size("1XB").is_err_and(|error| error.ends_with("2GiB, or disabled")));
    }

    #[test]
    fn ratios_stay_between_nothing_and_all() {
        assert_eq!(ratio("0.95"), Ok(Some(0.95)));
        assert_eq!(ratio("Disabled"), Ok(None));
        assert_eq!([ratio("5%"), ratio("100 %")], [Ok(Some(0.05)), Ok(Some(1.0))]);
        for wrong in ["95", "-0.1", "NaN", "101%", "-1%", "%", ""] {
            assert!(ratio(wrong).is_err(), "{wrong}");
        }
    }
}
