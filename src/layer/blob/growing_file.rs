//! Bytes that are still on their way: one thread writes them to a file in order, others read what is there and wait for
//! what is not.
//!
//! Where they come from is the writer's business, and whether they are the right ones is known only at their end.

use std::fs::File;
use std::io;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::layer::blob::Blob;
use crate::sync;

/// A file that grows until it is whole, or until it will not get any longer.
#[derive(Debug)]
pub struct GrowingFile {
    file: Arc<File>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes that can be read.
    ready: u64,
    /// Whether anything more comes: nothing does after the end, for this reason or because all of it is here.
    end: Option<Result<(), Reason>>,
}

/// Why bytes stopped coming, as whoever waits for them is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Whether the bytes that came are worth nothing (`InvalidData`: they are others than those that were asked for), or
    /// are good as far as they go.
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
    /// Bytes that will be written to `file`, which is empty and open for reading as well.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self { file: Arc::new(file), state: Mutex::default(), changed: Condvar::new() }
    }

    /// Adds bytes behind those that are there. One thread only.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn push(&self, bytes: &[u8]) -> io::Result<()> {
        (&*self.file).write_all(bytes)?;
        self.state().ready += bytes.len() as u64;
        self.changed.notify_all();
        Ok(())
    }

    /// How many bytes are there.
    pub fn ready(&self) -> u64 {
        self.state().ready
    }

    /// Says that nothing more comes. What was said first holds.
    pub fn end(&self, how: Result<(), Reason>) {
        self.state().end.get_or_insert(how);
        self.changed.notify_all();
    }

    /// Whether, and how, it ended.
    pub fn ended(&self) -> Option<Result<(), Reason>> {
        self.state().end.clone()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// Why the bytes are not all there, or not the right ones.
    pub fn wait(&self) -> Result<(), Reason> {
        let mut state = self.state();
        loop {
            if let Some(end) = &state.end {
                return end.clone();
            }
            state = sync::wait(&self.changed, state);
        }
    }

    /// What is there by now, to be read like any other file.
    pub fn blob(&self) -> Blob {
        Blob::region(Arc::clone(&self.file), 0, self.ready())
    }

    /// Reads at `offset`, as many bytes as one read gives; waits until there is one.
    ///
    /// # Errors
    /// Why the byte there will never come.
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
        let arriving = GrowingFile::new(tempfile::tempfile().unwrap());
        let expected: Vec<u8> = (0..200_000u32).map(|at| at as u8).collect();
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let (mut all, mut buffer) = (Vec::new(), vec![0; 7000]);
                loop {
                    match arriving.read_at(&mut buffer, all.len() as u64).unwrap() {
                        0 => return all,
                        count => all.extend_from_slice(&buffer[..count]),
                    }
                }
            });
            for chunk in expected.chunks(9001) {
                arriving.push(chunk).unwrap();
            }
            arriving.end(Ok(()));
            assert_eq!(reader.join().unwrap(), expected);
        });
        assert_eq!(arriving.blob().read_all(u64::MAX).unwrap(), expected);
    }

    #[test]
    fn what_came_before_the_end_can_be_read_and_nothing_after_it() {
        let arriving = GrowingFile::new(tempfile::tempfile().unwrap());
        arriving.push(b"abc").unwrap();
        arriving.end(Err(reason(io::ErrorKind::UnexpectedEof)));
        arriving.end(Ok(()));
        let mut buffer = [0; 8];
        assert_eq!(arriving.read_at(&mut buffer, 1).unwrap(), 2);
        let error = arriving.read_at(&mut buffer, 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "what was said first holds");
        assert_eq!(arriving.wait(), Err(reason(io::ErrorKind::UnexpectedEof)));
    }
}
