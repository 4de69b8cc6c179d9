//! Encodes the rows of a table.

use crate::stack::kept::entry::{Entry, Fingerprint, Row};
use crate::stack::kept::paths;
use crate::stack::kept::table::{
    Before, FINGERPRINT_SHIFT, HAS_DATA, HAS_DEVICE, HAS_LINK, HAS_NANOS, HAS_SIZE, HAS_STORED,
    HAS_XATTRS, IS_CLAMPED, IS_SPARSE, OPAQUE, SAME_OWNER, Table, WHITEOUT,
};

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
            Row::Whiteout { path } => self.push_marker(WHITEOUT, path),
            Row::Opaque { path } => self.push_marker(OPAQUE, path),
        }
        self.table.rows += 1;
    }

    /// Appends all rows of another writer, with the same result as pushing each.
    pub fn append(&mut self, other: &Self) {
        let mut rows = other.table.rows();
        let mut pushed = 0;
        while let Some(row) = rows.next() {
            self.push(&row);
            pushed += 1;
            // The remaining rows are encoded relative to the same row before: their bytes are copied.
            if self.before == rows.cursor.before {
                self.table.bytes.extend_from_slice(&other.table.bytes[rows.cursor.at..]);
                self.table.rows += other.table.rows - pushed;
                self.table.marked |= other.table.marked;
                self.before.clone_from(&other.before);
                return;
            }
        }
    }

    /// The rows written so far.
    #[must_use]
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// Rows written so far.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.table.rows
    }

    /// Whether no row is written yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.table.rows == 0
    }

    /// Bytes of the rows written so far.
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
        let shared = paths::shared_prefix(path, &self.before.path);
        let out = &mut self.table.bytes;
        out.push(tag);
        put(out, shared as u64);
        put(out, (path.len() - shared) as u64);
        out.extend_from_slice(&path[shared..]);
        self.before.path.truncate(shared);
        self.before.path.extend_from_slice(&path[shared..]);
    }

    fn push_marker(&mut self, tag: u8, path: &[u8]) {
        self.table.marked = true;
        self.start(tag, path);
    }

    fn push_entry(&mut self, entry: &Entry<'_>) {
        self.start(entry.kind as u8, entry.path);
        let owner = (entry.uid, entry.gid);
        let (fingerprint_kind, fingerprint) = Fingerprint::encode(entry.fingerprint);
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
