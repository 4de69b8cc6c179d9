//! Serialised checkpoints: versioned, with a checksum, and checked when they are read.
//!
//! Little-endian: magic with version, xxh3 of the rest, codec, blob length, number of points, points. Another version
//! is not an error: the caller decodes the layer again.

use xxhash_rust::xxh3::xxh3_64;

use crate::layer::checkpoints::{Checkpoints, DeflateState, Point, Proof, Sums, WINDOW, Window};
use crate::layer::encoding::Codec;

/// The last byte is the version.
const MAGIC: [u8; 8] = *b"ltpoint\x01";

/// An upper bound for 32 KiB deflated.
const PACKED_MAX: usize = WINDOW + 1024;

const CODECS: [Codec; 4] = [Codec::Gzip, Codec::Zstd, Codec::Bzip2, Codec::Xz];

impl Checkpoints {
    /// Serialises the checkpoints for [`Self::from_bytes`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        body.push(
            CODECS.iter().position(|&codec| codec == self.codec).map_or(u8::MAX, |at| at as u8),
        );
        body.extend(self.blob_len.to_le_bytes());
        body.extend((self.points.len() as u32).to_le_bytes());
        for point in &self.points {
            write_point(point, &mut body);
        }
        [&MAGIC[..], &xxh3_64(&body).to_le_bytes(), &body].concat()
    }

    /// Reads the output of [`Self::to_bytes`]. `None` for another version, damage, or other data.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let body = bytes.strip_prefix(&MAGIC)?;
        let (hash, body) = body.split_first_chunk::<8>()?;
        if xxh3_64(body) != u64::from_le_bytes(*hash) {
            return None;
        }
        let mut fields = Fields(body);
        let codec = *CODECS.get(usize::from(fields.u8()?))?;
        let blob_len = fields.u64()?;
        let count = fields.u32()?;
        let mut points: Vec<Point> = Vec::new();
        let (mut input, mut output) = (0, 0);
        for _ in 0..count {
            let point = fields.point()?;
            let sound = point.input > input && point.input <= blob_len && point.output >= output;
            if !sound || (point.state.is_some() && codec != Codec::Gzip) {
                return None;
            }
            (input, output) = (point.input, point.output);
            points.push(point);
        }
        fields.0.is_empty().then_some(Self { codec, blob_len, points })
    }
}

fn write_point(point: &Point, out: &mut Vec<u8>) {
    out.extend(point.input.to_le_bytes());
    out.extend(point.output.to_le_bytes());
    out.push(u8::from(point.state.is_some()));
    let Some(DeflateState { unread, sums, window, proof }) = &point.state else { return };
    out.push(*unread);
    out.extend(sums.crc.to_le_bytes());
    out.extend(sums.length.to_le_bytes());
    out.extend(proof.len.to_le_bytes());
    out.extend(proof.hash.to_le_bytes());
    out.extend(window.len.to_le_bytes());
    out.extend((window.packed.len() as u32).to_le_bytes());
    out.extend(&window.packed);
}

/// The unread bytes.
struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*array)
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn point(&mut self) -> Option<Point> {
        let (input, output) = (self.u64()?, self.u64()?);
        let state = match self.u8()? {
            0 => None,
            1 => Some(self.state()?),
            _ => return None,
        };
        Some(Point { input, output, state })
    }

    fn state(&mut self) -> Option<DeflateState> {
        let unread = self.u8()?;
        let sums = Sums { crc: self.u32()?, length: self.u32()? };
        let proof = Proof { len: self.u32()?, hash: self.u64()? };
        let len = self.u32()?;
        let packed = self.u32()? as usize;
        let sound = unread < 8
            && proof.len as usize <= WINDOW
            && len as usize <= WINDOW
            && packed <= PACKED_MAX;
        if !sound {
            return None;
        }
        let (packed, rest) = self.0.split_at_checked(packed)?;
        self.0 = rest;
        Some(DeflateState { unread, sums, window: Window { len, packed: packed.into() }, proof })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Checkpoints {
        let state = DeflateState {
            unread: 3,
            sums: Sums { crc: 7, length: 9 },
            window: Window { len: 100, packed: vec![1, 2, 3].into() },
            proof: Proof { len: 5, hash: 11 },
        };
        let points = vec![
            Point { input: 10, output: 100, state: None },
            Point { input: 20, output: 200, state: Some(state) },
        ];
        Checkpoints { codec: Codec::Gzip, blob_len: 30, points }
    }

    #[test]
    fn bytes_and_back() {
        let points = sample();
        assert_eq!(Checkpoints::from_bytes(&points.to_bytes()), Some(points));
    }

    #[test]
    fn damage_is_noticed() {
        let bytes = sample().to_bytes();
        for at in 0..bytes.len() {
            assert_eq!(Checkpoints::from_bytes(&bytes[..at]), None, "cut at {at}");
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            assert_eq!(Checkpoints::from_bytes(&flipped), None, "flipped at {at}");
        }
        assert_eq!(Checkpoints::from_bytes(&[bytes, vec![0]].concat()), None);
    }

    #[test]
    fn inconsistent_fields_are_refused_even_with_a_valid_checksum() {
        for spoil in [
            |points: &mut Checkpoints| points.blob_len = 15,
            |points: &mut Checkpoints| points.codec = Codec::Zstd,
            |points: &mut Checkpoints| points.points.reverse(),
            |points: &mut Checkpoints| {
                if let Some(state) = &mut points.points[1].state {
                    state.unread = 8;
                }
            },
            |points: &mut Checkpoints| {
                if let Some(state) = &mut points.points[1].state {
                    state.window.len = WINDOW as u32 + 1;
                }
            },
        ] {
            let mut points = sample();
            spoil(&mut points);
            assert_eq!(Checkpoints::from_bytes(&points.to_bytes()), None);
        }
    }

    #[test]
    fn the_nearest_checkpoint_before_an_offset() {
        let points = sample();
        let before = |offset| points.before(offset, Codec::Gzip, 30).map(|point| point.output);
        assert_eq!(
            [before(99), before(100), before(199), before(5000)],
            [None, Some(100), Some(100), Some(200)]
        );
        assert_eq!(points.before(5000, Codec::Gzip, 31), None);
        assert_eq!(points.before(5000, Codec::Xz, 30), None);
    }
}
