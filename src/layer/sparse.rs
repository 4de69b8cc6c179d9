//! Restores a sparse file: stored segments at their offsets, and zeros for the holes between them.

use std::io;
use std::io::{BufReader, Read};

use crate::layer::blob::Blob;
use crate::layer::checkpoints::Checkpoints;
use crate::layer::codec::{Decoder, sniff_blob};
use crate::layer::encoding::Codec;
use crate::layer::open::open_at;
use crate::layer::tar::map;
use crate::layer::tar::map::StatedMap;
use crate::layer::tar::stream::Stream;
use crate::layer::tar::window::Window;
use crate::layer::watch::Unwatched;

/// A run of stored bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Offset in the file.
    pub offset: u64,
    /// Length in bytes; never 0.
    pub length: u64,
}

impl Segment {
    /// The offset after its last byte.
    const fn end(self) -> u64 {
        self.offset + self.length
    }
}

/// The segments of a sparse file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// In the order of the file and of the payload, without overlaps.
    pub segments: Vec<Segment>,
    /// Bytes of the payload before the first segment: a map in the pax 1.0 format.
    pub front: u64,
    /// The file's logical size.
    pub size: u64,
}

impl Map {
    /// A file without holes.
    #[must_use]
    pub fn dense(size: u64) -> Self {
        let segments = if size == 0 { vec![] } else { vec![Segment { offset: 0, length: size }] };
        Self { segments, front: 0, size }
    }

    /// Length of the payload in bytes.
    #[must_use]
    pub fn stored(&self) -> u64 {
        self.front + self.segments.iter().map(|segment| segment.length).sum::<u64>()
    }

    /// The map with each hole cut to at most `max` bytes: for what looks for something in a file, whose holes, unlike its
    /// segments, may be longer than can be read.
    #[must_use]
    pub fn with_short_holes(&self, max: u64) -> Self {
        self.moved(&self.segments, max)
    }

    /// The maps of two files of one size without the holes that both have: what is left is no longer than their segments
    /// together, and equal if the files are.
    #[must_use]
    pub fn without_common_holes(one: &Self, other: &Self) -> (Self, Self) {
        let mut all = [&one.segments[..], &other.segments].concat();
        all.sort_unstable_by_key(|segment| segment.offset);
        let mut union: Vec<Segment> = Vec::with_capacity(all.len());
        for segment in all {
            match union.last_mut() {
                Some(last) if segment.offset <= last.end() => {
                    last.length = last.end().max(segment.end()) - last.offset;
                }
                _ => union.push(segment),
            }
        }
        (one.moved(&union, 0), other.moved(&union, 0))
    }

    /// The map with the gaps between `kept`, which are sorted, disjoint and cover its segments, cut to at most `gap` bytes.
    fn moved(&self, kept: &[Segment], gap: u64) -> Self {
        let (mut old, mut new) = (0, 0);
        let starts = kept.iter().map(|range| {
            let start = new + (range.offset - old).min(gap);
            (old, new) = (range.end(), start + range.length);
            start
        });
        let starts: Vec<u64> = starts.collect();
        let segments = self.segments.iter().map(|segment| {
            let at = kept.partition_point(|range| range.offset <= segment.offset) - 1;
            Segment { offset: starts[at] + (segment.offset - kept[at].offset), ..*segment }
        });
        let segments = segments.collect();
        Self { segments, front: self.front, size: new + self.size.saturating_sub(old).min(gap) }
    }

    /// Checks the segments that a tar states: in order, inside the file, and together as long as the payload.
    fn checked(runs: &[map::Run], front: u64, stored: u64, size: u64) -> io::Result<Self> {
        let mut end = 0_u64;
        let mut bytes = front;
        let mut segments = Vec::new();
        for &(offset, length) in runs {
            let until = offset.checked_add(length).filter(|&until| until <= size);
            let (true, Some(until)) = (offset >= end, until) else {
                return Err(damaged("segments overlap or lie beyond its end"));
            };
            (end, bytes) = (until, bytes.saturating_add(length));
            if length > 0 {
                segments.push(Segment { offset, length });
            }
        }
        if bytes != stored {
            return Err(damaged("its segments do not add up to its stored length"));
        }
        Ok(Self { segments, front, size })
    }
}

fn damaged(what: &str) -> io::Error {
    let message = format!("the map of the sparse file is damaged: {what}");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Reads the map of the sparse file whose payload of `stored` bytes begins at offset `data` of the uncompressed layer.
/// The map is in its headers, whose offset is not kept, so the layer is walked from its start. `size` is the file size
/// in the listing.
///
/// # Errors
/// Where the layer cannot be read, or the map does not fit the file.
pub fn map(
    blob: &Blob,
    data: u64,
    stored: u64,
    size: u64,
    checkpoints: Option<&Checkpoints>,
) -> io::Result<Map> {
    let codec = sniff_blob(blob)?;
    let stated = if codec == Codec::Plain {
        map::find(Window::new(blob, &Unwatched), data)?
    } else {
        map::find(Stream::new(Decoder::new(blob, codec)?, &Unwatched), data)?
    };
    let (runs, front) = match stated {
        StatedMap::Runs(runs) => (runs, 0),
        StatedMap::Blocks(runs, at) => {
            let mut blocks = open_at(blob, at, data.saturating_sub(at), checkpoints)?;
            (map::read_blocks(runs, &mut blocks)?, 0)
        }
        StatedMap::InPayload => {
            map::read_front(&mut BufReader::new(open_at(blob, data, stored, checkpoints)?))?
        }
    };
    Map::checked(&runs, front, stored, size)
}

/// Reads the whole file, holes as zeros.
pub struct Whole<R> {
    map: Map,
    payload: R,
    /// Index of the next segment, and the offset in the file.
    next: usize,
    at: u64,
    /// The bytes before the first segment were skipped.
    begun: bool,
}

impl<R: Read> Whole<R> {
    /// `payload` must be at its start.
    pub const fn new(map: Map, payload: R) -> Self {
        Self { map, payload, next: 0, at: 0, begun: false }
    }
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.begun {
            let front = self.map.front;
            if io::copy(&mut (&mut self.payload).take(front), &mut io::sink())? < front {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.begun = true;
        }
        let segment = self.map.segments.get(self.next).copied();
        let hole_ends = segment.map_or(self.map.size, |segment| segment.offset);
        let most = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if self.at < hole_ends {
            let count = most(hole_ends - self.at);
            buffer[..count].fill(0);
            self.at += count as u64;
            return Ok(count);
        }
        let Some(segment) = segment else { return Ok(0) };
        let end = segment.offset + segment.length;
        let count = most(end - self.at);
        let count = self.payload.read(&mut buffer[..count])?;
        if count == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        if self.at == end {
            self.next += 1;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_come_out_as_zeros_wherever_they_are() {
        let map = Map::checked(&[(2, 2), (5, 1), (8, 0)], 3, 6, 8).unwrap();
        let mut whole = Whole::new(map, &b"mapABC"[..]);
        let mut bytes = Vec::new();
        whole.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"\0\0AB\0C\0\0");
    }

    #[test]
    fn holes_are_cut_without_changing_what_is_between_them() {
        let map = Map::checked(&[(1 << 60, 2), (1 << 62, 1)], 0, 3, u64::MAX).unwrap();
        let mut bytes = Vec::new();
        Whole::new(map.with_short_holes(3), &b"ABC"[..]).read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"\0\0\0AB\0\0\0C\0\0\0");
        let empty = Map { segments: Vec::new(), front: 0, size: 1 << 60 };
        assert_eq!(empty.with_short_holes(2).size, 2);
    }

    /// Every pair of maps of a file of six bytes: equal after the common holes were cut exactly where they were before.
    #[test]
    fn files_without_their_common_holes_are_equal_if_the_files_are() {
        let whole = |map: &Map, bits: u32| {
            let payload: Vec<u8> =
                (0..6).filter(|at| bits >> at & 1 == 1).map(|at| at % 3).collect();
            let mut bytes = Vec::new();
            Whole::new(map.clone(), &payload[..]).read_to_end(&mut bytes).unwrap();
            bytes
        };
        let map = |bits: u32| {
            let runs: Vec<_> = (0..6).filter(|at| bits >> at & 1 == 1).map(|at| (at, 1)).collect();
            Map::checked(&runs, 0, runs.len() as u64, 6).unwrap()
        };
        for (one, other) in (0..64).flat_map(|one| (0..64).map(move |other| (one, other))) {
            let (left, right) = Map::without_common_holes(&map(one), &map(other));
            assert_eq!((left.size, right.size), (u64::from((one | other).count_ones()), left.size));
            let before = whole(&map(one), one) == whole(&map(other), other);
            assert_eq!(whole(&left, one) == whole(&right, other), before, "{one:b} {other:b}");
        }
    }

    #[test]
    fn a_map_that_does_not_fit_is_refused() {
        for (runs, stored, size) in [
            (&[(0, 4), (3, 4)][..], 8, 10),
            (&[(4, 4), (0, 4)], 8, 10),
            (&[(8, 4)], 4, 10),
            (&[(u64::MAX, 2)], 2, u64::MAX),
            (&[(0, 4)], 5, 10),
        ] {
            assert!(Map::checked(runs, 0, stored, size).is_err(), "{runs:?}");
        }
    }

    #[test]
    fn a_payload_that_is_cut_is_an_error() {
        let map = Map::checked(&[(0, 4)], 0, 4, 9).unwrap();
        let mut whole = Whole::new(map, &b"abc"[..]);
        assert!(whole.read_to_end(&mut Vec::new()).is_err());
    }
}
