//! The fold and its queries, compared with a slow and simple model on random layers.
//!
//! - `agrees_with_the_model`: merged trees, diffs, ranges, history, totals, waste (`facts`); walks, outlines, search
//!   (`views`)
//! - `findings`: the bytes of findings
//! - `says`: single cases in the notation of `stack`
//!
//! A failing case prints its layers in the notation: paste the line into `says`. Its seed is appended to `failures.txt`, which
//! is under version control, so that every later run tries it first.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod contradictions;
mod facts;
mod findings;
mod model;
mod object;
mod random;
mod says;
mod views;

use layertui::stack::notation;
use std::collections::BTreeSet;

use facts::Case;
use layertui::stack::Stack;
use layertui::stack::kept::table::Table;
use model::{Model, Path};
use proptest::prelude::*;
use proptest::test_runner::{FailurePersistence, FileFailurePersistence};

/// Checks a stack that is frozen at the end, and one that is frozen after every layer, each in a thread of its own.
fn check(text: &str, toggle: usize, needle: &str) {
    let tables = notation::layers(text).unwrap();
    let model = Model::of(&tables);
    std::thread::scope(|scope| {
        scope.spawn(|| with_totals(&tables, &model, true, toggle, needle));
        with_totals(&tables, &model, false, toggle, needle);
        without_totals(&tables, &model);
    });
}

fn with_totals(tables: &[Table], model: &Model, freeze_often: bool, toggle: usize, needle: &str) {
    let mut stack = Stack::new(tables.len());
    for table in tables {
        stack.fold(table);
        if freeze_often {
            stack.freeze();
        }
    }
    for frozen in [false, true] {
        if frozen {
            stack.freeze();
        }
        let mut paths: BTreeSet<Path> = model.history.keys().cloned().collect();
        paths.insert(Path::new());
        let case = Case { stack: &stack, model, paths, frozen };
        case.trees();
        case.diffs();
        case.bytes();
        case.ranges();
        case.histories();
        case.totals();
        case.stored_below();
        case.waste();
        case.waste_causes();
        case.walks();
        let toggled = (0..stack.path_count())
            .filter(|at| at % 7 == toggle % 7)
            .filter_map(|at| case.paths.iter().nth(at).and_then(|path| stack.find(path)));
        case.outlines(&toggled.collect());
        case.search(needle.as_bytes());
        case.search_letters(needle.as_bytes());
    }
}

/// A stack without totals gives the same results for paths and layers, and the same oddities.
fn without_totals(tables: &[Table], model: &Model) {
    let mut stack = Stack::without_totals(tables.len());
    let mut whole = Stack::new(tables.len());
    for table in tables {
        assert_eq!(stack.fold(table), whole.fold(table));
    }
    let case = Case {
        stack: &stack,
        model,
        paths: model.history.keys().cloned().collect(),
        frozen: false,
    };
    case.histories();
    case.waste();
    case.waste_causes();
    for layer in 0..tables.len() {
        assert_eq!(stack.summary(layer), whole.summary(layer), "layer {layer}");
    }
    assert_eq!(stack.balance(), whole.balance());
    assert!(stack.heap_bytes() <= whole.heap_bytes());
}

/// The file with the seeds of failing cases.
#[expect(clippy::unnecessary_wraps, reason = "the type of the configuration")]
fn failures() -> Option<Box<dyn FailurePersistence>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fold/failures.txt");
    Some(Box::new(FileFailurePersistence::Direct(file)))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1000),
        failure_persistence: failures(),
        ..ProptestConfig::default()
    })]

    #[test]
    fn agrees_with_the_model(
        text in random::layers(),
        toggle in 0usize..7,
        needle in prop::sample::select(vec!["a", "b", "-", "a/b", "/c", "c/", "d/a-b/c", "a/"]),
    ) {
        check(&text, toggle, needle);
    }
}
