//! A file that one thread appends to while others read it; readers wait for bytes that are not written yet.
//!
//! The writer fetches the bytes and verifies them at the end.

use std::fs::File;
use std::io;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::layer::blob::Blob;
use crate::sync;

/// A growing file.
#[derive(Debug)]
pub struct GrowingFile {
    file: Arc<File>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The number of bytes that can be read.
    ready: u64,
    /// `Some` after the last byte: whether the file is complete and verified, or why not.
    end: Option<Result<(), Reason>>,
}

/// Why a download ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// `InvalidData` if the bytes are wrong and must be discarded; any other kind if the bytes so far can be used.
    pub kind: io::ErrorKind,
    /// A sentence.
    pub message: String,
}

impl From<Reason> for io::Error {
    fn from(reason: Reason) -> Self {
        Self::new(reason.kind, reason.message)
    }
}

impl GrowingFile {
    /// `file` must be empty and open for reading and writing.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self { file: Arc::new(file), state: Mutex::default(), changed: Condvar::new() }
    }

    /// Appends bytes. Only one thread may call this.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn push(&self, bytes: &[u8]) -> io::Result<()> {
        (&*self.file).write_all(bytes)?;
        self.state().ready += bytes.len() as u64;
        self.changed.notify_all();
        Ok(())
    }

    /// The number of bytes written.
    pub fn ready(&self) -> u64 {
        self.state().ready
    }

    /// Ends the file. Only the first call counts.
    pub fn end(&self, how: Result<(), Reason>) {
        self.state().end.get_or_insert(how);
        self.changed.notify_all();
    }

    /// The result, if the file has ended.
    pub fn ended(&self) -> Option<Result<(), Reason>> {
        self.state().end.clone()
    }

    /// Waits until the file has ended.
    ///
    /// # Errors
    /// Why the file is incomplete or wrong.
    pub fn wait(&self) -> Result<(), Reason> {
        let mut state = self.state();
        loop {
            if let Some(end) = &state.end {
                return end.clone();
            }
            state = sync::wait(&self.changed, state);
        }
    }

    /// The bytes written so far, as a blob.
    pub fn blob(&self) -> Blob {
        Blob::region(Arc::clone(&self.file), 0, self.ready())
    }

    /// Reads at `offset` with one system call; waits until at least one byte is written there.
    ///
    /// # Errors
    /// Why the file ended before `offset`.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = self.state();
        while state.ready <= offset {
            match &state.end {
                Some(Ok(())) => return Ok(0),
                Some(Err(reason)) => return Err(reason.clone().into()),
                None => state = sync::wait(&self.changed, state),
            }
        }
        let ready = state.ready;
        drop(state);
        Blob::region(Arc::clone(&self.file), 0, ready).read_at(buffer, offset)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        sync::lock(&self.state)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn reason(kind: io::ErrorKind) -> Reason {
        Reason { kind, message: "the line is dead".to_owned() }
    }

    #[test]
    fn readers_wait_for_what_is_not_there_yet() {
        let growing = GrowingFile::new(tempfile::tempfile().unwrap());
        let expected: Vec<u8> = (0..200_000u32).map(|at| at as u8).collect();
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let (mut all, mut buffer) = (Vec::new(), vec![0; 7000]);
                loop {
                    match growing.read_at(&mut buffer, all.len() as u64).unwrap() {
                        0 => return all,
                        count => all.extend_from_slice(&buffer[..count]),
                    }
                }
            });
            for chunk in expected.chunks(9001) {
                growing.push(chunk).unwrap();
            }
            growing.end(Ok(()));
            assert_eq!(reader.join().unwrap(), expected);
        });
        assert_eq!(growing.blob().read_all(u64::MAX).unwrap(), expected);
    }

    #[test]
    fn what_came_before_the_end_can_be_read_and_nothing_after_it() {
        let growing = GrowingFile::new(tempfile::tempfile().unwrap());
        growing.push(b"abc").unwrap();
        growing.end(Err(reason(io::ErrorKind::UnexpectedEof)));
        growing.end(Ok(()));
        let mut buffer = [0; 8];
        assert_eq!(growing.read_at(&mut buffer, 1).unwrap(), 2);
        let error = growing.read_at(&mut buffer, 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "what was said first holds");
        assert_eq!(growing.wait(), Err(reason(io::ErrorKind::UnexpectedEof)));
    }
}
