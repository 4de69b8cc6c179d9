//! The format of a cache file: magic, version, key, checksum, tagged parts. Untrusted: a file that is truncated,
//! damaged, of another version or for another key counts as missing.
//!
//! ```text
//!  0  "layertui"      8 bytes
//!  8  version         u32      (all numbers little endian)
//! 12  length of key   u32
//! 16  checksum        u128     XXH3-128 of all that follows
//! 32  key             what the entry is for, in full: see `key`
//!     parts           tag u8 · length u64 · bytes; to the end of the file
//! ```
//!
//! The checksum detects damage, not forgery: who can write to the user's own directory can cause a wrong listing, but
//! nothing worse, because parts are decoded within bounds.

use xxhash_rust::xxh3::xxh3_128;

const MAGIC: &[u8; 8] = b"layertui";

/// Incremented with every change of what entries contain or mean, including changes of how layers are listed.
pub(super) const VERSION: u32 = 2;

const HEADER: usize = 32;

/// The kind of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Tag {
    /// The digest of the entry that has the listing.
    Alias = 1,
    /// A listing in the format of `record`.
    Listing = 2,
    /// Checkpoints of the layer in their own stored form, if its listing has some.
    Checkpoints = 3,
}

/// The bytes of a cache file for `key`.
pub(super) fn seal(key: &[u8], parts: &[(Tag, &[u8])]) -> Vec<u8> {
    let room: usize = parts.iter().map(|(_, bytes)| bytes.len() + 9).sum();
    let mut file = Vec::with_capacity(HEADER + key.len() + room);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&VERSION.to_le_bytes());
    file.extend_from_slice(&(key.len() as u32).to_le_bytes());
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(key);
    for (tag, bytes) in parts {
        file.push(*tag as u8);
        file.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        file.extend_from_slice(bytes);
    }
    let sum = xxh3_128(&file[HEADER..]).to_le_bytes();
    file[16..HEADER].copy_from_slice(&sum);
    file
}

/// The parts of a valid file for `key`.
pub(super) fn open<'f>(file: &'f [u8], key: &[u8]) -> Option<Parts<'f>> {
    let (found, parts) = parse(file)?;
    (found == key).then_some(parts)
}

/// Key and parts of a valid file.
pub(super) fn parse(file: &[u8]) -> Option<(&[u8], Parts<'_>)> {
    let (header, rest) = file.split_at_checked(HEADER)?;
    let number = |at: usize| Some(u32::from_le_bytes(*header.get(at..)?.first_chunk()?));
    if header[..8] != *MAGIC || number(8)? != VERSION {
        return None;
    }
    if u128::from_le_bytes(*header[16..].first_chunk()?) != xxh3_128(rest) {
        return None;
    }
    let (key, parts) = rest.split_at_checked(number(12)? as usize)?;
    Some((key, Parts(parts)))
}

/// The encoded parts of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'f>(&'f [u8]);

impl<'f> Parts<'f> {
    /// The first part with this tag.
    pub(super) fn get(self, tag: Tag) -> Option<&'f [u8]> {
        let mut rest = self.0;
        while let Some((&found, after)) = rest.split_first() {
            let (length, after) = after.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (bytes, after) = after.split_at_checked(length)?;
            if found == tag as u8 {
                return Some(bytes);
            }
            rest = after;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_opens_for_its_key_only() {
        let file = seal(b"key", &[(Tag::Alias, b"one"), (Tag::Listing, b"")]);
        let parts = open(&file, b"key").unwrap();
        assert_eq!(parts.get(Tag::Alias), Some(&b"one"[..]));
        assert_eq!(parts.get(Tag::Listing), Some(&b""[..]));
        assert!(open(&file, b"kex").is_none());
        assert!(open(&file, b"").is_none());
    }

    #[test]
    fn truncation_and_flipped_bits_are_detected() {
        let file = seal(b"key", &[(Tag::Listing, b"some bytes of a listing")]);
        for cut in 0..file.len() {
            assert!(open(&file[..cut], b"key").is_none(), "{cut}");
        }
        for bit in 0..file.len() * 8 {
            let mut damaged = file.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&damaged, b"key").is_none(), "{bit}");
        }
    }

    #[test]
    fn parts_longer_than_the_file_are_refused() {
        let mut file = seal(b"", &[(Tag::Listing, b"abc")]);
        file[HEADER + 1..HEADER + 9].copy_from_slice(&u64::MAX.to_le_bytes());
        let sum = xxh3_128(&file[HEADER..]).to_le_bytes();
        file[16..HEADER].copy_from_slice(&sum);
        assert!(open(&file, b"").unwrap().get(Tag::Listing).is_none());
    }
}
