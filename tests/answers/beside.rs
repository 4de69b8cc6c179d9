//! Two images as one of two layers: what the explorer shows of a comparison.

use std::sync::Arc;

use layertui::compare::{ComparisonSource, Files, Side, Terms};
use layertui::layer::Unwatched;
use layertui::load::{Loader, Want};
use layertui::source::{Opened, Options, open};

use crate::saved::Place;
use crate::support::tarball::Tar;

fn load(reference: &std::path::Path) -> Loader {
    let Ok(Opened::Image(source)) = open(reference.to_str().unwrap(), &Options::default()) else {
        panic!("no image at {}", reference.display());
    };
    let loader = Loader::new(Arc::from(source), None);
    loader.run(Want::Tree, &|_| {});
    loader
}

/// The new image above what the old one has up to `layer`.
fn beside(old: &Loader, layer: usize, new: &Loader) -> ComparisonSource {
    let (one, other) = (old.stack(), new.stack());
    let below = Side { source: old.source().as_ref(), stack: &one, layer };
    let above = Side { source: new.source().as_ref(), stack: &other, layer: other.folded() - 1 };
    let mut files = Files::of(below, above, &Terms::default());
    files.decide(old.source().as_ref(), new.source().as_ref(), &Unwatched);
    ComparisonSource::new(
        (below, Arc::clone(old.source())),
        (above, Arc::clone(new.source())),
        &files,
    )
}

#[test]
fn images_are_named_without_their_directory_and_with_the_layers_that_count() {
    use layertui::source::Source;
    let place = Place::new();
    let layers = [Tar::new().file("a", "1").finish(), Tar::new().file("b", "2").finish()];
    let (old, new) = (load(&place.image("old", &layers)), load(&place.image("new", &layers)));
    let reference = |layer| beside(&old, layer, &new).image().reference.raw().to_owned();
    // The words new and old, and then the names, which are the same here.
    assert_eq!(reference(1), "new new beside old old");
    assert_eq!(reference(0), "new new beside old old, layers 0 to 0");
}

/// What was in a directory went with the directory, as in a layer that removes it.
#[test]
fn a_removed_directory_is_one_removal() {
    let place = Place::new();
    let old = Tar::new().dir("d/", 0o755).file("d/f", "1").file("kept", "2").finish();
    let (old, new) = (
        load(&place.image("old", &[old])),
        load(&place.image("new", &[Tar::new().file("kept", "2").finish()])),
    );
    let loader = Loader::new(Arc::new(beside(&old, 0, &new)), None);
    loader.run(Want::Tree, &|_| {});
    let stack = loader.stack();
    let step = stack.history(stack.find(b"/d/f").unwrap()).pop().unwrap();
    assert_eq!(step.by.as_deref(), Some(&b"/.wh.d"[..]));
}
