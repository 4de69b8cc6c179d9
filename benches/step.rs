//! The cost of one frame of the explorer in the stack, at 10,000 and at 1,000,000 entries over 60 layers: it must
//! depend on the rows on the screen, not on the size of the image. Then the cost of a directory with 100,000 entries.
//! Prints medians and ratios; asserts nothing about time.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod generator;
mod measure;
mod tables;

use std::hint::black_box;
use std::time::Duration;

use generator::{Image, Shape};
use layertui::stack::query::outline::{Folds, Outline, Unfolded};
use layertui::stack::query::tree::Tree;
use layertui::stack::query::walk::{Scope, Walk};
use layertui::stack::{NodeId, Stack};
use measure::{Times, in_earnest, ratio};

const LAYERS: usize = 60;
/// Rows on the screen.
const ROWS: usize = 50;

fn main() {
    let large = if in_earnest() { 1_000_000 } else { 20_000 };
    steps(large);
    huge_directory(if in_earnest() { 100_000 } else { 1_000 });
}

fn steps(large: u64) {
    println!("one layer step: both trees, {ROWS} rows each, and all that their columns show");
    let shape = |entries| Shape { entries, layers: LAYERS, shrink: 1 };
    let stacks = [10_000, large].map(|entries| tables::frozen(&Image::new(shape(entries))));
    let [small, large] = &stacks;
    println!("  {:38} {:>12} {:>12}", "", entries(small), entries(large));
    for view in [View::Folded, View::DeepPath, View::Unfolded] {
        for caches in [Caches::Warm, Caches::Cold] {
            let (mut one, mut other) = (Times::default(), Times::default());
            for _ in 0..4 {
                walk_layers(small, view, caches, &mut one);
                walk_layers(large, view, caches, &mut other);
            }
            print(&format!("{}, {caches:?} caches", view.name()), &one, &other);
        }
    }
}

fn entries(stack: &Stack) -> String {
    format!("{} entries", stack.balance().entries)
}

fn print(what: &str, one: &Times, other: &Times) {
    println!(
        "  {what:38} {:>9.1} us {:>9.1} us  ratio {:.2}  (longest {:.1}, {:.1} us)",
        micros(one.median()),
        micros(other.median()),
        ratio(other.median(), one.median()),
        micros(one.longest()),
        micros(other.longest()),
    );
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Which directories are unfolded, and where the cursor is.
#[derive(Clone, Copy, PartialEq)]
enum View {
    /// As the explorer starts: merged tree folded, changes unfolded within their limit.
    Folded,
    /// The directories above the deepest path are unfolded, the cursor is on it.
    DeepPath,
    /// All is unfolded, the cursor is in the middle.
    Unfolded,
}

impl View {
    const fn name(self) -> &'static str {
        match self {
            Self::Folded => "folded, as at the start",
            Self::DeepPath => "a deep path unfolded",
            Self::Unfolded => "everything unfolded",
        }
    }
}

/// The state of the CPU caches before a step. Between two keys other code runs: cold is what a user experiences, warm
/// shows how little work there is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Caches {
    Warm,
    Cold,
}

fn walk_layers(stack: &Stack, view: View, caches: Caches, times: &mut Times) {
    let last = stack.folded() - 1;
    let cursor = match view {
        View::Folded => NodeId::ROOT,
        View::DeepPath => deepest(stack),
        View::Unfolded => middle(stack),
    };
    let mut merged = Folds::default();
    let mut diff = Folds { unfolded: Unfolded::Changes, ..Folds::default() };
    match view {
        View::Folded => {}
        View::DeepPath => {
            let mut at = cursor;
            while let Some(parent) = stack.parent(at).filter(|&parent| parent != NodeId::ROOT) {
                merged.toggled.insert(parent);
                at = parent;
            }
        }
        View::Unfolded => {
            merged.unfolded = Unfolded::All;
            diff.unfolded = Unfolded::All;
        }
    }
    let mut other_things = vec![0_u8; if caches == Caches::Cold { 32 << 20 } else { 0 }];
    for layer in 0..=last {
        black_box(&mut other_things[..])
            .iter_mut()
            .step_by(64)
            .for_each(|byte| *byte = byte.wrapping_add(1));
        times.take(|| {
            frame(stack, Tree::Merged(layer), layer, &merged, cursor)
                + frame(stack, Tree::Diff(layer), layer, &diff, cursor)
        });
    }
}

/// The rows that a frame needs of one tree; the sum prevents the compiler from removing anything.
fn frame(stack: &Stack, tree: Tree, layer: usize, folds: &Folds, cursor: NodeId) -> u64 {
    let outline = Outline::new(stack, tree, folds, None, None);
    let row = outline.position(cursor).unwrap_or(0);
    let top = row.saturating_sub(ROWS / 2);
    let mut sum = outline.len() as u64;
    for row in outline.rows(top..top + ROWS) {
        sum += stack.name(row.node).len() as u64;
        sum += stack.visible(row.node, layer).map_or(0, |version| version.size);
        sum += stack.change(row.node, layer).map_or(0, |change| u64::from(change.opaque));
        sum += stack.shadowed_by(row.node, layer).map_or(0, |shadow| shadow.layer as u64);
        if row.directory {
            sum += stack.totals(row.node, layer).bytes;
            sum += stack.shadowed_below(row.node, layer);
        }
    }
    sum
}

/// A path of the base image that as many directories as possible lie above.
fn deepest(stack: &Stack) -> NodeId {
    let depth = |&node: &NodeId| stack.path(node).split(|&byte| byte == b'/').count();
    Walk::new(stack, Scope::Merged(0), NodeId::ROOT, true)
        .take(20_000)
        .max_by_key(depth)
        .unwrap_or(NodeId::ROOT)
}

/// The path in the middle of the last merged tree.
fn middle(stack: &Stack) -> NodeId {
    let folds = Folds { unfolded: Unfolded::All, ..Folds::default() };
    let outline = Outline::new(stack, Tree::Merged(stack.folded() - 1), &folds, None, None);
    let middle = outline.len() / 2;
    outline.rows(middle..middle + 1).first().map_or(NodeId::ROOT, |row| row.node)
}

/// Folding, unfolding and jumping where one directory has so many entries.
fn huge_directory(entries: u64) {
    println!("\na directory of {entries} entries among others");
    let stack = tables::huge_directory(entries);
    let [data, huge, last] = ["data", "data/huge", "data/zoo/last"]
        .map(|path| stack.find(path.as_bytes()).unwrap_or(NodeId::ROOT));
    let closed = Folds { toggled: [data].into(), ..Folds::default() };
    let open = Folds { toggled: [data, huge].into(), ..Folds::default() };
    let all = Folds { unfolded: Unfolded::All, ..Folds::default() };
    let mut times: [Times; 4] = Default::default();
    let [fold, unfold, jump, unfold_all] = &mut times;
    for _ in 0..21 {
        fold.take(|| frame(&stack, Tree::Merged(1), 1, &closed, huge));
        unfold.take(|| frame(&stack, Tree::Merged(1), 1, &open, huge));
        jump.take(|| frame(&stack, Tree::Merged(1), 1, &open, last));
        unfold_all.take(|| frame(&stack, Tree::Merged(1), 1, &all, last));
    }
    for (what, times) in [
        ("fold it", &fold),
        ("unfold it", &unfold),
        ("jump behind it", &jump),
        ("the same, all unfolded", &unfold_all),
    ] {
        println!("  {what:38} {:>9.1} us", micros(times.median()));
    }
}
