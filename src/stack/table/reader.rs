//! Rows out of the stream that a table is. Bytes that are no rows end it.

use super::{
    Before, ENTRY_MAX, FINGERPRINT_SHIFT, HAS_DATA, HAS_DEVICE, HAS_LINK, HAS_NANOS, HAS_SIZE,
    HAS_STORED, HAS_XATTRS, IS_CLAMPED, IS_SPARSE, OPAQUE, Place, SAME_OWNER, WHITEOUT,
};
use crate::stack::entry::{Entry, Fingerprint, Kind, Mtime, Row, Xattrs};

/// Reads a [`Table`](super::Table) front to back. A row is borrowed from the cursor, so this is no `Iterator`.
pub struct Rows<'t> {
    pub(super) bytes: &'t [u8],
    pub(super) place: Place,
}

impl Rows<'_> {
    /// Where the cursor stands.
    #[must_use]
    pub fn place(self) -> Place {
        self.place
    }

    /// The next row, or `None` at the end.
    #[expect(
        clippy::should_implement_trait,
        reason = "a row borrows the cursor, which Iterator cannot say"
    )]
    pub fn next(&mut self) -> Option<Row<'_>> {
        let Place { at, before } = &mut self.place;
        let mut input = Input { bytes: self.bytes, at: *at };
        let tag = input.byte()?;
        let shared = usize::try_from(input.number()?).ok()?;
        let rest = input.counted()?;
        if shared > before.path.len() {
            return None;
        }
        before.path.truncate(shared);
        before.path.extend_from_slice(rest);
        match tag {
            WHITEOUT => {
                *at = input.at;
                Some(Row::Whiteout { path: &before.path })
            }
            OPAQUE => {
                *at = input.at;
                Some(Row::Opaque { path: &before.path })
            }
            0..=ENTRY_MAX => {
                let kind = Kind::from_u8(tag)?;
                let entry = read_entry(&mut input, before, kind)?;
                *at = input.at;
                Some(Row::Entry(Entry { path: &before.path, ..entry }))
            }
            _ => None,
        }
    }
}

fn read_entry<'t>(input: &mut Input<'t>, before: &mut Before, kind: Kind) -> Option<Entry<'t>> {
    let present = u16::from_le_bytes([input.byte()?, input.byte()?]);
    let has = |flag| present & flag != 0;
    let mut entry = Entry::new(b"", kind);
    entry.mode = u16::try_from(input.number()?).ok()?;
    entry.mtime.seconds = before.seconds.wrapping_add(unzigzag(input.number()?));
    before.seconds = entry.mtime.seconds;
    if !has(SAME_OWNER) {
        before.owner = (input.number()?, input.number()?);
    }
    (entry.uid, entry.gid) = before.owner;
    if has(HAS_SIZE) {
        entry.size = input.number()?;
    }
    entry.stored = if has(HAS_STORED) { input.number()? } else { entry.size };
    if has(HAS_NANOS) {
        entry.mtime =
            Mtime { seconds: entry.mtime.seconds, nanos: u32::try_from(input.number()?).ok()? };
    }
    if has(HAS_LINK) {
        entry.link = input.counted()?;
    }
    if has(HAS_DEVICE) {
        entry.device = (u32::try_from(input.number()?).ok()?, u32::try_from(input.number()?).ok()?);
    }
    if has(HAS_XATTRS) {
        entry.xattrs = Xattrs::from_encoded(input.counted()?);
    }
    if has(HAS_DATA) {
        before.data = before.data.wrapping_add(unzigzag(input.number()?) as u64);
        entry.data = Some(before.data);
    }
    entry.fingerprint = match (present >> FINGERPRINT_SHIFT) & 3 {
        0 => None,
        1 => Some(Fingerprint::Xxh3(input.u64()?)),
        2 => Some(Fingerprint::Crc64(input.u64()?)),
        _ => Some(Fingerprint::Sha256(input.u64()?)),
    };
    entry.clamped = has(IS_CLAMPED);
    entry.sparse = has(IS_SPARSE);
    Some(entry)
}

struct Input<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Input<'t> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn u64(&mut self) -> Option<u64> {
        let bytes = self.bytes.get(self.at..)?.first_chunk::<8>()?;
        self.at += 8;
        Some(u64::from_le_bytes(*bytes))
    }

    fn counted(&mut self) -> Option<&'t [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let end = self.at.checked_add(length)?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
