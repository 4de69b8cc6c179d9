//! Stored files for findings: read from the source, a compressed layer in one pass.

use std::io;
use std::io::Read;

use xxhash_rust::xxh3::Xxh3;

use crate::findings::place::{Contents, HEAD, Head};
use crate::load::files::pass;
use crate::source::Source;
use crate::stack::{EventId, Payload, Stack};

/// The stored files of a loaded image.
pub(crate) struct StoredFiles<'l> {
    source: &'l dyn Source,
    stack: &'l Stack,
}

impl<'l> StoredFiles<'l> {
    pub(crate) fn new(source: &'l dyn Source, stack: &'l Stack) -> Self {
        Self { source, stack }
    }

    /// Passes the result of `read` for each file to `take`, or why it cannot be read.
    fn each<T>(
        &self,
        files: &[EventId],
        read: impl Fn(pass::Contents<'_>) -> io::Result<T>,
        mut take: impl FnMut(usize, Result<T, String>),
    ) {
        let payloads: Vec<Option<Payload>> =
            files.iter().map(|file| self.stack.payload(*file)).collect();
        let known = payloads.iter().enumerate();
        let known = known.filter_map(|(at, payload)| Some((at, payload.as_ref()?))).collect();
        pass::each(self.source, known, &mut |at, contents| {
            take(at, contents.and_then(&read).map_err(|error| error.to_string()));
            true
        });
        for (at, _) in payloads.iter().enumerate().filter(|(_, payload)| payload.is_none()) {
            take(at, Err("no layer has its contents".to_owned()));
        }
    }
}

impl Contents for StoredFiles<'_> {
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Head<'_>)) {
        let read = |contents: pass::Contents<'_>| {
            let mut head = Vec::new();
            contents.searchable().take(HEAD).read_to_end(&mut head).map(|_| head)
        };
        self.each(files, read, |at, head| match head {
            Ok(head) => take(at, Ok(&head)),
            Err(why) => take(at, Err(why)),
        });
    }

    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Result<u64, String>)) {
        let read = |contents: pass::Contents<'_>| {
            let mut contents = contents.whole();
            let mut hash = Xxh3::new();
            let mut buffer = vec![0; 64 * 1024];
            loop {
                match contents.read(&mut buffer) {
                    Ok(0) => return Ok(hash.digest()),
                    Ok(count) => hash.update(&buffer[..count]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        };
        self.each(files, read, take);
    }
}
