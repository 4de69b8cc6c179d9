//! The memory of a process that loads one image and does nothing else. The benchmark starts itself for that, because
//! its own memory has held other data.

use layertui::source;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use layertui::load::{Loader, Want};
use layertui::source::{Opened, Options, Source};

/// Memory of a process that has loaded an image.
#[derive(Clone, Copy, Debug, Default)]
pub struct Probe {
    /// Bytes held after loading, without mapped files such as the program itself.
    pub held: u64,
    /// The peak in bytes.
    pub peak: u64,
    /// Bytes that the stack reports.
    pub stack: u64,
    /// Entries in all layers.
    pub entries: u64,
}

/// Opens the only image of an archive.
///
/// # Errors
/// Where there is no such image.
pub fn open(path: &Path) -> Result<Arc<dyn Source>, Box<dyn Error>> {
    match source::open(&path.to_string_lossy(), &Options::default())? {
        Opened::Image(source) => Ok(Arc::from(source)),
        Opened::Several(_) => Err("more than one image".into()),
    }
}

/// Loads an archive from disk, in this process.
///
/// # Errors
/// As [`open`].
pub fn load(path: &Path, want: Want) -> Result<Loader, Box<dyn Error>> {
    let loader = Loader::new(open(path)?, None);
    loader.run(want, &|_| {});
    Ok(loader)
}

/// Loads an archive in a new process, and returns its measurements.
///
/// # Errors
/// Where the process cannot be started or fails.
pub fn fresh(path: &Path, want: Want) -> Result<Probe, Box<dyn Error>> {
    let want = if want == Want::Kinds { "kinds" } else { "tree" };
    let output =
        Command::new(std::env::current_exe()?).arg("--probe").arg(want).arg(path).output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match numbers[..] {
        [held, peak, stack, entries] => Ok(Probe { held, peak, stack, entries }),
        _ => Err(format!("the probe said: {text}").into()),
    }
}

/// The work of that process: `None` in any other process, else its output.
///
/// # Errors
/// As [`open`].
pub fn answer() -> Result<Option<String>, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, flag, want, path] = &arguments[..] else { return Ok(None) };
    if flag != "--probe" {
        return Ok(None);
    }
    let want = if want == "kinds" { Want::Kinds } else { Want::Tree };
    let loader = load(Path::new(path), want)?;
    let stack = loader.stack();
    Ok(Some(format!(
        "{} {} {} {}",
        memory("RssAnon").unwrap_or(0),
        memory("VmHWM").unwrap_or(0),
        stack.heap_bytes(),
        stack.balance().entries,
    )))
}

/// A field of this process's status in bytes: `RssAnon` is memory beyond mapped files, `VmHWM` the resident peak.
/// `None` on systems without this file.
fn memory(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
