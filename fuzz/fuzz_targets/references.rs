//! Any text as an image argument, a name, a digest, a platform: what is accepted reads the same when it is written again.
#![no_main]

use layertui::image::digest::Digest;
use layertui::image::name::Name;
use layertui::image::platform::Platform;
use layertui::image::reference;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = reference::parse(text);
    let _ = reference::parse_pick(text);
    for split in reference::splits(text) {
        assert!(text.starts_with(split.path));
    }
    if let Some(digest) = Digest::parse(text) {
        assert_eq!(Digest::parse(digest.as_str()).as_ref(), Some(&digest));
        assert_eq!(format!("{}:{}", digest.algorithm(), digest.encoded()), digest.as_str());
    }
    if let Some(name) = Name::parse(text) {
        assert_eq!(Name::parse(&name.to_string()).as_ref(), Some(&name), "{name}");
        assert!(name.matches(&name));
    }
    if let Ok(platform) = Platform::parse(text) {
        assert_eq!(Platform::parse(&platform.to_string()).as_ref(), Ok(&platform), "{platform}");
    }
});
