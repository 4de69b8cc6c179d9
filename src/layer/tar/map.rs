//! Where the segments of a sparse file belong: read from the tar again when the file is opened, because a listing keeps
//! sizes only.
//!
//! Four ways of saying it: an old GNU header and the blocks behind it, pax records one by one (0.0) or in one (0.1), or
//! the front of the payload (1.0); and Solaris' `SUN.holesdata`.

use std::io;
use std::io::BufRead;

use crate::layer::problems::Problems;
use crate::layer::tar::feed::Feed;
use crate::layer::tar::header::{BLOCK, Header};
use crate::layer::tar::number;
use crate::layer::tar::walker::Walker;

/// The most segments a map may have: a file of 4 TB with a hole after each 4 MB.
const SEGMENTS_MAX: usize = 1 << 20;

/// An old GNU header has room for so many segments, and a block behind it for more.
const IN_HEADER: usize = 4;
const IN_BLOCK: usize = 21;
/// Bytes of one segment in either.
const PAIR: usize = 24;

/// A run of bytes: where it lies in the file, and how long it is.
pub(in crate::layer) type Run = (u64, u64);

/// What a tar says in front of a sparse file's payload.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::layer) enum StatedMap {
    /// The runs of bytes that are stored, one behind the other.
    Runs(Vec<Run>),
    /// The runs of the header; more stand in the blocks from this offset of the uncompressed tar up to the payload.
    Blocks(Vec<Run>, u64),
    /// The payload begins with the map.
    InPayload,
}

/// Walks to the file whose payload begins at `data`, and reads what its headers say of its holes.
pub(in crate::layer) fn find<F: Feed>(feed: F, data: u64) -> io::Result<StatedMap> {
    let mut walker = Walker::new(feed);
    let mut problems = Problems::default();
    while let Some(found) = walker.next(&mut problems) {
        match found.data {
            Some(at) if at == data && found.sparse => return stated(&walker),
            Some(at) if at > data => break,
            _ => {}
        }
    }
    Err(invalid("the layer no longer has this sparse file where it was"))
}

fn stated<F: Feed>(walker: &Walker<F>) -> io::Result<StatedMap> {
    let header = Header(&walker.block);
    if header.flag() == b'S' {
        let (runs, whole) = old_runs(&walker.block[386..386 + IN_HEADER * PAIR])?;
        let more = whole && crate::layer::tar::sparse::header_continues(header);
        let behind = walker.at + BLOCK as u64;
        return Ok(if more { StatedMap::Blocks(runs, behind) } else { StatedMap::Runs(runs) });
    }
    let mut runs = Vec::new();
    let mut offset = None;
    for (key, value) in walker.local.records() {
        match key {
            b"GNU.sparse.major" if value != b"0" => return Ok(StatedMap::InPayload),
            b"GNU.sparse.map" => runs = pairs(value, b',')?,
            b"GNU.sparse.offset" => offset = Some(decimal(value)?),
            b"GNU.sparse.numbytes" => {
                let offset = offset.take().ok_or_else(|| invalid("a segment has no offset"))?;
                runs.push((offset, decimal(value)?));
            }
            b"SUN.holesdata" => runs = between_holes(value)?,
            _ => {}
        }
        check_count(runs.len())?;
    }
    Ok(StatedMap::Runs(runs))
}

/// The segments of the blocks behind an old GNU header, appended to those in it.
pub(in crate::layer) fn read_blocks(
    mut runs: Vec<Run>,
    blocks: &mut dyn io::Read,
) -> io::Result<Vec<Run>> {
    loop {
        let mut block = [0; BLOCK];
        blocks.read_exact(&mut block)?;
        let (more, whole) = old_runs(&block[..IN_BLOCK * PAIR])?;
        runs.extend(more);
        check_count(runs.len())?;
        if !whole || !crate::layer::tar::sparse::extension_continues(&block) {
            return Ok(runs);
        }
    }
}

/// The map at the front of a payload (pax 1.0): decimal numbers a line, padded to a whole block. Returns how many bytes
/// of the payload that is, too.
pub(in crate::layer) fn read_front(payload: &mut dyn BufRead) -> io::Result<(Vec<Run>, u64)> {
    let mut read = 0;
    let mut line = || -> io::Result<u64> {
        let mut digits = Vec::new();
        // No number has more digits than this.
        let count = io::Read::take(&mut *payload, 24).read_until(b'\n', &mut digits)?;
        read += count as u64;
        match digits.split_last() {
            Some((b'\n', digits)) => decimal(digits),
            _ => Err(invalid("the map at the front of the file is damaged")),
        }
    };
    let count = usize::try_from(line()?).unwrap_or(usize::MAX);
    check_count(count)?;
    let mut runs = Vec::new();
    for _ in 0..count {
        runs.push((line()?, line()?));
    }
    Ok((runs, read.next_multiple_of(BLOCK as u64)))
}

/// Segments in the old form, and whether every place for one was taken.
fn old_runs(bytes: &[u8]) -> io::Result<(Vec<Run>, bool)> {
    let mut runs = Vec::new();
    for pair in bytes.chunks_exact(PAIR) {
        let (offset, length) = pair.split_at(PAIR / 2);
        if offset[0] == 0 || length[0] == 0 {
            return Ok((runs, false));
        }
        runs.push((octal(offset)?, octal(length)?));
    }
    Ok((runs, true))
}

fn pairs(text: &[u8], between: u8) -> io::Result<Vec<Run>> {
    let numbers: Vec<u64> = text
        .split(|&byte| byte == between)
        .filter(|number| !number.is_empty())
        .map(decimal)
        .collect::<io::Result<_>>()?;
    Ok(numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
}

/// Offsets at which data and holes begin in turn, the last being the end.
fn between_holes(text: &[u8]) -> io::Result<Vec<Run>> {
    let turns = pairs(text, b' ')?;
    let run = |(data, hole): (u64, u64)| {
        let length = hole.checked_sub(data).ok_or_else(|| invalid("its holes overlap"))?;
        Ok((data, length))
    };
    turns.into_iter().map(run).collect()
}

fn decimal(text: &[u8]) -> io::Result<u64> {
    number::decimal(text).map_err(|_| invalid("a number in the map of its holes is none"))
}

fn octal(field: &[u8]) -> io::Result<u64> {
    let value = number::field(field).ok().and_then(|value| u64::try_from(value).ok());
    value.ok_or_else(|| invalid("a number in the map of its holes is none"))
}

fn check_count(segments: usize) -> io::Result<()> {
    if segments > SEGMENTS_MAX {
        return Err(invalid("the map of its holes has more segments than can be believed"));
    }
    Ok(())
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
