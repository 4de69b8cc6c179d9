//! Listing a saved image of about 1.2 GB and 68,000 entries, in this process and as whole processes, against what the same bytes cost without any of our
//! bookkeeping: a bare walk over the headers, tar-rs, the bare decoders. Prints medians and ratios; decides nothing.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod archive;
mod generator;
mod measure;
mod probe;
mod yardsticks;

use std::error::Error;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use archive::{Packing, Saved};
use generator::{Image, Shape};
use layertui::layer::encoding::Codec;
use layertui::load::Want;
use measure::{Times, in_earnest, ratio};
use yardsticks::{bare_decode, bare_walk, tar_rs_walk};

const MB: f64 = 1e6;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(answer) = probe::answer()? {
        println!("{answer}");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let (entries, rounds) = if in_earnest() { (68_000, 15) } else { (2_000, 1) };
    let image = Image::new(Shape { entries, layers: 5, shrink: 1 });
    let path = folder.path().join("plain.tar");
    let saved = archive::save(&image, &path, Packing::Plain)?;
    println!("docker archive, plain layers: {:.0} MB", saved.uncompressed as f64 / MB);
    plain(&path, &saved, rounds)?;
    std::fs::remove_file(&path)?;

    // A quarter: compressing is what takes long here.
    let image = Image::new(Shape { entries: entries / 4, layers: 5, shrink: 1 });
    for (name, packing, codec) in
        [("gzip", Packing::Gzip, Codec::Gzip), ("zstd", Packing::Zstd, Codec::Zstd)]
    {
        let path = folder.path().join(name);
        let saved = archive::save(&image, &path, packing)?;
        let stored: u64 = saved.layers.iter().map(|layer| layer.1).sum();
        println!(
            "\nOCI archive, {name} layers: {:.0} MB, {:.2} times smaller",
            saved.uncompressed as f64 / MB,
            saved.uncompressed as f64 / stored as f64
        );
        compressed(&path, &saved, codec, rounds)?;
        std::fs::remove_file(&path)?;
    }
    Ok(())
}

fn plain(path: &Path, saved: &Saved, rounds: usize) -> Result<(), Box<dyn Error>> {
    let file = Arc::new(File::open(path)?);
    let mut times: [Times; 7] = Default::default();
    let [bare, tar_rs, first, tree, kinds, history, layers] = &mut times;
    let (mut headers, mut entries) = (0, 0);
    for _ in 0..rounds {
        headers = bare.take(|| bare_walk(&file, saved))?;
        entries = tar_rs.take(|| tar_rs_walk(&file, saved))?;
        first.take(|| probe::open(path).map(|source| source.image().layers.len()))?;
        tree.take(|| probe::load(path, Want::Tree))?;
        kinds.take(|| probe::load(path, Want::Kinds))?;
        history.take(|| process(&["history", "--no-cache"], path, &["/usr"]))?;
        layers.take(|| process(&["layers", "--no-cache", "--json"], path, &[]))?;
    }
    println!("  {headers} headers, {entries} entries");
    print("bare walk, one thread", bare, bare);
    print("tar-rs entries_with_seek", tar_rs, bare);
    print("first frame: source::open", first, bare);
    print("tree: open and load", tree, bare);
    print("all kinds: open and load", kinds, bare);
    print("process: history of a path", history, bare);
    print("process: layers --json", layers, bare);
    println!("  tree / tar-rs: {:.2}", ratio(tree.median(), tar_rs.median()));
    memory(path)
}

/// Runs the program on an archive; what it prints goes nowhere.
fn process(before: &[&str], path: &Path, after: &[&str]) -> io::Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layertui"));
    let status = command.args(before).arg(path).args(after).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{before:?}: {status}"))) }
}

fn compressed(
    path: &Path,
    saved: &Saved,
    codec: Codec,
    rounds: usize,
) -> Result<(), Box<dyn Error>> {
    let file = Arc::new(File::open(path)?);
    let mut times: [Times; 3] = Default::default();
    let [bare, all, first] = &mut times;
    for _ in 0..rounds {
        bare.take(|| bare_decode(&file, saved, codec))?;
        first.take(|| probe::open(path).map(|source| source.image().layers.len()))?;
        all.take(|| probe::load(path, Want::Kinds))?;
    }
    let speed = saved.uncompressed as f64 / MB / bare.median().as_secs_f64();
    println!("  bare decoder: {speed:.0} MB/s on all cores");
    print("bare decoder, all cores", bare, bare);
    print("first frame: source::open", first, bare);
    print("all kinds: open and load", all, bare);
    memory(path)
}

fn print(what: &str, times: &Times, yardstick: &Times) {
    let (median, by) = (times.median(), ratio(times.median(), yardstick.median()));
    println!(
        "  {what:28} {:9.2} ms  {by:6.2} x  (longest {:.2} ms)",
        median.as_secs_f64() * 1e3,
        times.longest().as_secs_f64() * 1e3
    );
}

fn memory(path: &Path) -> Result<(), Box<dyn Error>> {
    let probe = probe::fresh(path, Want::Kinds)?;
    println!(
        "  a process that loads it: {:.1} MB held, {:.1} MB at the peak; stack {:.1} MB, {} entries, {:.1} B each",
        probe.held as f64 / MB,
        probe.peak as f64 / MB,
        probe.stack as f64 / MB,
        probe.entries,
        probe.stack as f64 / probe.entries.max(1) as f64,
    );
    Ok(())
}
