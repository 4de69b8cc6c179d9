//! The SHA-256 of a blob while it is decoded.
//!
//! It costs a fifth of decoding zstd. A large blob's is computed beside the decoder, on a thread of its own: an image
//! is mostly one large layer and some small ones, so there is a core that would else wait.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

/// Chunks that may wait; the decoder waits beyond that.
pub(super) const WAITING: usize = 4;

/// A thread is not worth it for less.
const BESIDE_MIN: u64 = 1 << 20;

/// Hashing needs next to none.
const STACK: usize = 128 * 1024;

/// Bytes of the blob, in order: a part of a buffer.
type Chunk = (Arc<[u8]>, Range<usize>);

/// A digest in the making.
pub(super) enum Digester {
    /// By whoever fetches the bytes.
    Here(Box<Sha256>),
    /// By a thread, which ends when nothing can come any more.
    Beside { chunks: SyncSender<Chunk>, thread: JoinHandle<Sha256> },
}

impl Digester {
    /// For a blob of so many bytes.
    pub(super) fn new(len: u64) -> Self {
        let here = || Self::Here(Box::default());
        let cores = thread::available_parallelism().map_or(1, usize::from);
        if len < BESIDE_MIN || cores == 1 {
            return here();
        }
        let (chunks, work) = sync_channel(WAITING);
        let builder = thread::Builder::new().name("digest".to_owned()).stack_size(STACK);
        builder
            .spawn(move || digest_all(&work))
            .map_or_else(|_| here(), |thread| Self::Beside { chunks, thread })
    }

    /// Takes the next bytes.
    pub(super) fn update(&mut self, buffer: &Arc<[u8]>, range: Range<usize>) {
        match self {
            Self::Here(digest) => digest.update(&buffer[range]),
            Self::Beside { chunks, .. } => {
                // Nobody takes them where the thread has died; `finish` then has no digest.
                let _ = chunks.send((Arc::clone(buffer), range));
            }
        }
    }

    /// `sha256:…` over all bytes.
    pub(super) fn finish(self) -> Option<String> {
        let digest = match self {
            Self::Here(digest) => *digest,
            Self::Beside { chunks, thread } => {
                drop(chunks);
                thread.join().ok()?
            }
        };
        let mut text = String::from("sha256:");
        for byte in digest.finalize() {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Some(text)
    }
}

fn digest_all(work: &Receiver<Chunk>) -> Sha256 {
    let mut digest = Sha256::new();
    while let Ok((buffer, range)) = work.recv() {
        digest.update(&buffer[range]);
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn here_and_beside_agree() {
        let buffer: Arc<[u8]> = (0..100_000_u32).map(|at| (at / 3) as u8).collect();
        let digest = |len| {
            let mut digester = Digester::new(len);
            for _ in 0..20 {
                digester.update(&buffer, 7..buffer.len());
            }
            digester.finish().unwrap()
        };
        assert_eq!(digest(0), digest(u64::MAX));
    }
}
