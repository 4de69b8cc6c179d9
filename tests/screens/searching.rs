//! Searching: hits, the layer and pane that show them, and notices.

use layertui::explorer::Message;
use layertui::explorer::model::state::Phase;

use crate::explorer::{Explorer, LAYERS, image};

#[test]
fn escape_takes_a_search_back() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("j j j");
    let before = explorer.text();
    explorer.keys("/").type_text("lock");
    assert_ne!(explorer.text(), before);
    explorer.keys("esc");
    assert_eq!(explorer.text(), before);
}

#[test]
fn a_search_without_hits_says_so_and_moves_nothing() {
    let mut explorer = Explorer::open(120, 40);
    let before = explorer.path();
    explorer.keys("/").type_text("nowhere").keys("enter");
    assert_eq!(explorer.path(), before);
    assert!(explorer.text().contains("no path in any layer matches nowhere"));
    assert!(explorer.state.search.is_none());
}

/// The first hit after the cursor that the selected layer shows is selected; others are skipped.
#[test]
fn the_nearest_hit_that_shows_is_taken() {
    let layers = "0: +a:1 +hit1:1 +hit2:1 +hit3:1 +hit4:1 | 1: -hit1 | 2: +z:1";
    let mut explorer = Explorer::plain(layers, 120, 40);
    explorer.keys("2 /").type_text("hit");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/hit2", 2));
    explorer.keys("esc");
    let mut explorer = Explorer::plain("0: +a:1 +hit:1 | 1: -hit | 2: +b:1", 120, 40);
    explorer.keys("2 /").type_text("hit");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/hit", 1));
}

#[test]
fn text_that_no_path_contains_is_matched_by_letters() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("prdjson");
    assert!(explorer.text().contains("1 fuzzy"), "{}", explorer.text());
    explorer.keys("enter");
    assert_eq!(explorer.path(), "/srv/app/config/production.json");
    assert!(explorer.text().contains("1 fuzzy for /prdjson"), "{}", explorer.text());
    // Of several fuzzy hits the one whose letters are closest together.
    explorer.keys("esc /").type_text("lbs");
    assert!(explorer.text().contains("2 fuzzy"), "{}", explorer.text());
    explorer.keys("enter");
    assert_eq!(explorer.path(), "/usr/lib/libssl.so.3");
}

#[test]
fn fuzzy_matching_waits_for_all_layers() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    explorer.keys("/").type_text("hosnam").keys("enter");
    assert!(explorer.text().contains("nothing matches hosnam in 1 of 6 layers so far"));
    for layer in 1..6 {
        explorer.fold(layer);
    }
    assert_eq!(explorer.path(), "/etc/hostname");
    assert!(explorer.text().contains("1 fuzzy for /hosnam"), "{}", explorer.text());
}

#[test]
fn a_removed_path_is_found_and_shown_where_it_went() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("APKINDEX.3022").keys("enter");
    assert_eq!(explorer.state.layer, 2);
    assert_eq!(explorer.path(), "/var/cache/apk/APKINDEX.3022.tar.gz");
    let notice = explorer.state.notice.clone();
    assert!(explorer.text().contains("removed it") || notice.is_none());
    explorer.keys("w");
    assert!(explorer.text().contains("by the whiteout /var/cache/.wh.apk"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(
        explorer.text().contains("removed by layer 2, through /var/cache/.wh.apk"),
        "{}",
        explorer.text()
    );
}

#[test]
fn typing_says_when_another_layer_had_to_be_chosen() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("apk/lock");
    assert_eq!(explorer.state.layer, 2);
    assert!(
        explorer.text().contains("is not in layer 5: now at layer 2, which removed it"),
        "{}",
        explorer.text()
    );
}

#[test]
fn a_search_accepted_while_layers_are_read_waits_for_them() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    explorer.keys("/").type_text("production.json").keys("enter");
    assert!(explorer.text().contains("nothing matches production.json in 1 of 6 layers so far"));
    for layer in 1..6 {
        explorer.fold(layer);
    }
    assert_eq!(explorer.path(), "/srv/app/config/production.json");
    assert!(!explorer.text().contains("so far"), "{}", explorer.text());
    explorer.keys("k");
    let moved = explorer.path();
    explorer.send(Message::Finished);
    assert_eq!(explorer.path(), moved, "what was found is shown once");
}

#[test]
fn what_was_found_stays_under_the_cursor_when_a_layer_still_being_read_removes_it() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    explorer.fold(1);
    explorer.keys("/").type_text("apk/lock").keys("enter");
    assert_eq!((explorer.state.layer, explorer.path().as_str()), (5, "/var/cache/apk/lock"));
    for layer in 2..6 {
        explorer.fold(layer);
    }
    assert_eq!((explorer.state.layer, explorer.path().as_str()), (2, "/var/cache/apk/lock"));
    explorer.send(Message::Finished);
    assert!(explorer.text().contains("removed by layer 2"), "{}", explorer.text());
}

#[test]
fn a_late_hit_does_not_move_a_user_who_moved_on() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    explorer.fold(1);
    explorer.keys("/").type_text("apk/lock").keys("enter k");
    for layer in 2..6 {
        explorer.fold(layer);
    }
    assert_eq!(explorer.state.layer, 5);
}

#[test]
fn a_search_without_hits_says_so_when_reading_ends() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.keys("/").type_text("nowhere").keys("enter");
    for layer in 0..6 {
        explorer.fold(layer);
    }
    assert!(explorer.state.search.is_some());
    explorer.send(Message::Finished);
    assert_eq!(explorer.state.phase, Phase::Done);
    assert!(explorer.text().contains("no path in any layer matches nowhere"));
    assert!(explorer.state.search.is_none());
}
