//! Directories with thousands of entries: counting rows by chunks of siblings gives the same rows as counting each sibling.
//!
//! A frozen stack uses chunks and a growing one counts, so the same layers are queried in both.

use std::collections::BTreeSet;

use layertui::stack::kept::entry::{Entry, Kind, Row};
use layertui::stack::kept::table::{Table, TableWriter};
use layertui::stack::query::filter::{Criteria, Test};
use layertui::stack::query::outline::{By, Folds, Orders, Outline, OutlineRow, Sort, Unfolded};
use layertui::stack::query::tree::Tree;
use layertui::stack::query::walk::{Scope, Walk};
use layertui::stack::{ChangeKind, NodeId, Stack};

/// Enough for two sizes of chunks (64 and 64 × 64), and not a multiple of either.
const FILES: u64 = 4500;
const LAYERS: usize = 5;

/// Pseudorandom numbers.
fn random(layer: usize, number: u64) -> u64 {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (layer as u64) << 17;
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40
}

fn entry(path: &str, kind: Kind, mode: u16) -> Row<'_> {
    Row::Entry(Entry { mode, ..Entry::new(path.as_bytes(), kind) })
}

/// Every eighth object in /crowd is a directory with three files.
fn layer(number: usize) -> Table {
    let mut writer = TableWriter::new();
    writer.push(&entry("before", Kind::Directory, 0o755));
    writer.push(&entry("before/x", Kind::File, 0o644));
    for file in 0..FILES {
        let path = format!("crowd/n{file}");
        match random(number, file) % 16 {
            0 if number > 0 => writer.push(&Row::Whiteout { path: path.as_bytes() }),
            1 if number > 0 => writer.push(&entry(&path, Kind::Symlink, 0o777)),
            2..8 if file % 8 == 0 => {
                writer.push(&entry(&path, Kind::Directory, 0o755));
                for child in 0..3 {
                    let path = format!("{path}/c{child}");
                    match random(number + 7, file * 3 + child) % 3 {
                        0 => writer.push(&Row::Whiteout { path: path.as_bytes() }),
                        _ => writer.push(&entry(&path, Kind::File, 0o600 + number as u16)),
                    }
                }
            }
            2..8 => {
                let size = random(number, file + 1) % 50;
                let Row::Entry(plain) = entry(&path, Kind::File, 0o600 + number as u16) else {
                    continue;
                };
                writer.push(&Row::Entry(Entry { size, stored: size, ..plain }));
            }
            _ => {}
        }
    }
    writer.push(&entry("behind", Kind::File, 0o600 + number as u16));
    writer.finish()
}

fn stacks() -> [Stack; 2] {
    [false, true].map(|freeze| {
        let mut stack = Stack::new(LAYERS);
        for number in 0..LAYERS {
            stack.fold(&layer(number));
            if freeze {
                stack.freeze();
            }
        }
        stack
    })
}

/// Folds with some toggled paths: /crowd itself, and directories and files in it.
fn folds(stack: &Stack, unfolded: Unfolded, exceptions: u64) -> Folds {
    let mut folds = Folds { unfolded, ..Folds::default() };
    let crowd = ["/crowd".to_owned()].into_iter().filter(|_| unfolded == Unfolded::None);
    let others = (0..exceptions).map(|at| format!("/crowd/n{}", at * 8 % FILES));
    let nodes = crowd.chain(others).filter_map(|path| stack.find(path.as_bytes()));
    folds.toggled.extend(nodes);
    folds
}

fn compare(one: &Stack, other: &Stack, tree: Tree, folds: &Folds) {
    let (one, other) =
        (Outline::new(one, tree, folds, None, None), Outline::new(other, tree, folds, None, None));
    let rows = one.rows(0..usize::MAX);
    assert_eq!(one.len(), rows.len(), "{tree:?}");
    assert_eq!(other.len(), rows.len(), "{tree:?}");
    assert_eq!(other.rows(0..usize::MAX), rows, "{tree:?}");
    for start in (0..rows.len()).step_by(101).chain([rows.len().saturating_sub(3)]) {
        let window = start..(start + 9).min(rows.len());
        assert_eq!(other.rows(window.clone()), rows[window], "{tree:?} from {start}");
    }
    for (number, row) in rows.iter().enumerate().step_by(61) {
        assert_eq!(other.position(row.node), Some(number), "{tree:?}");
    }
}

#[test]
fn chunks_of_siblings_have_the_rows_of_the_siblings() {
    let [counted, known] = stacks();
    for number in 0..LAYERS {
        for (tree, unfolded) in [
            (Tree::Merged(number), Unfolded::None),
            (Tree::Merged(number), Unfolded::All),
            (Tree::Diff(number), Unfolded::None),
            (Tree::Diff(number), Unfolded::Changes),
            (Tree::Diff(number), Unfolded::All),
        ] {
            for exceptions in [0, 1, 300] {
                let folds = folds(&counted, unfolded, exceptions);
                compare(&counted, &known, tree, &folds);
            }
        }
    }
}

#[test]
fn a_path_without_a_row_has_the_position_of_its_directory() {
    let [counted, known] = stacks();
    let child = counted.find(b"/crowd/n8/c1").unwrap_or(NodeId::ROOT);
    for number in 0..LAYERS {
        let folds = folds(&counted, Unfolded::None, 0);
        let one = Outline::new(&counted, Tree::Merged(number), &folds, None, None).position(child);
        assert_eq!(
            Outline::new(&known, Tree::Merged(number), &folds, None, None).position(child),
            one
        );
    }
}

/// The children of /crowd with rows, sorted without [`Orders`].
fn sorted_by_hand(stack: &Stack, number: usize, folds: &Folds, sort: Sort) -> Vec<NodeId> {
    let rows = Outline::new(stack, Tree::Merged(number), folds, None, None).rows(0..usize::MAX);
    let rows = rows.into_iter().filter(|row| stack.path(row.node).starts_with(b"/crowd/"));
    let mut nodes: Vec<NodeId> = rows.filter(|row| row.depth == 1).map(|row| row.node).collect();
    let size = |node: NodeId| match stack.visible(node, number) {
        Some(version) if version.kind == Kind::Directory => stack.totals(node, number).bytes,
        Some(version) => version.size,
        None => {
            let before = stack.change(node, number).and_then(|change| change.previous);
            before.map_or(0, |event| stack.version(event).size)
        }
    };
    match (sort.by, sort.reversed) {
        (By::Size, false) => nodes.sort_by_key(|&node| std::cmp::Reverse(size(node))),
        (By::Size, true) => nodes.sort_by_key(|&node| size(node)),
        (By::Name, true) => nodes.reverse(),
        _ => {}
    }
    nodes
}

#[test]
fn other_orders_have_the_same_rows_and_consistent_positions() {
    let [counted, known] = stacks();
    let sorts = [By::Name, By::Size, By::Change]
        .into_iter()
        .flat_map(|by| [false, true].map(|reversed| Sort { by, reversed }));
    for sort in sorts {
        let orders = Orders::new(sort);
        for number in [0, 3, 4, 3] {
            for (tree, unfolded) in [
                (Tree::Merged(number), Unfolded::None),
                (Tree::Merged(number), Unfolded::All),
                (Tree::Diff(number), Unfolded::Changes),
                (Tree::Diff(number), Unfolded::All),
            ] {
                let folds = folds(&counted, unfolded, 5);
                let outline = Outline::new(&known, tree, &folds, None, Some(&orders));
                let rows = outline.rows(0..usize::MAX);
                let named = Outline::new(&known, tree, &folds, None, None).rows(0..usize::MAX);
                let set = |rows: &[_]| {
                    rows.iter().map(|row: &OutlineRow| row.node).collect::<BTreeSet<_>>()
                };
                assert_eq!(set(&rows), set(&named), "{sort:?} {tree:?} {unfolded:?}");
                assert_eq!(outline.len(), rows.len());
                for (number, row) in rows.iter().enumerate().step_by(37) {
                    assert_eq!(outline.position(row.node), Some(number), "{sort:?} {tree:?}");
                    assert_eq!(outline.rows(number..number + 1), [*row], "{sort:?} {tree:?}");
                }
                if tree == Tree::Merged(number) && sort.by != By::Change {
                    let crowd = rows.iter().filter(|row| row.depth == 1);
                    let crowd = crowd.filter(|row| known.path(row.node).starts_with(b"/crowd/"));
                    let crowd: Vec<NodeId> = crowd.map(|row| row.node).collect();
                    assert_eq!(
                        crowd,
                        sorted_by_hand(&counted, number, &folds, sort),
                        "{sort:?} {tree:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_retargeted_tree_equals_a_newly_filtered_one() {
    let [counted, stack] = stacks();
    let tests = [
        (&b""[..], Criteria::default()),
        (b"n1", Criteria::default()),
        (b"", Criteria { min_size: Some(30), ..Criteria::default() }),
        (b"c2", Criteria { changes: vec![ChangeKind::Removed], ..Criteria::default() }),
        (b"", Criteria { layers: vec![2], kinds: vec![Kind::File], ..Criteria::default() }),
    ];
    let trees = |kind: usize, at: usize| match kind {
        0 => Tree::Merged(at),
        1 => Tree::Diff(at),
        2 => Tree::Range(1, at.max(1)),
        _ => Tree::Range(at, 4),
    };
    let mut retargeted = 0;
    for (name, criteria) in tests {
        let names: Vec<_> = [name].into_iter().filter(|name| !name.is_empty()).collect();
        let names: Vec<_> = names.into_iter().map(|name| stack.names_holding(name)).collect();
        let test = stack.test(&names, criteria.clone());
        for kind in 0..4 {
            let mut turned = stack.filter_tree(trees(kind, 0), &test);
            for at in [1, 2, 3, 4, 3, 2, 4, 0, 0] {
                let tree = trees(kind, at);
                let made = stack.filter_tree(tree, &test);
                if !turned.retarget(&stack, tree, &test) {
                    // Too much differs: it stays what it was.
                    turned = stack.filter_tree(tree, &test);
                    continue;
                }
                retargeted += 1;
                assert_eq!(turned.count(), made.count(), "{criteria:?} {tree:?}");
                for unfolded in [Unfolded::All, Unfolded::None] {
                    let folds = folds(&counted, unfolded, 3);
                    let rows = |filtered| Outline::new(&stack, tree, &folds, Some(filtered), None);
                    let (one, other) = (rows(&turned), rows(&made));
                    assert_eq!(one.len(), other.len(), "{criteria:?} {tree:?}");
                    assert_eq!(one.rows(0..usize::MAX), other.rows(0..usize::MAX), "{tree:?}");
                }
            }
        }
    }
    assert!(retargeted >= 10, "{retargeted}");
}

#[test]
fn a_range_has_the_paths_that_its_layers_changed() {
    let [_, stack] = stacks();
    let everything = Test::default();
    for (from, to) in [(0, 4), (1, 3), (2, 2), (3, 4)] {
        let tree = Tree::Range(from, to);
        let filtered = stack.filter_tree(tree, &everything);
        let folds = Folds { unfolded: Unfolded::All, ..Folds::default() };
        let rows = Outline::new(&stack, tree, &folds, Some(&filtered), None).rows(0..usize::MAX);
        let changed = rows.iter().filter(|row| stack.change_in(row.node, tree).is_some()).count();
        let every = Walk::new(&stack, Scope::All, NodeId::ROOT, true);
        let by_hand = every.filter(|&node| stack.change_in_range(node, from, to).is_some()).count();
        assert_eq!((filtered.count(), changed), (by_hand, by_hand), "{tree:?}");
    }
}
