//! Converts the objects of a directory to the rows of a layer: interprets markers of each form, maps owners, and joins
//! hard links.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use crate::layer::directory::kind::{Form, Tree};
use crate::layer::directory::object::{Pairs, describe, inode_of_links, os_bytes, read_xattrs};
use crate::layer::directory::overlay_xattrs::OverlayXattrs;
use crate::layer::listing::{Limits, Listing, Problem, Severity};
use crate::layer::problems::{Problems, quote};
use crate::layer::row_writer::RowWriter;
use crate::layer::watch::Watch;
use crate::layer::whiteout::{Meaning, meaning};
use crate::stack::kept::entry::{Entry, Kind, Row, Xattrs, encode_xattrs};

/// Objects between two progress reports and checks for cancellation.
const STRIDE: u64 = 256;

/// Writes the rows of one layer.
pub(super) struct Rows<'t> {
    pub(super) tree: &'t Tree,
    pub(super) problems: Problems,
    watch: &'t dyn Watch,
    writer: RowWriter,
    /// Files with several hard links by device and inode, with the first name of each.
    inodes: HashMap<(u64, u64), Vec<u8>>,
    bytes: u64,
    objects: u64,
    denied: bool,
    cancelled: bool,
    unread_attributes: Option<String>,
}

impl<'t> Rows<'t> {
    pub(super) fn new(tree: &'t Tree, watch: &'t dyn Watch) -> Self {
        Self {
            tree,
            problems: Problems::default(),
            watch,
            writer: RowWriter::new(Limits::default()),
            inodes: HashMap::new(),
            bytes: 0,
            objects: 0,
            denied: false,
            cancelled: false,
            unread_attributes: None,
        }
    }

    pub(super) fn finish(mut self) -> Listing {
        self.watch.progress(self.bytes);
        if self.denied {
            self.problems.warning(|| {
                "files of other users cannot be read: use root, or `podman unshare` for a rootless store".to_owned()
            });
        }
        let listing = self.writer.finish(&mut self.problems);
        let (problems, unread_attributes) = (self.problems.finish(), self.unread_attributes);
        Listing { problems, unread_attributes, cancelled: self.cancelled, ..listing }
    }

    /// Counts an object; `false` if the limit is reached or listing was cancelled.
    pub(super) fn count_object(&mut self) -> bool {
        let index = self.objects;
        self.objects += 1;
        if index.is_multiple_of(STRIDE) {
            self.watch.progress(self.bytes);
            if self.watch.cancelled() {
                self.cancelled = true;
                self.problems.error(|| {
                    format!(
                        "reading was cancelled after {index} objects: what was read before is shown"
                    )
                });
                return false;
            }
        }
        let full = self.writer.is_full();
        if full {
            self.problems.error(|| {
                format!("the directory has more than {index} objects: the rest is left out")
            });
        }
        !full
    }

    /// Reports that a part of the directory cannot be read.
    pub(super) fn unreadable(&mut self, error: &io::Error) {
        self.denied |= error.kind() == io::ErrorKind::PermissionDenied;
        self.problems.error(|| format!("cannot read part of the directory: {error}"));
    }

    /// Adds the object at `place`, whose normalised path is `path`.
    pub(super) fn object(&mut self, path: &[u8], place: &Path, metadata: &Metadata) {
        let mut entry = describe(path, metadata);
        if matches!(self.tree.form, Form::Overlay | Form::Aufs) && self.marker(path, &entry) {
            return;
        }
        let mut pairs = self.xattrs(place);
        let attributes = match self.tree.form {
            Form::Overlay | Form::FullCopy { .. } => OverlayXattrs::take(&mut pairs),
            Form::Plain | Form::Aufs => OverlayXattrs::default(),
        };
        if !attributes.apply(&mut entry) {
            entry.uid = self.tree.ids.uid(entry.uid);
            entry.gid = self.tree.ids.gid(entry.gid);
        }
        let overlay = matches!(self.tree.form, Form::Overlay);
        if overlay && is_whiteout(&entry, &attributes) {
            self.writer.push(&Row::Whiteout { path });
            return;
        }
        // The root of a layer in a store belongs to the engine; its attributes in the image are in another layer.
        if !path.is_empty() || matches!(self.tree.form, Form::Plain) {
            self.content(entry, pairs, place, metadata);
        }
        if overlay {
            self.statements(path, &attributes);
        }
    }

    /// Adds a whiteout for a path that only the parent has.
    pub(super) fn removed(&mut self, path: &[u8]) {
        self.writer.push(&Row::Whiteout { path });
    }

    /// Handles an object whose name is a marker; `false` if it is content.
    fn marker(&mut self, path: &[u8], entry: &Entry<'_>) -> bool {
        let marker = meaning(path);
        if marker == Meaning::Content {
            return false;
        }
        self.writer.push_marker(marker, (path, path), entry.stored, &mut self.problems);
        true
    }

    fn content(&mut self, mut entry: Entry<'_>, mut pairs: Pairs, place: &Path, inode: &Metadata) {
        let mut link = Vec::new();
        if entry.kind == Kind::Symlink {
            match std::fs::read_link(place) {
                Ok(target) => link = os_bytes(target.as_os_str()),
                Err(error) => self
                    .problems
                    .error(|| format!("cannot read the link {}: {error}", place.display())),
            }
        } else if entry.kind != Kind::Directory
            && let Some(inode) = inode_of_links(inode)
        {
            if let Some(first) = self.inodes.get(&inode) {
                link.clone_from(first);
                entry = Entry { kind: Kind::Hardlink, size: 0, stored: 0, device: (0, 0), ..entry };
            } else {
                self.inodes.insert(inode, entry.path.to_vec());
            }
        }
        self.bytes += entry.size;
        let xattrs = encode_xattrs(&mut pairs);
        let xattrs = Xattrs::from_encoded(&xattrs);
        self.writer.push(&Row::Entry(Entry { link: &link, xattrs, ..entry }));
    }

    /// Adds the marks of an overlay about the layers below.
    fn statements(&mut self, path: &[u8], attributes: &OverlayXattrs) {
        if attributes.opaque {
            self.writer.push(&Row::Opaque { path });
        }
        if attributes.redirect {
            self.problems.warning(|| {
                format!("{} was renamed over a lower directory (overlay redirect): what it has from there is not shown", quote(path))
            });
        }
        if attributes.metacopy {
            self.problems.warning(|| {
                format!(
                    "{} has its contents in a lower layer (overlay metacopy): they are not shown",
                    quote(path)
                )
            });
        }
    }

    /// Reports extended attributes that could not be read.
    pub(super) fn attributes_unread(&mut self, severity: Severity, which: &str) {
        let message = format!("not all extended attributes could be read: {which}");
        self.unread_attributes.get_or_insert_with(|| message.clone());
        self.problems.push(Problem { severity, message });
    }

    fn xattrs(&mut self, place: &Path) -> Pairs {
        let (pairs, unread) = read_xattrs(place);
        if let Some(error) = unread {
            self.denied |= error.kind() == io::ErrorKind::PermissionDenied;
            let which = format!("those of {}: {error}", place.display());
            self.attributes_unread(Severity::Warning, &which);
        }
        pairs
    }
}

/// A character device 0:0, or an empty file with the whiteout attribute.
fn is_whiteout(entry: &Entry<'_>, attributes: &OverlayXattrs) -> bool {
    match entry.kind {
        Kind::Char => entry.device == (0, 0),
        Kind::File => attributes.whiteout && entry.size == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Unwatched;

    /// A list of problems is limited; what another part of the program depends on is not one of the list.
    #[test]
    fn unread_attributes_are_known_however_many_problems_there_are() {
        let tree = Tree { root: "/".into(), ..Tree::default() };
        let mut rows = Rows::new(&tree, &Unwatched);
        for number in 0..1000 {
            rows.problems.warning(|| number.to_string());
        }
        rows.attributes_unread(Severity::Warning, "those of /x: denied");
        let listing = rows.finish();
        let why = "not all extended attributes could be read: those of /x: denied";
        assert_eq!(listing.unread_attributes.as_deref(), Some(why));
        assert!(listing.problems.iter().all(|problem| problem.message != why));
    }
}
