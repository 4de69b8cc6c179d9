//! The SHA-256 of a blob while it is decoded.
//!
//! It costs a fifth of decoding zstd. As a rule it is computed by whoever decodes, of bytes that are still in the
//! processor's nearest cache: other layers keep the other processors busy, and passing bytes on would cost more than it
//! spares. Where a processor has nothing else to do, as beside the one large layer that most images have, it goes on on a
//! thread of its own.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::thread::JoinHandle;

use crate::image::digest::Hasher;

/// Chunks that may wait; the decoder waits beyond that.
pub(super) const QUEUE_LEN: usize = 4;

/// Hashing needs next to none.
const STACK: usize = 128 * 1024;

/// Bytes of the blob, in order: a part of a buffer.
type Chunk = (Arc<[u8]>, Range<usize>);

/// A digest in the making.
pub(super) enum Digester {
    /// By whoever fetches the bytes.
    Inline(Hasher),
    /// By a thread, which ends when nothing can come any more.
    Threaded { chunks: SyncSender<Chunk>, thread: JoinHandle<Hasher> },
}

impl Digester {
    /// One that nothing was told yet, for whoever fetches the bytes.
    pub(super) fn new() -> Self {
        Self::Inline(Hasher::sha256())
    }

    /// Goes on on a thread of its own, if there can be one; whether it does.
    pub(super) fn move_to_thread(&mut self) -> bool {
        let Self::Inline(digest) = self else { return false };
        let (chunks, work) = sync_channel(QUEUE_LEN);
        let builder = thread::Builder::new().name("digest".to_owned()).stack_size(STACK);
        let begun = digest.clone();
        let Ok(thread) = builder.spawn(move || digest_all(begun, &work)) else { return false };
        *self = Self::Threaded { chunks, thread };
        true
    }

    /// Takes the next bytes.
    pub(super) fn update(&mut self, buffer: &Arc<[u8]>, range: Range<usize>) {
        match self {
            Self::Inline(digest) => digest.update(&buffer[range]),
            Self::Threaded { chunks, .. } => {
                // Nobody takes them where the thread has died; `finish` then has no digest.
                let _ = chunks.send((Arc::clone(buffer), range));
            }
        }
    }

    /// `sha256:…` over all bytes.
    pub(super) fn finish(self) -> Option<String> {
        let digest = match self {
            Self::Inline(digest) => digest,
            Self::Threaded { chunks, thread } => {
                drop(chunks);
                thread.join().ok()?
            }
        };
        Some(digest.finish().to_string())
    }
}

fn digest_all(mut digest: Hasher, work: &Receiver<Chunk>) -> Hasher {
    while let Ok((buffer, range)) = work.recv() {
        digest.update(&buffer[range]);
    }
    digest
}

/// The SHA-256 of what was decoded, as long as that is not much.
pub(crate) struct BoundedDigest {
    sum: Hasher,
    /// Bytes that may still come.
    left: Option<u64>,
}

impl BoundedDigest {
    /// Of at most `limit` bytes.
    pub(super) fn within(limit: u64) -> Self {
        Self { sum: Hasher::sha256(), left: Some(limit) }
    }

    pub(super) fn update(&mut self, decoded: &[u8]) {
        self.left = self.left.and_then(|left| left.checked_sub(decoded.len() as u64));
        if self.left.is_some() {
            self.sum.update(decoded);
        }
    }

    /// `sha256:…`; `None` where more than the limit came.
    pub(super) fn finish(self) -> Option<String> {
        self.left.map(|_| self.sum.finish().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wherever_it_is_computed_it_is_the_same() {
        let buffer: Arc<[u8]> = (0..100_000_u32).map(|at| (at / 3) as u8).collect();
        let digest = |threaded_after| {
            let mut digester = Digester::new();
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
