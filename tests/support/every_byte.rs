//! Damage at every byte: an input cut at every length, and with every byte changed, is read without a panic, an end of
//! memory or an endless wait. What reading it gives is for the caller to judge.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Reading one damaged input takes no longer than this, on a machine that is busy with other tests.
const LONGEST: Duration = Duration::from_mins(1);

/// The most memory that the process may have taken by the end, in KiB: 1 GiB.
const MOST: u64 = 1 << 20;

/// Gives `read` each damaged form of `whole`: every shorter beginning, and each byte with one bit and with all bits
/// turned. Returns how many there were.
#[track_caller]
pub(crate) fn damage(whole: Vec<u8>, mut read: impl FnMut(&[u8]) + Send + 'static) -> usize {
    let count = whole.len() * 3;
    let reached = Arc::new(AtomicUsize::new(0));
    let reports = Arc::clone(&reached);
    let reader = thread::spawn(move || {
        for number in 0..count {
            reports.store(number, Ordering::Relaxed);
            read(&damaged(&whole, number));
        }
    });
    let (mut last, mut since) = (0, Instant::now());
    while !reader.is_finished() {
        thread::sleep(Duration::from_millis(5));
        let now = reached.load(Ordering::Relaxed);
        if now != last {
            (last, since) = (now, Instant::now());
        }
        assert!(since.elapsed() < LONGEST, "reading does not end: {}", name(count, now));
    }
    let damage = name(count, reached.load(Ordering::Relaxed));
    assert!(reader.join().is_ok(), "reading panics: {damage}");
    assert!(peak() < MOST, "{} KiB of memory", peak());
    count
}

/// Writes a file anew, in its place: a file that is emptied first has to be written to the disk at once, by ext4, which
/// takes ten times as long.
pub(crate) fn rewrite(path: impl AsRef<Path>, bytes: &[u8]) {
    let file = File::options().write(true).create(true).truncate(false).open(path).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
    (&file).write_all(bytes).unwrap();
}

/// The input with damage number `number`: a third of them are cuts, the rest changed bytes.
fn damaged(whole: &[u8], number: usize) -> Vec<u8> {
    let (kind, at) = (number / whole.len(), number % whole.len());
    let mut bytes = whole.to_vec();
    match kind {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << (at % 8),
        _ => bytes[at] ^= 0xff,
    }
    bytes
}

fn name(count: usize, number: usize) -> String {
    let at = number % (count / 3);
    match number / (count / 3) {
        0 => format!("cut at byte {at}"),
        1 => format!("bit {} of byte {at} turned", at % 8),
        _ => format!("all bits of byte {at} turned"),
    }
}

/// The most memory that this process had so far, in KiB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_damage_comes_once_and_a_panic_is_named() {
        let (send, receive) = std::sync::mpsc::channel();
        assert_eq!(damage(b"ab".to_vec(), move |bytes| send.send(bytes.to_vec()).unwrap()), 6);
        let seen: Vec<Vec<u8>> = receive.iter().collect();
        let expected: [&[u8]; 6] = [b"", b"a", b"`b", b"a`", b"\x9eb", b"a\x9d"];
        assert_eq!(seen, expected);
        let caught = std::panic::catch_unwind(|| {
            damage(b"ab".to_vec(), |bytes| assert_ne!(bytes, b"a`"));
        });
        let message = *caught.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(message, "reading panics: bit 1 of byte 1 turned");
        assert!(cfg!(not(target_os = "linux")) || peak() > 0);
    }

    #[test]
    fn a_file_written_anew_has_the_new_bytes_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for bytes in [&b"long"[..], b"s", b"", b"again"] {
            rewrite(file.path(), bytes);
            assert_eq!(std::fs::read(file.path()).unwrap(), bytes);
        }
    }
}
