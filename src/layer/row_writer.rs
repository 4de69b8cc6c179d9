//! Writes rows and hidden objects of a layer within its limits, for tars and for directories.

use crate::layer::HIDDEN_MAX;
use crate::layer::listing::{Hidden, Limits, Listing};
use crate::layer::problems::{Problems, quote};
use crate::layer::whiteout::Meaning;
use crate::stack::kept::entry::Row;
use crate::stack::kept::table::{Table, TableWriter};

/// The rows and hidden objects so far.
pub(super) struct RowWriter {
    table: TableWriter,
    limits: Limits,
    hidden: Vec<Hidden>,
    hidden_count: u64,
    removed: Vec<u8>,
}

impl RowWriter {
    pub(super) fn new(limits: Limits) -> Self {
        let (table, hidden, removed) = (TableWriter::new(), Vec::new(), Vec::new());
        Self { table, limits, hidden, hidden_count: 0, removed }
    }

    pub(super) fn push(&mut self, row: &Row<'_>) {
        self.table.push(row);
    }

    /// Adds what the marker at `path` stands for; `name` is its name as stored, `size` its length in bytes.
    pub(super) fn push_marker(
        &mut self,
        marker: Meaning<'_>,
        (path, name): (&[u8], &[u8]),
        size: u64,
        problems: &mut Problems,
    ) {
        match marker {
            Meaning::Content => {}
            Meaning::Opaque(directory) => self.table.push(&Row::Opaque { path: directory }),
            Meaning::Whiteout { parent, name } => {
                self.removed.clear();
                self.removed.extend_from_slice(parent);
                if !parent.is_empty() {
                    self.removed.push(b'/');
                }
                self.removed.extend_from_slice(name);
                self.table.push(&Row::Whiteout { path: &self.removed });
            }
            Meaning::Hidden => {
                self.hidden_count += 1;
                if self.hidden.len() < HIDDEN_MAX {
                    self.hidden.push(Hidden { path: path.to_vec(), size });
                }
            }
            Meaning::Nameless => problems.warning(|| {
                format!("the whiteout {} names nothing that could be removed: ignored", quote(name))
            }),
        }
    }

    /// Appends the rows of another writer. `false` if a limit would be reached, or if either has hidden objects, which
    /// hard links of the other may refer to.
    pub(super) fn append(&mut self, other: &Self) -> bool {
        let objects = self.table.len() + other.table.len();
        let bytes = self.table.byte_len() + other.table.byte_len();
        let fits = self.hidden_count + other.hidden_count == 0
            && objects < self.limits.rows
            && bytes < self.limits.table_bytes;
        if fits {
            self.table.append(&other.table);
        }
        fits
    }

    /// Whether a limit is reached.
    pub(super) fn is_full(&self) -> bool {
        self.table.len() + self.hidden_count >= self.limits.rows
            || self.table.byte_len() >= self.limits.table_bytes
    }

    pub(super) const fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) const fn table(&self) -> &Table {
        self.table.table()
    }

    /// A listing with rows and hidden objects.
    pub(super) fn finish(self, problems: &mut Problems) -> Listing {
        let more = self.hidden_count - self.hidden.len() as u64;
        if more > 0 {
            problems.note(|| format!("{more} more objects that are not content are not listed"));
        }
        Listing { table: self.table.finish(), hidden: self.hidden, ..Listing::default() }
    }
}
