//! Sizes and ratios as rules files and flags write them: as dive does, `20MB`, `1.5 GiB`, `0.95`, `disabled`.

/// Bytes; `None` for `disabled`. Decimal units unless they have an `i` (`MiB`); the case does not matter.
///
/// # Errors
/// What is wrong with it.
pub fn size(text: &str) -> Result<Option<u64>, String> {
    let wrong = || format!("'{text}' is no size: write 20MB, 1.5GiB, 4096, or disabled");
    let text = text.trim();
    if text.eq_ignore_ascii_case("disabled") {
        return Ok(None);
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().map_err(|_| wrong())?;
    let unit = text[end..].trim().to_ascii_lowercase();
    let short = unit.strip_suffix('b').unwrap_or(&unit);
    let (letter, thousand) = match short.strip_suffix('i') {
        Some(letter) => (letter, 1024_f64),
        None => (short, 1000.0),
    };
    let power = ["", "k", "m", "g", "t", "p"].iter().position(|known| *known == letter);
    let power = power.filter(|power| *power > 0 || thousand < 1024.0).ok_or_else(wrong)?;
    let bytes = number * thousand.powi(power as i32);
    // Beyond this a float is no exact number of bytes any more, and no image is that large.
    if bytes > (1_u64 << 53) as f64 {
        return Err(wrong());
    }
    Ok(Some(bytes as u64))
}

/// A part of the whole, 0 to 1; `None` for `disabled`.
///
/// # Errors
/// What is wrong with it.
pub fn ratio(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("disabled") {
        return Ok(None);
    }
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number));
    number.map(Some).ok_or_else(|| {
        format!("'{text}' is no ratio: write a number from 0 to 1 (0.95 for 95 %), or disabled")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_in_many_ways() {
        for (text, bytes) in [
            ("20MB", 20_000_000),
            ("20mb", 20_000_000),
            ("20M", 20_000_000),
            ("1.5 KiB", 1536),
            ("4096", 4096),
            ("12B", 12),
            ("1g", 1_000_000_000),
            ("0", 0),
        ] {
            assert_eq!(size(text), Ok(Some(bytes)), "{text}");
        }
        assert_eq!(size("disabled"), Ok(None));
        for wrong in ["", "MB", "-1", "1XB", "1iB", "1e9", "9999999PB", "1.2.3"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ratios_stay_between_nothing_and_all() {
        assert_eq!(ratio("0.95"), Ok(Some(0.95)));
        assert_eq!(ratio("Disabled"), Ok(None));
        for wrong in ["95", "-0.1", "NaN", "95%", ""] {
            assert!(ratio(wrong).is_err(), "{wrong}");
        }
    }
}
