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
const IMAGES: [Opened; 3] = [("missing", damaged, 2), ("stopped", stopped, 3), ("cut", damaged, 4)];

#[test]
fn each_screen_says_what_was_not_read() {
    for (name, open, layer) in IMAGES {
        let screens: [(&str, &str); 8] = [
            ("panes", "1"),
            ("image", "i"),
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
            let said = ["not read", "layers read", "read in part"]
                .iter()
                .any(|it| explorer.text().contains(it));
            assert!(said, "{name} {screen}:\n{}", explorer.text());
        }
    }
}

/// The tree from an unread layer on is unknown, and so are its sizes.
#[test]
fn no_size_counts_an_unread_layer_as_empty() {
    let mut explorer = damaged();
    let text = explorer.text();
    let sizes = |layer: &str| {
        let mut lines = text.lines().skip_while(|line| !line.contains(layer));
        lines.nth(1).unwrap_or_default().chars().take(28).collect::<String>()
    };
    assert!(sizes("1  RUN").contains("8.9 MB"), "{text}");
    for layer in ["3  COPY", "4! RUN", "5  COPY"] {
        assert!(sizes(layer).contains("?      ?"), "{layer} {:?}\n{text}", sizes(layer));
    }
    explorer.keys("1 G enter");
    let text = explorer.text();
    assert!(text.contains("total         unknown: layer 2 was not read whole"), "{text}");
}

/// In a low pane each layer has one line.
#[test]
fn one_line_of_an_unread_layer_has_the_size_of_its_blob() {
    let mut explorer = stopped();
    explorer.resize(150, 12);
    assert!(explorer.text().contains("not read  52 kB"), "{}", explorer.text());
    assert!(explorer.text().contains("not merged  30 MB"), "{}", explorer.text());
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

/// While a task reads the stack, no layer is merged into it: the two would wait for each other.
#[test]
fn reading_is_not_resumed_while_files_are_examined() {
    let mut explorer = stopped();
    explorer.keys("c");
    assert!(explorer.text().contains("all layers must be read before"), "{}", explorer.text());
    let mut explorer = stopped();
    explorer.keys("2 g j e x enter");
    explorer.effects.clear();
    explorer.keys("r");
    let text = explorer.text();
    assert!(text.contains("files are being examined") && explorer.effects.is_empty(), "{text}");
    let mut explorer = stopped();
    explorer.keys("r");
    assert_eq!(explorer.effects.pop(), Some(Effect::ResumeReading));
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
