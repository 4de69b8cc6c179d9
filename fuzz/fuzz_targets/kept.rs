//! Any bytes as a cache entry: a table is refused or folds, checkpoints are refused or usable.
#![no_main]

use layertui::layer::Checkpoints;
use layertui::stack::kept::table::Table;
use layertui::stack::{NodeId, Stack};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Checkpoints::from_bytes(bytes);
    if let Some(table) = Table::from_bytes(bytes.to_vec()) {
        let mut stack = Stack::new(2);
        stack.fold(&table);
        // Folded twice: every entry of the second layer exists already.
        stack.fold(&table);
        stack.freeze();
        let _ = stack.history(NodeId::ROOT);
        let _ = (stack.summary(1), stack.balance());
    }
});
