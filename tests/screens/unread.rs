//! Unread layers: missing, truncated, or not read because reading was stopped. Panes and pages say `not read` in place of
//! their contents, with the size of the blob if it is known; a key resumes reading.

use layertui::explorer::model::state::Phase;
use layertui::explorer::{Effect, Message};
use layertui::image::problem::{CHANGED, Problem, Severity};
use layertui::stack::notation;

use crate::explorer::{Explorer, LAYERS, image};

/// Layer 2 is missing; layer 4 is truncated after an entry.
fn damaged() -> Explorer {
    let mut layers: Vec<&str> = LAYERS.split('|').collect();
    (layers[2], layers[4]) = ("2: ", "4: ~usr/bin/node:96434328@4755#c1");
    assert!(notation::layers(&layers.join("|")).is_ok());
    let mut explorer = Explorer::described(&layers.join("|"), image(), 120, 30);
    for layer in 0..6 {
        match layer {
            2 => explorer.fold_broken(2, "blob sha256:c2 is not here: this layer cannot be shown"),
            4 => explorer.fold_broken(4, "truncated: the blob ends at byte 9,000"),
            _ => explorer.fold(layer),
        }
    }
    explorer.send(Message::Finished);
    explorer
}

/// Layers 0 to 2 and 4 were read, then Esc was pressed.
fn stopped() -> Explorer {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 30);
    (0..3).for_each(|layer| explorer.fold(layer));
    explorer.send(Message::Reading { layer: 3, done: 1_000, total: 52_390 });
    explorer.list(4);
    explorer.keys("esc");
    assert_eq!(explorer.effects.pop(), Some(Effect::StopReading));
    explorer.send(Message::Finished);
    explorer
}

type Opened = (&'static str, fn() -> Explorer, usize);

/// An image with an unread layer.
const IMAGES: [Opened; 2] = [("missing", damaged, 2), ("stopped", stopped, 3)];

#[test]
fn each_screen_says_what_was_not_read() {
    for (name, open, layer) in IMAGES {
        let screens: [(&str, &str); 7] = [
            ("panes", "1"),
            ("details", "1 enter"),
            ("problems", "!"),
            ("waste", "W"),
            ("map", "T"),
            ("owner", "2 g j w"),
            ("extraction", "2 g j e"),
        ];
        for (screen, keys) in screens {
            let mut explorer = open();
            let up = explorer.state.layer - layer;
            explorer.keys("1");
            (0..up).for_each(|_| _ = explorer.keys("k"));
            explorer.keys(keys);
            insta::assert_snapshot!(format!("unread-{name}-{screen}"), explorer.text());
            let said = ["not read", "layers read"].iter().any(|it| explorer.text().contains(it));
            assert!(said, "{name} {screen}:\n{}", explorer.text());
        }
    }
}

#[test]
fn a_layer_that_is_cut_is_told_from_one_that_is_missing() {
    let mut explorer = damaged();
    explorer.keys("1 k");
    assert_eq!(explorer.state.layer, 4);
    insta::assert_snapshot!("unread-cut-panes", explorer.text());
    explorer.keys("enter");
    insta::assert_snapshot!("unread-cut-details", explorer.text());
}

#[test]
fn totals_say_of_how_many_layers_they_are() {
    for (open, words) in [
        (damaged as fn() -> Explorer, "of the 4 of 6 layers read"),
        (stopped, "of the 3 of 6 layers read"),
    ] {
        for keys in ["1", "W", "T"] {
            let mut explorer = open();
            explorer.keys(keys);
            assert!(explorer.text().contains(words), "{keys}:\n{}", explorer.text());
        }
    }
    let mut whole = Explorer::open(120, 30);
    whole.keys("W");
    assert!(!whole.text().contains("layers read"));
}

#[test]
fn a_key_goes_on_reading_what_was_stopped() {
    let mut explorer = stopped();
    explorer.keys("r");
    assert_eq!(
        (explorer.effects.pop(), &explorer.state.phase),
        (Some(Effect::ResumeReading), &Phase::Reading)
    );
    assert!(!explorer.text().contains("not read"), "{}", explorer.text());
    (3..6).for_each(|layer| explorer.fold(layer));
    explorer.send(Message::Finished);
    assert!(!explorer.text().contains("layers read"));
    explorer.keys("r");
    assert!(
        explorer.effects.iter().all(|effect| *effect != Effect::ResumeReading),
        "nothing is left"
    );
    let mut damaged = damaged();
    damaged.keys("r");
    assert!(
        damaged.effects.iter().all(|effect| *effect != Effect::ResumeReading),
        "it would not help"
    );
    assert!(damaged.state.notice.is_some());
}

#[test]
fn a_file_that_changes_while_it_is_open_is_said_once_and_stays_a_problem() {
    let mut explorer = Explorer::open(120, 30);
    explorer.send(Message::Changed(vec![1]));
    assert!(explorer.text().contains(CHANGED), "{}", explorer.text());
    explorer.keys("j");
    explorer.send(Message::Changed(vec![1]));
    assert!(!explorer.text().contains(CHANGED));
    explorer.keys("!");
    assert!(explorer.text().contains("changed while it was open"), "{}", explorer.text());
}

/// On the command line `extract` refuses layers that engines refuse, unless `--force` is given: here the prompt warns.
#[test]
fn extracting_from_a_layer_that_engines_refuse_says_so() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 30);
    (0..6).for_each(|layer| explorer.fold(layer));
    let message = "the digest should be sha256:1, the bytes have sha256:2".into();
    let problems = vec![Problem { severity: Severity::Refused, message }];
    explorer.send(Message::Folded { layer: 1, problems, hidden: Vec::new() });
    explorer.send(Message::Finished);
    explorer.keys("2 g j e");
    assert!(explorer.text().contains("engines refuse it"), "{}", explorer.text());
    assert!(!explorer.text().contains("not read"), "it was read");
}
