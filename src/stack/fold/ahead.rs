//! Rows of a layer some at a time, with what tables say of their paths before the first of them is applied.
//!
//! The tables of directories, children and names are larger than the caches of a processor. Rows that follow no order of
//! directories would wait for memory several times each. The look-ups here do not depend on each other, so that the
//! processor waits for those of several rows at once; applying the rows then finds their memory in its caches.

use std::hint::black_box;
use std::ops::Range;

use crate::stack::kept::entry::Row;
use crate::stack::kept::names::NONE;
use crate::stack::kept::paths;
use crate::stack::kept::stack::Stack;
use crate::stack::kept::table::Rows;

/// Rows that are looked up before they are applied.
const ROWS: usize = 32;

/// What is known of a row before the rows in front of it are applied.
#[derive(Clone, Copy, Default)]
pub(super) struct Ahead {
    /// The length of the directory in the path.
    dir_len: usize,
    /// The hash of the name, for [`crate::stack::kept::arena::Arena::child_or_create`].
    pub(super) name_hash: Option<u32>,
    /// What [`crate::stack::kept::known_dirs::KnownDirs`] has for the directory of the path.
    pub(super) dir: Option<u32>,
}

impl Ahead {
    /// The directory and the name of the row's path; `None` for the root.
    pub(super) fn split(self, path: &[u8]) -> Option<(&[u8], &[u8])> {
        if self.name_hash.is_none() {
            return paths::split(path);
        }
        let name = self.dir_len + usize::from(self.dir_len > 0);
        Some((&path[..self.dir_len], &path[name..]))
    }
}

/// A few rows.
#[derive(Default)]
pub(super) struct Batch<'t> {
    rows: Vec<Waiting<'t>>,
    /// Their paths one after the other.
    paths: Vec<u8>,
}

/// A row without its path.
struct Waiting<'t> {
    row: Row<'t>,
    path: Range<usize>,
    ahead: Ahead,
}

impl<'t> Batch<'t> {
    /// Whether rows are looked up before they are applied. In the order of directories hardly any table is needed.
    pub(super) const fn is_of_use(stack: &Stack) -> bool {
        stack.known_dirs.is_scattered() && !stack.arena.folds_case()
    }

    /// Replaces the rows by the next ones, at most `rows`; none at the end of the table.
    pub(super) fn read(&mut self, from: &mut Rows<'t>, rows: usize) {
        self.rows.clear();
        self.paths.clear();
        while self.rows.len() < rows.min(ROWS)
            && let Some((row, path)) = from.next_apart()
        {
            let start = self.paths.len();
            self.paths.extend_from_slice(path);
            let path = start..self.paths.len();
            self.rows.push(Waiting { row, path, ahead: Ahead::default() });
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows in order, each with its path.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Row<'t>, &[u8], Ahead)> {
        self.rows.iter().map(|it| (&it.row, &self.paths[it.path.clone()], it.ahead))
    }

    /// Looks up what the rows need.
    pub(super) fn look_ahead(&mut self, stack: &Stack) {
        let (known, arena) = (&stack.known_dirs, &stack.arena);
        let (mut dir_hashes, mut hashes) = ([0; ROWS], [0; ROWS]);
        let (mut nodes, mut names, mut events) = ([NONE; ROWS], [NONE; ROWS], [NONE; ROWS]);
        let (mut dirs, mut dir_events) = ([NONE; ROWS], [NONE; ROWS]);
        let count = self.rows.len();
        for (at, it) in self.rows.iter_mut().enumerate() {
            let Some((parent, name)) = paths::split(&self.paths[it.path.clone()]) else { continue };
            dir_hashes[at] = known.hash(parent);
            hashes[at] = arena.name_hash(name);
            it.ahead = Ahead { dir_len: parent.len(), name_hash: Some(hashes[at]), dir: None };
        }
        // Each loop is short, so that a processor is in several rounds of it at once, and reads what the next one needs. What
        // is read for nothing else goes through `black_box`, or the compiler would leave the read out.
        for &hash in &dir_hashes[..count] {
            black_box(known.probable(hash).and_then(|start| known.first_byte(start)));
        }
        for (it, hash) in self.rows.iter_mut().zip(dir_hashes) {
            let Some((parent, _)) = it.ahead.split(&self.paths[it.path.clone()]) else { continue };
            it.ahead.dir = known.find_hashed(parent, hash);
        }
        for (at, it) in self.rows.iter().enumerate() {
            let Some(dir) = it.ahead.dir else { continue };
            nodes[at] = arena.probable_child(dir, hashes[at]);
            dir_events[at] = arena.latest(dir);
        }
        for at in 0..count {
            black_box(stack.events.present(dir_events[at]));
            if nodes[at] == NONE {
                names[at] = arena.names.probable(hashes[at]).unwrap_or(NONE);
                dirs[at] = self.rows[at].ahead.dir.map_or(NONE, |dir| arena.dir(dir));
            } else {
                names[at] = arena.name_id(nodes[at]);
                events[at] = arena.latest(nodes[at]);
            }
        }
        for at in 0..count {
            black_box(arena.names.first_byte(names[at]));
            black_box(arena.dirs.get(dirs[at] as usize).map(|dir| dir.node));
            black_box(stack.events.present(events[at]));
        }
    }
}
