//! Symbolic links of lower layers that a layer replaces by directories.

use std::cell::OnceCell;

use hashbrown::HashSet;

use crate::stack::kept::entry::{Entry, Kind, Row};
use crate::stack::kept::stack::Stack;
use crate::stack::kept::table::Table;

/// The symbolic links of the lower layers for whose path this layer has a directory entry. A marker below such a path is
/// about the directory, not about the target of the link. Computed when the path of a marker first contains a link.
pub(crate) struct ReplacedLinks<'t> {
    table: &'t Table,
    links: OnceCell<HashSet<u32>>,
}

impl<'t> ReplacedLinks<'t> {
    pub(super) const fn new(table: &'t Table) -> Self {
        Self { table, links: OnceCell::new() }
    }

    pub(super) fn has(&self, stack: &Stack, link: u32) -> bool {
        self.links.get_or_init(|| self.find(stack)).contains(&link)
    }

    fn find(&self, stack: &Stack) -> HashSet<u32> {
        let mut links = HashSet::new();
        let mut rows = self.table.rows();
        while let Some(row) = rows.next() {
            let Row::Entry(Entry { kind: Kind::Directory, path, .. }) = row else { continue };
            let link = stack.find(path).filter(|node| {
                stack
                    .newest_visible(node.0)
                    .is_some_and(|event| stack.events.kind(event) == Some(Kind::Symlink))
            });
            links.extend(link.map(|node| node.0));
        }
        links
    }
}
