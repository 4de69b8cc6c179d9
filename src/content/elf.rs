//! An ELF file in a few facts (System V ABI, "Object Files"; `elf.h`): which machine, what it links to, its build ID.
//!
//! Asks for a few small parts of the file, wherever its headers say they are; what a header claims is never believed
//! further than its part goes.

use crate::content::fact::{Fact, ReadAt};

/// Bytes of a part that are looked at.
const PART: usize = 64 * 1024;
/// Libraries that are named.
const NEEDED_MAX: usize = 64;

/// How the numbers in the file are written.
#[derive(Clone, Copy)]
struct Shape {
    wide: bool,
    big: bool,
}

impl Shape {
    fn number(self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) })
    }

    /// A number at one place in 32-bit files, at another in 64-bit ones, as wide as an address.
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

/// The facts, or nothing where the file is no ELF.
pub fn facts(read: &mut ReadAt<'_>) -> Vec<Fact> {
    let Some(header) = read(0, PART).filter(|bytes| bytes.starts_with(b"\x7fELF")) else {
        return Vec::new();
    };
    let shape = Shape { wide: header.get(4) == Some(&2), big: header.get(5) == Some(&2) };
    let mut facts = vec![
        ("type", kind(shape.number(&header, 16, 2)).to_owned()),
        ("machine", machine(shape.number(&header, 18, 2))),
    ];
    let segments = segments(shape, &header, read);
    if let Some(interpreter) = part(&segments, 3, read) {
        facts.push(("interpreter", text(&interpreter)));
    }
    let needed = needed(shape, &segments, read);
    if needed.is_empty() && segments.iter().any(|segment| segment.kind == 1) {
        facts.push(("links", "statically, or to nothing".to_owned()));
    }
    facts.extend(needed.into_iter().map(|name| ("needs", name)));
    facts.extend(part(&segments, 4, read).and_then(|notes| build_id(shape, &notes)));
    facts.extend(symbols(shape, &header, read));
    facts
}

fn kind(kind: Option<u64>) -> &'static str {
    match kind {
        Some(1) => "object file",
        Some(2) => "program, at a fixed address",
        Some(3) => "shared library, or program at any address",
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

fn segments(shape: Shape, header: &[u8], read: &mut ReadAt<'_>) -> Vec<Segment> {
    let each = || {
        let offset = shape.word(header, 28, 32)?;
        let entry = shape.number(header, if shape.wide { 54 } else { 42 }, 2)? as usize;
        let count = shape.number(header, if shape.wide { 56 } else { 44 }, 2)? as usize;
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
                kind: shape.number(row, 0, 4)?,
                offset: shape.word(row, 4, 8)?,
                address: shape.word(row, 8, 16)?,
                length: shape.word(row, 16, 32)?,
            })
        })
        .collect()
}

/// The first segment of a kind, as far as it is looked at.
fn part(segments: &[Segment], kind: u64, read: &mut ReadAt<'_>) -> Option<Vec<u8>> {
    let segment = segments.iter().find(|segment| segment.kind == kind)?;
    let length = usize::try_from(segment.length).unwrap_or(PART).min(PART);
    read(segment.offset, length)
}

/// The libraries that the dynamic section names.
fn needed(shape: Shape, segments: &[Segment], read: &mut ReadAt<'_>) -> Vec<String> {
    let Some(dynamic) = part(segments, 2, read) else { return Vec::new() };
    let row = if shape.wide { 16 } else { 8 };
    let entries: Vec<(u64, u64)> = dynamic
        .chunks_exact(row)
        .map_while(|row| Some((shape.word(row, 0, 0)?, shape.word(row, 4, 8)?)))
        .take_while(|(tag, _)| *tag != 0)
        .collect();
    let names: Vec<u64> =
        entries.iter().filter(|(tag, _)| *tag == 1).map(|(_, value)| *value).collect();
    let Some(&(_, address)) = entries.iter().find(|(tag, _)| *tag == 5) else { return Vec::new() };
    let place = segments.iter().find(|segment| {
        segment.kind == 1
            && address.checked_sub(segment.address).is_some_and(|by| by < segment.length)
    });
    let Some(offset) =
        place.map(|segment| segment.offset.saturating_add(address - segment.address))
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
fn build_id(shape: Shape, notes: &[u8]) -> Option<Fact> {
    let mut at = 0;
    while at + 12 <= notes.len() {
        let [name, length, kind] =
            [0, 4, 8].map(|from| shape.number(notes, at + from, 4).unwrap_or(0) as usize);
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

/// Whether the table of symbols is still there.
fn symbols(shape: Shape, header: &[u8], read: &mut ReadAt<'_>) -> Option<Fact> {
    let offset = shape.word(header, 32, 40)?;
    let entry = shape.number(header, if shape.wide { 58 } else { 46 }, 2)? as usize;
    let count = shape.number(header, if shape.wide { 60 } else { 48 }, 2)? as usize;
    let table = match entry {
        0..8 => Vec::new(),
        _ if offset == 0 => Vec::new(),
        _ => read(offset, entry.saturating_mul(count).min(PART))?,
    };
    let mut kinds = table.chunks_exact(entry.max(8)).map(|row| shape.number(row, 4, 4));
    let there = kinds.any(|kind| kind == Some(2));
    Some(("symbols", if there { "there" } else { "stripped" }.to_owned()))
}

/// Up to the first NUL.
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
    fn this_very_program_is_one() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let facts = of(&own);
        let value = |label| facts.iter().find(|(name, _)| *name == label).map(|(_, text)| text);
        assert!(value("type").unwrap().contains("program"), "{facts:?}");
        assert_eq!(value("symbols").unwrap(), "there");
        assert!(facts.iter().any(|(name, text)| *name == "needs" && text.contains("libc")));
    }

    #[test]
    fn broken_headers_claim_in_vain() {
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
        fn no_bytes_make_it_stumble(tail in proptest::collection::vec(0u8.., 0..600), class in 1u8..3) {
            let _ = of(&[&[0x7f, b'E', b'L', b'F', class, 1], tail.as_slice()].concat());
        }
    }
}
