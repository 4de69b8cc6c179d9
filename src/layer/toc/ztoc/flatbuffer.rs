//! Reads FlatBuffers (the format's "Internals"); every access is checked against the length of the buffer.
//!
//! A table begins with the distance back to its vtable, which has the offset of each field in the table; strings,
//! vectors and nested tables are referred to by distances forward. Several references may lead to the same bytes, so a
//! short buffer can describe much data: the caller must limit what it copies.

/// A table.
#[derive(Clone, Copy)]
pub(super) struct Table<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Offset and length of its vtable in bytes.
    vtable: usize,
    vtable_len: usize,
}

/// A vector of tables or strings.
#[derive(Clone, Copy)]
pub(super) struct Items<'b> {
    bytes: &'b [u8],
    /// Offset of the first distance.
    at: usize,
    len: usize,
}

impl<'b> Table<'b> {
    /// The root table of a buffer.
    pub(super) fn root(bytes: &'b [u8]) -> Option<Self> {
        Self::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'b [u8], at: usize) -> Option<Self> {
        let back = i64::from(i32::from_le_bytes(array(bytes, at)?));
        let vtable = usize::try_from(i64::try_from(at).ok()?.checked_sub(back)?).ok()?;
        let vtable_len = usize::from(u16::from_le_bytes(array(bytes, vtable)?));
        let whole = vtable_len >= 4 && bytes.len().checked_sub(vtable)? >= vtable_len;
        whole.then_some(Self { bytes, at, vtable, vtable_len })
    }

    /// Offset of a field; `None` if it is absent, or outside the buffer.
    fn field(&self, number: usize) -> Option<usize> {
        let slot = 4 + 2 * number;
        if slot + 2 > self.vtable_len {
            return None;
        }
        let distance = u16::from_le_bytes(array(self.bytes, self.vtable + slot)?);
        (distance > 0).then_some(self.at + usize::from(distance))
    }

    /// A number of 8 bits. An absent field has its default value, here and below.
    pub(super) fn u8(&self, number: usize, default: u8) -> Option<u8> {
        self.field(number).map_or(Some(default), |at| self.bytes.get(at).copied())
    }

    pub(super) fn u32(&self, number: usize) -> Option<u32> {
        self.field(number).map_or(Some(0), |at| array(self.bytes, at).map(u32::from_le_bytes))
    }

    pub(super) fn i64(&self, number: usize) -> Option<i64> {
        self.field(number).map_or(Some(0), |at| array(self.bytes, at).map(i64::from_le_bytes))
    }

    /// The bytes of a string or vector; empty if it is absent.
    pub(super) fn bytes(&self, number: usize) -> Option<&'b [u8]> {
        match self.field(number) {
            Some(at) => counted(self.bytes, follow(self.bytes, at)?),
            None => Some(&[]),
        }
    }

    /// A nested table; `None` also if it is absent.
    pub(super) fn table(&self, number: usize) -> Option<Self> {
        Self::at(self.bytes, follow(self.bytes, self.field(number)?)?)
    }

    /// A vector of tables or strings.
    pub(super) fn items(&self, number: usize) -> Option<Items<'b>> {
        let bytes = self.bytes;
        let Some(at) = self.field(number) else { return Some(Items { bytes, at: 0, len: 0 }) };
        let at = follow(bytes, at)?;
        let len = u32::from_le_bytes(array(bytes, at)?) as usize;
        let there = bytes.len().checked_sub(at + 4)? / 4;
        (len <= there).then_some(Items { bytes, at: at + 4, len })
    }
}

impl<'b> Items<'b> {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The tables; `None` for an invalid one.
    pub(super) fn tables(self) -> impl Iterator<Item = Option<Table<'b>>> {
        (0..self.len).map(move |item| Table::at(self.bytes, self.target(item)?))
    }

    /// The strings; `None` for an invalid one.
    pub(super) fn strings(self) -> impl Iterator<Item = Option<&'b [u8]>> {
        (0..self.len).map(move |item| counted(self.bytes, self.target(item)?))
    }

    fn target(&self, item: usize) -> Option<usize> {
        follow(self.bytes, self.at + 4 * item)
    }
}

/// The target of the distance at `at`.
fn follow(bytes: &[u8], at: usize) -> Option<usize> {
    at.checked_add(u32::from_le_bytes(array(bytes, at)?) as usize)
}

/// The bytes after their length at `at`.
fn counted(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let len = u32::from_le_bytes(array(bytes, at)?) as usize;
    bytes.get(at + 4..)?.get(..len)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hand: a root with two fields, the number 7 and the string `ok`, and a third one that is absent.
    const SAMPLE: [u8; 32] = [
        12, 0, 0, 0, // the root, 12 bytes on
        8, 0, 12, 0, 4, 0, 8, 0, // its vtable: 8 bytes, of a table of 12; fields at 4 and 8
        8, 0, 0, 0, // the table: back 8 to the vtable
        7, 0, 0, 0, // the number
        4, 0, 0, 0, // the string, 4 bytes on
        2, 0, 0, 0, b'o', b'k', 0, 0,
    ];

    #[test]
    fn fields_are_where_the_vtable_says() {
        let table = Table::root(&SAMPLE).unwrap();
        assert_eq!((table.u32(0), table.bytes(1)), (Some(7), Some(&b"ok"[..])));
        assert_eq!(
            (table.i64(2), table.bytes(2), table.u8(2, 3)),
            (Some(0), Some(&[][..]), Some(3))
        );
        assert!(table.table(2).is_none());
        assert_eq!(table.items(2).unwrap().len(), 0);
    }

    #[test]
    fn no_byte_outside_the_buffer_is_read() {
        for at in 0..SAMPLE.len() {
            for other in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = SAMPLE;
                bytes[at] = other;
                for len in 0..=bytes.len() {
                    let Some(table) = Table::root(&bytes[..len]) else { continue };
                    let _ = (table.u32(0), table.i64(1), table.bytes(1), table.u8(0, 0));
                    if let Some(items) = table.items(1) {
                        assert!(items.tables().count() <= bytes.len() / 4);
                        assert!(items.strings().flatten().all(|text| text.len() < bytes.len()));
                    }
                }
            }
        }
    }
}
