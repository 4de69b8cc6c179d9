//! Reads the map of a sparse file when the file is opened, because a listing keeps sizes only.
//!
//! There are four formats: an old GNU header with extension blocks; pax records, one for each segment (0.0) or one for
//! all (0.1); the start of the payload (1.0); and `SUN.holesdata` of Solaris.

use std::io;
use std::io::BufRead;

use crate::layer::problems::Problems;
use crate::layer::tar::feed::Feed;
use crate::layer::tar::header::{BLOCK, Header};
use crate::layer::tar::number;
use crate::layer::tar::walker::Walker;

/// The most segments a map may have: a file of 4 TB with a hole after each 4 MB.
const SEGMENTS_MAX: usize = 1 << 20;

/// Segments in an old GNU header, and in each extension block.
const IN_HEADER: usize = 4;
const IN_BLOCK: usize = 21;
/// Bytes of one segment in both.
const PAIR: usize = 24;

/// Offset in the file and length of a run of bytes.
pub(in crate::layer) type Run = (u64, u64);

/// The map in the headers of a sparse file.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::layer) enum StatedMap {
    /// The complete list of stored runs.
    Runs(Vec<Run>),
    /// The runs of the header; more follow in extension blocks between this offset of the uncompressed tar and the
    /// payload.
    Blocks(Vec<Run>, u64),
    /// The map is at the start of the payload.
    InPayload,
}

/// Walks to the file whose payload begins at `data`, and reads the map in its headers.
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

/// Appends the segments of the extension blocks to `runs`.
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

/// Reads the map at the start of a payload (pax 1.0): one decimal number a line, padded to a whole block. Also returns
/// its length in bytes.
pub(in crate::layer) fn read_front(payload: &mut dyn BufRead) -> io::Result<(Vec<Run>, u64)> {
    let mut read = 0;
    let mut line = || -> io::Result<u64> {
        let mut digits = Vec::new();
        // No valid number has more digits.
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

/// Segments in the old format, and whether all slots are used.
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

/// Parses alternating offsets of data and holes; the last one is the end of the file.
fn between_holes(text: &[u8]) -> io::Result<Vec<Run>> {
    let turns = pairs(text, b' ')?;
    let run = |(data, hole): (u64, u64)| {
        let length = hole.checked_sub(data).ok_or_else(|| invalid("its holes overlap"))?;
        Ok((data, length))
    };
    turns.into_iter().map(run).collect()
}

fn decimal(text: &[u8]) -> io::Result<u64> {
    number::decimal(text).map_err(|_| invalid("a number in its map of holes is invalid"))
}

fn octal(field: &[u8]) -> io::Result<u64> {
    let value = number::field(field).ok().and_then(|value| u64::try_from(value).ok());
    value.ok_or_else(|| invalid("a number in its map of holes is invalid"))
}

fn check_count(segments: usize) -> io::Result<()> {
    if segments > SEGMENTS_MAX {
        return Err(invalid("its map of holes has too many segments"));
    }
    Ok(())
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
