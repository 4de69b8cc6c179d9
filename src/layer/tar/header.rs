//! The fields of a 512-byte header block in each dialect, and its checksum.

use crate::layer::tar::number;
use crate::layer::tar::number::BadNumber;

/// The size of a block; headers and payloads are padded to it.
pub(super) const BLOCK: usize = 512;

/// The bytes of a header block.
pub(super) type Block = [u8; BLOCK];

const SUM: std::ops::Range<usize> = 148..156;
const PREFIX: usize = 345;

/// Whether a tar begins here: a header, or the two zero blocks that an empty archive consists of.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    let zeros = bytes.get(..2 * BLOCK).is_some_and(|two| two.iter().all(|&byte| byte == 0));
    zeros || is_header(bytes)
}

/// Whether the bytes begin with a header with a valid checksum.
pub(crate) fn is_header(bytes: &[u8]) -> bool {
    bytes.first_chunk::<BLOCK>().is_some_and(|block| !is_zero(block) && checksum_matches(block))
}

/// Whether a block is all zeros, like those at the end of an archive.
pub(super) fn is_zero(block: &[u8]) -> bool {
    block.iter().all(|&byte| byte == 0)
}

/// Whether the checksum is valid: the unsigned sum of the standard, or the signed sum of old writers. 0 is none: in
/// compressed data the field is often `0`, and the signed sum of some blocks is 0.
pub(super) fn checksum_matches(block: &Block) -> bool {
    let Ok(stated @ 1..) = number::field(&block[SUM]) else { return false };
    let all = sum(block);
    let field: u32 = block[SUM].iter().map(|&byte| u32::from(byte)).sum();
    // The field itself counts as eight spaces.
    let unsigned = i64::from(all - field) + 8 * 32;
    if stated == unsigned {
        return true;
    }
    let high = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte >= 0x80).count();
    stated == unsigned - 256 * (high(block) - high(&block[SUM])) as i64
}

/// The sum of the bytes of a block: eight at a time, in four lanes of 16 bits, which 128 bytes cannot overflow.
fn sum(block: &Block) -> u32 {
    const EVEN: u64 = 0x00ff_00ff_00ff_00ff;
    let words = block.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
    let lanes = words.fold(0, |lanes, word| lanes + (word & EVEN) + (word >> 8 & EVEN));
    (0..4).map(|lane| (lanes >> (16 * lane)) as u32 & 0xffff).sum()
}

/// A header block with a valid checksum.
#[derive(Clone, Copy)]
pub(super) struct Header<'b>(pub(super) &'b Block);

impl<'b> Header<'b> {
    /// The type flag.
    pub(super) const fn flag(self) -> u8 {
        self.0[156]
    }

    /// Whether there is a `ustar` magic of any kind; without it the dialect is v7, where a trailing slash marks a
    /// directory.
    pub(super) fn is_ustar(self) -> bool {
        self.0[257..262] == *b"ustar"
    }

    /// The link target field.
    pub(super) fn link(self) -> &'b [u8] {
        until_nul(&self.0[157..257])
    }

    /// Writes the name to `out`: the prefix field, in dialects that have one, and the name field.
    pub(super) fn name(self, out: &mut Vec<u8>) {
        out.clear();
        let prefix = self.prefix();
        if !prefix.is_empty() {
            out.extend_from_slice(prefix);
            out.push(b'/');
        }
        out.extend_from_slice(until_nul(&self.0[..100]));
    }

    /// Whether the name ends with a slash, which marks a directory in old archives.
    pub(super) fn ends_with_slash(self) -> bool {
        until_nul(&self.0[..100]).last() == Some(&b'/')
    }

    fn prefix(self) -> &'b [u8] {
        if self.0[PREFIX] == 0 || !self.is_ustar() {
            return b"";
        }
        if self.0[257..265] == *b"ustar  \0" {
            // GNU tar stores access time and sparse map here. Old Go versions wrote a prefix nevertheless, which is not
            // a number.
            let field = until_nul(&self.0[PREFIX..500]);
            let is_prefix =
                number::field(&self.0[PREFIX..PREFIX + 12]).is_err() && field.is_ascii();
            return if is_prefix { field } else { b"" };
        }
        // star has a shorter prefix, followed by times.
        let end = if self.0[508..512] == *b"tar\0" { 476 } else { 500 };
        until_nul(&self.0[PREFIX..end])
    }

    /// Permission bits, setuid, setgid and sticky.
    pub(super) fn mode(self) -> Result<i64, BadNumber> {
        number::field(&self.0[100..108])
    }

    /// Owner.
    pub(super) fn uid(self) -> Result<i64, BadNumber> {
        number::field(&self.0[108..116])
    }

    /// Group.
    pub(super) fn gid(self) -> Result<i64, BadNumber> {
        number::field(&self.0[116..124])
    }

    /// Length of the payload, unless a pax record overrides it.
    pub(super) fn size(self) -> Result<u64, BadNumber> {
        number::field(&self.0[124..136]).and_then(|size| u64::try_from(size).map_err(|_| BadNumber))
    }

    /// Modification time in seconds.
    pub(super) fn mtime(self) -> Result<i64, BadNumber> {
        number::field(&self.0[136..148])
    }

    /// Major and minor device number; v7 has none.
    pub(super) fn device(self) -> (Result<i64, BadNumber>, Result<i64, BadNumber>) {
        if !self.is_ustar() {
            return (Ok(0), Ok(0));
        }
        let number = |field| {
            number::field(field)
                .and_then(|n| u32::try_from(n).map(i64::from).map_err(|_| BadNumber))
        };
        (number(&self.0[329..337]), number(&self.0[337..345]))
    }
}

/// A text field: up to its first NUL, or all of it.
pub(super) fn until_nul(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}
