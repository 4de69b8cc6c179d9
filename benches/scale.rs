//! Images of 68,000, 1,000,000 and 5,000,000 entries as whole processes: how long the real program takes against a bare
//! walk over the same headers and against tar-rs, and how much memory it ever holds. Prints medians and ratios;
//! decides nothing.
//!
//! The two large ones are nearly all headers (payloads divided by 4096): what they cost is what entries cost. The
//! largest takes 2.6 GB in the temporary directory and two minutes: it runs where `LAYERTUI_BENCH_LARGE` is set. With
//! `LAYERTUI_BENCH_ORDER` only the two run that differ in the order of their entries.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod archive;
mod generator;
mod measure;
mod probe;
mod watch;
mod yardsticks;

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use archive::{Packing, Saved};
use generator::{Image, Shape};
use layertui::layer::encoding::Codec;
use layertui::load::Want;
use measure::{Times, in_earnest, ratio};
use watch::Watched;

const MB: f64 = 1e6;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(answer) = probe::answer()? {
        println!("{answer}");
        return Ok(());
    }
    let shape = |entries, layers, shrink| Shape { entries, layers, shrink };
    let million = |shrink| shape(1_000_000, 50, shrink);
    if !in_earnest() {
        scale(shape(2_000, 5, 64), Order::ByDirectory, Packing::Plain, 1)?;
        return scale(shape(2_000, 5, 64), Order::Scattered, Packing::Plain, 1);
    }
    if std::env::var_os("LAYERTUI_BENCH_ORDER").is_none() {
        scale(shape(68_000, 5, 1), Order::ByDirectory, Packing::Plain, 15)?;
        scale(million(4096), Order::ByDirectory, Packing::Plain, 5)?;
        for packing in [Packing::Gzip, Packing::Zstd] {
            scale(million(4096), Order::ByDirectory, packing, 3)?;
        }
    }
    // With payloads a bare walk has more to read than headers: 0.2 microseconds an entry. On real layers it takes half a
    // microsecond, since a read of 16 KiB holds fewer headers.
    for order in [Order::ByDirectory, Order::Scattered] {
        scale(million(16), order, Packing::Plain, 5)?;
    }
    if std::env::var_os("LAYERTUI_BENCH_LARGE").is_some() {
        scale(shape(5_000_000, 50, 4096), Order::ByDirectory, Packing::Plain, 3)?;
    }
    Ok(())
}

/// The order of the entries in each layer.
#[derive(Clone, Copy, Debug)]
enum Order {
    /// A directory, then what is in it, as builders write layers.
    ByDirectory,
    /// None that has to do with directories.
    Scattered,
}

fn scale(
    shape: Shape,
    order: Order,
    packing: Packing,
    rounds: usize,
) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("image.tar");
    let mut image = Image::new(shape);
    image.scattered = matches!(order, Order::Scattered);
    let saved = archive::save(&image, &path, packing)?;
    println!(
        "{} entries, {} layers, {packing:?}, {order:?}: {:.0} MB of layers",
        shape.entries,
        shape.layers,
        saved.uncompressed as f64 / MB
    );
    memory(&path)?;
    processes(&path, &saved, packing, rounds)?;
    println!();
    Ok(())
}

/// What a process holds that loads the image and does nothing else.
fn memory(path: &Path) -> Result<(), Box<dyn Error>> {
    for want in [Want::Tree, Want::Kinds] {
        let probe = probe::fresh(path, want)?;
        let each = |bytes: u64| bytes as f64 / probe.entries.max(1) as f64;
        println!(
            "  {want:?}: {} entries; stack {:.1} MB, {:.1} B an entry; process {:.1} MB, {:.1} B an entry; peak {:.1} MB",
            probe.entries,
            probe.stack as f64 / MB,
            each(probe.stack),
            probe.held as f64 / MB,
            each(probe.held),
            probe.peak as f64 / MB,
        );
    }
    Ok(())
}

/// The real program, and the yardsticks, in turn.
fn processes(
    path: &Path,
    saved: &Saved,
    packing: Packing,
    rounds: usize,
) -> Result<(), Box<dyn Error>> {
    let file = Arc::new(File::open(path)?);
    let mut times: [Times; 4] = Default::default();
    let [bare, tar_rs, history, layers] = &mut times;
    let mut peaks = [0, 0];
    for _ in 0..rounds {
        if packing == Packing::Plain {
            bare.take(|| yardsticks::bare_walk(&file, saved))?;
            tar_rs.take(|| yardsticks::tar_rs_walk(&file, saved))?;
        } else {
            bare.take(|| yardsticks::bare_decode(&file, saved, Codec::Zstd))?;
        }
        let one = history.take(|| run(&["history", "--no-cache"], path, &["/usr/share"]))?;
        let other = layers.take(|| run(&["layers", "--no-cache", "--json"], path, &[]))?;
        peaks = [peaks[0].max(one.peak), peaks[1].max(other.peak)];
    }
    let yardstick =
        if packing == Packing::Plain { "bare walk, one thread" } else { "bare decoder" };
    print(yardstick, bare, bare, None);
    if packing == Packing::Plain {
        print("tar-rs entries_with_seek", tar_rs, bare, None);
    }
    print("layertui history, whole process", history, bare, Some(peaks[0]));
    print("layertui layers --json, likewise", layers, bare, Some(peaks[1]));
    Ok(())
}

/// The command line tool, as users start it.
fn run(command: &[&str], path: &Path, rest: &[&str]) -> Result<Watched, Box<dyn Error>> {
    let mut process = Command::new(env!("CARGO_BIN_EXE_layertui"));
    process.args(command).arg(path).args(rest);
    watch::watch(process)
}

fn print(what: &str, times: &Times, yardstick: &Times, peak: Option<u64>) {
    let (median, by) = (times.median(), ratio(times.median(), yardstick.median()));
    let peak = peak.map_or_else(String::new, |peak| format!("  peak {:.1} MB", peak as f64 / MB));
    println!(
        "  {what:34} {:9.2} ms  {by:6.2} x  (longest {:.2} ms){peak}",
        median.as_secs_f64() * 1e3,
        times.longest().as_secs_f64() * 1e3
    );
}
