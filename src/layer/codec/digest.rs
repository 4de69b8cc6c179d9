//! Computes the digest of a blob while it is decoded.
//!
//! SHA-256 takes a fifth of the time of decoding zstd. It is usually computed by the decoding thread, while the bytes are in
//! the L1 cache: other layers use the other CPUs, and passing the bytes to another thread would cost more than it
//! saves. If a CPU is idle, as with the one large layer that most images have, the computation moves to a thread of its
//! own.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::thread::JoinHandle;

use crate::image::digest::{Digest, Hasher};

/// The most chunks in the queue; the decoder then waits.
pub(super) const QUEUE_LEN: usize = 4;

/// Stack size in bytes: hashing needs little.
const STACK: usize = 128 * 1024;

/// A range of a buffer.
type Chunk = (Arc<[u8]>, Range<usize>);

/// A running digest.
pub(super) enum Digester {
    /// On the thread that reads.
    Inline(Hasher),
    /// On a thread of its own, which ends when the channel closes.
    Threaded { chunks: SyncSender<Chunk>, thread: JoinHandle<Hasher> },
}

impl Digester {
    /// Starts on the calling thread.
    pub(super) const fn new(hasher: Hasher) -> Self {
        Self::Inline(hasher)
    }

    /// Moves to a thread of its own; `false` if that cannot be started or was done already.
    pub(super) fn move_to_thread(&mut self) -> bool {
        let Self::Inline(digest) = self else { return false };
        let (chunks, work) = sync_channel(QUEUE_LEN);
        let builder = thread::Builder::new().name("digest".to_owned()).stack_size(STACK);
        let begun = digest.clone();
        let Ok(thread) = builder.spawn(move || digest_all(begun, &work)) else { return false };
        *self = Self::Threaded { chunks, thread };
        true
    }

    /// Adds bytes.
    pub(super) fn update(&mut self, buffer: &Arc<[u8]>, range: Range<usize>) {
        match self {
            Self::Inline(digest) => digest.update(&buffer[range]),
            Self::Threaded { chunks, .. } => {
                // Fails only if the thread has panicked; `finish` then returns `None`.
                let _ = chunks.send((Arc::clone(buffer), range));
            }
        }
    }

    /// The digest of all bytes.
    pub(super) fn finish(self) -> Option<Digest> {
        let digest = match self {
            Self::Inline(digest) => digest,
            Self::Threaded { chunks, thread } => {
                drop(chunks);
                thread.join().ok()?
            }
        };
        Some(digest.finish())
    }
}

fn digest_all(mut digest: Hasher, work: &Receiver<Chunk>) -> Hasher {
    while let Ok((buffer, range)) = work.recv() {
        digest.update(&buffer[range]);
    }
    digest
}

/// The SHA-256 of decoded bytes, up to a limit.
pub(crate) struct BoundedDigest {
    sum: Hasher,
    /// Bytes left to the limit; `None` if it was exceeded.
    left: Option<u64>,
}

impl BoundedDigest {
    /// Hashes at most `limit` bytes.
    pub(super) fn within(limit: u64) -> Self {
        Self { sum: Hasher::sha256(), left: Some(limit) }
    }

    pub(super) fn update(&mut self, decoded: &[u8]) {
        self.left = self.left.and_then(|left| left.checked_sub(decoded.len() as u64));
        if self.left.is_some() {
            self.sum.update(decoded);
        }
    }

    /// `sha256:…`; `None` if the limit was exceeded.
    pub(super) fn finish(self) -> Option<String> {
        self.left.map(|_| self.sum.finish().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_same_on_either_thread() {
        let buffer: Arc<[u8]> = (0..100_000_u32).map(|at| (at / 3) as u8).collect();
        let digest = |threaded_after| {
            let mut digester = Digester::new(Hasher::sha256());
            for turn in 0..20 {
                if turn == threaded_after {
                    assert!(digester.move_to_thread());
                }
                digester.update(&buffer, 7..buffer.len());
            }
            digester.finish().unwrap()
        };
        let here = digest(usize::MAX);
        assert_eq!(digest(0), here);
        assert_eq!(digest(13), here);
    }
}
