//! The search of contents: the prompt, the list that grows, its end, and Enter on a line.

use layertui::explorer::Message;
use layertui::explorer::model::contents::{ContentsSearch, SearchEnd};
use layertui::explorer::model::file::ReadPart;
use layertui::explorer::model::message::Effect;
use layertui::explorer::model::overlay::OverlayKind;
use layertui::image::Image;
use layertui::image::layer::Layer;
use layertui::load::grep::{Hit, HitKind, VersionHit};

use layertui::stack::NodeId;

use crate::Explorer;
use crate::at_every_size;

/// A line of a version of a file.
fn hit(explorer: &Explorer, path: &str, layer: usize, line: u64, text: &[u8]) -> VersionHit {
    let node = explorer.stack.find(path.as_bytes()).unwrap();
    let steps = explorer.stack.history(node);
    let version = steps.iter().find(|step| step.layer == layer).unwrap().version;
    let at = text.windows(4).position(|part| part == b"root").map(|at| at as u32);
    let hit = Hit {
        kind: HitKind::Match,
        line,
        offset: line * 100,
        text: text.to_vec(),
        cut: false,
        matches: at.map(|at| at..at + 4).into_iter().collect(),
    };
    VersionHit { node, event: version.event, layer, hit, more: false }
}

fn found(explorer: &mut Explorer, number: u64, files: u64, hits: Vec<VersionHit>) {
    explorer.send(Message::ContentsFound { number, files, hits });
}

/// A finished search for a text, which every file has.
pub fn answer(explorer: &mut Explorer, below: NodeId, text: &str) {
    let layers = 0..explorer.stack.folded();
    let files = layers.flat_map(|layer| {
        explorer.stack.files_of(layer).map(move |(event, node)| (layer, event, node))
    });
    let hit = Hit {
        kind: HitKind::Match,
        line: 1,
        offset: 0,
        text: text.as_bytes().to_vec(),
        cut: true,
        matches: std::iter::once(1..9).collect(),
    };
    let hits = files.map(|(layer, event, node)| VersionHit {
        node,
        event,
        layer,
        hit: hit.clone(),
        more: false,
    });
    explorer.state.contents = Some(Box::new(ContentsSearch {
        number: 1,
        pattern: text.to_owned(),
        below,
        hits: hits.collect(),
        files: 7,
        ended: Some(SearchEnd::Done(1)),
    }));
    assert!(!explorer.state.contents.as_ref().unwrap().hits.is_empty());
}

/// Versions that are covered, removed and visible; a line with what a terminal would obey.
fn searched(width: u16, height: u16) -> Explorer {
    let mut explorer = Explorer::open(width, height);
    explorer.keys("ctrl-s").type_text("root").keys("enter");
    let hits = vec![
        hit(&explorer, "/etc/passwd", 0, 1, b"root:x:0:0:root:/root:/bin/ash"),
        hit(&explorer, "/etc/passwd", 0, 19, b"\toperator:x:11:0:operator:/root:/sbin/nologin"),
        hit(&explorer, "/etc/passwd", 1, 1, b"root:x:0:0:\x1b[2Jroot \xff"),
        hit(&explorer, "/srv/app/config/default.json", 3, 7, b"{\"root\": true}"),
    ];
    found(&mut explorer, 1, 31, hits);
    explorer
}

#[test]
fn lines_of_contents() {
    at_every_size("contents", searched);
}

#[test]
fn the_list_grows_until_the_search_ends() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("ctrl-s");
    assert!(explorer.text().contains("type a regular expression"), "{}", explorer.text());
    explorer.type_text("ro(").keys("enter");
    assert!(explorer.text().contains("cannot be searched for"), "{}", explorer.text());
    explorer.keys("backspace").type_text("ot").keys("enter");
    let search = |effect: &Effect| matches!(effect, Effect::SearchContents { .. });
    assert_eq!(explorer.effects.iter().filter(|it| search(it)).count(), 1);
    assert!(explorer.text().contains("0 lines, 0 files searched …"), "{}", explorer.text());
    let one = hit(&explorer, "/etc/passwd", 0, 1, b"root:x");
    found(&mut explorer, 1, 5, vec![one.clone()]);
    assert!(explorer.text().contains("1 line, 5 files searched …"), "{}", explorer.text());
    // Of an earlier search.
    found(&mut explorer, 7, 50, vec![one]);
    explorer.send(Message::ContentsEnded { number: 1, unread: 2 });
    let text = explorer.text();
    assert!(text.contains("1 line, 5 files searched, 2 could not be read"), "{text}");
    explorer.keys("esc");
    assert!(explorer.state.overlays.is_empty());
    assert!(!explorer.effects.contains(&Effect::StopContents));
}

#[test]
fn esc_stops_the_search_and_then_closes_the_list() {
    let mut explorer = searched(120, 40);
    explorer.keys("esc");
    assert!(explorer.effects.contains(&Effect::StopContents));
    assert!(explorer.text().contains(", stopped"), "{}", explorer.text());
    let late = hit(&explorer, "/etc/group", 0, 1, b"root");
    found(&mut explorer, 1, 99, vec![late]);
    assert!(!explorer.text().contains("/etc/group"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(explorer.state.overlays.is_empty());
}

#[test]
fn a_search_of_many_lines_ends() {
    let mut explorer = searched(120, 40);
    let line = hit(&explorer, "/etc/group", 0, 1, b"root");
    found(&mut explorer, 1, 99, vec![line; 3000]);
    assert!(explorer.effects.contains(&Effect::StopContents));
    assert!(explorer.text().contains("stopped at 2000 lines"), "{}", explorer.text());
    explorer.keys("G");
    assert!(explorer.text().contains("2,000/2,000"), "{}", explorer.text());
}

#[test]
fn enter_opens_that_version_at_the_line() {
    let mut explorer = searched(120, 40);
    explorer.keys("j enter");
    let asked = explorer.effects.iter().rev().find_map(|effect| match effect {
        Effect::ReadPart(request) => Some(request.part.clone()),
        _ => None,
    });
    let expected = ReadPart::Find { text: "root".to_owned(), from: 1900 + 27, forward: true };
    assert_eq!(asked, Some(expected));
    assert!(explorer.text().contains("layer 0"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(explorer.text().contains("Contents below /"), "back in the list");
}

#[test]
fn nothing_found_below_another_directory_is_opened() {
    let mut explorer = searched(120, 40);
    explorer.send(Message::ContentsEnded { number: 1, unread: 0 });
    explorer.keys("q 2 G ctrl-s esc");
    assert!(explorer.state.overlays.is_empty(), "{}", explorer.text());
    explorer.keys("ctrl-s");
    explorer.effects.clear();
    let OverlayKind::Contents(below) = explorer.state.overlays[0].kind else { panic!() };
    assert_ne!(below, NodeId::ROOT);
    explorer.state.overlays[0].typing = false;
    explorer.keys("enter v e");
    assert_eq!(explorer.effects, []);
    assert_eq!(explorer.state.overlays.len(), 1, "{}", explorer.text());
}

/// In the new stack the directory may not exist.
#[test]
fn the_search_of_an_image_that_was_read_again_is_closed() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("server.js").keys("enter esc ctrl-r ctrl-s").type_text("a");
    explorer.keys("enter");
    crate::reloading::replace(&mut explorer, "0: +a:1", one_layer(), &[]);
    assert!(explorer.state.overlays.is_empty() && explorer.state.contents.is_none());
    explorer.keys("ctrl-s").type_text("a").keys("enter");
    let below = explorer.effects.iter().rev().find_map(|effect| match effect {
        Effect::SearchContents { below, .. } => Some(*below),
        _ => None,
    });
    assert_eq!(below, Some(NodeId::ROOT));
}

fn one_layer() -> Image {
    Image { layers: vec![Layer::default()], ..Image::default() }
}

/// After a comparison, whose start stopped it.
#[test]
fn a_search_that_was_stopped_by_a_comparison_says_so() {
    let mut explorer = searched(120, 40);
    assert!(explorer.text().contains("searched …"), "{}", explorer.text());
    explorer.send(Message::Returned);
    assert!(explorer.text().contains("searched, stopped"), "{}", explorer.text());
}

#[test]
fn a_file_with_more_lines_than_are_listed_says_so() {
    let mut explorer = searched(120, 40);
    let line = hit(&explorer, "/etc/group", 0, 200, b"root");
    found(&mut explorer, 1, 99, vec![VersionHit { more: true, ..line }]);
    explorer.send(Message::ContentsEnded { number: 1, unread: 0 });
    let text = explorer.text();
    assert!(text.contains("99 files searched, 1 has more lines"), "{text}");
    assert!(text.contains("the first 200 lines; there are more"), "{text}");
}
