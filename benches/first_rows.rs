//! When the explorer can show what of a gzip image of 12 layers: the events of the loader with their times, without a
//! terminal. Prints medians and shares of the whole time; decides nothing.
//!
//! `FIRST_ROWS_IMAGE=FILE` measures that image instead of the generated ones. `FIRST_ROWS_KEEP=FOLDER` keeps those
//! generated, so that another build can be measured on them.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod archive;
mod generator;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use archive::Packing;
use generator::{Image, Shape};
use layertui::load::{Event, Loader, Want};
use layertui::source::{self, Opened, Options};

const LAYERS: usize = 12;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` only tests that the benchmark runs.
    let in_earnest = std::env::args().any(|argument| argument == "--bench");
    let rounds = if in_earnest { 7 } else { 1 };
    if let Some(path) = std::env::var_os("FIRST_ROWS_IMAGE") {
        return measure(Path::new(&path), rounds);
    }
    let kept = std::env::var_os("FIRST_ROWS_KEEP").map(PathBuf::from);
    let folder = tempfile::tempdir()?;
    let folder = kept.as_deref().unwrap_or(folder.path());
    let (entries, shrink) = if in_earnest { (40_000, 1) } else { (2_000, 64) };
    let shape = Shape { entries, layers: LAYERS, shrink };
    let small = (Image::with_base(shape, 0.03), "small-base.tar");
    for (image, name) in [small, (Image::new(shape), "large-base.tar")] {
        let path = folder.join(name);
        let saved = archive::save(&image, &path, Packing::Gzip)?;
        let stored: u64 = saved.layers.iter().map(|layer| layer.1).sum();
        println!(
            "{name}: {LAYERS} gzip layers, {entries} entries, {:.0} MB, {:.0} % of the blobs in the lowest layer",
            saved.uncompressed as f64 / 1e6,
            saved.layers[0].1 as f64 / stored as f64 * 100.0
        );
        measure(&path, rounds)?;
    }
    Ok(())
}

/// Times since the start of opening.
#[derive(Clone, Copy, Default)]
struct Moments {
    /// A layer was read: its entries can be shown.
    listed: Duration,
    /// The first entries of the lowest layer are there: the tree has rows.
    rows: Duration,
    /// The lowest layer was folded: the tree at it is whole.
    lowest: Duration,
    /// The topmost layer was folded: nothing is missing in the first frame of the tree.
    tree: Duration,
    /// Equal-sized files were compared too.
    end: Duration,
}

fn measure(path: &Path, rounds: usize) -> Result<(), Box<dyn Error>> {
    let mut times: [Vec<Duration>; 5] = Default::default();
    for _ in 0..rounds {
        let moments = load(path)?;
        let moments = [moments.rows, moments.listed, moments.lowest, moments.tree, moments.end];
        times.iter_mut().zip(moments).for_each(|(times, moment)| times.push(moment));
    }
    for times in &mut times {
        times.sort_unstable();
    }
    let names =
        ["first tree row", "first changes", "lowest layer", "first whole frame", "whole time"];
    let whole = times[4][rounds / 2];
    for (name, times) in names.iter().zip(&times) {
        println!(
            "  {name:18} {:9.1} ms  {:5.1} %  (longest {:.1} ms)",
            times[rounds / 2].as_secs_f64() * 1e3,
            times[rounds / 2].div_duration_f64(whole) * 100.0,
            times[rounds - 1].as_secs_f64() * 1e3
        );
    }
    Ok(())
}

fn load(path: &Path) -> Result<Moments, Box<dyn Error>> {
    let start = Instant::now();
    let Opened::Image(source) = source::open(&path.to_string_lossy(), &Options::default())? else {
        return Err("more than one image".into());
    };
    let layers = source.image().layers.len();
    let loader = Loader::new(Arc::from(source), None);
    let moments = Mutex::new(Moments::default());
    loader.run(Want::Kinds, &|event| {
        let Ok(mut moments) = moments.lock() else { return };
        match event {
            Event::Listed(..) if moments.listed.is_zero() => moments.listed = start.elapsed(),
            Event::Rows(_) if moments.rows.is_zero() => moments.rows = start.elapsed(),
            Event::Folded(0, _) => {
                moments.lowest = start.elapsed();
                if moments.rows.is_zero() {
                    moments.rows = moments.lowest;
                }
            }
            Event::Folded(layer, _) if layer + 1 == layers => moments.tree = start.elapsed(),
            Event::Finished => moments.end = start.elapsed(),
            _ => {}
        }
    });
    moments.into_inner().map_err(|_| "the loader panicked".into())
}
