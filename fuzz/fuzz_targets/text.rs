//! Any bytes as foreign text: what is made visible has no character that a terminal or a page obeys, stays the same when
//! it is made visible again, and fits the cells it is cut to.
#![no_main]

use layertui::text::escape::is_hazard;
use layertui::text::{Foreign, command, markup, shorten, visible, width, wrap};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let seen = visible(bytes);
    let plain = seen.to_string();
    assert!(!plain.chars().any(is_hazard), "{plain:?}");
    assert_eq!(visible(plain.as_str()).to_string(), plain);
    for cells in [0, 1, 2, 7, 40] {
        assert!(width::width(&width::truncate(&seen, cells)) <= cells);
        assert!(width::width(&shorten::middle(&seen, cells)) <= cells);
        // A line has at least one character, which can be several cells wide.
        let most = cells.max(8);
        assert!(wrap(&seen, cells).iter().all(|line| width::width(line) <= most));
    }
    let html = markup::html(bytes);
    assert!(!html.contains(['<', '>', '"']), "{html:?}");
    let command = Foreign::from(String::from_utf8_lossy(bytes).into_owned());
    for line in command::dockerfile(&command) {
        assert!(!line.visible().to_string().contains('\n'));
    }
});
