//! Claims that unlock nothing.

use std::fs;

use layertui::layer::blob::Blob;
use layertui::layer::{Unwatched, list};

use crate::stage::{Stage, digest, load};
use crate::support::compress::gzip;
use crate::support::tarball::Tar;

fn layer(name: &str) -> Vec<u8> {
    gzip(&Tar::new().file(name, name).finish())
}

#[test]
fn a_claimed_digest_of_another_layer_is_not_trusted() {
    let stage = Stage::new();
    let cache = stage.cache();
    let (known, evil) = (layer("innocent"), layer("evil"));
    let honest = stage.layout("honest", std::slice::from_ref(&known));
    let forged = stage.claiming("forged", std::slice::from_ref(&evil), &[digest(&known)]);
    let truth = load(&forged, None);
    assert!(truth.answers.contains("evil") && truth.answers.contains("the digest should be"));
    load(&honest, Some(&cache));
    for _ in 0..2 {
        assert_eq!(load(&forged, Some(&cache)).answers, truth.answers);
    }
    let again = load(&honest, Some(&cache));
    assert!(again.answers.contains("innocent") && !again.answers.contains("evil"));
    assert_eq!(again.listed, 0);
}

#[test]
fn a_forged_image_that_came_first_has_no_effect() {
    let stage = Stage::new();
    let cache = stage.cache();
    let (known, evil) = (layer("innocent"), layer("evil"));
    let forged = stage.claiming("forged", std::slice::from_ref(&evil), &[digest(&known)]);
    let honest = stage.layout("honest", &[known]);
    load(&forged, Some(&cache));
    let told = load(&honest, Some(&cache));
    assert_eq!(told, load(&honest, None));
}

#[test]
fn two_images_with_cached_layers_have_their_own() {
    let stage = Stage::new();
    let cache = stage.cache();
    let (one, two) = (layer("one"), layer("two"));
    load(&stage.layout("sound", &[one.clone(), two.clone()]), Some(&cache));
    let claims = [digest(&two), digest(&one)];
    let swapped = stage.claiming("swapped", &[one, two], &claims);
    let truth = load(&swapped, None);
    let told = load(&swapped, Some(&cache));
    // Hashing told what they are: even so nothing had to be decoded.
    assert_eq!((told.listed, told.answers), (0, truth.answers));
}

#[test]
fn a_modified_file_is_read_again() {
    let stage = Stage::new();
    let cache = stage.cache();
    for compressed in [true, false] {
        let pack = |name: &str| {
            let tar = Tar::new().file(name, name).finish();
            if compressed { gzip(&tar) } else { tar }
        };
        let (before, mut after) = (pack("aaa"), pack("bbb"));
        // gzip does not always give the same length.
        after.resize(before.len().max(after.len()), 0);
        let name = if compressed { "gzip" } else { "plain" };
        let place = stage.layout(name, std::slice::from_ref(&before));
        load(&place, Some(&cache));
        assert_eq!(load(&place, Some(&cache)).listed, 0);
        let blob = format!("{place}/blobs/{}", digest(&before).replace(':', "/"));
        fs::write(&blob, after).unwrap();
        let truth = load(&place, None);
        assert!(truth.answers.contains("/bbb"));
        assert_eq!(load(&place, Some(&cache)), truth);
    }
}

#[cfg(unix)]
#[test]
fn unreadable_bytes_are_reported() {
    // Reading a directory fails.
    let folder = fs::File::open(std::env::temp_dir()).unwrap();
    let listing = list(&Blob::region(std::sync::Arc::new(folder), 0, 4096), &Unwatched);
    assert!(listing.faulty && listing.blob_digest.is_none());
    assert!(!list(&Blob::memory(&gzip(b"cut off")[..12]), &Unwatched).faulty);
}
