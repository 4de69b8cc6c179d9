//! Rows of siblings: counted chunk by chunk in a large directory, with a correction for toggled directories in the chunk.

use crate::stack::kept::totals::CHUNK;
use crate::stack::query::outline::{Children, Level, Outline};
use crate::stack::query::tree::Tree;

impl Outline<'_> {
    /// Rows of the siblings before `node`. Advances `level` to it.
    pub(super) fn rows_before(&self, level: &mut Level<'_>, node: u32) -> usize {
        let end = if level.children.len() > CHUNK { self.number(level, node) } else { None };
        let mut rows = 0;
        loop {
            while let Some(end) = end
                && let Some((children, taken)) = self.chunk(level, end, usize::MAX)
            {
                level.at += children;
                rows += taken;
            }
            let Some(&sibling) = level.children.get(level.at).filter(|&&child| child != node)
            else {
                return rows;
            };
            level.at += 1;
            if self.is_shown(sibling) {
                rows += self.rows_of(sibling);
            }
        }
    }

    /// The index of a child among its siblings.
    fn number(&self, level: &Level<'_>, node: u32) -> Option<usize> {
        let arena = &self.stack.arena;
        if let Children::Ordered(order) = &level.children {
            return self.number_in(order, node);
        }
        let name = arena.name(node);
        level.children.binary_search_by(|&child| arena.name(child).cmp(name)).ok()
    }

    /// The largest chunk that begins at the position of `level`, ends before child number `end` and has at most `most` rows:
    /// the number of its children and of its rows.
    pub(super) fn chunk(
        &self,
        level: &Level<'_>,
        end: usize,
        most: usize,
    ) -> Option<(usize, usize)> {
        let known = self.filtered.is_none() || matches!(level.children, Children::Ordered(_));
        if !known || level.children.len() <= CHUNK || !level.at.is_multiple_of(CHUNK) {
            return None;
        }
        let fits = |children: usize, rows: u32| {
            // The last chunk of a directory may be shorter.
            let children = children.min(level.children.len() - level.at);
            let rows = i64::from(rows) + self.shift(level.dir, level.at, level.at + children);
            let rows = usize::try_from(rows).unwrap_or(0);
            (children > 0 && level.at + children <= end && rows <= most).then_some((children, rows))
        };
        let arena = &self.stack.arena;
        if let Children::Ordered(order) = &level.children {
            let (children, rows) = order.chunk(level.at, self.folds.unfolded)?;
            return fits(children, rows);
        }
        match self.tree {
            Tree::Merged(layer) => {
                self.stack.large_dirs.chunks(arena.dir(level.dir), level.at, layer).find_map(
                    |(children, count)| fits(children, self.folds.unfolded.visible(count)),
                )
            }
            Tree::Range(..) => None,
            Tree::Diff(layer) => {
                let record = self.stack.totals.exactly(arena, level.dir, layer)?;
                let (children, rows) = self.stack.totals.chunk(record, level.at)?;
                fits(children, self.folds.unfolded.changed(rows, children))
            }
        }
    }

    /// Records that toggled directories at or below `node` add `rows` rows to the chunks that contain it.
    pub(super) fn shift_by(&mut self, dir: u32, node: u32, rows: i64) {
        let known = self.orders.is_some_and(|orders| !orders.are_names())
            || matches!(self.tree, Tree::Diff(_))
            || self.stack.arena.frozen_children(dir).is_some();
        if !known {
            return; // Without chunks no correction is needed.
        }
        let level = self.level(dir);
        if level.children.len() > CHUNK
            && let Some(number) = self.number(&level, node)
        {
            self.shifts.entry(dir).or_default().push((number, rows));
        }
    }

    /// The rows that toggled directories add to the children numbered `from..to`.
    fn shift(&self, dir: u32, from: usize, to: usize) -> i64 {
        let Some(shifts) = self.shifts.get(&dir) else { return 0 };
        let start = shifts.partition_point(|shift| shift.0 < from);
        shifts[start..].iter().take_while(|shift| shift.0 < to).map(|shift| shift.1).sum()
    }
}
