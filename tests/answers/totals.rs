//! What an image stores, shows and wastes, asked of everybody who says it: `layers`, `waste`, `ci`, `report` and the explorer.

use layertui::source;
use std::process::Command;
use std::sync::Arc;

use layertui::explorer::model::geometry::Size;
use layertui::explorer::model::key::Key;
use layertui::explorer::{Message, State, update};
use layertui::load::{Loader, Want};
use layertui::source::{Opened, Options};
use layertui::stack::query::waste::Balance;
use serde_json::Value;

/// Holds all totals of an image against each other, and gives those of `layers`: stored, visible, wasted.
pub(crate) fn agree(image: &str) -> [u64; 3] {
    let totals = ask(&["layers", "--json", image])["totals"].take();
    for other in [&["waste", "--json", image][..], &["report", image]] {
        assert_eq!(ask(other)["totals"], totals, "{other:?}");
    }
    let number = |key: &str| totals[key].as_u64().unwrap();
    let [stored, visible, wasted] = ["storedBytes", "visibleBytes", "wastedBytes"].map(number);
    assert_eq!(stored, visible + wasted);
    let efficiency = totals["efficiency"].as_f64().unwrap();
    let explorer = explorer(image);
    assert_eq!([explorer.stored, explorer.visible, explorer.wasted], [stored, visible, wasted]);
    assert!((explorer.efficiency - efficiency).abs() < 1e-9, "{}", explorer.efficiency);

    // A limit that is met is kept, one byte less is broken.
    let rules = |wasted: u64, size: u64| {
        let (wasted, size) = (format!("{wasted}B"), format!("{size}B"));
        let document = ask(&[
            "ci",
            "--json",
            image,
            "--lowest-efficiency=0",
            "--highest-user-wasted-percent=disabled",
            "--highest-wasted-bytes",
            &wasted,
            "--max-size",
            &size,
        ]);
        let rules = document["rules"].as_array().unwrap().clone();
        let told = |key: &str| -> Vec<String> {
            rules.iter().map(|rule| rule[key].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(told("actual")[0], format!("{:.2} %", efficiency * 100.0));
        told("outcome")[1..].to_vec()
    };
    assert_eq!(rules(wasted, stored), ["pass", "pass"]);
    if wasted > 0 {
        assert_eq!(rules(wasted - 1, stored - 1), ["fail", "fail"]);
    }
    [stored, visible, wasted]
}

fn ask(arguments: &[&str]) -> Value {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    let output = layertui.arg("--no-cache").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // `ci` says with 1 that a rule is broken.
    assert_ne!(output.status.code(), Some(2), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What the explorer's page of waste begins with.
fn explorer(image: &str) -> Balance {
    let Opened::Image(opened) = source::open(image, &Options::default()).unwrap() else {
        panic!("{image} is several images");
    };
    let loader = Loader::new(Arc::from(opened), None);
    loader.run(Want::Kinds, &|_| {});
    let stack = loader.stack();
    let mut state = State::new(Size { width: 120, height: 40 });
    let image = loader.source().image().clone();
    let layers = image.layers.len();
    let mut send = |message| drop(update(&mut state, &stack, message));
    send(Message::Image(Box::new(image)));
    for layer in 0..layers {
        send(Message::Folded { layer, problems: Vec::new(), hidden: Vec::new() });
    }
    send(Message::Finished);
    send(Message::Key(Key::parse("W").unwrap()));
    state.waste.unwrap().balance
}
