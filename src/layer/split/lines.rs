//! Parses the lines of a tar-split: JSON objects for a segment of the tar's bytes or for the contents of a file.
//!
//! One line is in memory at a time, of at most [`LINE_MAX`] bytes. Lines are numbered, so a missing one is detected.

use std::borrow::Cow;
use std::io;
use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::layer::blob::Blob;
use crate::layer::codec::{Decoder, sniff_blob};

/// The longest line in bytes. The longest valid lines have the bytes behind the end of a tar; old writers use one line
/// for all of them.
const LINE_MAX: usize = 64 << 20;

/// Initial size of the buffer of decoded bytes.
const BUFFER: usize = 64 * 1024;

/// The CRC-64 of nothing.
const CRC_OF_NOTHING: u64 = 0;

/// A parsed line.
#[derive(Debug)]
pub(super) enum Item<'l> {
    /// Bytes of the tar: headers, padding, the end.
    Segment(&'l [u8]),
    /// The contents of the entry whose headers were in the segments before.
    Entry {
        /// The name in the headers of the tar.
        name: Cow<'l, [u8]>,
        /// Length of the contents in bytes.
        size: u64,
        /// CRC-64/GO-ISO of the contents.
        crc: Option<u64>,
    },
}

/// A line as written by tar-split's `JSONPacker`.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(rename = "type")]
    kind: u8,
    #[serde(borrow)]
    name: Option<Text<'l>>,
    #[serde(borrow)]
    name_raw: Option<Text<'l>>,
    #[serde(default)]
    size: u64,
    #[serde(borrow)]
    payload: Option<Text<'l>>,
    position: u64,
}

/// A string that is copied only if it has JSON escapes.
#[derive(Deserialize)]
struct Text<'l>(#[serde(borrow)] Cow<'l, str>);

/// Reads line after line.
pub(super) struct Lines {
    decoder: Decoder,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The decoded bytes of the current segment.
    segment: Vec<u8>,
    /// The number of lines read, which is the position of the next.
    count: u64,
}

impl Lines {
    /// Starts at the first line of a tar-split, compressed or not.
    pub(super) fn new(blob: &Blob) -> io::Result<Self> {
        Ok(Self {
            decoder: Decoder::new(blob, sniff_blob(blob)?)?,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            segment: Vec::new(),
            count: 0,
        })
    }

    /// Bytes of the blob that were read.
    pub(super) const fn consumed(&self) -> u64 {
        self.decoder.consumed()
    }

    /// The number of lines read.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// If the blob cannot be read or decoded, or the line is not valid; the error has its number.
    pub(super) fn next(&mut self) -> io::Result<Option<Item<'_>>> {
        let line = loop {
            match self.line()? {
                None => return Ok(None),
                Some((start, end)) if self.buffer[start..end].trim_ascii().is_empty() => {}
                Some((start, end)) => break &self.buffer[start..end],
            }
        };
        let number = self.count + 1;
        let item = item(line, self.count, &mut self.segment);
        self.count = number;
        item.map(Some).map_err(|why| damaged(&format!("line {number}: {why}")))
    }

    /// The range of the next line in the buffer, without its line break.
    fn line(&mut self) -> io::Result<Option<(usize, usize)>> {
        let mut searched = self.start;
        loop {
            if let Some(length) = memchr::memchr(b'\n', &self.buffer[searched..self.end]) {
                let start = self.start;
                self.start = searched + length + 1;
                return Ok(Some((start, searched + length)));
            }
            searched = self.make_room(self.end)?;
            let count = self.decoder.read(&mut self.buffer[self.end..])?;
            self.end += count;
            if count == 0 {
                let last = (self.start, self.end);
                self.start = self.end;
                return Ok((last.0 < last.1).then_some(last));
            }
        }
    }

    /// Makes space at the end of the buffer; returns the new index of `place`.
    fn make_room(&mut self, place: usize) -> io::Result<usize> {
        if self.end < self.buffer.len() {
            return Ok(place);
        }
        let moved = self.start;
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= moved;
        self.start = 0;
        if self.end > LINE_MAX {
            let number = self.count + 1;
            return Err(damaged(&format!("line {number} has more than {LINE_MAX} bytes")));
        }
        if self.end > self.buffer.len() / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        Ok(place - moved)
    }
}

/// Parses a line, whose position must be `expected`.
fn item<'l>(
    line: &'l [u8],
    expected: u64,
    segment: &'l mut Vec<u8>,
) -> Result<Item<'l>, Cow<'static, str>> {
    if let Some((payload, position)) = plain_segment(line)
        && position == expected
    {
        segment.clear();
        if STANDARD.decode_vec(payload, segment).is_ok() {
            return Ok(Item::Segment(segment));
        }
    }
    let Line { kind, name, name_raw, size, payload, position } =
        serde_json::from_slice(line).map_err(|error| no_line(&error))?;
    if position != expected {
        return Err(format!("its position is {position}: lines are missing or out of order").into());
    }
    let payload = payload.map_or(Cow::Borrowed(""), |text| text.0);
    match kind {
        1 => {
            let raw = name_raw.filter(|raw| !raw.0.is_empty());
            let name = match (raw, name.map(|name| name.0)) {
                (Some(raw), _) => Cow::Owned(
                    STANDARD.decode(raw.0.as_bytes()).map_err(|_| "its name is not base64")?,
                ),
                (None, None) => Cow::Borrowed(&b""[..]),
                (None, Some(Cow::Borrowed(name))) => Cow::Borrowed(name.as_bytes()),
                (None, Some(Cow::Owned(name))) => Cow::Owned(name.into_bytes()),
            };
            Ok(Item::Entry { name, size, crc: checksum(&payload, size)? })
        }
        2 => {
            segment.clear();
            STANDARD
                .decode_vec(payload.as_bytes(), segment)
                .map_err(|_| "its payload is not base64")?;
            Ok(Item::Segment(segment))
        }
        other => Err(format!("there is no type {other}").into()),
    }
}

/// The payload and position of a segment that is formatted exactly as tar-split does. Nearly all bytes of a listing are
/// in such lines, and a JSON parser would read them twice more. `None` if the line must be parsed as JSON.
fn plain_segment(line: &[u8]) -> Option<(&[u8], u64)> {
    let rest = line.strip_prefix(br#"{"type":2,"payload":""#)?;
    let (payload, rest) = rest.split_at(memchr::memchr(b'"', rest)?);
    let digits = rest.strip_prefix(br#"","position":"#)?.strip_suffix(b"}")?;
    let position = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((payload, position))
}

/// The error of the JSON parser, without its line number, which is always 1.
fn no_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.replacen(" at line 1 column ", " at column ", 1)
}

/// The checksum of an entry: eight bytes, big-endian. Empty contents need none.
fn checksum(payload: &str, size: u64) -> Result<Option<u64>, &'static str> {
    if payload.is_empty() {
        return Ok((size == 0).then_some(CRC_OF_NOTHING));
    }
    let mut bytes = [0; 9];
    match STANDARD.decode_slice(payload, &mut bytes) {
        Ok(8) => {
            let crc = bytes.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
            Ok(Some(crc))
        }
        _ => Err("its payload is no checksum"),
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the tar-split is damaged: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut lines = Lines::new(&Blob::memory(text.as_bytes())).unwrap();
        let mut read = Vec::new();
        loop {
            match lines.next() {
                Ok(None) => return read,
                Ok(Some(item)) => read.push(match item {
                    Item::Segment(bytes) => bytes.escape_ascii().to_string(),
                    Item::Entry { name, size, crc } => {
                        format!("{} {size} {crc:x?}", name.escape_ascii())
                    }
                }),
                Err(error) => {
                    read.push(error.to_string());
                    return read;
                }
            }
        }
    }

    #[test]
    fn segments_and_entries() {
        let text = r#"{"type":2,"payload":"aGk=","position":0}
{"type":1,"name":"a\u003cb","size":3,"payload":"AAAAAAAAAP8=","position":1}

{"type":1,"name_raw":"Yf8=","payload":null,"position":2}
{"type":2,"payload":"","position":3}"#;
        assert_eq!(plain_segment(text.lines().next().unwrap().as_bytes()), Some((&b"aGk="[..], 0)));
        let spaced = text.replace(':', ": ").replace("aGk=", r"aG\u006b=");
        assert_eq!(plain_segment(spaced.lines().next().unwrap().as_bytes()), None);
        assert_eq!(read(&spaced), read(text));
        assert_eq!(read(text), ["hi", "a<b 3 Some(ff)", r"a\xff 0 Some(0)", ""]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, why) in [
            (
                r#"{"type":2,"payload":"aGk=","position":1}"#,
                "line 1: its position is 1: lines are missing or out of order",
            ),
            (r#"{"type":2,"payload":"?","position":0}"#, "line 1: its payload is not base64"),
            (
                r#"{"type":1,"name":"a","size":1,"payload":"aGk=","position":0}"#,
                "line 1: its payload is no checksum",
            ),
            (r#"{"type":3,"position":0}"#, "line 1: there is no type 3"),
            (
                "{\"type\":2,\"payload\":\"\",\"position\":0}\n{\"type\":2,\"pay",
                "line 2: EOF while parsing a string at column 14",
            ),
        ] {
            let read = read(text);
            assert_eq!(read.last().unwrap(), &format!("the tar-split is damaged: {why}"));
        }
    }

    #[test]
    fn a_line_may_be_longer_than_the_buffer() {
        let long = "AAAA".repeat(BUFFER);
        let text = format!(
            "{{\"type\":2,\"payload\":\"\",\"position\":0}}\n{{\"type\":2,\"payload\":\"{long}\",\"position\":1}}\n"
        );
        let read = read(&text);
        assert_eq!(read[1].len(), 3 * BUFFER * r"\x00".len());
    }
}
