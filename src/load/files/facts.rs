//! Reads the parts of a file that the facts about it need.
//!
//! A layer is read from front to back, so an offset costs reading all bytes before it. The first bytes are kept, and an offset
//! after the last part is read on from there.

use std::io;
use std::io::Read;

use crate::content;
use crate::content::fact::Fact;
use crate::load::Loader;
use crate::stack::Payload;
use crate::sync;

/// Bytes at the beginning of a file that are kept: the headers of most formats.
const HEAD: u64 = 64 * 1024;
/// Bytes that are read between two calls of `wanted`.
const CHUNK: usize = 64 * 1024;

/// The facts about a file. If a part cannot be read, one of them says why. Those of the last file are kept: a viewer asks for many
/// parts of one.
///
/// # Errors
/// `Interrupted` as soon as `wanted` returns `false`.
pub(super) fn facts(
    loader: &Loader,
    payload: &Payload,
    wanted: &dyn Fn() -> bool,
) -> io::Result<Vec<Fact>> {
    if let Some((of, facts)) = &*sync::lock(&loader.last_facts)
        && of == payload
    {
        return Ok(facts.clone());
    }
    let mut parts = Parts { loader, payload, wanted, head: Vec::new(), open: None };
    let mut failed: Option<io::Error> = None;
    let mut facts = content::facts::of(&mut |offset, length| {
        if failed.is_some() {
            return None;
        }
        parts.read_at(offset, length).map_err(|error| failed = Some(error)).ok()
    });
    match failed {
        Some(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
        Some(error) => facts.push(("not read", error.to_string())),
        None => *sync::lock(&loader.last_facts) = Some((payload.clone(), facts.clone())),
    }
    Ok(facts)
}

struct Parts<'f> {
    loader: &'f Loader,
    payload: &'f Payload,
    wanted: &'f dyn Fn() -> bool,
    head: Vec<u8>,
    /// A reader, and its offset in the file.
    open: Option<(Box<dyn Read + Send>, u64)>,
}

impl Parts<'_> {
    /// Up to `length` bytes at an offset.
    fn read_at(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let size = self.payload.length();
        if self.head.is_empty() && size > 0 {
            self.head = self.read(0, size.min(HEAD))?;
        }
        let end = offset.saturating_add(length as u64).min(size);
        if offset >= end {
            return Ok(Vec::new());
        }
        if let (Ok(from), Ok(to)) = (usize::try_from(offset), usize::try_from(end))
            && let Some(bytes) = self.head.get(from..to)
        {
            return Ok(bytes.to_vec());
        }
        self.read(offset, end)
    }

    fn read(&mut self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let (mut reader, mut at) = match self.open.take().filter(|(_, at)| *at <= from) {
            Some(open) => open,
            None => (self.loader.open(self.payload)?, 0),
        };
        let mut bytes = Vec::new();
        let mut chunk = vec![0; CHUNK];
        while at < to {
            if !(self.wanted)() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let end = if at < from { from } else { to };
            let length = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
            reader.read_exact(&mut chunk[..length])?;
            if at >= from {
                bytes.extend_from_slice(&chunk[..length]);
            }
            at += length as u64;
        }
        self.open = Some((reader, at));
        Ok(bytes)
    }
}
