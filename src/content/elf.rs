//! Facts about an ELF file (System V ABI, "Object Files"; `elf.h`): type, machine, libraries, build ID, symbols.
//!
//! Reads a few small parts of the file at the offsets in its headers. Stated lengths are limited to [`PART`].

use crate::content::fact::{Fact, ReadAt};

/// The most bytes that are read of one part.
const PART: usize = 64 * 1024;
/// The most libraries that are listed.
const NEEDED_MAX: usize = 64;

/// The encoding of numbers in the file.
#[derive(Clone, Copy)]
struct Encoding {
    /// 64-bit.
    wide: bool,
    /// Big endian.
    big: bool,
}

impl Encoding {
    fn number(self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) })
    }

    /// A number as wide as an address: at offset `narrow` in 32-bit files, at `wide` in 64-bit ones.
    fn word(self, bytes: &[u8], narrow: usize, wide: usize) -> Option<u64> {
        if self.wide { self.number(bytes, wide, 8) } else { self.number(bytes, narrow, 4) }
    }
}

/// A program header.
struct Segment {
    kind: u64,
    offset: u64,
    address: u64,
    length: u64,
}

/// The facts, none if the file is not ELF.
pub fn facts(read: &mut ReadAt<'_>) -> Vec<Fact> {
    let Some(header) = read(0, PART).filter(|bytes| bytes.starts_with(b"\x7fELF")) else {
        return Vec::new();
    };
    let encoding = Encoding { wide: header.get(4) == Some(&2), big: header.get(5) == Some(&2) };
    let mut facts = vec![
        ("type", kind(encoding.number(&header, 16, 2)).to_owned()),
        ("machine", machine(encoding.number(&header, 18, 2))),
    ];
    let segments = segments(encoding, &header, read);
    if let Some(interpreter) = part(&segments, 3, read) {
        facts.push(("interpreter", text(&interpreter)));
    }
    let needed = needed(encoding, &segments, read);
    if needed.is_empty() && segments.iter().any(|segment| segment.kind == 1) {
        facts.push(("links", "statically linked".to_owned()));
    }
    facts.extend(needed.into_iter().map(|name| ("needs", name)));
    facts.extend(part(&segments, 4, read).and_then(|notes| build_id(encoding, &notes)));
    facts.extend(symbols(encoding, &header, read));
    facts
}

fn kind(kind: Option<u64>) -> &'static str {
    match kind {
        Some(1) => "object file",
        Some(2) => "executable",
        Some(3) => "shared library or position-independent executable",
        Some(4) => "core dump",
        _ => "unknown",
    }
}

fn machine(machine: Option<u64>) -> String {
    let name = match machine.unwrap_or(0) {
        3 => "x86",
        8 => "MIPS",
        20 => "PowerPC",
        21 => "PowerPC 64",
        22 => "IBM S/390",
        40 => "ARM",
        62 => "x86-64",
        183 => "AArch64",
        243 => "RISC-V",
        247 => "BPF",
        258 => "LoongArch",
        other => return format!("number {other}"),
    };
    name.to_owned()
}

fn segments(encoding: Encoding, header: &[u8], read: &mut ReadAt<'_>) -> Vec<Segment> {
    let each = || {
        let offset = encoding.word(header, 28, 32)?;
        let entry = encoding.number(header, if encoding.wide { 54 } else { 42 }, 2)? as usize;
        let count = encoding.number(header, if encoding.wide { 56 } else { 44 }, 2)? as usize;
        Some((offset, entry, count))
    };
    let Some((offset, entry, count)) = each().filter(|(_, entry, _)| *entry >= 32) else {
        return Vec::new();
    };
    let table = read(offset, entry.saturating_mul(count).min(PART)).unwrap_or_default();
    table
        .chunks_exact(entry)
        .filter_map(|row| {
            Some(Segment {
                kind: encoding.number(row, 0, 4)?,
                offset: encoding.word(row, 4, 8)?,
                address: encoding.word(row, 8, 16)?,
                length: encoding.word(row, 16, 32)?,
            })
        })
        .collect()
}

/// The first [`PART`] bytes of the first segment of a kind.
fn part(segments: &[Segment], kind: u64, read: &mut ReadAt<'_>) -> Option<Vec<u8>> {
    let segment = segments.iter().find(|segment| segment.kind == kind)?;
    let length = usize::try_from(segment.length).unwrap_or(PART).min(PART);
    read(segment.offset, length)
}

/// The libraries in the dynamic section (`DT_NEEDED`).
fn needed(encoding: Encoding, segments: &[Segment], read: &mut ReadAt<'_>) -> Vec<String> {
    let Some(dynamic) = part(segments, 2, read) else { return Vec::new() };
    let row = if encoding.wide { 16 } else { 8 };
    let entries: Vec<(u64, u64)> = dynamic
        .chunks_exact(row)
        .map_while(|row| Some((encoding.word(row, 0, 0)?, encoding.word(row, 4, 8)?)))
        .take_while(|(tag, _)| *tag != 0)
        .collect();
    let names: Vec<u64> =
        entries.iter().filter(|(tag, _)| *tag == 1).map(|(_, value)| *value).collect();
    let Some(&(_, address)) = entries.iter().find(|(tag, _)| *tag == 5) else { return Vec::new() };
    let segment = segments.iter().find(|segment| {
        segment.kind == 1
            && address.checked_sub(segment.address).is_some_and(|by| by < segment.length)
    });
    let Some(offset) =
        segment.map(|segment| segment.offset.saturating_add(address - segment.address))
    else {
        return Vec::new();
    };
    let furthest = names.iter().max().copied().unwrap_or(0);
    let length = usize::try_from(furthest).unwrap_or(usize::MAX).saturating_add(256).min(16 * PART);
    let strings = read(offset, length).unwrap_or_default();
    let name = |at: &u64| strings.get(usize::try_from(*at).ok()?..).map(text);
    names.iter().take(NEEDED_MAX).filter_map(name).collect()
}

/// The GNU build ID in a segment of notes.
fn build_id(encoding: Encoding, notes: &[u8]) -> Option<Fact> {
    let mut at = 0;
    while at + 12 <= notes.len() {
        let [name, length, kind] =
            [0, 4, 8].map(|from| encoding.number(notes, at + from, 4).unwrap_or(0) as usize);
        let from = at.checked_add(12)?.checked_add(name.checked_next_multiple_of(4)?)?;
        let to = from.checked_add(length)?;
        if kind == 3 && notes.get(at + 12..at + 15) == Some(b"GNU") {
            let digits = |byte: &u8| {
                [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16))
            };
            let id = notes.get(from..to)?.iter().take(64).flat_map(digits).flatten().collect();
            return Some(("build ID", id));
        }
        at = to.checked_next_multiple_of(4)?;
    }
    None
}

/// Whether the file has a symbol table.
fn symbols(encoding: Encoding, header: &[u8], read: &mut ReadAt<'_>) -> Option<Fact> {
    let offset = encoding.word(header, 32, 40)?;
    let entry = encoding.number(header, if encoding.wide { 58 } else { 46 }, 2)? as usize;
    let count = encoding.number(header, if encoding.wide { 60 } else { 48 }, 2)? as usize;
    let table = match entry {
        0..8 => Vec::new(),
        _ if offset == 0 => Vec::new(),
        _ => read(offset, entry.saturating_mul(count).min(PART))?,
    };
    let mut kinds = table.chunks_exact(entry.max(8)).map(|row| encoding.number(row, 4, 4));
    let present = kinds.any(|kind| kind == Some(2));
    Some(("symbols", if present { "present" } else { "stripped" }.to_owned()))
}

/// The text up to the first NUL.
fn text(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let end = bytes.iter().take(4096).position(|&byte| byte == 0).unwrap_or(bytes.len().min(4096));
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Vec<Fact> {
        facts(&mut |offset, length| {
            let from = usize::try_from(offset).ok().filter(|from| *from <= bytes.len())?;
            Some(bytes[from..from.saturating_add(length).min(bytes.len())].to_vec())
        })
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn facts_of_the_running_program() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let facts = of(&own);
        let value = |label| facts.iter().find(|(name, _)| *name == label).map(|(_, text)| text);
        assert!(value("type").unwrap().contains("executable"), "{facts:?}");
        assert_eq!(value("symbols").unwrap(), "present");
        assert!(facts.iter().any(|(name, text)| *name == "needs" && text.contains("libc")));
    }

    #[test]
    fn malformed_headers_give_fewer_facts() {
        assert!(of(b"#!/bin/sh\n").is_empty());
        assert!(!of(b"\x7fELF").is_empty());
        let mut bytes = vec![0xff; 400];
        for class in 0..4 {
            bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, class]);
            let _ = of(&bytes);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(tail in proptest::collection::vec(0u8.., 0..600), class in 1u8..3) {
            let _ = of(&[&[0x7f, b'E', b'L', b'F', class, 1], tail.as_slice()].concat());
        }
    }
}
