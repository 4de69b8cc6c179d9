//! Reading 10 KB near the end of one large gzip layer, by decoding from the start and from a checkpoint. Prints medians
//! and ratios; asserts nothing about time.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod archive;
mod generator;
mod measure;

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use archive::Packing;
use generator::{Image, Shape};
use layertui::layer::blob::Blob;
use layertui::layer::codec::Decoder;
use layertui::layer::encoding::Codec;
use layertui::layer::{Checkpoints, Unwatched, list, open_at};
use layertui::stack::kept::entry::Row;
use measure::{Times, in_earnest, ratio};

const MB: f64 = 1e6;

/// Length of the file in bytes.
const SIZE: u64 = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (entries, rounds) = if in_earnest() { (55_000, 5) } else { (4_000, 1) };
    let path = folder.path().join("gzip");
    let image = Image::new(Shape { entries, layers: 1, shrink: 1 });
    let saved = archive::save(&image, &path, Packing::Gzip)?;
    let (offset, len) = saved.layers.first().copied().ok_or("no layer")?;
    let blob = Blob::region(Arc::new(File::open(&path)?), offset, len);

    let listing = list(&blob, &Unwatched);
    let points = listing.checkpoints.ok_or("the layer is too small for checkpoints")?;
    let stored = points.to_bytes();
    println!(
        "one gzip layer: {:.0} MB, {:.0} MB of contents; {:.0} kB of checkpoints, {:.3} % of the layer",
        len as f64 / MB,
        saved.uncompressed as f64 / MB,
        stored.len() as f64 / 1e3,
        stored.len() as f64 * 100.0 / len as f64,
    );
    let points = Checkpoints::from_bytes(&stored).ok_or("the checkpoints cannot be read again")?;
    let mut last = None;
    let mut rows = listing.table.rows();
    while let Some(row) = rows.next() {
        if let Row::Entry(entry) = row
            && entry.stored >= SIZE
        {
            last = entry.data;
        }
    }
    let data = last.ok_or("no file of that size")?;

    let mut times: [Times; 4] = Default::default();
    let [bare, listed, front, second] = &mut times;
    for _ in 0..rounds {
        bare.take(|| decode(&blob))?;
        listed.take(|| list(&blob, &Unwatched).table.len());
        let one = front.take(|| look(&blob, data, None))?;
        let other = second.take(|| look(&blob, data, Some(&points)))?;
        if one != other {
            return Err("the second look shows something else".into());
        }
    }
    print("the bare decoder to the end", bare, bare);
    print("listing, with checkpoints", listed, bare);
    print("10 KB at its end, by the front", front, bare);
    print("10 KB at its end, second look", second, bare);
    println!("  second look / by the front: 1/{:.0}", ratio(front.median(), second.median()));
    Ok(())
}

fn decode(blob: &Blob) -> std::io::Result<u64> {
    let mut decoder = Decoder::new(blob, Codec::Gzip)?;
    let mut out = vec![0; 128 * 1024];
    while decoder.read(&mut out)? > 0 {}
    Ok(decoder.produced())
}

fn look(blob: &Blob, data: u64, points: Option<&Checkpoints>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_at(blob, data, SIZE, points)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn print(what: &str, times: &Times, yardstick: &Times) {
    let (median, by) = (times.median(), ratio(times.median(), yardstick.median()));
    println!(
        "  {what:32} {:9.2} ms  {by:6.3} x  (longest {:.2} ms)",
        median.as_secs_f64() * 1e3,
        times.longest().as_secs_f64() * 1e3
    );
}
