//! Tab in prompts for a path.

use layertui::explorer::model::completion::Listed;
use layertui::explorer::{Effect, Message};

use crate::explorer::Explorer;

fn listed(text: &str, names: &[&str]) -> Message {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    Message::PathsListed(Listed { text: text.to_owned(), names })
}

fn typed(explorer: &Explorer) -> &str {
    explorer.state.overlays.last().unwrap().input.text()
}

#[test]
fn a_path_of_the_disk_is_completed_as_far_as_all_candidates_agree() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("c").type_text("oci:bu").keys("tab");
    assert_eq!(explorer.effects.pop(), Some(Effect::ListPaths("oci:bu".into())));
    explorer.send(listed("oci:bu", &["build-a/", "build-b/"]));
    assert_eq!(typed(&explorer), "oci:build-");
    explorer.keys("tab");
    explorer.send(listed("oci:build-", &["build-a/", "build-b/"]));
    assert_eq!(typed(&explorer), "oci:build-");
    assert!(explorer.text().contains("build-a/  build-b/"), "{}", explorer.text());
    explorer.keys("b tab");
    // An answer to what was typed before is too late.
    explorer.send(listed("oci:build-", &["build-a/"]));
    assert_eq!(typed(&explorer), "oci:build-b");
    explorer.send(listed("oci:build-b", &["build-b/"]));
    assert_eq!(typed(&explorer), "oci:build-b/");
    explorer.keys("x tab");
    explorer.send(listed("oci:build-b/x", &[]));
    assert!(explorer.text().contains("no path begins with oci:build-b/x"), "{}", explorer.text());
}

#[test]
fn the_destination_of_an_extraction_and_a_path_of_the_palette_are_completed() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("e ctrl-u").type_text("/tm").keys("tab");
    assert_eq!(explorer.effects.pop(), Some(Effect::ListPaths("/tm".into())));
    explorer.keys("esc :").type_text("path /usr/bin/no").keys("tab");
    assert_eq!(typed(&explorer), "path /usr/bin/node");
    explorer.keys("ctrl-u").type_text("path /u").keys("tab tab");
    assert_eq!(typed(&explorer), "path /usr/");
}
