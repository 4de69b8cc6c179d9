//! The numbers of tar headers: octal text, base-256 of GNU tar, and decimals of pax.

use crate::stack::kept::entry::Mtime;

/// A field is not a number, or has more than 63 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadNumber;

/// Parses a numeric header field: octal digits between spaces and NULs, or base-256 (two's complement, high bit set).
/// An empty field is 0.
#[inline]
pub(super) fn field(bytes: &[u8]) -> Result<i64, BadNumber> {
    common(bytes).map_or_else(|| any(bytes), Ok)
}

fn any(bytes: &[u8]) -> Result<i64, BadNumber> {
    match bytes.first() {
        Some(first) if first & 0x80 != 0 => base256(bytes),
        _ => octal(bytes),
    }
}

/// The number of a field of 8 or 12 bytes as nearly every writer fills it: octal digits, and up to two spaces or NULs
/// at its end. Parses eight digits at once, since a header has six such fields.
#[inline]
fn common(bytes: &[u8]) -> Option<i64> {
    let (first, rest) = bytes.split_first_chunk::<8>()?;
    let first = u64::from_be_bytes(*first);
    let value = match *rest {
        [] => eight_digits(without_end(first).0)?,
        [a, b, c, d] => {
            let last = ZEROS << 32 | u64::from(u32::from_be_bytes([a, b, c, d]));
            let (last, ends) = without_end(last);
            eight_digits(first)? << (3 * (4 - ends)) | eight_digits(last)?
        }
        _ => return None,
    };
    Some(value as i64)
}

/// Eight digits `0`.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Moves up to two spaces or NULs at the end of eight characters out of them, with zeros before the rest; also returns
/// their number.
const fn without_end(characters: u64) -> (u64, u32) {
    const NOT_SPACE: u64 = !0x20 & 0xff;
    let ends = match characters {
        _ if characters & NOT_SPACE != 0 => return (characters, 0),
        _ if characters & NOT_SPACE << 8 != 0 => 1,
        _ => 2,
    };
    (characters >> (8 * ends) | ZEROS << (64 - 8 * ends), ends)
}

/// The value of eight octal digits, the first in the highest byte; `None` if one is another character.
const fn eight_digits(characters: u64) -> Option<u64> {
    let digits = characters ^ ZEROS;
    if digits & !0x0707_0707_0707_0707 != 0 {
        return None;
    }
    // Neighbours are joined: digits of 3 bits to 6, these to 12, these to 24.
    let pairs = (digits >> 5 | digits) & 0x003f_003f_003f_003f;
    let fours = (pairs >> 10 | pairs) & 0x0000_0fff_0000_0fff;
    Some((fours >> 20 | fours) & 0x00ff_ffff)
}

fn octal(bytes: &[u8]) -> Result<i64, BadNumber> {
    let mut rest = bytes;
    while let [b' ' | 0, after @ ..] = rest {
        rest = after;
    }
    let mut value = 0i64;
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 7 {
            return if matches!(byte, b' ' | 0) { Ok(value) } else { Err(BadNumber) };
        }
        if value >> 60 != 0 {
            return Err(BadNumber);
        }
        value = value << 3 | i64::from(digit);
    }
    Ok(value)
}

fn base256(bytes: &[u8]) -> Result<i64, BadNumber> {
    // The marker bit is not part of the number: it is replaced by the sign bit below it.
    let negative = bytes[0] & 0x40 != 0;
    let mut value = if negative { -1i64 } else { 0 };
    for (index, &byte) in bytes.iter().enumerate() {
        let byte = match (index, negative) {
            (0, true) => byte | 0x80,
            (0, false) => byte & 0x7f,
            _ => byte,
        };
        let shifted = value << 8;
        if shifted >> 8 != value {
            return Err(BadNumber);
        }
        value = shifted | i64::from(byte);
    }
    Ok(value)
}

/// An owner or group. A negative one (`nobody` as -2) becomes 32 bits unsigned, as in the kernel.
pub(super) fn owner(value: i64) -> u64 {
    if value < 0 { u64::from(value as u32) } else { value as u64 }
}

/// Parses a pax integer that may not be negative.
pub(super) fn decimal(text: &[u8]) -> Result<u64, BadNumber> {
    let value = signed(text)?;
    u64::try_from(value).map_err(|_| BadNumber)
}

/// Parses a pax integer.
pub(super) fn signed(text: &[u8]) -> Result<i64, BadNumber> {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(BadNumber)
}

/// Parses a pax time: decimal seconds with an optional fraction, possibly negative. Digits below nanoseconds are
/// dropped.
pub(super) fn time(text: &[u8]) -> Result<Mtime, BadNumber> {
    let (whole, fraction) = match memchr::memchr(b'.', text) {
        Some(dot) => (&text[..dot], &text[dot + 1..]),
        None => (text, &b""[..]),
    };
    let negative = whole.first() == Some(&b'-');
    let seconds = match whole {
        b"" | b"-" if !fraction.is_empty() => 0,
        _ => signed(whole)?,
    };
    let mut nanos = 0u32;
    for index in 0..9 {
        let digit = fraction.get(index).copied().unwrap_or(b'0');
        if !digit.is_ascii_digit() {
            return Err(BadNumber);
        }
        nanos = nanos * 10 + u32::from(digit - b'0');
    }
    if !fraction.iter().all(u8::is_ascii_digit) {
        return Err(BadNumber);
    }
    if negative && nanos > 0 {
        let seconds = seconds.checked_sub(1).ok_or(BadNumber)?;
        return Ok(Mtime { seconds, nanos: 1_000_000_000 - nanos });
    }
    Ok(Mtime { seconds, nanos })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_fields() {
        for (bytes, expected) in [
            (&b"0000755\0"[..], Ok(0o755)),
            (b"   755 \0", Ok(0o755)),
            (b"77777777777\0", Ok(0o77_777_777_777)),
            (b"777777777777", Ok(0o777_777_777_777)),
            (b"\0\0\0\0\0\0\0\0", Ok(0)),
            (b"", Ok(0)),
            (b"12 34", Ok(0o12)),
            (b"0000008\0", Err(BadNumber)),
            (b"-1\0", Err(BadNumber)),
        ] {
            assert_eq!(field(bytes), expected, "{bytes:?}");
        }
    }

    /// Eight digits at once give the same as one after another.
    #[test]
    fn common_fields_are_parsed_as_any_other() {
        let characters = b"0123456789 \0 \0-\x80";
        let mut random = 1u64;
        let mut parsed = 0;
        for round in 0..40_000 {
            let mut bytes = [0; 12];
            let digits = round % 14;
            for (at, byte) in bytes.iter_mut().enumerate() {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let any = (random >> 33) as usize;
                *byte = if at < digits {
                    b'0' + (any % 8) as u8
                } else {
                    characters[any % characters.len()]
                };
            }
            for bytes in [&bytes[..8], &bytes[..]] {
                if let Some(value) = common(bytes) {
                    assert_eq!(any(bytes), Ok(value), "{bytes:?}");
                    parsed += 1;
                }
            }
        }
        assert!(parsed > 10_000, "only {parsed} were parsed eight digits at once");
    }

    #[test]
    fn base_256_fields() {
        let mut field_of = [0; 12];
        field_of[0] = 0x80;
        field_of[4..].copy_from_slice(&i64::MAX.to_be_bytes());
        assert_eq!(field(&field_of), Ok(i64::MAX));
        field_of[4] = 0x80;
        assert_eq!(field(&field_of), Err(BadNumber));
        assert_eq!(field(&[0xff; 12]), Ok(-1));
        assert_eq!(
            field(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]).map(owner),
            Ok(4_294_967_294)
        );
        assert_eq!(field(&[0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]), Ok(0x7fff_ffff));
    }

    #[test]
    fn pax_times() {
        for (text, expected) in [
            ("1350244992.023960108", Ok((1_350_244_992, 23_960_108))),
            ("5", Ok((5, 0))),
            ("-1.5", Ok((-2, 500_000_000))),
            ("-0.25", Ok((-1, 750_000_000))),
            (".5", Ok((0, 500_000_000))),
            ("1.0000000009", Ok((1, 0))),
            ("", Err(BadNumber)),
            ("1.x", Err(BadNumber)),
            ("1.0000000000x", Err(BadNumber)),
            ("99999999999999999999", Err(BadNumber)),
        ] {
            assert_eq!(
                time(text.as_bytes()).map(|time| (time.seconds, time.nanos)),
                expected,
                "{text}"
            );
        }
    }
}
