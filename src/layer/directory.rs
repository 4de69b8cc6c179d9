//! Lists a directory as one layer, with the rows that a tar of it would have. No link out of it is followed, nothing is
//! written, and no file is opened.
//!
//! ```text
//! Plain, Overlay, Aufs: one walk ──────────────────────┐
//! FullCopy: two trees in step, what differs (copies) ──┴► rows (object, overlay, whiteout) ─► Listing
//! ```

pub(crate) mod beneath;
mod kind;
mod object;
mod overlay_xattrs;
mod privileges;
mod rows;
mod tree_diff;

use std::io;
use std::io::Read;

use walkdir::WalkDir;

use crate::layer::directory::beneath::BeneathDir;
pub use crate::layer::directory::kind::{Form, IdMaps, IdRange, Tree};
use crate::layer::directory::object::relative;
use crate::layer::directory::rows::Rows;
use crate::layer::listing::{Listing, Severity};
use crate::layer::watch::Watch;

impl Tree {
    /// Lists the layer, sorted by name within each directory. Never fails as a whole: unreadable parts become problems.
    /// The directory itself is a row in [`Form::Plain`] only: in a store it belongs to the engine, and no tar of the
    /// layer has it.
    #[must_use]
    pub fn list(&self, watch: &dyn Watch) -> Listing {
        let mut rows = Rows::new(self, watch);
        match self.root.metadata() {
            Err(error) => rows.unreadable(&io::Error::new(
                error.kind(),
                format!("{}: {error}", self.root.display()),
            )),
            Ok(metadata) if !metadata.is_dir() => {
                rows.problems.error(|| format!("{} is not a directory", self.root.display()));
            }
            Ok(metadata) => {
                if privileges::may_miss_trusted(&metadata) {
                    self.report_unseen(&mut rows);
                }
                match &self.form {
                    Form::FullCopy { parent: Some(parent) } => {
                        tree_diff::compare(&mut rows, &self.root, parent);
                    }
                    _ => self.walk(&mut rows),
                }
            }
        }
        rows.finish()
    }

    /// Reports that `trusted.` attributes may exist that this process cannot read.
    fn report_unseen(&self, rows: &mut Rows<'_>) {
        let who = "in the `trusted.` namespace, which only root can see";
        if matches!(self.form, Form::Overlay) {
            let which = format!(
                "any {who}, may mark directories as opaque: hidden files of lower layers may be shown"
            );
            rows.attributes_unread(Severity::Warning, &which);
        } else {
            rows.attributes_unread(Severity::Note, &format!("any {who}"));
        }
    }

    fn walk(&self, rows: &mut Rows<'_>) {
        // The root may be a symbolic link to the directory.
        let walk = WalkDir::new(&self.root).follow_links(false).follow_root_links(true);
        for object in walk.sort_by_file_name() {
            if !rows.count_object() {
                return;
            }
            let described = object.map_err(io::Error::from).and_then(|object| {
                let metadata =
                    if object.depth() == 0 { self.root.metadata()? } else { object.metadata()? };
                Ok((object, metadata))
            });
            match described {
                Ok((object, metadata)) => {
                    let path = relative(&self.root, object.path());
                    rows.object(&path, object.path(), &metadata);
                }
                Err(error) => rows.unreadable(&error),
            }
        }
    }

    /// Opens a regular file by its normalised path, without following links.
    ///
    /// # Errors
    /// If it does not exist or is not a regular file.
    pub fn open(&self, path: &[u8]) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(BeneathDir::new(&self.root)?.open(path)?))
    }
}
