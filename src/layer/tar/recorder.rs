//! Converts the entries of a tar to the rows of a layer: normalises names, interprets markers, hides bookkeeping, and
//! enforces limits.

use std::ops::ControlFlow;

use crate::layer::listing::{Limits, Listing};
use crate::layer::problems::{Problems, quote};
use crate::layer::row_writer::RowWriter;
use crate::layer::tar::entry::TarEntry;
use crate::layer::tar::pseudo_links::PseudoLinks;
use crate::layer::whiteout::{Meaning, meaning};
use crate::stack::kept::entry::{Entry, Kind, Row};
use crate::stack::kept::paths;
use crate::stack::kept::table::Table;

/// The longest path in bytes that becomes a row. Linux accepts 4 KiB in one call; deeper trees can be built step by
/// step.
const PATH_MAX: usize = 64 * 1024;

/// Writes the rows of one layer.
pub(crate) struct Recorder {
    rows: RowWriter,
    pseudo_links: PseudoLinks,
    path: Vec<u8>,
    link: Vec<u8>,
}

impl Recorder {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            rows: RowWriter::new(limits),
            pseudo_links: PseudoLinks::default(),
            path: Vec::new(),
            link: Vec::new(),
        }
    }

    /// Adds an entry. `Break` if a limit is reached.
    pub(crate) fn record(
        &mut self,
        found: &TarEntry<'_>,
        problems: &mut Problems,
    ) -> ControlFlow<()> {
        self.check_limits(problems)?;
        if found.name.len() > PATH_MAX || found.link.len() > PATH_MAX {
            problems.error(|| {
                format!("a name of more than {PATH_MAX} bytes is left out: {}", quote(found.name))
            });
            return ControlFlow::Continue(());
        }
        let mut path = std::mem::take(&mut self.path);
        let clamped = paths::normalise(found.name, &mut path);
        match meaning(&path) {
            Meaning::Content => self.content(&path, clamped, found, problems),
            marker => {
                self.rows.push_marker(marker, (&path, found.name), found.stored, problems);
                if marker == Meaning::Hidden {
                    self.pseudo_links.remember(&path, found);
                }
            }
        }
        self.path = path;
        ControlFlow::Continue(())
    }

    /// Appends the rows of a recorder that continued where this one stopped. `false` if a limit would be reached, or if
    /// either has hidden objects, which hard links of the other may refer to.
    pub(super) fn append(&mut self, other: &Self) -> bool {
        self.rows.append(&other.rows)
    }

    /// The rows so far.
    pub(crate) const fn table(&self) -> &Table {
        self.rows.table()
    }

    /// A listing with rows and hidden objects.
    pub(crate) fn finish(self, problems: &mut Problems) -> Listing {
        self.rows.finish(problems)
    }

    fn content(
        &mut self,
        path: &[u8],
        clamped: bool,
        found: &TarEntry<'_>,
        problems: &mut Problems,
    ) {
        if path.is_empty() && found.kind != Kind::Directory {
            problems.warning(|| {
                format!(
                    "the name {} leads to the root, which can only be a directory: ignored",
                    quote(found.name)
                )
            });
            return;
        }
        if clamped {
            problems.warning(|| {
                format!(
                    "the name {} contains '..': shown where it leads inside the root",
                    quote(found.name)
                )
            });
        }
        let mut fields = **found;
        let link = match fields.kind {
            Kind::Symlink => found.link,
            Kind::Hardlink => {
                paths::normalise(found.link, &mut self.link);
                self.pseudo_links.resolve(path, &mut self.link, &mut fields);
                &self.link[..]
            }
            _ => b"",
        };
        self.rows.push(&Row::Entry(Entry {
            path,
            kind: fields.kind,
            mode: fields.mode,
            uid: fields.uid,
            gid: fields.gid,
            size: fields.size,
            stored: fields.stored,
            mtime: fields.mtime,
            link: if fields.kind == Kind::File { b"" } else { link },
            device: fields.device,
            xattrs: found.xattrs,
            data: fields.data,
            fingerprint: fields.fingerprint,
            clamped,
            sparse: fields.sparse,
        }));
    }

    fn check_limits(&self, problems: &mut Problems) -> ControlFlow<()> {
        if !self.rows.is_full() {
            return ControlFlow::Continue(());
        }
        let Limits { rows, table_bytes } = self.rows.limits();
        problems.error(|| {
            format!("the layer has more than {rows} entries, or their names, links and extended attributes more than {table_bytes} bytes: the rest is left out")
        });
        ControlFlow::Break(())
    }
}
