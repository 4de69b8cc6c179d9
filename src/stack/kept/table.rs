//! One layer's rows, in tar order, in as few bytes as a listing needs.
//!
//! Rows are written once and read front to back, so they are kept as a stream: the path as what it does not share
//! with the row before (tar order is nearly depth first), numbers as LEB128, times and offsets as differences.
//! A typical row takes some 30 bytes where a struct with its path would take 150. The same bytes can be stored.
//! Whoever fills a table has normalised the paths; the fold that reads it decides what they mean.

mod reader;
mod writer;

use crate::stack::kept::entry::Kind;
pub use crate::stack::kept::table::reader::Rows;
pub use crate::stack::kept::table::writer::TableWriter;

const ENTRY_MAX: u8 = Kind::Other as u8;
const WHITEOUT: u8 = 9;
const OPAQUE: u8 = 10;

// What follows in an entry, beyond the fields that every entry has.
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

/// A place between two rows of a table. Reading goes on from there, also where more rows were appended meanwhile.
#[derive(Default)]
pub struct RowCursor {
    at: usize,
    before: Before,
}

/// What one row is a difference to.
#[derive(Clone, Default, PartialEq, Eq)]
struct Before {
    path: Vec<u8>,
    seconds: i64,
    data: u64,
    owner: (u64, u64),
}

impl Table {
    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The stored form.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes back what [`Self::as_bytes`] gave. `None` where the bytes are not a whole number of rows, or where a row is
    /// none that could have been written: its paths must be in normal form.
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

    /// What a longer table has behind the first `bytes` bytes, to be appended to a table of exactly those.
    #[must_use]
    pub fn behind(&self, bytes: usize) -> Vec<u8> {
        self.bytes.get(bytes..).unwrap_or_default().to_vec()
    }

    /// Appends what [`Self::behind`] gave. How many rows that are is not counted.
    pub fn append(&mut self, more: &[u8]) {
        // Whoever cares for markers has to look.
        self.marked = true;
        self.bytes.extend_from_slice(more);
    }

    /// A cursor before the first row.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        self.rows_from(RowCursor::default())
    }

    /// A cursor where an earlier one stood, in this table or a shorter one with the same beginning.
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
    fn rows_come_back_as_they_went_in() {
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
    fn reading_goes_on_where_more_was_appended() {
        let mut writer = TableWriter::new();
        let mut grown = Table::default();
        let mut position = RowCursor::default();
        for row in &sample() {
            writer.push(row);
            grown.append(&writer.table().behind(grown.as_bytes().len()));
            let mut rows = grown.rows_from(position);
            assert_eq!(rows.next().as_ref(), Some(row));
            assert_eq!(rows.next(), None);
            position = rows.position();
        }
        assert_eq!(grown.as_bytes(), writer.finish().as_bytes());
    }

    #[test]
    fn cut_anywhere_it_is_refused_or_shorter() {
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
