//! The cost of folding layers into a stack, and of queries over all of it: freezing, searching, walking for a report,
//! histories. At 68,000 entries in 5 layers and at 1,000,000 in 60.

mod generator;
mod tables;

use std::sync::OnceLock;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use generator::{Image, Shape};
use layertui::stack::kept::table::Table;
use layertui::stack::query::walk::{Scope, Walk};
use layertui::stack::{NodeId, Stack};

fn main() {
    divan::main();
}

const SIZES: [Size; 2] = [Size::Common, Size::Large];

/// An image to measure with.
#[derive(Clone, Copy, Debug)]
enum Size {
    /// 68,000 entries in 5 layers.
    Common,
    /// 1,000,000 entries in 60 layers.
    Large,
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Common) { "68,000" } else { "1,000,000" })
    }
}

impl Size {
    fn image(self) -> Image {
        let (entries, layers) = match self {
            Self::Common => (68_000, 5),
            Self::Large => (1_000_000, 60),
        };
        Image::new(Shape { entries, layers, shrink: 1 })
    }

    fn tables(self) -> &'static [Table] {
        static TABLES: [OnceLock<Vec<Table>>; 2] = [const { OnceLock::new() }; 2];
        TABLES[self as usize].get_or_init(|| {
            let image = self.image();
            (0..image.layers()).map(|layer| tables::table(&image, layer)).collect()
        })
    }

    fn stack(self) -> &'static Stack {
        static STACKS: [OnceLock<Stack>; 2] = [const { OnceLock::new() }; 2];
        STACKS[self as usize].get_or_init(|| tables::frozen(&self.image()))
    }

    fn entries(self) -> ItemsCount {
        ItemsCount::new(self.tables().iter().map(Table::len).sum::<u64>())
    }
}

fn folded(tables: &[Table]) -> Stack {
    let mut stack = Stack::new(tables.len());
    for table in tables {
        stack.fold(table);
    }
    stack
}

/// A lower bound for a fold: its rows are decoded and dropped.
#[divan::bench(args = SIZES, sample_count = 10)]
fn read_tables(bencher: Bencher<'_, '_>, size: Size) {
    let tables = size.tables();
    bencher.counter(size.entries()).bench_local(|| {
        let mut bytes = 0;
        for table in tables {
            let mut rows = table.rows();
            while let Some(row) = rows.next() {
                bytes += size_of_val(black_box(&row));
            }
        }
        bytes
    });
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn fold(bencher: Bencher<'_, '_>, size: Size) {
    let tables = size.tables();
    bencher.counter(size.entries()).bench_local(|| folded(tables));
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn freeze(bencher: Bencher<'_, '_>, size: Size) {
    let tables = size.tables();
    bencher.counter(size.entries()).with_inputs(|| folded(tables)).bench_local_values(
        |mut stack| {
            stack.freeze();
            stack
        },
    );
}

/// A search with one letter, then more.
#[divan::bench(args = SIZES, sample_count = 20, consts = [1, 2, 6])]
fn search_key<const LETTERS: usize>(bencher: Bencher<'_, '_>, size: Size) {
    let stack = size.stack();
    let needle = &b"python"[..LETTERS];
    bencher.bench_local(|| stack.search(black_box(needle)).len());
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn search_path(bencher: Bencher<'_, '_>, size: Size) {
    let stack = size.stack();
    bencher.bench_local(|| stack.search(black_box(b"doc/copy")).len());
}

/// A search without an exact match, in names and in whole paths.
#[divan::bench(args = SIZES, sample_count = 20, consts = [false, true])]
fn search_letters<const WHOLE_PATHS: bool>(bencher: Bencher<'_, '_>, size: Size) {
    let stack = size.stack();
    let needle: &[u8] = if WHOLE_PATHS { b"usr/lb/pthn" } else { b"pthn" };
    bencher.bench_local(|| stack.search_letters(black_box(needle)).len());
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn walk_merged(bencher: Bencher<'_, '_>, size: Size) {
    let stack = size.stack();
    let scope = Scope::Merged(stack.folded() - 1);
    bencher.counter(size.entries()).bench_local(|| walk(stack, scope));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn walk_diffs(bencher: Bencher<'_, '_>, size: Size) {
    let stack = size.stack();
    bencher
        .counter(size.entries())
        .bench_local(|| (0..stack.folded()).map(|at| walk(stack, Scope::Diff(at))).sum::<usize>());
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn histories(bencher: Bencher<'_, '_>, size: Size) {
    let stack = size.stack();
    bencher.counter(size.entries()).bench_local(|| {
        let every = Walk::new(stack, Scope::All, NodeId::ROOT, true);
        every.map(|node| stack.history(node).len()).sum::<usize>()
    });
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn waste(bencher: Bencher<'_, '_>, size: Size) {
    let stack = size.stack();
    bencher.bench_local(|| stack.wasted().map(|wasted| wasted.bytes).sum::<u64>());
}

fn walk(stack: &Stack, scope: Scope) -> usize {
    Walk::new(stack, scope, NodeId::ROOT, true).map(|node| stack.name(node).len()).sum()
}

/// A search, and the match before the last one, where one directory holds 100,000 entries.
#[divan::bench(sample_count = 20)]
fn search_huge_directory(bencher: Bencher<'_, '_>) {
    let stack = tables::huge_directory(100_000);
    let last = stack.find(b"data/zoo/last").unwrap_or(NodeId::ROOT);
    bencher.bench_local(|| stack.search(black_box(b"ff.b")).next(&stack, last, false));
}
