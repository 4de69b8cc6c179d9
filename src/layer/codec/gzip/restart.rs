//! Starts to inflate in the middle of a deflate stream: between two blocks, with the bytes before as a dictionary.
//!
//! A block can begin at any bit, but an inflater starts at a byte. So it first gets empty blocks made here, whose
//! length in bits moves it to the right bit. The inflater does not say at which bit a block begins; all eight are
//! tried, and compared with the bytes that were decoded.

use xxhash_rust::xxh3::xxh3_64;
use zlib_rs::{Deflate, DeflateFlush, Inflate, InflateFlush, Status};

use crate::layer::blob::Blob;
use crate::layer::checkpoints::{DeflateState, Point, Proof, Sums, WINDOW, Window};

/// The largest window, 2¹⁵ bytes; a gzip header does not state its size.
pub(crate) const WINDOW_BITS: u8 = 15;

/// Input in bytes for 32 KiB of output in the worst case, with empty blocks between.
const TRIAL_INPUT: usize = 64 * 1024;

/// Windows are mostly zeros: a higher level is slower and not noticeably smaller.
const LEVEL: i32 = 3;

/// An empty block with dynamic codes (RFC 1951, section 3.2.7), lowest bit first: 91 bits. Only an odd length reaches
/// every bit of a byte. Pairs of value and number of bits.
const EMPTY_BLOCK: [(u32, u32); 16] = [
    // Not the last block; dynamic codes; 257 literals and lengths, 1 distance, 18 lengths of code lengths.
    (0, 1),
    (2, 2),
    (0, 5),
    (0, 5),
    (14, 4),
    // In the order 16, 17, 18, 0, 8, 7 … 14, 2, 14, 1: 18 and 1 have one bit each.
    (0, 6),
    (1, 3),
    (0, 21),
    (0, 21),
    (1, 3),
    // 18, twice: 138 and 117 zeros, for the literals 0 to 254.
    (1, 1),
    (138 - 11, 7),
    (1, 1),
    (117 - 11, 7),
    // 1, three times: one bit each for literal 255, the end of the block and the only distance.
    (0, 3),
    // The end of the block.
    (1, 1),
];

/// A possible checkpoint between two blocks.
pub(in crate::layer) struct Candidate {
    /// Offset in the blob of the first byte that was not read.
    pub(in crate::layer) input: u64,
    /// Offset in the uncompressed stream.
    pub(in crate::layer) output: u64,
    /// CRC and length of the member up to here.
    pub(in crate::layer) sums: Sums,
    /// The decoded bytes before.
    pub(in crate::layer) window: Vec<u8>,
}

impl Candidate {
    /// A checkpoint, if decoding can start here in exactly one way that gives `follow`, the 32 KiB that were decoded
    /// after it.
    pub(in crate::layer) fn verify(self, blob: &Blob, follow: &[u8]) -> Option<Point> {
        let mut bytes = vec![0; TRIAL_INPUT];
        let count = blob.fill_at(&mut bytes, self.input.checked_sub(1)?).ok()?;
        let (&last, rest) = bytes[..count].split_first()?;
        let mut trial = TrialInflate { inflate: Inflate::new(false, WINDOW_BITS), last, rest };
        let mut out = vec![0; follow.len()];
        let fitting: Vec<u8> = (0..8)
            .filter(|&unread| {
                // Also those that need more input: one of them may be the right one.
                let count = trial.run(&self.window, unread, &mut out);
                count.is_some_and(|count| follow.starts_with(&out[..count]))
            })
            .collect();
        let (&unread, others) = fitting.split_first()?;
        if others.iter().any(|&other| !trial.is_same_stored_block(unread, other)) {
            return None;
        }
        let window = zero_unused(
            &self.window,
            |dictionary, out| {
                trial.run(dictionary, unread, out).is_some_and(|count| count == follow.len())
            },
            follow.len(),
        )?;
        let proof = Proof { len: follow.len() as u32, hash: xxh3_64(follow) };
        let state = DeflateState { unread, sums: self.sums, window: Window::pack(&window)?, proof };
        Some(Point { input: self.input, output: self.output, state: Some(state) })
    }
}

/// Decodes from a candidate on trial.
struct TrialInflate<'b> {
    inflate: Inflate,
    last: u8,
    rest: &'b [u8],
}

impl TrialInflate<'_> {
    /// The number of decoded bytes, fewer than the length of `out` if the input is too short; `None` if the data is
    /// invalid or the member ends before.
    fn run(&mut self, dictionary: &[u8], unread: u8, out: &mut [u8]) -> Option<usize> {
        begin(&mut self.inflate, dictionary, unread, self.last)?;
        let before = self.inflate.total_out();
        let status = self.inflate.decompress(self.rest, out, InflateFlush::NoFlush).ok()?;
        let count = (self.inflate.total_out() - before) as usize;
        (count == out.len() || status != Status::StreamEnd).then_some(count)
    }

    /// Whether two bit positions are equivalent: both are the header of the same stored block, whose bits up to the
    /// next byte are ignored (RFC 1951, section 3.2.4).
    fn is_same_stored_block(&self, one: u8, other: u8) -> bool {
        let stored = |unread: u8| {
            let next = u16::from(*self.rest.first()?);
            let header = (next << unread | u16::from(self.last) >> (8 - unread)) & 0b111;
            let (last_block, kind, in_next) = (header & 1, header >> 1, unread < 3);
            (kind == 0).then_some((last_block, in_next))
        };
        stored(one).is_some() && stored(one) == stored(other)
    }
}

/// Prepares an inflater to continue between two blocks: `dictionary` is the output before, and the `unread` high bits
/// of the byte `last` are not decoded yet.
pub(super) fn begin(inflate: &mut Inflate, dictionary: &[u8], unread: u8, last: u8) -> Option<()> {
    inflate.reset(false);
    inflate.set_dictionary(dictionary).ok()?;
    if unread > 0 {
        let padding = padding_blocks(8 - u32::from(unread), last);
        // One byte of output, which stays unused: so few bits are only the beginning of a block.
        let status = inflate.decompress(&padding, &mut [0], InflateFlush::NoFlush).ok()?;
        let whole = inflate.total_in() == padding.len() as u64 && inflate.total_out() == 0;
        if status == Status::StreamEnd || !whole {
            return None;
        }
    }
    Some(())
}

/// Empty blocks that end after the `passed` low bits of a byte, followed by the other bits of `last`.
fn padding_blocks(passed: u32, last: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut pending, mut bits) = (0_u64, 0);
    // 91 is 3 modulo 8, and 3 times 3 is 1.
    for _ in 0..passed * 3 % 8 {
        for (value, count) in EMPTY_BLOCK {
            pending |= u64::from(value) << bits;
            bits += count;
            while bits >= 8 {
                bytes.push(pending as u8);
                pending >>= 8;
                bits -= 8;
            }
        }
    }
    bytes.push(pending as u8 | last >> passed << passed);
    bytes
}

/// Zeroes the bytes of a window that nothing refers to. `decode` fills its output with the bytes decoded for a
/// dictionary; `false` if that fails.
///
/// Output bytes that differ for two dictionaries which differ at every offset come from the dictionary; the two values
/// of an output byte state the offset.
fn zero_unused(
    window: &[u8],
    mut decode: impl FnMut(&[u8], &mut [u8]) -> bool,
    len: usize,
) -> Option<Vec<u8>> {
    // In runs of 256 bytes, which are copied: byte by byte this takes most of the time of a listing.
    let counting: Vec<u8> = (0..512).map(|at| at as u8).collect();
    let (mut low, mut shifted) = (Vec::new(), Vec::new());
    for block in 0..window.len().div_ceil(256) {
        low.extend_from_slice(&counting[..256]);
        shifted.extend_from_slice(&counting[block % 256 + 1..][..256]);
    }
    low.truncate(window.len());
    shifted.truncate(window.len());
    let (mut one, mut other) = (vec![0; len], vec![0; len]);
    if !decode(&low, &mut one) || !decode(&shifted, &mut other) {
        return None;
    }
    let mut used = vec![0; window.len()];
    for (one, other) in one.chunks(64).zip(other.chunks(64)).filter(|(one, other)| one != other) {
        for (&one, &other) in one.iter().zip(other).filter(|(one, other)| one != other) {
            let block = usize::from(other.wrapping_sub(one).wrapping_sub(1));
            let at = block << 8 | usize::from(one);
            *used.get_mut(at)? = window[at];
        }
    }
    Some(used)
}

impl Window {
    /// Deflates a window.
    fn pack(window: &[u8]) -> Option<Self> {
        let mut packed = vec![0; window.len() + 1024];
        let mut deflate = Deflate::new(LEVEL, false, WINDOW_BITS);
        let status = deflate.compress(window, &mut packed, DeflateFlush::Finish).ok()?;
        packed.truncate(deflate.total_out() as usize);
        (status == Status::StreamEnd)
            .then(|| Self { len: window.len() as u32, packed: packed.into() })
    }

    /// The inflated window, if its length is as stated.
    pub(super) fn unpack(&self) -> Option<Vec<u8>> {
        let len = self.len as usize;
        // One byte more than stated, to detect a longer window.
        let mut window = vec![0; len.min(WINDOW) + 1];
        let mut inflate = Inflate::new(false, WINDOW_BITS);
        let status = inflate.decompress(&self.packed, &mut window, InflateFlush::NoFlush).ok()?;
        let whole = status == Status::StreamEnd && inflate.total_out() == len as u64;
        window.truncate(len);
        whole.then_some(window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_block_has_an_odd_length_and_reaches_every_bit() {
        let bits: u32 = EMPTY_BLOCK.iter().map(|(_, bits)| bits).sum();
        assert_eq!(bits, 91);
        // A stored block of two bytes, shifted to every bit of a byte. Its own padding ends at a byte.
        for passed in 1..=5_u32 {
            let unread = (8 - passed) as u8;
            let mut inflate = Inflate::new(false, WINDOW_BITS);
            // The three header bits (1: the last block; 00: stored) are in the high bits of the byte.
            begin(&mut inflate, b"dictionary", unread, 1 << passed | ((1 << passed) - 1)).unwrap();
            let mut out = [0; 8];
            let status = inflate
                .decompress(&[2, 0, 0xfd, 0xff, b'o', b'k'], &mut out, InflateFlush::NoFlush)
                .unwrap();
            assert_eq!((status, &out[..2]), (Status::StreamEnd, &b"ok"[..]), "{passed}");
        }
    }

    #[test]
    fn windows_unpack_to_their_stated_length_only() {
        let bytes: Vec<u8> = (0..WINDOW).map(|at| ((at * at) >> 7) as u8).collect();
        let window = Window::pack(&bytes).unwrap();
        assert_eq!(window.unpack().unwrap(), bytes);
        for len in [0, 5, WINDOW as u32 - 1, u32::MAX] {
            assert_eq!(Window { len, ..window.clone() }.unpack(), None);
        }
        assert_eq!(Window { len: 3, packed: [7; 9].into() }.unpack(), None);
    }
}
