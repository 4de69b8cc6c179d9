//! Reading the image again: the place is kept, what changed is marked until the next key.

use layertui::explorer::model::findings::FindingsState;
use layertui::explorer::model::reload::{Reread, RunningReload, Since};
use layertui::explorer::model::state::{LayerLoad, LoadStatus};
use layertui::explorer::{Effect, Message, navigate};
use layertui::image::Image;
use layertui::image::layer::Layer;
use layertui::stack::notation;

use crate::explorer::{Explorer, LAYERS, image};

/// Replaces the image as `run` does, with what differs in the tree of the selected layer.
fn reread(explorer: &mut Explorer, layers: &str, image: Image, differences: &[(&str, Since)]) {
    explorer.keys("ctrl-r");
    assert_eq!(explorer.effects.pop(), Some(Effect::Reload(explorer.state.layer)));
    replace(explorer, layers, image, differences);
}

pub fn replace(explorer: &mut Explorer, layers: &str, image: Image, differences: &[(&str, Since)]) {
    replace_at(explorer, explorer.state.layer, layers, image, differences);
}

/// With what differs at another layer than the one selected now.
fn replace_at(
    explorer: &mut Explorer,
    layer: usize,
    layers: &str,
    image: Image,
    differences: &[(&str, Since)],
) {
    let place = navigate::place::remember(&explorer.state, &explorer.stack);
    explorer.stack = notation::stack(layers).unwrap().0;
    let loads = image
        .layers
        .iter()
        .map(|_| LayerLoad { status: LoadStatus::Folded, ..LayerLoad::default() });
    let loads = loads.collect();
    let owned = |&(path, since): &(&str, Since)| (path.as_bytes().to_vec(), since);
    let differences = differences.iter().map(owned).collect();
    let image = Box::new(image);
    explorer.send(Message::Reread(Box::new(Reread { image, loads, layer, differences, place })));
}

/// [`LAYERS`] with another layer 3, which has a file more and one less.
fn rebuilt() -> (String, Image) {
    let layers = LAYERS
        .replace(
            "+srv/app/server.js:48211#d1",
            "+srv/app/assets/ +srv/app/assets/a.css:7 +srv/app/server.js:48000#d9",
        )
        .replace("+srv/app/node_modules/express/History.md:114000", "");
    let mut image = image();
    image.layers[3].diff_id = Some("sha256:another".into());
    (layers, image)
}

const DIFFERENCES: [(&str, Since); 4] = [
    ("/srv/app/assets", Since::New),
    ("/srv/app/assets/a.css", Since::New),
    ("/srv/app/server.js", Since::Changed),
    ("/srv/app/node_modules/express/History.md", Since::Gone),
];

#[test]
fn a_rebuilt_image_keeps_the_place_and_marks_what_changed_until_the_next_key() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("[ 2 g /").type_text("express").keys("enter esc l = s");
    explorer.keys("/").type_text("index.js").keys("enter esc");
    assert_eq!(explorer.path(), "/srv/app/node_modules/express/index.js");
    let (layers, image) = rebuilt();
    reread(&mut explorer, &layers, image, &DIFFERENCES);
    assert_eq!(explorer.path(), "/srv/app/node_modules/express/index.js");
    assert_eq!(explorer.state.layer, 4);
    let text = explorer.text();
    for said in [
        "2 new, 1 changed, 1 gone in the tree at layer 4; 1 other layer",
        "express/  1 gone",
        "a.css  new",
        "server.js  L5 rewrites  changed",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    insta::assert_snapshot!("reread", explorer.screen());
    explorer.keys("j");
    let text = explorer.text();
    for gone in ["read again", "  new", "1 gone", "  changed"] {
        assert!(!text.contains(gone), "{gone}\n{text}");
    }
}

#[test]
fn a_folded_directory_says_that_something_in_it_changed() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("[ 2 -");
    let (layers, image) = rebuilt();
    reread(&mut explorer, &layers, image, &DIFFERENCES);
    assert!(explorer.text().contains("changed inside"), "{}", explorer.text());
}

#[test]
fn the_cursor_goes_to_the_directory_of_a_path_that_is_gone() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("[ 2 /").type_text("History.md").keys("enter esc");
    assert!(explorer.path().ends_with("History.md"), "{}", explorer.path());
    let (layers, image) = rebuilt();
    reread(&mut explorer, &layers, image, &DIFFERENCES);
    assert_eq!(explorer.path(), "/srv/app/node_modules/express");
}

#[test]
fn filter_range_search_and_order_survive() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("[ [ m ] s f").type_text("*.js").keys("enter");
    let (mark, sort) = (explorer.state.range(), explorer.state.orders.sort());
    let (layers, image) = rebuilt();
    reread(&mut explorer, &layers, image, &DIFFERENCES);
    assert!(explorer.text().contains("[*.js]"), "{}", explorer.text());
    assert_eq!((explorer.state.range(), explorer.state.orders.sort()), (mark, sort));
    explorer.keys("esc /").type_text("a.css").keys("enter");
    let (layers, image) = rebuilt();
    reread(&mut explorer, &layers, image, &[]);
    assert!(explorer.text().contains("read again: the tree at layer"), "{}", explorer.text());
    explorer.keys("g n");
    assert_eq!(explorer.path(), "/srv/app/assets/a.css");
}

/// A layer keeps its selection by its ID, the topmost one by being on top.
#[test]
fn the_selected_layer_is_found_again() {
    let below = || Layer { diff_id: Some("sha256:below".into()), ..Layer::default() };
    let more = format!("0: +new/ |{}", LAYERS.replace("0: ", "1: "));
    for (keys, layer) in [("", 6), ("[ [", 4)] {
        let mut explorer = Explorer::open(120, 40);
        explorer.keys(keys);
        let mut now = image();
        now.layers.insert(0, below());
        reread(&mut explorer, &more, now, &[]);
        assert_eq!(explorer.state.layer, layer, "{keys}");
        assert!(explorer.text().contains("1 other layer"), "{}", explorer.text());
    }
}

#[test]
fn what_cannot_be_read_again_says_why_and_changes_nothing() {
    let mut explorer = Explorer::open(120, 40);
    let before = explorer.text();
    explorer.keys("ctrl-r");
    assert!(explorer.text().contains("reading the image again: 0 B"), "{}", explorer.text());
    explorer.keys("esc");
    assert_eq!(explorer.effects.pop(), Some(Effect::StopReload));
    explorer.send(Message::ReloadFailed("stopped".to_owned()));
    assert!(explorer.text().contains("not read again: stopped"), "{}", explorer.text());
    explorer.keys("esc");
    assert_eq!(explorer.text(), before);
}

#[test]
fn a_container_is_followed_and_read_again_when_it_wrote() {
    let mut container = image();
    container.layers[5].writable = true;
    let mut explorer = Explorer::of(LAYERS, container.clone(), 120, 40);
    explorer.keys("[ [ F");
    assert_eq!((explorer.effects.pop(), explorer.state.layer), (Some(Effect::Follow(true)), 5));
    assert!(explorer.text().contains("followed"), "{}", explorer.text());
    explorer.send(Message::Written);
    assert_eq!(explorer.effects.pop(), Some(Effect::Reload(5)));
    // While that is in progress it writes again.
    explorer.send(Message::Written);
    assert!(!explorer.effects.contains(&Effect::Reload(5)));
    let more = format!("{LAYERS} +tmp/written:5");
    replace(&mut explorer, &more, container.clone(), &[("/tmp/written", Since::New)]);
    assert!(explorer.text().contains("written  new"), "{}", explorer.text());
    assert_eq!(explorer.effects.pop(), Some(Effect::Reload(5)));
    replace(&mut explorer, &more, container, &[]);
    assert_eq!(explorer.effects.pop(), None, "it wrote nothing since");
    explorer.keys("F");
    assert_eq!(explorer.effects.pop(), Some(Effect::Follow(false)));
    let mut image = Explorer::open(120, 40);
    image.keys("F");
    assert!(image.text().contains("this is no container"), "{}", image.text());
    assert!(image.effects.is_empty(), "nothing is polled");
}

/// What was computed of the old image is computed anew, whatever is open.
#[test]
fn open_lists_and_pages_show_the_new_image() {
    let others =
        "0: +one:1 +two:2 | 1: -one | 2: +three:3 | 3: +four:4 | 4: +five:5 | 5: -two +six:6";
    let rows = |explorer: &Explorer| explorer.text();
    let mut ever = Explorer::open(120, 40);
    ever.keys(".");
    reread(&mut ever, others, image(), &[]);
    for name in ["one", "two", "three", "four", "five", "six"] {
        assert!(rows(&ever).contains(&format!(" {name} ")), "{name}\n{}", rows(&ever));
    }
    let mut searching = Explorer::open(120, 40);
    searching.keys("ctrl-r /").type_text("e");
    searching.effects.clear();
    replace(&mut searching, others, image(), &[]);
    assert!(rows(&searching).contains("/three") && rows(&searching).contains("/five"));
    let mut waste = Explorer::open(120, 40);
    waste.keys("ctrl-r W");
    waste.effects.clear();
    replace(&mut waste, others, image(), &[]);
    assert!(rows(&waste).contains("wasted of"), "{}", rows(&waste));
}

/// The differences are those of the tree at that layer, whichever is selected when they are known.
#[test]
fn the_notice_names_the_layer_that_was_compared() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("[ ctrl-r");
    assert_eq!(explorer.effects.pop(), Some(Effect::Reload(explorer.state.layer)));
    let asked = explorer.state.layer;
    explorer.keys("[ [");
    assert_ne!(explorer.state.layer, asked);
    let (layers, image) = rebuilt();
    replace_at(&mut explorer, asked, &layers, image, &DIFFERENCES);
    let named = format!("in the tree at layer {asked}");
    assert!(explorer.text().contains(&named), "{}", explorer.text());
}

#[test]
fn a_followed_container_is_not_read_again_under_what_would_be_lost() {
    let mut container = image();
    container.layers[5].writable = true;
    for open in ["c", "e", "w", "T"] {
        let mut explorer = Explorer::of(LAYERS, container.clone(), 120, 40);
        explorer.keys("F 2").keys(open);
        assert_eq!(explorer.state.overlays.len(), 1, "{open}");
        explorer.effects.clear();
        explorer.send(Message::Written);
        assert_eq!(explorer.effects, [], "{open}");
        explorer.keys("esc");
        assert_eq!(explorer.effects.pop(), Some(Effect::Reload(5)), "{open}");
    }
}

#[test]
fn a_prompt_starts_nothing_during_a_reload() {
    for open in ["c", "e"] {
        let mut explorer = Explorer::open(120, 40);
        explorer.keys("2 j").keys(open).type_text("./there");
        explorer.state.reloading = Some(RunningReload::default());
        explorer.keys("enter");
        assert_eq!(explorer.effects, [], "{open}");
        assert_eq!(explorer.state.overlays.len(), 1, "its text is kept");
        assert!(explorer.text().contains("another operation is running"), "{}", explorer.text());
        explorer.state.reloading = None;
        explorer.keys("enter");
        assert_eq!(explorer.effects.len(), 1, "{open}");
    }
}

#[test]
fn requests_whose_answers_are_ignored_are_made_again() {
    let mut explorer = Explorer::open(120, 40);
    explorer.state.findings = Some(FindingsState::Running { files: 3 });
    explorer.state.owners_requested = Some(2);
    explorer.state.forget_requests();
    assert_eq!((explorer.state.findings, explorer.state.owners_requested), (None, None));
}

#[test]
fn what_could_not_be_compared_is_not_said_to_be_changed() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("[ 2 =");
    let (layers, image) = rebuilt();
    reread(&mut explorer, &layers, image, &[("/srv/app/server.js", Since::Unknown)]);
    let text = explorer.text();
    assert!(text.contains("1 not compared in the tree"), "{text}");
    explorer.keys("/").type_text("server.js").keys("enter esc");
    let (layers, image) = rebuilt();
    reread(&mut explorer, &layers, image, &[("/srv/app/server.js", Since::Unknown)]);
    let text = explorer.text();
    assert!(text.contains("not compared") && !text.contains("changed"), "{text}");
}
