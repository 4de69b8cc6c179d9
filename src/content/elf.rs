//! Facts about an ELF file (System V ABI, "Object Files"; `elf.h`): type, machine, libraries, build ID, symbols.
//!
//! Reads a few small parts of the file at the offsets in its headers. Stated lengths are limited to [`PART`]. That something is
//! absent is said only if the part that would have it was read whole.

use crate::content::fact::{Fact, ReadAt};

/// The most bytes that are read of one part.
const PART: usize = 64 * 1024;
/// The most libraries that are listed.
const NEEDED_MAX: usize = 64;

/// Types of segments (`PT_LOAD`, `PT_DYNAMIC`, `PT_INTERP`, `PT_NOTE`).
const LOADED: u64 = 1;
const DYNAMIC: u64 = 2;
const INTERPRETER: u64 = 3;
const NOTES: u64 = 4;

/// Tags of dynamic entries (`DT_NEEDED`, `DT_STRTAB`, `DT_FLAGS_1`), and a flag of the last (`DF_1_PIE`).
const NEEDED: u64 = 1;
const STRINGS: u64 = 5;
const FLAGS_1: u64 = 0x6fff_fffb;
const PIE: u64 = 0x0800_0000;

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
    let known = segments(encoding, &header, read);
    let segments = known.as_deref().unwrap_or_default();
    if let Some(interpreter) = part(segments, INTERPRETER, read) {
        facts.push(("interpreter", text(&interpreter)));
    }
    let dynamic = Dynamic::read(encoding, segments, read);
    let is_program = matches!(encoding.number(&header, 16, 2), Some(2 | 3));
    if is_program && is_static(segments, dynamic.as_ref()) {
        facts.push(("links", "statically linked".to_owned()));
    }
    if let Some(dynamic) = dynamic {
        facts.extend(needed(&dynamic, segments, read).into_iter().map(|name| ("needs", name)));
    }
    facts.extend(part(segments, NOTES, read).and_then(|notes| build_id(encoding, &notes)));
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

/// All segments; `None` if their headers could not be read whole.
fn segments(encoding: Encoding, header: &[u8], read: &mut ReadAt<'_>) -> Option<Vec<Segment>> {
    let offset = encoding.word(header, 28, 32)?;
    let entry = encoding.number(header, if encoding.wide { 54 } else { 42 }, 2)? as usize;
    let count = encoding.number(header, if encoding.wide { 56 } else { 44 }, 2)? as usize;
    let length = Some(entry.saturating_mul(count)).filter(|it| entry >= 32 && *it <= PART)?;
    let table = read(offset, length).filter(|table| table.len() == length)?;
    let segment = |row: &[u8]| {
        Some(Segment {
            kind: encoding.number(row, 0, 4)?,
            offset: encoding.word(row, 4, 8)?,
            address: encoding.word(row, 8, 16)?,
            length: encoding.word(row, 16, 32)?,
        })
    };
    table.chunks_exact(entry).map(segment).collect()
}

/// Whether a program is linked statically: it asks for no interpreter and has no dynamic section, or is marked as a program
/// in one without libraries (a static position-independent executable). A shared library may need no other one either.
fn is_static(segments: &[Segment], dynamic: Option<&Dynamic>) -> bool {
    let has = |kind| segments.iter().any(|segment| segment.kind == kind);
    let alone = match dynamic {
        None => !has(DYNAMIC),
        Some(dynamic) => {
            let program = |(tag, value): &(u64, u64)| *tag == FLAGS_1 && value & PIE != 0;
            dynamic.whole
                && dynamic.entries.iter().any(program)
                && dynamic.entries.iter().all(|(tag, _)| *tag != NEEDED)
        }
    };
    has(LOADED) && !has(INTERPRETER) && alone
}

/// The first [`PART`] bytes of the first segment of a kind.
fn part(segments: &[Segment], kind: u64, read: &mut ReadAt<'_>) -> Option<Vec<u8>> {
    let segment = segments.iter().find(|segment| segment.kind == kind)?;
    let length = usize::try_from(segment.length).unwrap_or(PART).min(PART);
    read(segment.offset, length)
}

/// The entries of the dynamic section: tag and value.
struct Dynamic {
    entries: Vec<(u64, u64)>,
    /// Its end was read.
    whole: bool,
}

impl Dynamic {
    fn read(encoding: Encoding, segments: &[Segment], read: &mut ReadAt<'_>) -> Option<Self> {
        let bytes = part(segments, DYNAMIC, read)?;
        let row = if encoding.wide { 16 } else { 8 };
        let entry = |row| Some((encoding.word(row, 0, 0)?, encoding.word(row, 4, 8)?));
        let mut entries: Vec<(u64, u64)> = bytes.chunks_exact(row).map_while(entry).collect();
        let end = entries.iter().position(|(tag, _)| *tag == 0);
        entries.truncate(end.unwrap_or(entries.len()));
        Some(Self { entries, whole: end.is_some() })
    }
}

/// The libraries in the dynamic section (`DT_NEEDED`).
fn needed(dynamic: &Dynamic, segments: &[Segment], read: &mut ReadAt<'_>) -> Vec<String> {
    let entries = &dynamic.entries;
    let names: Vec<u64> =
        entries.iter().filter(|(tag, _)| *tag == NEEDED).map(|(_, value)| *value).collect();
    let Some(&(_, address)) = entries.iter().find(|(tag, _)| *tag == STRINGS) else {
        return Vec::new();
    };
    let segment = segments.iter().find(|segment| {
        segment.kind == LOADED
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

/// Whether the file has a symbol table; `None` if that is not known.
fn symbols(encoding: Encoding, header: &[u8], read: &mut ReadAt<'_>) -> Option<Fact> {
    let offset = encoding.word(header, 32, 40)?;
    let entry = encoding.number(header, if encoding.wide { 58 } else { 46 }, 2)? as usize;
    let count = encoding.number(header, if encoding.wide { 60 } else { 48 }, 2)? as usize;
    let stripped = Some(("symbols", "stripped".to_owned()));
    if offset == 0 {
        return stripped;
    }
    // No count with a table: there are more than the field can hold.
    let length = Some(entry.saturating_mul(count)).filter(|length| entry >= 8 && *length > 0)?;
    let table = read(offset, length.min(PART))?;
    let mut kinds = table.chunks_exact(entry).map(|row| encoding.number(row, 4, 4));
    if kinds.any(|kind| kind == Some(2)) {
        return Some(("symbols", "present".to_owned()));
    }
    stripped.filter(|_| table.len() == length)
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

    /// A 64-bit ELF file of this type: segments as type, offset and length, what comes after their headers, and the number of
    /// sections, all without symbols.
    fn elf(kind: u8, segments: &[(u32, u64, u64)], rest: &[u8], sections: u16) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[16] = kind;
        bytes[18] = 62;
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = segments.len() as u8;
        for (kind, offset, length) in segments {
            bytes.extend(u64::from(*kind).to_le_bytes());
            bytes.extend([*offset, 0, 0, *length, 0, 0].map(u64::to_le_bytes).concat());
        }
        bytes.extend_from_slice(rest);
        if sections > 0 {
            let at = bytes.len() as u64;
            bytes[40..48].copy_from_slice(&at.to_le_bytes());
            bytes[58] = 64;
            bytes[60..62].copy_from_slice(&sections.to_le_bytes());
            bytes.resize(bytes.len() + 64 * usize::from(sections), 0);
        }
        bytes
    }

    #[test]
    fn absence_is_a_fact_only_of_what_was_read_whole() {
        let says = |bytes: &[u8], label: &str| {
            of(bytes).into_iter().find(|(name, _)| *name == label).map(|(_, text)| text)
        };
        let linked = |bytes: Vec<u8>| says(&bytes, "links").is_some();
        // The dynamic section lies after two headers of segments.
        let [load, dynamic] = [(1, 0, 500), (2, 176, 32)];
        let entries = |tag: u64, value: u64| [tag, value, 0, 0].map(u64::to_le_bytes).concat();
        let (library, pie) = (entries(14, 1), entries(FLAGS_1, PIE));
        assert!(linked(elf(2, &[load], b"", 0)), "a static program");
        assert!(!linked(elf(3, &[load, dynamic], &library, 0)), "a library that needs no other");
        assert!(linked(elf(3, &[load, dynamic], &pie, 0)), "a static one at any address");
        assert!(!linked(elf(3, &[load, dynamic], &entries(NEEDED, 1), 0)));
        assert!(!linked(elf(3, &[load, dynamic], &pie[..16], 0)), "its end is not there");
        assert!(
            !linked(elf(3, &[load, (2, 9999, 32)], &pie, 0)),
            "its dynamic section is not there"
        );
        assert!(!linked(elf(2, &[load, (3, 176, 4)], b"/ld\0", 0)));
        assert!(!linked(elf(4, &[load], b"", 0)), "a core dump");
        let mut cut = elf(2, &[load, dynamic], b"", 0);
        cut.truncate(100);
        assert!(!linked(cut));

        let symbols = |bytes: &[u8]| says(bytes, "symbols");
        let few = elf(2, &[load], b"", 3);
        assert_eq!(symbols(&few).as_deref(), Some("stripped"));
        assert_eq!(symbols(&few[..few.len() - 1]), None);
        assert_eq!(symbols(&elf(2, &[load], b"", 1025)), None, "more than are read");
        assert_eq!(symbols(&elf(2, &[load], b"", 0)).as_deref(), Some("stripped"));
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
