//! Any bytes as a package database of each form: reading ends, and never panics. Of a database of rpm, half of the bytes are
//! also its log.
#![no_main]

use layertui::content::packages::{DATABASES, Packages};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for place in DATABASES {
        for (file, log) in [(bytes, &b""[..]), bytes.split_at(bytes.len() / 2)] {
            let mut packages = Packages::default();
            // Damage may be an error.
            let read = packages.add(place, b"name.md5sums", file, log);
            for (path, owner) in packages.paths() {
                assert!(!path.is_empty());
                assert!(owner.is_none_or(|owner| (owner as usize) < packages.list().len()));
            }
            assert!(read.is_ok() || packages.paths().next().is_none());
        }
    }
});
