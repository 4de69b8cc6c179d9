//! Converts the entries of a tar to the rows of a layer: normalises names, interprets markers, hides bookkeeping, and
//! enforces limits.

use std::ops::ControlFlow;

use crate::layer::HIDDEN_MAX;
use crate::layer::listing::{Hidden, Limits, Listing};
use crate::layer::problems::{Problems, quote};
use crate::layer::tar::pseudo_links::PseudoLinks;
use crate::layer::tar::walker::TarEntry;
use crate::layer::whiteout::{Meaning, meaning};
use crate::stack::kept::entry::{Entry, Kind, Row};
use crate::stack::kept::paths;
use crate::stack::kept::table::{Table, TableWriter};

/// The longest path in bytes that becomes a row. Linux accepts 4 KiB in one call; deeper trees can be built step by
/// step.
const PATH_MAX: usize = 64 * 1024;

/// Writes the rows of one layer.
pub(crate) struct Recorder {
    writer: TableWriter,
    limits: Limits,
    hidden: Vec<Hidden>,
    hidden_count: u64,
    pseudo_links: PseudoLinks,
    path: Vec<u8>,
    link: Vec<u8>,
    removed: Vec<u8>,
}

impl Recorder {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            writer: TableWriter::new(),
            limits,
            hidden: Vec::new(),
            hidden_count: 0,
            pseudo_links: PseudoLinks::default(),
            path: Vec::new(),
            link: Vec::new(),
            removed: Vec::new(),
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
            Meaning::Opaque(directory) => self.writer.push(&Row::Opaque { path: directory }),
            Meaning::Whiteout { parent, name } => {
                self.removed.clear();
                self.removed.extend_from_slice(parent);
                if !parent.is_empty() {
                    self.removed.push(b'/');
                }
                self.removed.extend_from_slice(name);
                self.writer.push(&Row::Whiteout { path: &self.removed });
            }
            Meaning::Hidden => self.hide(&path, found),
            Meaning::Nameless => problems.warning(|| {
                format!(
                    "the whiteout {} names nothing that could be removed: ignored",
                    quote(found.name)
                )
            }),
        }
        self.path = path;
        ControlFlow::Continue(())
    }

    /// Appends the rows of a recorder that continued where this one stopped. `false` if a limit would be reached, or if
    /// either has hidden objects, which hard links of the other may refer to.
    pub(super) fn append(&mut self, other: &Self) -> bool {
        let objects = self.writer.len() + other.writer.len();
        let bytes = self.writer.byte_len() + other.writer.byte_len();
        if self.hidden_count + other.hidden_count > 0
            || objects >= self.limits.rows
            || bytes >= self.limits.table_bytes
        {
            return false;
        }
        self.writer.append(&other.writer);
        true
    }

    /// The rows so far.
    pub(crate) const fn table(&self) -> &Table {
        self.writer.table()
    }

    /// A listing with rows and hidden objects.
    pub(crate) fn finish(self, problems: &mut Problems) -> Listing {
        let more = self.hidden_count - self.hidden.len() as u64;
        if more > 0 {
            problems.note(|| format!("{more} more objects that are no content are not listed"));
        }
        Listing { table: self.writer.finish(), hidden: self.hidden, ..Listing::default() }
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
                    "the name {} steps back by '..': shown where it leads inside the root",
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
        self.writer.push(&Row::Entry(Entry {
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

    fn hide(&mut self, path: &[u8], found: &TarEntry<'_>) {
        self.hidden_count += 1;
        if self.hidden.len() < HIDDEN_MAX {
            self.hidden.push(Hidden { path: path.to_vec(), size: found.stored });
        }
        self.pseudo_links.remember(path, found);
    }

    fn check_limits(&self, problems: &mut Problems) -> ControlFlow<()> {
        let Limits { rows, table_bytes } = self.limits;
        let objects = self.writer.len() + self.hidden_count;
        if objects < rows && self.writer.byte_len() < table_bytes {
            return ControlFlow::Continue(());
        }
        problems.error(|| {
            format!("the layer has more than {rows} entries, or more than {table_bytes} bytes of them: the rest is left out")
        });
        ControlFlow::Break(())
    }
}
