//! Values in containerd's databases: varints of Go's `encoding/binary`, times of Go's `Time.MarshalBinary`.

use jiff::Timestamp;

/// Seconds from year 1, Go's epoch, to 1970.
const TO_1970: i64 = 62_135_596_800;

/// Text; invalid UTF-8 is replaced.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An unsigned varint that fills all the bytes.
pub(super) fn unsigned(bytes: &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate() {
        let bits = u64::from(byte & 0x7F);
        let shifted = bits.checked_shl(7 * at as u32).filter(|it| it >> (7 * at) == bits)?;
        number |= shifted;
        if byte & 0x80 == 0 {
            return (at + 1 == bytes.len()).then_some(number);
        }
    }
    None
}

/// A signed (zigzag) varint; `None` if negative.
pub(super) fn signed(bytes: &[u8]) -> Option<u64> {
    let zigzag = unsigned(bytes)?;
    (zigzag & 1 == 0).then_some(zigzag >> 1)
}

/// RFC 3339. `None` for Go's zero time, which means "unknown".
pub(super) fn time(bytes: &[u8]) -> Option<String> {
    // Version 2 adds seconds to the zone offset, which does not affect the instant.
    let (1 | 2, rest) = (*bytes.first()?, &bytes[1..]) else { return None };
    let seconds = i64::from_be_bytes(*rest.first_chunk()?);
    let nanos = i32::from_be_bytes(*rest.get(8..)?.first_chunk()?);
    if seconds == 0 {
        return None;
    }
    Timestamp::new(seconds.checked_sub(TO_1970)?, nanos).ok().map(|time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_must_fill_all_bytes() {
        assert_eq!(unsigned(&[0x80, 0x20]), Some(4096));
        assert_eq!(signed(&[0xFA, 0x0D]), Some(893));
        assert_eq!(signed(&[1]), None, "-1");
        let largest = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1];
        assert_eq!(unsigned(&largest), Some(u64::MAX));
        for odd in [
            &[][..],
            &[0x80],
            &[1, 1],
            &[0xFF; 12],
            &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2],
        ] {
            assert_eq!(unsigned(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn times_are_in_go_binary_format() {
        let time_of = |hex: &[u8]| time(hex);
        let recorded = [1, 0, 0, 0, 0x0E, 0xE2, 0x96, 0x9D, 1, 0x31, 3, 0x85, 0xB3, 0xFF, 0xFF];
        assert_eq!(time_of(&recorded).as_deref(), Some("2026-11-23T20:45:53.822314419Z"));
        assert_eq!(time(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]), None);
        assert_eq!(time(&recorded[..9]), None);
        assert_eq!(time(&[3; 15]), None);
        let mut far = recorded;
        far[1] = 0x7F;
        assert_eq!(time(&far), None);
    }
}
