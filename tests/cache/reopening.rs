//! What is used again and when.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use layertui::load::cache::{Cache, Rules};
use layertui::load::{Event, Loader, Want};
use layertui::source::{Opened, Options, open};

use crate::stage::{COMPRESSED, EAGER, LAYERS, Stage, copy, large, load};
use crate::support::compress::gzip;

#[test]
fn the_same_file_is_not_read_again() {
    let stage = Stage::new();
    let (image, cache) = (stage.image(), stage.cache());
    let without = load(&image, None);
    assert_eq!(load(&image, Some(&cache)), without);
    let again = load(&image, Some(&cache));
    assert_eq!((again.listed, &again.answers), (0, &without.answers));
    let survey = cache.survey().unwrap();
    assert_eq!((survey.layers, survey.files), (COMPRESSED as u64, LAYERS as u64));
}

#[test]
fn another_file_with_the_same_bytes_is_hashed_and_not_decoded() {
    let stage = Stage::new();
    let (image, cache) = (stage.image(), stage.cache());
    let first = load(&image, Some(&cache));
    copy(Path::new(&image), &stage.path("copy"));
    let other = stage.path("copy").to_str().unwrap().to_owned();
    let hashed = load(&other, Some(&cache));
    // Plain layers are not hashed.
    assert_eq!(hashed.listed, LAYERS - COMPRESSED);
    assert_eq!(load(&other, Some(&cache)).listed, 0);
    assert_eq!(load(&other, None).answers.replace("/copy", "/image"), first.answers);
}

#[test]
fn a_recently_written_file_gets_no_entry_by_file() {
    let stage = Stage::new();
    let image = stage.image();
    let rules = Rules { settle: Duration::from_hours(1), ..EAGER };
    let cache = Arc::new(Cache::new(stage.path("cache/layertui"), rules));
    let first = load(&image, Some(&cache));
    let again = load(&image, Some(&cache));
    assert_eq!((first.listed, again.listed), (LAYERS, LAYERS - COMPRESSED));
    assert_eq!(again.answers, first.answers);
    assert_eq!(cache.survey().unwrap().files, 0);
}

#[test]
fn small_layers_are_not_cached() {
    let stage = Stage::new();
    let image = stage.image();
    let rules = Rules { settle: Duration::ZERO, ..Rules::default() };
    let cache = Arc::new(Cache::new(stage.path("cache/layertui"), rules));
    load(&image, Some(&cache));
    assert!(stage.kept().is_empty());
}

#[test]
fn a_cancelled_listing_is_not_cached() {
    let stage = Stage::new();
    let image = stage.layout("image", &[gzip(&large(3 << 20))]);
    let cache = stage.cache();
    let Opened::Image(source) = open(&image, &Options::default()).unwrap() else {
        unreachable!("one image was written")
    };
    let loader = Loader::new(Arc::from(source), Some(Arc::clone(&cache)));
    loader.run(Want::Kinds, &|event| {
        if matches!(event, Event::Reading { .. }) {
            loader.stop();
        }
    });
    assert!(stage.kept().is_empty());
    assert_eq!(load(&image, Some(&cache)), load(&image, None));
}

#[test]
fn checkpoints_are_cached_with_the_listing() {
    let stage = Stage::new();
    let image = stage.layout("image", &[gzip(&large(12 << 20))]);
    let points = || {
        let Opened::Image(source) = open(&image, &Options::default()).unwrap() else {
            unreachable!("one image was written")
        };
        let loader = Loader::new(Arc::from(source), Some(stage.cache()));
        loader.run(Want::Tree, &|_| {});
        loader.source().checkpoints(0).map(|points| points.to_bytes())
    };
    let first = points();
    assert!(first.is_some());
    assert_eq!(stage.kept().len(), 2);
    assert_eq!(points(), first);
    // That listing did not happen a second time is what the other journeys count.
    assert_eq!(load(&image, Some(&stage.cache())).listed, 0);
}

#[cfg(unix)]
#[test]
fn the_directory_may_be_a_link() {
    let stage = Stage::new();
    let image = stage.image();
    fs::create_dir(stage.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(stage.path("elsewhere"), stage.path("cache")).unwrap();
    let first = load(&image, Some(&stage.cache()));
    let again = load(&image, Some(&stage.cache()));
    assert_eq!((again.listed, again.answers), (0, first.answers));
    assert!(stage.path("elsewhere/layertui").is_dir());
}

#[test]
fn a_full_cache_keeps_the_most_recently_used() {
    let stage = Stage::new();
    let image = stage.image();
    let rules = Rules { limit: 3 * 4096, ..EAGER };
    let cache = Arc::new(Cache::new(stage.path("cache/layertui"), rules));
    let first = load(&image, Some(&cache));
    let held = cache.survey().unwrap().bytes;
    assert!(held > 0 && held <= 3 * 4096, "{held}");
    assert_eq!(load(&image, Some(&cache)).answers, first.answers);
}
