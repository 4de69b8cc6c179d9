//! A part of a file for the viewer: a window of bytes, facts, colours and search.
//!
//! Only a window of a file is ever in memory. A layer is read from front to back, so a window costs reading all bytes
//! before it, which also counts their lines.

use std::io;
use std::io::Read;

use crate::content;
use crate::content::search::Needle;
use crate::content::{Contents, Window, colours, diff};
use crate::load::Loader;
use crate::load::files::facts::facts;
use crate::stack::kept::entry::Kind;
use crate::stack::{EventId, Payload};

/// Size of a window in bytes: some twenty thousand lines.
pub const WINDOW: usize = 1024 * 1024;
/// Maximum size in bytes of a text in a comparison.
pub const COMPARED_MAX: u64 = 8 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// A part of a file.
#[derive(Clone, Debug)]
pub enum Part {
    /// Around the byte at this offset.
    At(u64),
    /// The end of the file.
    End,
    /// Around the next match from an offset on, or the last one before it; wraps around at the ends of the file.
    Find {
        /// The text to search.
        needle: Needle,
        /// Start offset in bytes.
        from: u64,
        /// Search direction: towards the end, or towards the beginning.
        forward: bool,
    },
}

/// Reads a part of the file of a version. Stops as soon as `wanted` returns `false`.
///
/// # Errors
/// If the version is not a file or cannot be read; `Interrupted` if `wanted` returned `false`.
pub fn part(
    loader: &Loader,
    event: EventId,
    part: &Part,
    wanted: &dyn Fn() -> bool,
) -> io::Result<Contents> {
    let (payload, name) = named(loader, event)?;
    let file = File { loader, payload: &payload, wanted };
    let found = match part {
        Part::Find { needle, from, forward } => file.find(needle, *from, *forward)?,
        _ => None,
    };
    let at = found.unwrap_or(match part {
        Part::At(at) | Part::Find { from: at, .. } => *at,
        Part::End => payload.length(),
    });
    let mut window = file.window(at)?;
    let facts = facts(loader, &payload, wanted)?;
    let binary = content::is_binary(&window.bytes);
    if !binary {
        colours::colour(&mut window, &name, colours::TIME_MAX);
    }
    Ok(Contents { window, binary, facts, found })
}

/// The unified diff of two versions, or their facts if they are not texts.
///
/// # Errors
/// As [`part`]; `FileTooLarge` if one is larger than [`COMPARED_MAX`].
pub fn difference(
    loader: &Loader,
    old: EventId,
    new: EventId,
    wanted: &dyn Fn() -> bool,
) -> io::Result<Contents> {
    let [old, new] = [old, new].map(|event| whole(loader, event, COMPARED_MAX, wanted));
    let (old, new) = (old?, new?);
    let binary = content::is_binary(&old) || content::is_binary(&new);
    let window = if binary { Window::default() } else { diff::unified(&old, &new) };
    let verdict = if old == new { "the same bytes" } else { "different bytes" };
    let facts = vec![
        ("contents", verdict.to_owned()),
        ("older", format!("{} bytes", old.len())),
        ("newer", format!("{} bytes", new.len())),
    ];
    Ok(Contents { window, binary, facts, found: None })
}

/// All bytes of a file; an error if it has more than `most`.
pub(super) fn whole(
    loader: &Loader,
    event: EventId,
    most: u64,
    wanted: &dyn Fn() -> bool,
) -> io::Result<Vec<u8>> {
    let payload = payload(loader, event)?;
    if payload.length() > most {
        let what = format!("it has {} bytes, more than the limit of {most}", payload.length());
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    let file = File { loader, payload: &payload, wanted };
    let mut bytes = Vec::new();
    file.chunks(|chunk| {
        bytes.extend_from_slice(chunk);
        true
    })?;
    Ok(bytes)
}

/// The location of a version's bytes.
///
/// # Errors
/// If the version has no contents.
pub fn payload(loader: &Loader, event: EventId) -> io::Result<Payload> {
    let stack = loader.stack();
    stack.payload(event).ok_or_else(|| {
        let what = match stack.object(&stack.version(event)).kind {
            Kind::File | Kind::Hardlink => "no layer stores the bytes of this file".to_owned(),
            kind => format!("not a file but {}", kind.name()),
        };
        io::Error::new(io::ErrorKind::InvalidInput, what)
    })
}

/// The location of a version's bytes, and its file name.
fn named(loader: &Loader, event: EventId) -> io::Result<(Payload, Vec<u8>)> {
    let payload = payload(loader, event)?;
    let name = payload.path.rsplit(|&byte| byte == b'/').next().unwrap_or_default().to_vec();
    Ok((payload, name))
}

struct File<'l> {
    loader: &'l Loader,
    payload: &'l Payload,
    wanted: &'l dyn Fn() -> bool,
}

impl File<'_> {
    /// Passes the file to `take` in chunks until it returns `false`.
    fn chunks(&self, mut take: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
        let mut reader = self.loader.open(self.payload)?;
        let mut chunk = vec![0; CHUNK];
        let mut left = self.payload.length();
        while left > 0 {
            if !(self.wanted)() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            reader.read_exact(&mut chunk[..length])?;
            left -= length as u64;
            if !take(&chunk[..length]) {
                break;
            }
        }
        Ok(())
    }

    /// A window with bytes before and after offset `at`. It begins at the start of a line if there is one within the
    /// first chunk.
    fn window(&self, at: u64) -> io::Result<Window> {
        let size = self.payload.length();
        let from = at.saturating_sub(WINDOW as u64 / 4).min(size.saturating_sub(WINDOW as u64));
        let (mut passed, mut lines, mut last) = (0, 0, b'\n');
        let mut bytes = Vec::new();
        self.chunks(|chunk| {
            let before = usize::try_from(from.saturating_sub(passed)).unwrap_or(usize::MAX);
            let (before, rest) = chunk.split_at(before.min(chunk.len()));
            lines += memchr::memchr_iter(b'\n', before).count() as u64;
            last = before.last().copied().unwrap_or(last);
            passed += before.len() as u64;
            bytes.extend_from_slice(&rest[..rest.len().min(WINDOW - bytes.len())]);
            bytes.len() < WINDOW
        })?;
        let mut offset = from;
        if last != b'\n'
            && let Some(end) = memchr::memchr(b'\n', &bytes[..bytes.len().min(CHUNK)])
        {
            offset += end as u64 + 1;
            lines += 1;
            bytes.drain(..=end);
        }
        Ok(Window::new(offset, lines, size, bytes))
    }

    fn find(&self, needle: &Needle, from: u64, forward: bool) -> io::Result<Option<u64>> {
        let (mut first, mut last, mut next) = (None, None, None);
        let mut buffer: Vec<u8> = Vec::new();
        let mut offset = 0;
        self.chunks(|chunk| {
            buffer.extend_from_slice(chunk);
            for (start, _) in needle.matches(&buffer) {
                let at = offset + start as u64;
                first = first.or(Some(at));
                if at >= from && forward {
                    next = next.or(Some(at));
                } else if at < from && !forward {
                    next = Some(at);
                }
                last = Some(at);
            }
            let done = buffer.len().saturating_sub(needle.overlap());
            buffer.drain(..done);
            offset += done as u64;
            !(forward && next.is_some())
        })?;
        Ok(next.or(if forward { first } else { last }))
    }
}
