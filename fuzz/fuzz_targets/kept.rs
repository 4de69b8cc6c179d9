//! Any bytes as what the cache keeps of a layer: a table is refused or folds, checkpoints are refused or lead somewhere.
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
        // Once more on top of itself: everything it has is there before.
        stack.fold(&table);
        stack.freeze();
        let _ = stack.history(NodeId::ROOT);
        let _ = (stack.summary(1), stack.balance());
    }
});
