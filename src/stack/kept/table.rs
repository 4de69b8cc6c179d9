//! The rows of one layer in tar order, as a compact byte stream.
//!
//! Rows are written once and read front to back. A path is encoded as the suffix that it does not share with the row
//! before (tar order is nearly depth first), numbers as LEB128, times and offsets as differences to the row before.
//! A typical row takes about 30 bytes, where a struct with its path takes 150. The cache stores the same bytes.
//! Paths are normalised before they are pushed; the fold resolves them.

mod reader;
mod writer;

use crate::stack::kept::entry::Kind;
pub use crate::stack::kept::table::reader::Rows;
pub use crate::stack::kept::table::writer::TableWriter;

const ENTRY_MAX: u8 = Kind::Other as u8;
const WHITEOUT: u8 = 9;
const OPAQUE: u8 = 10;

// Flags for the fields of an entry that are present, beyond those that every entry has.
const HAS_SIZE: u16 = 1;
const HAS_STORED: u16 = 1 << 1;
const HAS_NANOS: u16 = 1 << 2;
const HAS_LINK: u16 = 1 << 3;
const HAS_DEVICE: u16 = 1 << 4;
const HAS_XATTRS: u16 = 1 << 5;
const HAS_DATA: u16 = 1 << 6;
const SAME_OWNER: u16 = 1 << 7;
const IS_CLAMPED: u16 = 1 << 8;
const IS_SPARSE: u16 = 1 << 9;
const FINGERPRINT_SHIFT: u16 = 10; // two bits: none, xxh3, crc64, sha256

/// The rows of one layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    bytes: Vec<u8>,
    rows: u64,
    /// Whether any row is a whiteout or an opaque marker.
    marked: bool,
    /// Encoded bytes of the layer's rows before the first of these.
    start: usize,
}

/// A position between two rows of a layer. Valid in the table of the layer and in a part of it that begins there.
#[derive(Default)]
pub struct RowCursor {
    at: usize,
    before: Before,
}

/// The values of the row before, to which a row is encoded.
#[derive(Clone, Default, PartialEq, Eq)]
struct Before {
    path: Vec<u8>,
    seconds: i64,
    data: u64,
    owner: (u64, u64),
}

impl Table {
    /// The number of rows.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The encoded rows.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reverts [`Self::as_bytes`]. `None` if the bytes are not a whole number of rows, or a path is not in normal form.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let mut table = Self { bytes, ..Self::default() };
        let (mut rows, mut marked, mut path) = (0, false, Vec::new());
        let mut reader = table.rows();
        while let Some(is_marker) = reader.skip(&mut path) {
            rows += 1;
            marked |= is_marker;
        }
        if reader.cursor.at != table.bytes.len() {
            return None;
        }
        (table.rows, table.marked) = (rows, marked);
        Some(table)
    }

    /// Whether any row is a whiteout or an opaque marker.
    #[must_use]
    pub const fn has_markers(&self) -> bool {
        self.marked
    }

    /// The rows after the first `bytes` encoded bytes, which are `rows` rows. Markers are assumed.
    #[must_use]
    pub fn part(&self, bytes: usize, rows: u64) -> Self {
        let rest = self.bytes.get(bytes..).unwrap_or_default().to_vec();
        Self { bytes: rest, rows: self.rows - rows, marked: true, start: bytes }
    }

    /// Appends the part that follows.
    pub fn append(&mut self, part: &Self) {
        self.rows += part.rows;
        self.marked |= part.marked;
        self.bytes.extend_from_slice(&part.bytes);
    }

    /// A reader at the first row.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        self.rows_from(RowCursor::default())
    }

    /// A reader at the position of an earlier one: of this table, of a shorter one with the same first rows, or of the part
    /// before this one.
    #[must_use]
    pub const fn rows_from(&self, mut cursor: RowCursor) -> Rows<'_> {
        cursor.at = cursor.at.saturating_sub(self.start);
        Rows { bytes: self.bytes.as_slice(), start: self.start, cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::kept::entry::{Entry, Fingerprint, Mtime, Row, Xattrs};

    fn sample() -> Vec<Row<'static>> {
        let full = Entry {
            mode: 0o4755,
            uid: u64::MAX,
            gid: 7,
            size: 1 << 40,
            stored: 512,
            mtime: Mtime { seconds: -5, nanos: 999_999_999 },
            device: (1, 3),
            xattrs: Xattrs::from_encoded(&[1, 0, 0, 0, b'n', 0, 0, 0, 0]),
            data: Some(1 << 50),
            fingerprint: Some(Fingerprint::Crc64(42)),
            clamped: true,
            sparse: true,
            ..Entry::new(b"etc/\xff", Kind::File)
        };
        vec![
            Row::Entry(Entry::new(b"", Kind::Directory)),
            Row::Entry(full),
            Row::Whiteout { path: b"etc/passwd" },
            Row::Opaque { path: b"" },
            Row::Entry(Entry { link: b"../x", ..Entry::new(b"etc/l", Kind::Symlink) }),
            Row::Entry(Entry { data: Some(512), ..Entry::new(b"etc/f", Kind::File) }),
        ]
    }

    #[test]
    fn decoding_reverts_encoding() {
        let mut writer = TableWriter::new();
        for row in &sample() {
            writer.push(row);
        }
        let table = writer.finish();
        assert_eq!(table.len(), 6);
        let back = Table::from_bytes(table.as_bytes().to_vec()).unwrap();
        assert_eq!(back, table);
        let mut rows = back.rows();
        for row in &sample() {
            assert_eq!(rows.next().as_ref(), Some(row));
        }
        assert_eq!(rows.next(), None);
    }

    #[test]
    fn a_position_is_valid_in_the_next_part_and_in_the_whole_table() {
        let mut writer = TableWriter::new();
        let mut grown = Table::default();
        let mut position = RowCursor::default();
        for (number, row) in sample().iter().enumerate() {
            writer.push(row);
            let part = writer.table().part(grown.as_bytes().len(), grown.len());
            assert_eq!(part.len(), 1);
            grown.append(&part);
            // In turn by a part and by all rows so far.
            let table = if number % 2 == 0 { &part } else { &grown };
            let mut rows = table.rows_from(position);
            assert_eq!(rows.next().as_ref(), Some(row));
            assert_eq!(rows.next(), None);
            position = rows.position();
        }
        let whole = writer.finish();
        assert_eq!((grown.as_bytes(), grown.len()), (whole.as_bytes(), whole.len()));
        assert_eq!(whole.rows_from(position).next(), None);
    }

    #[test]
    fn truncated_bytes_are_refused_or_give_fewer_rows() {
        let mut writer = TableWriter::new();
        for row in &sample() {
            writer.push(row);
        }
        let bytes = writer.finish().as_bytes().to_vec();
        for cut in 0..bytes.len() {
            if let Some(table) = Table::from_bytes(bytes[..cut].to_vec()) {
                assert!(table.len() < 6);
            }
        }
    }
}
