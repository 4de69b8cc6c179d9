//! Any text as a rules file in both dialects, and as the explorer's config: an error names a line of the text.
#![no_main]

use layertui::explorer::model::config::Settings;
use layertui::policy::{Dialect, read};
use layertui::text::size;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for dialect in [Dialect::Own, Dialect::Dive] {
        if let Err(error) = read(text, dialect) {
            // A carriage return alone ends a line of YAML, too (YAML 1.2.2, section 5.4).
            let breaks = text.matches(['\n', '\r']).count();
            assert!(error.line <= breaks + 2, "line {}", error.line);
        }
    }
    let _ = Settings::parse(text);
    let _ = size::parse(text);
});
