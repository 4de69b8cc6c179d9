//! The cost of the same bytes without any bookkeeping: a bare walk over the headers, tar-rs, the bare decoders.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use layertui::layer::blob::Blob;
use layertui::layer::codec::Decoder;
use layertui::layer::encoding::Codec;

use crate::archive::Saved;

/// From header to header by positional reads of 16 KiB, parsing sizes only: a lower bound for a listing.
pub fn bare_walk(file: &Arc<File>, saved: &Saved) -> io::Result<u64> {
    let mut window = vec![0; 16 * 1024];
    let mut headers = 0;
    for &(offset, len) in &saved.layers {
        let blob = Blob::region(Arc::clone(file), offset, len);
        let (mut at, mut start, mut filled) = (0, 0, 0);
        while at < len {
            if at + 512 > start + filled as u64 {
                start = at;
                filled = blob.fill_at(&mut window, at)?;
            }
            let from = (at - start) as usize;
            let Some(header) = window[..filled].get(from..from + 512) else { break };
            if header[0] == 0 {
                break;
            }
            headers += 1;
            let digits = header[124..136].iter().filter(|byte| byte.is_ascii_digit());
            let size = digits.fold(0, |size, &digit| size * 8 + u64::from(digit - b'0'));
            at += 512 + size.next_multiple_of(512);
        }
    }
    Ok(headers)
}

/// The entries by tar-rs, which seeks from header to header.
pub fn tar_rs_walk(file: &Arc<File>, saved: &Saved) -> io::Result<u64> {
    let mut entries = 0;
    for &(offset, len) in &saved.layers {
        let region = Region { blob: Blob::region(Arc::clone(file), offset, len), at: 0 };
        for entry in tar::Archive::new(region).entries_with_seek()? {
            entries += u64::from(!entry?.path_bytes().is_empty());
        }
    }
    Ok(entries)
}

struct Region {
    blob: Blob,
    at: u64,
}

impl Read for Region {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.blob.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Region {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.blob.len(), by),
        };
        self.at = from.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// The same decoder over the same blobs on as many threads as a load uses, largest first; the output is dropped.
pub fn bare_decode(file: &Arc<File>, saved: &Saved, codec: Codec) -> io::Result<u64> {
    let mut layers = saved.layers.clone();
    layers.sort_by_key(|layer| std::cmp::Reverse(layer.1));
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<u64> {
        let (mut out, mut total) = (vec![0; 128 * 1024], 0);
        while let Some(&(offset, len)) = layers.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut decoder = Decoder::new(&Blob::region(Arc::clone(file), offset, len), codec)?;
            loop {
                match decoder.read(&mut out)? {
                    0 => break,
                    count => total += count as u64,
                }
            }
        }
        Ok(total)
    };
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(Ok(0))).sum()
    })
}
