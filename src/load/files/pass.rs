//! Reads many files of one layer in the order in which it stores them, so that a compressed layer is decoded once.

use std::io;
use std::io::{BufRead, BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::layer::sparse::{Map, Segment, Whole};
use crate::layer::{ExactReader, ends_early};
use crate::load::at_once::at_once;
use crate::source::{Source, Stored};
use crate::stack::Payload;

/// Gap between two files in bytes from which on restarting at a checkpoint is cheaper than decoding the gap.
const JUMP: u64 = 64 << 20;

/// Bytes that are decoded at a time. Files are mostly smaller; decoding each by itself would cost more than copying it.
const BLOCK: usize = 128 * 1024;

/// Zeros that are left of a hole where a file is only searched.
const HOLE_MAX: u64 = 512;

/// Reader of the files of one layer.
pub(crate) struct Payloads<'s> {
    source: &'s dyn Source,
    /// End offset of the pass; `None` if files are opened one by one, because the layer is cheap to open or there is
    /// only one file.
    until: Option<u64>,
    pass: Option<Pass>,
    /// The error that ended the pass; a new pass would fail alike.
    broken: Option<String>,
}

/// The uncompressed layer from an offset on.
struct Pass {
    from: BufReader<Box<dyn Read + Send>>,
    at: u64,
}

impl Pass {
    /// Skips `count` bytes.
    fn skip(&mut self, count: u64) -> io::Result<()> {
        let mut left = count;
        while left > 0 {
            match self.from.fill_buf() {
                Ok([]) => return Err(ends_early(left)),
                Ok(bytes) => {
                    let passed = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    self.from.consume(passed);
                    self.at += passed as u64;
                    left -= passed as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Read for Pass {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// The stored segments of one file, concatenated.
pub(crate) struct Contents<'c> {
    pub(crate) map: Map,
    from: ExactReader<Box<dyn Read + 'c>>,
    /// Total bytes to read.
    len: u64,
}

impl Contents<'_> {
    /// The map, and the segments that it puts in their places.
    pub(crate) fn parts(self) -> (Map, Self) {
        // The front was already skipped.
        (Map { front: 0, ..self.map.clone() }, self)
    }

    /// The whole file: holes filled.
    pub(crate) fn whole(self) -> Whole<Self> {
        let (map, segments) = self.parts();
        Whole::new(map, segments)
    }

    /// The file with each hole cut to [`HOLE_MAX`] bytes, for what only looks for something in it.
    pub(crate) fn searchable(self) -> Whole<Self> {
        let (map, segments) = self.parts();
        Whole::new(map.with_short_holes(HOLE_MAX), segments)
    }

    pub(crate) fn segments(&self) -> Vec<Segment> {
        self.map.segments.clone()
    }

    /// Bytes read so far.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.len - self.from.left()
    }
}

impl Read for Contents<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.from.read(buffer)
    }
}

impl<'s> Payloads<'s> {
    /// `files` are all of one layer and sorted by offset.
    pub(crate) fn new(source: &'s dyn Source, files: &[&Payload]) -> Self {
        let ends = files.iter().filter_map(|payload| Some(payload.offset? + payload.stored));
        let layer = files.first().map_or(0, |file| file.layer);
        Self::spanning(source, layer, files.len(), ends.max())
    }

    /// For so many files of a layer, which end before `until` and come in the order of their offsets.
    pub(crate) fn spanning(
        source: &'s dyn Source,
        layer: usize,
        count: usize,
        until: Option<u64>,
    ) -> Self {
        let together = count > 1 && !source.opens_cheaply(layer);
        Self { source, until: until.filter(|_| together), pass: None, broken: None }
    }

    /// The contents of the next file.
    pub(crate) fn contents(&mut self, payload: &Payload) -> io::Result<Contents<'_>> {
        let stored = Stored::from(payload);
        let map = if payload.sparse {
            self.source.sparse(payload.layer, &stored, payload.size)?
        } else {
            Map::dense(payload.stored)
        };
        let stored = Stored { stored: map.stored(), ..stored };
        let mut from: Box<dyn Read + '_> = match (self.until, payload.offset) {
            (Some(until), Some(offset)) if stored.stored > 0 => {
                Box::new(self.pass_to(payload, offset, until)?)
            }
            // Opening an empty file would decode all before it.
            (Some(_), Some(_)) => Box::new(io::empty()),
            _ => self.source.open(payload.layer, &stored)?,
        };
        let front = io::copy(&mut from.by_ref().take(map.front), &mut io::sink())?;
        if front < map.front {
            return Err(ends_early(map.front - front));
        }
        let len = stored.stored - front;
        Ok(Contents { map, from: ExactReader::new(from, len), len })
    }

    /// Advances the pass to an offset, or starts one there.
    fn pass_to(&mut self, payload: &Payload, offset: u64, until: u64) -> io::Result<&mut Pass> {
        if let Some(why) = &self.broken {
            return Err(io::Error::other(why.clone()));
        }
        let layer = payload.layer;
        let ahead = self.pass.take().filter(|pass| {
            let far = offset.saturating_sub(pass.at) > JUMP;
            pass.at <= offset && !(far && self.source.checkpoints(layer).is_some())
        });
        let began = ahead.map_or_else(
            || {
                let data = Some(offset);
                let stored = until.saturating_sub(offset);
                let rest = Stored { path: &payload.path, data, stored, fingerprint: None };
                let from = BufReader::with_capacity(BLOCK, self.source.open(layer, &rest)?);
                Ok(Pass { from, at: offset })
            },
            |mut pass| {
                let gap = offset - pass.at;
                pass.skip(gap).map(|()| pass)
            },
        );
        match began {
            Ok(pass) => Ok(self.pass.insert(pass)),
            Err(error) => {
                self.broken = Some(error.to_string());
                Err(error)
            }
        }
    }
}

/// Reads files in the order in which their layers store them, so that a compressed layer is decoded once. `take` gets the
/// number of each file with its contents or an error, and returns whether to continue.
pub(crate) fn each(
    source: &dyn Source,
    files: Vec<(usize, &Payload)>,
    take: &mut dyn FnMut(usize, io::Result<Contents<'_>>) -> bool,
) {
    for layer in by_layer(files) {
        if !each_of_layer(source, &layer, take) {
            return;
        }
    }
}

/// As [`each`], several layers at once: `take` is called from several threads, for the files of one layer from one thread.
pub(crate) fn each_at_once(
    source: &dyn Source,
    files: Vec<(usize, &Payload)>,
    take: &(dyn Fn(usize, io::Result<Contents<'_>>) -> bool + Sync),
) {
    let stop = AtomicBool::new(false);
    let jobs = by_layer(files).into_iter();
    let jobs = jobs.map(|layer| (source.listing_cost(layer[0].1.layer), layer)).collect();
    at_once(jobs, |layer: Vec<(usize, &Payload)>| {
        each_of_layer(source, &layer, &mut |at, contents| {
            let on = !stop.load(Ordering::Relaxed) && take(at, contents);
            if !on {
                stop.store(true, Ordering::Relaxed);
            }
            on
        })
    });
}

/// The files of each layer in stored order, each with what is known of it.
pub(super) fn by_layer<T: Copy>(mut files: Vec<(T, &Payload)>) -> Vec<Vec<(T, &Payload)>> {
    files.sort_by_key(|(_, payload)| (payload.layer, payload.offset));
    files.chunk_by(|one, next| one.1.layer == next.1.layer).map(<[_]>::to_vec).collect()
}

fn each_of_layer(
    source: &dyn Source,
    layer: &[(usize, &Payload)],
    take: &mut dyn FnMut(usize, io::Result<Contents<'_>>) -> bool,
) -> bool {
    let payloads: Vec<&Payload> = layer.iter().map(|(_, payload)| *payload).collect();
    let mut open = Payloads::new(source, &payloads);
    layer.iter().all(|(number, payload)| take(*number, open.contents(payload)))
}
