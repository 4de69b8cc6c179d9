//! While layers are being read: what is read shows at once, merged or not, and progress counts what was read.

use layertui::explorer::Message;

use crate::explorer::{Explorer, LAYERS, image};

/// The topmost layer was read, the lowest is being read.
fn top_layer_first(width: u16, height: u16) -> Explorer {
    let mut explorer = Explorer::described(LAYERS, image(), width, height);
    explorer.send(Message::Reading { layer: 0, done: 1_000_000, total: 3_418_409 });
    explorer.list(5);
    explorer
}

#[test]
fn a_layer_that_was_read_shows_its_own_entries_before_it_is_merged() {
    crate::at_every_size("unmerged", |width, height| {
        let mut explorer = top_layer_first(width, height);
        explorer.keys("3");
        explorer
    });
    let text = top_layer_first(120, 40).text();
    for said in ["not merged, not compared", "- default.json", "+ server.js"] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    assert!(text.contains("reading layer 0: 29%"), "the tree has no rows yet:\n{text}");
}

#[test]
fn the_lowest_layer_shows_its_first_entries_while_it_is_read() {
    let mut explorer = top_layer_first(120, 40);
    let entries = explorer.own_entries(0);
    explorer.send(Message::FirstRows(entries));
    let text = explorer.text();
    for said in ["reading layer 0: 29%, its first entries", "busybox", "etc/"] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    explorer.keys("2 G");
    assert!(explorer.text().contains("reading layer 0"), "{}", explorer.text());
    (0..6).for_each(|layer| explorer.fold(layer));
    assert!(!explorer.text().contains("first entries"), "{}", explorer.text());
}

#[test]
fn a_part_of_a_layer_is_not_shown_when_reading_was_stopped() {
    let mut explorer = top_layer_first(120, 40);
    let entries = explorer.own_entries(0);
    explorer.send(Message::FirstRows(entries));
    explorer.send(Message::Finished);
    let text = explorer.text();
    assert!(!text.contains("busybox") && text.contains("layer 0 is not read"), "{text}");
    // A late report changes nothing.
    let entries = explorer.own_entries(0);
    explorer.send(Message::FirstRows(entries));
    assert!(!explorer.text().contains("busybox"), "{}", explorer.text());
}

#[test]
fn entries_that_are_not_merged_give_way_to_changes() {
    let mut explorer = top_layer_first(120, 40);
    (0..5).for_each(|layer| explorer.fold(layer));
    explorer.fold(5);
    let text = explorer.text();
    assert!(!text.contains("not merged"), "{text}");
    assert!(explorer.state.loads[5].entries.rows.is_empty(), "they are not kept");
}

#[test]
fn all_entries_that_are_not_merged_can_be_scrolled_to() {
    let files: Vec<String> = (0..100).map(|file| format!("+f{file:02}:1")).collect();
    let layers = format!("0: +a/ | 1: {}", files.join(" "));
    let mut explorer = Explorer::described(&layers, two_layers(), 80, 24);
    explorer.list(1);
    explorer.keys("3 G");
    assert!(explorer.text().contains("f99"), "{}", explorer.text());
    explorer.keys("g");
    assert!(explorer.text().contains("f00"), "{}", explorer.text());
    explorer.keys("pgdn pgdn");
    assert!(!explorer.text().contains("f00"), "{}", explorer.text());
}

fn two_layers() -> layertui::image::Image {
    let mut image = image();
    image.layers.truncate(2);
    image
}

#[test]
fn progress_counts_layers_that_were_read_and_not_merged() {
    let mut explorer = top_layer_first(120, 40);
    assert!(explorer.text().contains("reading layers: 1 of 6"), "{}", explorer.text());
    explorer.fold(0);
    assert!(explorer.text().contains("reading layers: 2 of 6"), "{}", explorer.text());
}

/// A source may not state the length of a blob, but that of what it reads.
#[test]
fn progress_does_not_go_back_when_a_layer_was_read() {
    let mut described = two_layers();
    described.layers.iter_mut().for_each(|layer| layer.compressed_bytes = None);
    let mut explorer = Explorer::described("0: +a:1 | 1: +b:1", described, 120, 40);
    explorer.send(Message::Reading { layer: 1, done: 300, total: 300 });
    explorer.send(Message::Reading { layer: 0, done: 0, total: 100 });
    assert!(explorer.text().contains("75%"), "{}", explorer.text());
    explorer.list(1);
    assert!(explorer.text().contains("75%"), "{}", explorer.text());
}
