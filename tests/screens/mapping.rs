//! The treemap: tiles fill its area, arrows go to neighbours, Enter opens directories and goes to files.

use layertui::explorer::model::appearance::Theme;
use layertui::explorer::model::map::TreemapContent;
use layertui::explorer::model::message::MouseKind;
use layertui::explorer::view;

use crate::explorer::Explorer;
use crate::{after, at_every_size};

#[test]
fn the_largest_things_as_a_map() {
    at_every_size("map", after("T"));
    at_every_size("map-wasted", after("T T"));
    at_every_size("map-mono", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.state.theme = Theme::Mono;
        explorer.keys("T enter");
        explorer
    });
}

/// Bytes of the tiles on the screen, and of the directory.
fn sums(explorer: &Explorer) -> (u64, u64) {
    let (_, body) = view::map::area(&explorer.state);
    let map = explorer.state.map.as_ref().unwrap();
    (map.shown(body).iter().map(|shown| shown.bytes).sum(), map.bytes())
}

fn dir(explorer: &Explorer) -> String {
    let dir = explorer.state.map.as_ref().unwrap().dir;
    String::from_utf8(explorer.stack.path(dir)).unwrap()
}

#[test]
fn the_tiles_are_all_there_is() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("T");
    let last = explorer.stack.folded() - 1;
    let whole = explorer.stack.summary(last).cumulative_bytes;
    assert_eq!(sums(&explorer), (whole, whole));
    explorer.keys("T");
    assert_eq!(explorer.state.map.as_ref().unwrap().of, TreemapContent::Wasted);
    let wasted = explorer.stack.balance().wasted;
    assert_eq!(sums(&explorer), (wasted, wasted));
    for (width, height) in crate::SIZES {
        explorer.resize(width, height);
        // Tiles smaller than a cell can be missing.
        let cell = wasted / (u64::from(width - 2) * u64::from(height - 3));
        let shown = sums(&explorer).0;
        assert!(
            shown <= wasted && shown + cell >= wasted,
            "{shown} of {wasted} at {width}x{height}"
        );
    }
}

#[test]
fn down_into_directories_and_up_again() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("T enter");
    assert_eq!(dir(&explorer), "/usr");
    explorer.keys("enter");
    assert_eq!(dir(&explorer), "/usr/bin");
    explorer.keys("h");
    assert_eq!(dir(&explorer), "/usr");
    let map = explorer.state.map.as_ref().unwrap();
    let here = map.tiles[map.selected].node;
    assert_eq!(explorer.stack.name(here), b"bin", "the cursor is where one came from");
    explorer.keys("backspace h h");
    assert_eq!(dir(&explorer), "/");
    explorer.keys("l l enter");
    assert!(explorer.state.overlays.is_empty());
    assert_eq!(explorer.path(), "/usr/bin/node", "a file is gone to");
    explorer.keys("T T enter enter enter");
    assert_eq!((explorer.state.layer, explorer.path().as_str()), (4, "/usr/bin/node"));
}

#[test]
fn arrows_go_to_neighbours_and_back() {
    let mut explorer = Explorer::plain("0: +a:500 +b:300 +c:200 +d:200 +e:100", 80, 24);
    explorer.keys("T");
    let mut seen = std::collections::BTreeSet::new();
    for (there, back) in [("right", "left"), ("down", "up")] {
        for _ in 0..4 {
            let before = explorer.state.map.as_ref().unwrap().selected;
            seen.insert(before);
            explorer.keys(there);
            let after = explorer.state.map.as_ref().unwrap().selected;
            if after != before {
                explorer.keys(back);
                explorer.keys(there);
            }
        }
    }
    assert!(seen.len() > 1, "{seen:?}");
    explorer.keys("g");
    assert_eq!(explorer.state.map.as_ref().unwrap().selected, 0);
}

#[test]
fn a_crowd_is_one_tile_and_the_mouse_finds_all() {
    let many: Vec<String> = (0..3000).map(|file| format!("+d/f{file}:{}", 10 + file % 7)).collect();
    let layers = format!("0: +d/ +d/big:40000 {}", many.join(" "));
    let mut explorer = Explorer::plain(&layers, 80, 24);
    explorer.keys("T enter");
    assert!(explorer.text().contains("smaller"), "{}", explorer.text());
    let (_, body) = view::map::area(&explorer.state);
    let shown = explorer.state.map.as_ref().unwrap().shown(body);
    let last = *shown.last().unwrap();
    explorer.mouse(MouseKind::Press, last.rect.x, last.rect.y);
    assert_eq!(explorer.state.map.as_ref().unwrap().selected, last.first);
    explorer.mouse(MouseKind::DoublePress, last.rect.x, last.rect.y);
    let map = explorer.state.map.as_ref().unwrap();
    assert_eq!((map.tiles.len(), map.selected), (last.count, 0), "the rest is entered");
    assert_eq!(sums(&explorer).0, last.bytes, "what is in the rest");
    assert!(explorer.text().contains("/d: the"), "{}", explorer.text());
    explorer.keys("h");
    let map = explorer.state.map.as_ref().unwrap();
    assert_eq!((map.tiles.len(), map.selected), (3001, last.first), "and left");
}

#[test]
fn a_tile_says_which_layer_its_bytes_come_from() {
    let mut explorer =
        Explorer::plain("0: +d/ +d/a:300 +e:90 | 1: +d/b:900 +f:80 | 2: -d/b +d/c:100", 80, 24);
    explorer.keys("T");
    assert!(explorer.text().contains("grew most in layer 1"), "{}", explorer.text());
    let map = explorer.state.map.as_ref().unwrap();
    let owner = |path: &[u8]| map.owner(explorer.stack.find(path).unwrap());
    assert_eq!((owner(b"/d"), owner(b"/e"), owner(b"/f")), (Some(1), Some(0), Some(1)));
}

#[test]
fn nothing_has_a_map_that_says_so() {
    let mut explorer = Explorer::plain("0: +a:0 +d/", 80, 24);
    explorer.keys("T enter down left h");
    assert!(explorer.text().contains("Nothing here has any bytes"), "{}", explorer.text());
    explorer.keys("T");
    assert!(explorer.text().contains("Nothing is wasted"), "{}", explorer.text());
}
