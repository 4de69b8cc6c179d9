//! Opening a compressed image of 68,000 entries for the first time and again from the cache: wall time of both, and processor
//! time of a whole process that reopens it. Prints medians and ratios; decides nothing.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod archive;
mod generator;
mod measure;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use archive::Packing;
use generator::{Image, Shape};
use measure::{Times, in_earnest, ratio};

/// Clock ticks in a second, as `/proc` counts them: fixed by the kernel's interface.
const TICKS: f64 = 100.0;

fn main() -> Result<(), Box<dyn Error>> {
    let (entries, shrink, rounds) = if in_earnest() { (68_000, 1, 5) } else { (2_000, 64, 1) };
    let image = Image::new(Shape { entries, layers: 5, shrink });
    for (name, packing) in [("gzip", Packing::Gzip), ("zstd", Packing::Zstd)] {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("image.tar");
        let saved = archive::save(&image, &path, packing)?;
        let (layers, megabytes) = (saved.layers.len(), saved.uncompressed as f64 / 1e6);
        println!("OCI archive, {layers} {name} layers, {entries} entries, {megabytes:.0} MB");
        reopen(folder.path(), &path, rounds)?;
    }
    Ok(())
}

fn reopen(folder: &Path, path: &Path, rounds: u32) -> Result<(), Box<dyn Error>> {
    // Before a file has been left alone for a while, nothing is kept for it as a file.
    std::thread::sleep(Duration::from_secs(4));
    let cache = folder.join("cache");
    let mut times: [Times; 4] = Default::default();
    let [none, first, again, by_digest] = &mut times;
    let copy = folder.join("copy.tar");
    for _ in 0..rounds {
        none.take(|| layers(path, &cache, &["--no-cache"]))?;
        let _ = fs::remove_dir_all(&cache);
        first.take(|| layers(path, &cache, &[]))?;
        for _ in 0..10 {
            again.take(|| layers(path, &cache, &[]))?;
        }
        fs::copy(path, &copy)?;
        by_digest.take(|| layers(&copy, &cache, &[]))?;
    }
    print("layers --json, no cache", none, none);
    print("first opening, cache written", first, none);
    print("another file with these layers", by_digest, none);
    print("the same file again", again, none);
    println!("  first / again: {:.1}", ratio(first.median(), again.median()));
    let runs = 10 * rounds;
    let before = children();
    for _ in 0..runs {
        layers(path, &cache, &[])?;
    }
    let spent = (children() - before) / f64::from(runs);
    println!("  processor time of a process that reopens it: {:.1} ms", spent * 1e3);
    Ok(())
}

fn layers(image: &Path, cache: &Path, flags: &[&str]) -> Result<(), Box<dyn Error>> {
    let status = Command::new(env!("CARGO_BIN_EXE_layertui"))
        .args(["layers", "--json"])
        .args(flags)
        .arg(image)
        .env("XDG_CACHE_HOME", cache)
        .stdout(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("layertui ended with {status}").into()) }
}

/// Seconds that processes we waited for have spent on a processor; 0 where there is no `/proc`.
fn children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the command's name, which may hold anything, fields 3 and on; these are 16 and 17.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(13).take(2).filter_map(|it| it.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS
}

fn print(what: &str, times: &Times, yardstick: &Times) {
    let (median, by) = (times.median(), ratio(times.median(), yardstick.median()));
    println!(
        "  {what:32} {:9.2} ms  {by:6.3} x  (longest {:.2} ms)",
        median.as_secs_f64() * 1e3,
        times.longest().as_secs_f64() * 1e3
    );
}
