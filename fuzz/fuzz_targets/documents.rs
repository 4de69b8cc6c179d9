//! Any bytes as each JSON document of an image or of Docker's store: it is refused, or what was read is told.
#![no_main]

use layertui::image::{Image, config, docker_root, docker_save, manifest, v1};
use layertui::{findings, report};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = docker_save::parse(bytes);
    let _ = docker_save::parse_repositories(bytes);
    let _ = v1::parse(bytes);
    let _ = docker_root::parse_repositories(bytes);
    let _ = docker_root::parse_container(bytes);
    let _ = docker_root::parse_registry_blobs(bytes);
    let _ = docker_root::parse_urls(bytes);
    if let Ok(document) = manifest::parse(bytes) {
        let _ = format!("{document:?}");
    }
    let Ok(read) = config::parse(bytes) else { return };
    let image = Image { config: read.config, history: read.history, ..Image::default() };
    let steps = findings::dockerfile(&image, &[]);
    assert!(steps.len() >= image.history.len());
    let mut text = Vec::new();
    report::dockerfile(&mut text, &image).unwrap();
    assert!(!text.contains(&0x1b), "an escape of the document reached the terminal");
});
