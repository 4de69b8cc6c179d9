//! A gzip member whose every block is known: where it begins, in bits, and what came out before.
//!
//! Fixed codes only (RFC 1951, section 3.2.6), and one distance back at which whatever is the same is not stored again.

/// A member, and where its blocks begin.
pub(crate) struct Member {
    pub(crate) bytes: Vec<u8>,
    pub(crate) blocks: Vec<Block>,
}

/// Where a block begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// Bytes of the member that were touched before, and how many high bits of the last of them are the block's.
    pub(crate) input: usize,
    pub(crate) unread: u8,
    /// Bytes that came out before.
    pub(crate) output: usize,
}

/// All matches have this length: code 285, which needs no more bits.
const MATCH: usize = 258;

/// Deflates in blocks of `size` bytes; repetitions are looked for `back` bytes before (1 to 32,768).
pub(crate) fn gzip_in_blocks(contents: &[u8], size: usize, back: usize) -> Member {
    let mut bits = Bits { bytes: b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec(), free: 0 };
    let (mut blocks, mut at) = (Vec::new(), 0);
    while at < contents.len() || blocks.is_empty() {
        let end = (at + size).min(contents.len());
        blocks.push(Block { input: bits.bytes.len(), unread: bits.free, output: at });
        bits.push(u32::from(end == contents.len()) | 0b01 << 1, 3);
        while at < end {
            let again = at + MATCH <= end
                && at >= back
                && contents[at..at + MATCH] == contents[at - back..at - back + MATCH];
            if again {
                bits.code(285);
                bits.distance(back as u32);
                at += MATCH;
            } else {
                bits.code(u32::from(contents[at]));
                at += 1;
            }
        }
        bits.code(256);
    }
    let mut bytes = bits.bytes;
    let mut sum = flate2::Crc::new();
    sum.update(contents);
    bytes.extend(sum.sum().to_le_bytes());
    bytes.extend((contents.len() as u32).to_le_bytes());
    Member { bytes, blocks }
}

/// Bits, the lowest of a byte first.
struct Bits {
    bytes: Vec<u8>,
    /// High bits of the last byte that are not taken yet.
    free: u8,
}

impl Bits {
    /// The `count` low bits of `value`, the lowest first.
    fn push(&mut self, mut value: u32, mut count: u8) {
        while count > 0 {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            let taken = count.min(self.free);
            let low = value as u8 & (0xff >> (8 - taken));
            *self.bytes.last_mut().unwrap() |= low << (8 - self.free);
            self.free -= taken;
            value >>= taken;
            count -= taken;
        }
    }

    /// A code, the highest bit first.
    fn reversed(&mut self, code: u32, count: u8) {
        self.push(code.reverse_bits() >> (32 - u32::from(count)), count);
    }

    /// A literal, a length or the end of a block.
    fn code(&mut self, symbol: u32) {
        match symbol {
            0..=143 => self.reversed(0x30 + symbol, 8),
            144..=255 => self.reversed(0x190 + symbol - 144, 9),
            256..=279 => self.reversed(symbol - 256, 7),
            _ => self.reversed(0xc0 + symbol - 280, 8),
        }
    }

    fn distance(&mut self, back: u32) {
        if back <= 4 {
            return self.reversed(back - 1, 5);
        }
        // Two codes for each number of further bits, from 1 on.
        let more = (back - 1).ilog2() - 1;
        let half = (back - 1) >> more & 1;
        self.reversed(2 * (more + 1) + half, 5);
        self.push((back - 1) & ((1 << more) - 1), more as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_gzip_with_blocks_at_every_bit() {
        let mut contents: Vec<u8> =
            (0..200_000u32).map(|at| (at.wrapping_mul(at) >> 3) as u8).collect();
        contents.extend_from_within(100_000..160_000);
        for back in [1, 3, 4, 5, 29_999, 32_768, 27_232] {
            let member = gzip_in_blocks(&contents, 7000, back);
            let mut found = Vec::new();
            let mut decoder = flate2::read::GzDecoder::new(&member.bytes[..]);
            std::io::Read::read_to_end(&mut decoder, &mut found).unwrap();
            assert!(found == contents);
            let unread: std::collections::HashSet<u8> =
                member.blocks.iter().map(|block| block.unread).collect();
            assert!(unread.len() > 4, "{unread:?}");
        }
    }
}
