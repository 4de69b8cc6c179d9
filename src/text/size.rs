//! Byte counts and numbers in columns: decimal units, as container tools print them. And sizes as people type them.

use humansize::{DECIMAL, FixedAt, format_size};

use crate::text::{Visible, visible};

/// Cells that [`fixed`] fills.
pub const CELLS: usize = 6;
/// Cells that [`signed`] fills: a sign and six.
pub const SIGNED_CELLS: usize = 7;

/// No size has more than 19 EB.
const LARGEST: (u32, FixedAt, &str) = (6, FixedAt::Exa, "EB");
const UNITS: [(u32, FixedAt, &str); 6] = [
    (1, FixedAt::Kilo, "kB"),
    (2, FixedAt::Mega, "MB"),
    (3, FixedAt::Giga, "GB"),
    (4, FixedAt::Tera, "TB"),
    (5, FixedAt::Peta, "PB"),
    LARGEST,
];

/// Exactly six cells, right-aligned: ` 922 B`, `1.4 kB`, ` 18 MB`, `856 MB`.
#[must_use]
pub fn fixed(bytes: u64) -> Visible<'static> {
    Visible::owned(format!("{:>CELLS$}", short(bytes)))
}

/// [`fixed`], or as many blanks where there is no size.
#[must_use]
pub fn fixed_or_blank(bytes: Option<u64>) -> Visible<'static> {
    bytes.map_or_else(|| Visible::blanks(CELLS), fixed)
}

/// Exactly seven cells, right-aligned, with the sign of a difference: `+1.4 kB`, `-856 MB`, `    0 B`.
#[must_use]
pub fn signed(bytes: i64) -> Visible<'static> {
    Visible::owned(format!(
        "{:>SIGNED_CELLS$}",
        format!("{}{}", sign(bytes), short(bytes.unsigned_abs()))
    ))
}

const fn sign(bytes: i64) -> &'static str {
    match bytes {
        0 => "",
        1.. => "+",
        _ => "-",
    }
}

/// At most six cells: one decimal below ten of a unit, none above.
#[must_use]
pub fn short(bytes: u64) -> Visible<'static> {
    if bytes < 1000 {
        return Visible::owned(format!("{bytes} B"));
    }
    let (power, _, unit) = unit(bytes, 999.5);
    let (bytes, scale) = (u128::from(bytes), 1000_u128.pow(power));
    let tenths = (bytes * 10 + scale / 2) / scale;
    if tenths < 100 {
        return Visible::owned(format!("{}.{} {unit}", tenths / 10, tenths % 10));
    }
    Visible::owned(format!("{} {unit}", (bytes + scale / 2) / scale))
}

/// A unit as a power of 1000, for humansize and by its name, in which a size of at least 1 kB is below `four_digits`, from which on
/// rounding would give 1000: 999.95 with one decimal, 999.5 without.
fn unit(bytes: u64, four_digits: f64) -> (u32, FixedAt, &'static str) {
    // Divided as humansize does, so that both round alike.
    let sizes = std::iter::successors(Some(bytes as f64 / 1000.0), |size| Some(size / 1000.0));
    let found = UNITS.into_iter().zip(sizes).find(|(_, size)| *size < four_digits);
    found.map_or(LARGEST, |(unit, _)| unit)
}

/// For details: `18,402,816 B (18.4 MB)`; `922 B` below 1 kB.
#[must_use]
pub fn long(bytes: u64) -> Visible<'static> {
    exact_and_rounded("", bytes)
}

/// [`long`] for a difference: `+18,402,816 B (+18.4 MB)`.
#[must_use]
pub fn signed_long(bytes: i64) -> Visible<'static> {
    exact_and_rounded(sign(bytes), bytes.unsigned_abs())
}

fn exact_and_rounded(sign: &'static str, bytes: u64) -> Visible<'static> {
    let exact = visible![sign, count(bytes), " B"];
    if bytes < 1000 {
        return exact;
    }
    let (_, unit, _) = unit(bytes, 999.95);
    let one_decimal = DECIMAL.decimal_places(1).decimal_zeroes(1).fixed_at(Some(unit));
    Visible::owned(format!("{exact} ({sign}{})", format_size(bytes, one_decimal)))
}

/// A share between 0 and 1 as a percentage: `97.3 %`.
#[must_use]
pub fn percent(share: f64) -> Visible<'static> {
    Visible::owned(format!("{:.1} %", share * 100.0))
}

/// A number with thousands separators: `2,340`.
#[must_use]
pub fn count(number: u64) -> Visible<'static> {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    Visible::owned(out)
}

/// Parses a size as people type it: `4096`, `10k`, `20 MB`, `1.5GiB`. Units are decimal, those with an `i` powers of
/// 1024; case does not matter. Fractions of a byte are cut off.
///
/// # Errors
/// A message with examples, if it is not a size, or one above 2^53 bytes.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("'{text}' is not a size: write 500, 10k, 1.5MB or 2GiB");
    let number = text.trim();
    let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let (number, unit) = number.split_at(end);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let unit = unit.trim_start().to_ascii_lowercase();
    let prefix = unit.strip_suffix('b').unwrap_or(&unit);
    let (prefix, base) = match prefix.strip_suffix('i') {
        Some("") => return Err(wrong()),
        Some(prefix) => (prefix, 1024_f64),
        None => (prefix, 1000.0),
    };
    let power = ["", "k", "m", "g", "t", "p"].iter().position(|known| *known == prefix);
    let bytes = number * base.powi(power.ok_or_else(wrong)? as i32);
    // Above this, f64 does not hold every whole number.
    if bytes > (1_u64 << 53) as f64 { Err(wrong()) } else { Ok(bytes as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_typed_in_many_ways() {
        for (text, bytes) in [
            ("20MB", 20_000_000),
            ("20mb", 20_000_000),
            ("20M", 20_000_000),
            ("1.5 KiB", 1536),
            ("1.5k", 1500),
            ("2Gi", 2 << 30),
            ("1T", 1_000_000_000_000),
            (" 4096 ", 4096),
            ("12B", 12),
            ("1g", 1_000_000_000),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for wrong in
            ["", "MB", "-1", "7x", "1XB", "1iB", "1i", "1bb", "1e9", "9999999PB", "1.2.3", "."]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_have_six_cells() {
        for (bytes, shown) in [
            (0, "   0 B"),
            (922, " 922 B"),
            (999, " 999 B"),
            (1000, "1.0 kB"),
            (1449, "1.4 kB"),
            (9949, "9.9 kB"),
            (9950, " 10 kB"),
            (18_402_816, " 18 MB"),
            (856_000_000, "856 MB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (u64::MAX, " 18 EB"),
        ] {
            assert_eq!(fixed(bytes), shown);
        }
        let mut bytes = 1u64;
        while let Some(next) = bytes.checked_mul(3) {
            for near in [bytes - 1, bytes, bytes + 1] {
                assert_eq!(fixed(near).len(), CELLS, "{near}");
                assert_eq!(signed(-(near as i64)).len(), SIGNED_CELLS, "{near}");
            }
            bytes = next;
        }
    }

    #[test]
    fn a_difference_shows_its_sign() {
        assert_eq!(signed(0), "    0 B");
        assert_eq!(signed(1449), "+1.4 kB");
        assert_eq!(signed(-856_000_000), "-856 MB");
        assert_eq!(signed(i64::MIN), "-9.2 EB");
    }

    #[test]
    fn details_are_exact() {
        assert_eq!(long(922), "922 B");
        assert_eq!(long(18_402_816), "18,402,816 B (18.4 MB)");
        assert_eq!(long(999_949), "999,949 B (999.9 kB)");
        assert_eq!(long(999_950), "999,950 B (1.0 MB)");
        for power in 1..=5 {
            let limit = 999_950 * 1000_u64.pow(power - 1);
            for near in [limit - 1, limit, limit + 1] {
                assert!(!long(near).plain().contains("(1000"), "{}", long(near));
            }
        }
        assert_eq!(long(u64::MAX), "18,446,744,073,709,551,615 B (18.4 EB)");
        assert_eq!(signed_long(-2000), "-2,000 B (-2.0 kB)");
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, shown) in [(0, "0"), (999, "999"), (2340, "2,340"), (1_000_000, "1,000,000")] {
            assert_eq!(count(number), shown);
        }
    }
}
