//! Any bytes as a file: its type, facts, rows and differences to another are told, within the file.
#![no_main]

use layertui::content::{Window, diff, facts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut read = |at: u64, len: usize| {
        let from = usize::try_from(at).ok()?.min(bytes.len());
        Some(bytes[from..bytes.len().min(from.saturating_add(len))].to_vec())
    };
    let _ = facts::of(&mut read);
    let (old, new) = bytes.split_at(bytes.len() / 2);
    for window in [diff::unified(old, new), Window::new(0, 0, bytes.len() as u64, bytes.to_vec())] {
        for row in 0..window.rows() {
            assert!(window.row(row).is_some());
            assert_eq!(window.row_at(window.start_of(row)), row);
        }
    }
});
