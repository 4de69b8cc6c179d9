//! Decodes the rows of a table. Malformed bytes end it.

use crate::stack::kept::entry::{Entry, Fingerprint, Kind, Mtime, Row, Xattrs};
use crate::stack::kept::paths;
use crate::stack::kept::table::{
    Before, ENTRY_MAX, FINGERPRINT_SHIFT, HAS_DATA, HAS_DEVICE, HAS_LINK, HAS_NANOS, HAS_SIZE,
    HAS_STORED, HAS_XATTRS, IS_CLAMPED, IS_SPARSE, OPAQUE, RowCursor, SAME_OWNER, WHITEOUT,
};

const NANOS_A_SECOND: u32 = 1_000_000_000;

/// Reads a [`Table`](crate::stack::kept::table::Table) from front to back. A row borrows from the reader, so this is not an
/// `Iterator`.
pub struct Rows<'t> {
    pub(super) bytes: &'t [u8],
    /// Encoded bytes of the layer's rows before these.
    pub(super) start: usize,
    /// Where `at` is an index into `bytes`.
    pub(super) cursor: RowCursor,
}

impl<'t> Rows<'t> {
    /// The position after the last row read, for [`Table::rows_from`](crate::stack::kept::table::Table::rows_from).
    #[must_use]
    pub fn position(self) -> RowCursor {
        RowCursor { at: self.cursor.at + self.start, ..self.cursor }
    }

    /// The next row, or `None` at the end.
    #[expect(
        clippy::should_implement_trait,
        reason = "a row borrows from the reader, which Iterator cannot express"
    )]
    #[inline]
    pub fn next(&mut self) -> Option<Row<'_>> {
        let (row, path) = self.next_apart()?;
        Some(row.at(path))
    }

    /// The next row, and its path, which the row does not have. The row stays valid when others are read.
    #[inline]
    pub(crate) fn next_apart(&mut self) -> Option<(Row<'t>, &[u8])> {
        let RowCursor { at, before } = &mut self.cursor;
        let mut input = Input { bytes: self.bytes, at: *at };
        let tag = input.byte()?;
        let shared = input.length()?;
        let rest = input.counted()?;
        if shared > before.path.len() {
            return None;
        }
        before.path.truncate(shared);
        before.path.extend_from_slice(rest);
        let row = match tag {
            WHITEOUT => Row::Whiteout { path: b"" },
            OPAQUE => Row::Opaque { path: b"" },
            0..=ENTRY_MAX => Row::Entry(read_entry(&mut input, before, Kind::from_u8(tag)?)?),
            _ => return None,
        };
        *at = input.at;
        Some((row, &before.path))
    }

    /// Skips a row and returns whether it is a marker; `None` at the end and for a row that no lister writes. `path` is the
    /// path of the row before, and is set to that of this row.
    pub(super) fn skip(&mut self, path: &mut Vec<u8>) -> Option<bool> {
        let mut input = Input { bytes: self.bytes, at: self.cursor.at };
        let tag = input.byte()?;
        let shared = input.length().filter(|&shared| shared <= path.len())?;
        path.truncate(shared);
        path.extend_from_slice(input.counted()?);
        // The shared prefix was checked with the row before, except for the component in which it ends.
        let component = memchr::memrchr(b'/', &path[..shared]).map_or(0, |slash| slash + 1);
        if !paths::is_normal(&path[component..]) && !path.is_empty() {
            return None;
        }
        match tag {
            WHITEOUT | OPAQUE => {}
            0..=ENTRY_MAX => skip_entry(&mut input, Kind::from_u8(tag)?)?,
            _ => return None,
        }
        self.cursor.at = input.at;
        Some(tag > ENTRY_MAX)
    }
}

#[inline]
fn read_entry<'t>(input: &mut Input<'t>, before: &mut Before, kind: Kind) -> Option<Entry<'t>> {
    let present = input.flags()?;
    let has = |flag| present & flag != 0;
    let mode = u16::try_from(input.number()?).ok()?;
    before.seconds = before.seconds.wrapping_add(unzigzag(input.number()?));
    if !has(SAME_OWNER) {
        before.owner = (input.number()?, input.number()?);
    }
    let size = if has(HAS_SIZE) { input.number()? } else { 0 };
    let stored = if has(HAS_STORED) { input.number()? } else { size };
    let nanos = if has(HAS_NANOS) { input.small()? } else { 0 };
    let link = if has(HAS_LINK) { input.counted()? } else { b"" };
    let device = if has(HAS_DEVICE) { (input.small()?, input.small()?) } else { (0, 0) };
    let xattrs =
        if has(HAS_XATTRS) { Xattrs::from_encoded(input.counted()?) } else { Xattrs::EMPTY };
    if has(HAS_DATA) {
        before.data = before.data.wrapping_add(unzigzag(input.number()?) as u64);
    }
    let fingerprint = match (present >> FINGERPRINT_SHIFT) & 3 {
        0 => None,
        kind => Fingerprint::decode(kind, input.u64()?),
    };
    Some(Entry {
        path: b"",
        kind,
        mode,
        uid: before.owner.0,
        gid: before.owner.1,
        size,
        stored,
        mtime: Mtime { seconds: before.seconds, nanos },
        link,
        device,
        xattrs,
        data: has(HAS_DATA).then_some(before.data),
        fingerprint,
        clamped: has(IS_CLAMPED),
        sparse: has(IS_SPARSE),
    })
}

/// Skips the fields that [`read_entry`] reads. `None` if a lister does not write them so.
fn skip_entry(input: &mut Input<'_>, kind: Kind) -> Option<()> {
    let present = input.flags()?;
    let has = |flag| present & flag != 0;
    u16::try_from(input.number()?).ok()?;
    // The time, which is always present, the two numbers of the owner, size, stored size.
    let numbers = 1
        + 2 * usize::from(!has(SAME_OWNER))
        + usize::from(has(HAS_SIZE))
        + usize::from(has(HAS_STORED));
    for _ in 0..numbers {
        input.number()?;
    }
    if has(HAS_NANOS) && input.small()? >= NANOS_A_SECOND {
        return None;
    }
    if has(HAS_LINK) {
        let link = input.counted()?;
        if kind == Kind::Hardlink && !link.is_empty() && !paths::is_normal(link) {
            return None;
        }
    }
    if has(HAS_DEVICE) {
        input.small()?;
        input.small()?;
    }
    if has(HAS_XATTRS) {
        input.counted()?;
    }
    if has(HAS_DATA) {
        input.number()?;
    }
    if (present >> FINGERPRINT_SHIFT) & 3 != 0 {
        input.u64()?;
    }
    Some(())
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

    #[inline]
    fn number(&mut self) -> Option<u64> {
        let byte = self.byte()?;
        if byte < 0x80 { Some(u64::from(byte)) } else { self.longer(byte) }
    }

    /// The rest of a number (LEB128) of more than one byte.
    fn longer(&mut self, first: u8) -> Option<u64> {
        let mut value = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    #[inline]
    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    #[inline]
    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    #[inline]
    fn flags(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn u64(&mut self) -> Option<u64> {
        let bytes = self.bytes.get(self.at..)?.first_chunk::<8>()?;
        self.at += 8;
        Some(u64::from_le_bytes(*bytes))
    }

    fn counted(&mut self) -> Option<&'t [u8]> {
        let length = self.length()?;
        let end = self.at.checked_add(length)?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
