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
}

/// A position between two rows of a table. Stays valid when rows are appended.
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
        let mut table = Self { bytes, rows: 0, marked: false };
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

    /// The bytes after the first `bytes`, to be appended to a table of exactly those first bytes.
    #[must_use]
    pub fn tail(&self, bytes: usize) -> Vec<u8> {
        self.bytes.get(bytes..).unwrap_or_default().to_vec()
    }

    /// Appends the bytes of [`Self::tail`]; there are `rows` rows then. Markers are assumed.
    pub fn append(&mut self, more: &[u8], rows: u64) {
        (self.marked, self.rows) = (true, rows);
        self.bytes.extend_from_slice(more);
    }

    /// A reader at the first row.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        self.rows_from(RowCursor::default())
    }

    /// A reader at the position of an earlier one of this table, or of a shorter table with the same first rows.
    #[must_use]
    pub const fn rows_from(&self, cursor: RowCursor) -> Rows<'_> {
        Rows { bytes: self.bytes.as_slice(), cursor }
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
    fn a_position_stays_valid_when_rows_are_appended() {
        let mut writer = TableWriter::new();
        let mut grown = Table::default();
        let mut position = RowCursor::default();
        for row in &sample() {
            writer.push(row);
            grown.append(&writer.table().tail(grown.as_bytes().len()), writer.table().len());
            let mut rows = grown.rows_from(position);
            assert_eq!(rows.next().as_ref(), Some(row));
            assert_eq!(rows.next(), None);
            position = rows.position();
        }
        assert_eq!(grown.as_bytes(), writer.finish().as_bytes());
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
