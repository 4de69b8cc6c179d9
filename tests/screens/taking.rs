//! Extracting: prompts and messages. A worker does the work; here only its messages are tested.

use layertui::explorer::Message;
use layertui::explorer::model::extraction::{ExtractionRequest, ExtractionResult};
use layertui::explorer::model::message::Effect;
use layertui::explorer::model::overlay::OverlayKind;

use crate::at_every_size;
use crate::explorer::Explorer;

/// Selects a path, then presses `e`.
fn asking(path: &str, width: u16, height: u16) -> Explorer {
    let mut explorer = Explorer::open(width, height);
    explorer.keys("/").type_text(path).keys("enter esc e");
    explorer
}

fn asked(explorer: &Explorer) -> ExtractionRequest {
    let mut effects = explorer.effects.iter().rev();
    effects
        .find_map(|effect| match effect {
            Effect::StartExtraction(request) => Some(request.clone()),
            _ => None,
        })
        .unwrap()
}

fn done(failed: u64, first: Option<(Vec<u8>, String)>) -> ExtractionResult {
    ExtractionResult::Done { objects: 12, bytes: 219_342, failed, first, stopped: false }
}

#[test]
fn the_destination_is_prompted_for() {
    at_every_size("extract", |width, height| asking("ssl", width, height));
    at_every_size("extract-overwrite", |width, height| {
        let mut explorer = asking("ssl", width, height);
        explorer.keys("enter");
        explorer.send(Message::ExtractionEnded(ExtractionResult::Occupied));
        explorer
    });
    at_every_size("extracting", |width, height| {
        let mut explorer = asking("libcrypto", width, height);
        explorer.keys("enter");
        explorer.send(Message::ExtractionProgress(3_000_000));
        explorer
    });
}

#[test]
fn a_subtree_is_extracted_to_the_destination() {
    let mut explorer = asking("ssl", 120, 40);
    explorer.keys("ctrl-u").type_text("/tmp/out").keys("enter");
    let request = asked(&explorer);
    assert_eq!(explorer.stack.path(request.node), b"/etc/ssl");
    assert_eq!((request.layer, request.dest.as_str(), request.force), (5, "/tmp/out", false));
    explorer.send(Message::ExtractionEnded(done(0, None)));
    let text = explorer.text();
    assert!(
        text.contains("extracted /etc/ssl of layer 5 to /tmp/out: 12 objects, 219 kB"),
        "{text}"
    );
}

#[test]
fn nothing_is_overwritten_unasked() {
    let mut explorer = asking("ssl", 120, 40);
    explorer.keys("enter");
    explorer.send(Message::ExtractionEnded(ExtractionResult::Occupied));
    explorer.keys("enter");
    assert!(explorer.text().contains("nothing was extracted"), "{}", explorer.text());
    assert_eq!(
        explorer.effects.iter().filter(|it| matches!(it, Effect::StartExtraction(_))).count(),
        1
    );
    explorer.keys("e enter");
    explorer.send(Message::ExtractionEnded(ExtractionResult::Occupied));
    explorer.keys("j enter");
    assert!(asked(&explorer).force);
    assert_eq!(asked(&explorer).dest, "./ssl");
}

#[test]
fn what_a_layer_removed_is_taken_from_the_layer_below() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("default.json").keys("enter esc");
    assert_eq!(explorer.state.layer, 5, "the layer that removed it");
    explorer.keys("e enter");
    assert_eq!(asked(&explorer).layer, 4);
    explorer.send(Message::ExtractionEnded(done(0, None)));
    // From the history the selected version is extracted.
    explorer.keys("w g e enter");
    assert_eq!(asked(&explorer).layer, 3);
}

#[test]
fn failures_are_named_and_one_thing_is_done_at_a_time() {
    let mut explorer = asking("ssl", 120, 40);
    explorer.keys("enter e");
    assert!(explorer.text().contains("another operation is running"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(explorer.effects.contains(&Effect::StopExtraction));
    let why = "Operation not permitted".to_owned();
    explorer.send(Message::ExtractionEnded(done(2, Some((b"dev/\x1bnull".to_vec(), why)))));
    let text = explorer.text();
    assert!(text.contains("2 could not be made: /dev/\\x1bnull: Operation not"), "{text}");
    explorer.keys("e enter");
    explorer.send(Message::ExtractionEnded(ExtractionResult::Failed("no\u{202e}space".to_owned())));
    assert!(explorer.text().contains("was not extracted: no\\u{202e}space"), "{}", explorer.text());
    explorer.keys("e ctrl-u enter");
    assert!(
        matches!(
            explorer.state.overlays.last().map(|top| top.kind),
            Some(OverlayKind::Extract(..))
        ),
        "nothing was typed: the prompt stays"
    );
}

/// From the waste page a path is extracted from the layer that stores it, not from the final tree.
#[test]
fn what_is_wasted_is_taken_as_it_was_stored() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("W");
    for _ in 0..explorer.state.waste.as_ref().unwrap().layers.len() {
        explorer.keys("j");
    }
    explorer.keys("e enter");
    assert_eq!(explorer.stack.path(asked(&explorer).node), b"/usr/bin/node");
    assert_eq!(asked(&explorer).layer, 2);
    explorer.send(Message::ExtractionEnded(done(0, None)));
    explorer.keys("esc T T enter enter e enter");
    assert_eq!(explorer.stack.path(asked(&explorer).node), b"/usr/bin/node");
    assert_eq!(asked(&explorer).layer, 2);
}
