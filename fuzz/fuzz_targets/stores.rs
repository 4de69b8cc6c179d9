//! Any bytes as the records of podman's store: it opens with what could be read, or says why not.
#![no_main]

use std::fs;

use layertui::source::{self, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (images, layers) = bytes.split_at(bytes.len() / 2);
    let place = tempfile::tempdir().unwrap();
    for (folder, file, records) in
        [("overlay-images", "images.json", images), ("overlay-layers", "layers.json", layers)]
    {
        fs::create_dir_all(place.path().join(folder)).unwrap();
        fs::write(place.path().join(folder).join(file), records).unwrap();
    }
    fs::create_dir_all(place.path().join("overlay")).unwrap();
    let reference = format!("containers-storage:[overlay@{}]a", place.path().display());
    if let Err(error) = source::open(&reference, &Options::default()) {
        assert!(!error.to_string().is_empty());
    }
});
