//! One layer's rows, in tar order, in as few bytes as a listing needs.
//!
//! Rows are written once and read front to back, so they are kept as a stream: the path as what it does not share
//! with the row before (tar order is nearly depth first), numbers as LEB128, times and offsets as differences.
//! A typical row takes some 30 bytes where a struct with its path would take 150. The same bytes can be stored.
//! Whoever fills a table has normalised the paths; the fold that reads it decides what they mean.

use super::entry::{Entry, Fingerprint, Kind, Mtime, Row, Xattrs};

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
}

/// What one row is a difference to.
#[derive(Default)]
struct Before {
    path: Vec<u8>,
    seconds: i64,
    data: u64,
    owner: (u64, u64),
}

/// Writes a [`Table`].
#[derive(Default)]
pub struct TableWriter {
    table: Table,
    before: Before,
}

impl TableWriter {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a row.
    pub fn push(&mut self, row: &Row<'_>) {
        match row {
            Row::Entry(entry) => self.push_entry(entry),
            Row::Whiteout { path } => self.start(WHITEOUT, path),
            Row::Opaque { path } => self.start(OPAQUE, path),
        }
        self.table.rows += 1;
    }

    /// Rows written so far.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.table.rows
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.table.rows == 0
    }

    /// Bytes the rows take so far.
    #[must_use]
    pub const fn byte_len(&self) -> usize {
        self.table.bytes.len()
    }

    /// The finished table.
    #[must_use]
    pub fn finish(mut self) -> Table {
        self.table.bytes.shrink_to_fit();
        self.table
    }

    fn start(&mut self, tag: u8, path: &[u8]) {
        let shared = path.iter().zip(&self.before.path).take_while(|(a, b)| a == b).count();
        let out = &mut self.table.bytes;
        out.push(tag);
        put(out, shared as u64);
        put(out, (path.len() - shared) as u64);
        out.extend_from_slice(&path[shared..]);
        self.before.path.truncate(shared);
        self.before.path.extend_from_slice(&path[shared..]);
    }

    fn push_entry(&mut self, entry: &Entry<'_>) {
        self.start(entry.kind as u8, entry.path);
        let owner = (entry.uid, entry.gid);
        let (fingerprint_kind, fingerprint) = match entry.fingerprint {
            None => (0, 0),
            Some(Fingerprint::Xxh3(value)) => (1, value),
            Some(Fingerprint::Crc64(value)) => (2, value),
            Some(Fingerprint::Sha256(value)) => (3, value),
        };
        let mut present = fingerprint_kind << FINGERPRINT_SHIFT;
        for (flag, set) in [
            (HAS_SIZE, entry.size != 0),
            (HAS_STORED, entry.stored != entry.size),
            (HAS_NANOS, entry.mtime.nanos != 0),
            (HAS_LINK, !entry.link.is_empty()),
            (HAS_DEVICE, entry.device != (0, 0)),
            (HAS_XATTRS, !entry.xattrs.is_empty()),
            (HAS_DATA, entry.data.is_some()),
            (SAME_OWNER, owner == self.before.owner),
            (IS_CLAMPED, entry.clamped),
            (IS_SPARSE, entry.sparse),
        ] {
            if set {
                present |= flag;
            }
        }
        let out = &mut self.table.bytes;
        out.extend_from_slice(&present.to_le_bytes());
        put(out, u64::from(entry.mode));
        put(out, zigzag(entry.mtime.seconds.wrapping_sub(self.before.seconds)));
        if present & SAME_OWNER == 0 {
            put(out, entry.uid);
            put(out, entry.gid);
        }
        if present & HAS_SIZE != 0 {
            put(out, entry.size);
        }
        if present & HAS_STORED != 0 {
            put(out, entry.stored);
        }
        if present & HAS_NANOS != 0 {
            put(out, u64::from(entry.mtime.nanos));
        }
        if present & HAS_LINK != 0 {
            put_bytes(out, entry.link);
        }
        if present & HAS_DEVICE != 0 {
            put(out, u64::from(entry.device.0));
            put(out, u64::from(entry.device.1));
        }
        if present & HAS_XATTRS != 0 {
            put_bytes(out, entry.xattrs.encoded());
        }
        if let Some(data) = entry.data {
            put(out, zigzag(data.wrapping_sub(self.before.data) as i64));
            self.before.data = data;
        }
        if fingerprint_kind != 0 {
            out.extend_from_slice(&fingerprint.to_le_bytes());
        }
        self.before.seconds = entry.mtime.seconds;
        self.before.owner = owner;
    }
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

    /// Takes back what [`Self::as_bytes`] gave. `None` where the bytes are not a whole number of rows.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let mut table = Self { bytes, rows: 0 };
        let mut rows = 0;
        let mut cursor = table.rows();
        while cursor.next().is_some() {
            rows += 1;
        }
        if cursor.at != table.bytes.len() {
            return None;
        }
        table.rows = rows;
        Some(table)
    }

    /// A cursor before the first row.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        Rows { bytes: &self.bytes, at: 0, before: Before::default() }
    }
}

/// Reads a [`Table`] front to back. A row is borrowed from the cursor, so this is no `Iterator`.
pub struct Rows<'t> {
    bytes: &'t [u8],
    at: usize,
    before: Before,
}

impl Rows<'_> {
    /// The next row, or `None` at the end.
    #[expect(
        clippy::should_implement_trait,
        reason = "a row borrows the cursor, which Iterator cannot say"
    )]
    pub fn next(&mut self) -> Option<Row<'_>> {
        let start = self.at;
        let mut input = Input { bytes: self.bytes, at: start };
        let tag = input.byte()?;
        let shared = usize::try_from(input.number()?).ok()?;
        let rest = input.counted()?;
        if shared > self.before.path.len() {
            return None;
        }
        self.before.path.truncate(shared);
        self.before.path.extend_from_slice(rest);
        match tag {
            WHITEOUT => {
                self.at = input.at;
                Some(Row::Whiteout { path: &self.before.path })
            }
            OPAQUE => {
                self.at = input.at;
                Some(Row::Opaque { path: &self.before.path })
            }
            0..=ENTRY_MAX => {
                let kind = Kind::from_u8(tag)?;
                let entry = read_entry(&mut input, &mut self.before, kind)?;
                self.at = input.at;
                Some(Row::Entry(Entry { path: &self.before.path, ..entry }))
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

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

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
