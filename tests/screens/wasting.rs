//! The waste page: wasted bytes, remedies, and the way to the layers that cause them.

use layertui::explorer::model::appearance::Theme;

use crate::explorer::Explorer;
use crate::{after, at_every_size};

#[test]
fn what_is_wasted_and_what_gets_it_back() {
    at_every_size("waste", after("W"));
    at_every_size("waste-mono", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.state.theme = Theme::Mono;
        explorer.keys("W j j");
        explorer
    });
}

#[test]
fn enter_goes_to_the_layer_that_hid_the_bytes() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("W");
    let layers = explorer.state.waste.as_ref().unwrap().layers.len();
    for _ in 0..layers {
        explorer.keys("j");
    }
    explorer.keys("enter");
    assert!(explorer.state.overlays.is_empty());
    assert_eq!((explorer.state.layer, explorer.path().as_str()), (4, "/usr/bin/node"));
    explorer.keys("W j enter");
    let second = explorer.state.waste.as_ref().unwrap().layers[1].0;
    assert_eq!(explorer.state.layer, second, "a layer is gone to as it is");
}

#[test]
fn totals_equal_those_of_the_stack() {
    let explorer = {
        let mut explorer = Explorer::open(120, 40);
        explorer.keys("W");
        explorer
    };
    let (ledger, stack) = (explorer.state.waste.as_ref().unwrap(), &explorer.stack);
    let wasted = stack.balance().wasted;
    assert!(wasted > 0);
    assert_eq!(ledger.paths.iter().map(|path| path.bytes).sum::<u64>() + ledger.rest.0, wasted);
    assert_eq!(ledger.layers.iter().map(|(_, sum)| sum.stored).sum::<u64>(), wasted);
    assert_eq!(ledger.advice.iter().map(|(_, bytes, _)| bytes).sum::<u64>(), wasted);
}

/// Waste of a layer is counted once the layer is folded, also while the page is open; many paths are summed up.
#[test]
fn it_grows_with_the_layers_and_a_crowd_is_summed_up() {
    let many: Vec<String> = (0..600).map(|file| format!("+f{file}:{}#a", file + 1)).collect();
    let layers = format!("0: {} | 1: !", many.join(" "));
    let mut explorer = Explorer::plain(&layers, 80, 24);
    explorer.keys("W G");
    let ledger = explorer.state.waste.as_ref().unwrap();
    assert_eq!((ledger.paths.len(), ledger.rest.1), (500, 100));
    assert_eq!(ledger.rest.0, (1..=100).sum::<u64>());
    assert!(explorer.text().contains("in 100 more paths"), "{}", explorer.text());
    let mut nothing = Explorer::plain("0: +a:1", 80, 24);
    nothing.keys("W enter");
    assert!(nothing.text().contains("Every byte that a layer stores"), "{}", nothing.text());
}
