//! Comparing with another image: the prompt, the progress and the result.

use layertui::explorer::Message;
use layertui::explorer::model::appearance::Theme;
use layertui::explorer::model::comparison::{
    ComparedImage, ComparedImages, ComparedLayer, LayerDifference, LayerPair,
};
use layertui::explorer::model::message::Effect;
use layertui::image::Image;
use layertui::image::layer::Layer;
use layertui::image::problem::Severity;

use crate::at_every_size;
use crate::explorer::Explorer;

/// Layer 0 is the other image, layer 1 the differences of this one.
const BOTH: &str = "0: +etc/ +etc/passwd:922#a1 +etc/hosts:20#b1 +etc/same:5#c1 +usr/ +usr/old:700 +opt/ +opt/a:5 +opt/b:6
    | 1: ~etc/passwd:951#a2 +etc/hosts:20@600#b1 -usr/old +usr/new:900 -opt";

fn sides() -> ComparedImages {
    let layer = |made_by: &str, shared| ComparedLayer { made_by: Some(made_by.into()), shared };
    let side = |reference: &str, layers| ComparedImage { reference: reference.into(), layers };
    ComparedImages {
        other: side(
            "shop:1",
            vec![layer("ADD file:7625ddd in /", true), layer("COPY old /", false)],
        ),
        this: side(
            "shop:2",
            vec![layer("ADD file:7625ddd in /", true), layer("COPY new /", false)],
        ),
        pairs: None,
    }
}

/// What is found out about the layers after the comparison is shown.
fn pairs() -> Message {
    let pair = |other, this, difference, brief: &str, sentence: &str| LayerPair {
        other,
        this,
        difference,
        brief: brief.into(),
        sentence: sentence.into(),
    };
    Message::LayersCompared(vec![
        pair(Some(0), Some(0), LayerDifference::None, "same blob", "the same blob"),
        pair(
            Some(1),
            Some(1),
            LayerDifference::Contents,
            "2 changed, 1 added",
            "changed: 1 added, 2 with other contents",
        ),
    ])
}

fn compared(width: u16, height: u16) -> Explorer {
    let layer = |name: &str| Layer { created_by: Some(name.into()), ..Layer::default() };
    let image = Image {
        reference: "new shop:2 beside old shop:1".into(),
        layers: vec![layer("old: shop:1"), layer("new: shop:2")],
        ..Image::default()
    };
    let mut explorer = Explorer::of(BOTH, image, width, height);
    explorer.state.comparison = Some(sides());
    explorer
}

#[test]
fn two_images_as_one() {
    at_every_size("compare", |width, height| {
        let mut explorer = compared(width, height);
        explorer.keys("= j j j");
        explorer
    });
    at_every_size("compare-mono", |width, height| {
        let mut explorer = compared(width, height);
        explorer.state.theme = Theme::Mono;
        explorer.keys("3 =");
        explorer
    });
    at_every_size("compare-layers", |width, height| {
        let mut explorer = compared(width, height);
        explorer.send(pairs());
        explorer.keys("L");
        explorer
    });
}

/// Neither image wrote to the other or removed anything from it.
#[test]
fn a_path_is_in_one_image_or_in_both_and_nobody_removed_it() {
    let mut explorer = compared(120, 40);
    explorer.keys("=");
    assert!(explorer.text().contains("- old  only old"), "{}", explorer.text());
    for (path, new) in [
        ("usr/old", "- new image  does not have it"),
        ("etc/passwd", "~ new image  has another version"),
        ("etc/hosts", "= new image  has it with other attributes"),
    ] {
        explorer.keys("/").type_text(path);
        let text = explorer.text();
        let hit = text.lines().find(|line| line.contains(&format!(" /{path} "))).unwrap();
        assert_eq!(hit.contains("only old"), path == "usr/old", "{text}");
        explorer.keys("enter w");
        let text = explorer.text();
        assert!(text.contains("+ old image  has it"), "{text}");
        assert!(text.contains(new), "{text}");
        assert!(!text.contains("whiteout") && !text.contains("removes"), "{text}");
        explorer.keys("esc");
    }
    explorer.keys("/").type_text("usr/new").keys("enter w");
    assert!(explorer.text().contains("+ new image  has it"), "{}", explorer.text());
    // Of the old image alone, it is the new one that differs.
    explorer.keys("esc [");
    let text = explorer.text();
    assert!(text.contains("old  only old") && text.contains("passwd  differs in new"), "{text}");
}

/// Beside each layer stands why it differs, as soon as that is known.
#[test]
fn the_stack_says_of_each_layer_how_it_differs() {
    let mut explorer = compared(120, 40);
    assert!(explorer.text().contains("comparing the layers"), "{}", explorer.text());
    explorer.send(pairs());
    let text = explorer.text();
    assert!(text.contains("=  0  0  same blob"), "{text}");
    assert!(text.contains("~  1  1  2 changed, 1 added"), "{text}");
    explorer.keys("L");
    assert!(explorer.text().contains("layer 1 there: changed: 1 added"), "{}", explorer.text());
    // Many, and one that is foreign: the pane shows what fits, the page all.
    let mut explorer = compared(120, 24);
    let odd = |layer| LayerPair {
        other: None,
        this: Some(layer),
        difference: LayerDifference::Unknown,
        brief: "not \x1bknown".into(),
        sentence: "not known: \u{202e}x".into(),
    };
    explorer.send(Message::LayersCompared((0..60).map(odd).collect()));
    let text = explorer.text();
    assert!(text.contains("L shows all 60") && text.contains("not \\x1bknown"), "{text}");
    explorer.keys("L");
    assert!(explorer.text().contains("not known: \\u{202e}x"), "{}", explorer.text());
}

#[test]
fn the_other_image_is_asked_for() {
    at_every_size("compare-ask", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys("c").type_text("oci:shop:1");
        explorer
    });
    at_every_size("comparing", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys("c").type_text("oci:shop:1").keys("enter");
        explorer.send(Message::ComparisonProgress(12_000_000));
        explorer
    });
}

#[test]
fn below_the_last_layer_it_is_said_what_is_left_out() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("c");
    assert!(!explorer.text().contains("above it"), "{}", explorer.text());
    explorer.keys("esc").keys("[").keys("c");
    let text = explorer.text();
    assert!(text.contains("at layer 4") && text.contains("without the 1 above it"), "{text}");
}

#[test]
fn it_says_of_each_path_how_it_differs() {
    let mut explorer = compared(120, 40);
    explorer.keys("=");
    for (path, said) in [
        ("passwd", "differs from the old image"),
        ("hosts", "other mode, owner, attributes or time"),
        ("same", "the same in both images"),
        ("new", "only in the new image"),
        ("old", "only in the old image"),
    ] {
        explorer.keys("/").type_text(path).keys("enter esc");
        assert!(explorer.text().contains(said), "{path}: {}", explorer.text());
    }
}

#[test]
fn escape_and_c_lead_back_and_nothing_is_wasted() {
    let mut explorer = compared(120, 40);
    explorer.keys("W");
    assert!(explorer.text().contains("a comparison wastes nothing"), "{}", explorer.text());
    explorer.keys("T T");
    assert!(explorer.text().contains("at layer 1"), "{}", explorer.text());
    explorer.keys("esc /").type_text("old").keys("enter esc");
    assert!(!explorer.effects.contains(&Effect::LeaveComparison), "first the search ends");
    explorer.keys("esc");
    assert_eq!(explorer.effects.pop(), Some(Effect::LeaveComparison));
    explorer.keys("c");
    assert_eq!(explorer.effects.pop(), Some(Effect::LeaveComparison));
}

#[test]
fn a_comparison_can_be_stopped_or_fail() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("c enter").type_text("shop:1").keys("enter");
    assert_eq!(explorer.effects.pop(), Some(Effect::StartComparison("shop:1".to_owned())));
    explorer.keys("c");
    assert!(explorer.text().contains("another operation is running"), "{}", explorer.text());
    explorer.keys("esc");
    assert_eq!(explorer.effects.pop(), Some(Effect::StopComparison));
    explorer.send(Message::ComparisonFailed("no\u{202e}such".to_owned()));
    assert!(explorer.text().contains("not compared: no\\u{202e}such"), "{}", explorer.text());
    assert!(!explorer.text().contains("Compare with"), "it was stopped: {}", explorer.text());
    let mut half = Explorer::described(
        BOTH,
        Image { layers: vec![Layer::default(); 2], ..Image::default() },
        120,
        40,
    );
    half.keys("c");
    assert!(half.text().contains("all layers must be read"), "{}", half.text());
}

/// A long reason is read whole, and what was typed is mended, not typed again.
#[test]
fn a_comparison_that_fails_asks_again() {
    let why = "two.tar holds several images: say which, two.tar:lab/hello:1 or two.tar:lab/hello:2";
    let failed = |keys: &str| {
        let mut explorer = Explorer::open(80, 24);
        explorer.keys("c").type_text("two.tar").keys("enter").keys(keys);
        explorer.send(Message::ComparisonFailed(why.to_owned()));
        explorer
    };
    let mut explorer = failed("");
    let text = explorer.text();
    assert!(text.contains("Compare with") && text.contains("holds several images"), "{text}");
    assert!(text.contains("or two.tar:lab/hello:2"), "{text}");
    explorer.effects.clear();
    explorer.type_text(":lab/hello:1").keys("enter");
    let reference = "two.tar:lab/hello:1".to_owned();
    assert_eq!(explorer.effects.pop(), Some(Effect::StartComparison(reference)));
    let mut later = failed("");
    later.keys("esc c");
    assert!(!later.text().contains("several images"), "asked anew: {}", later.text());
    assert!(!failed("?").text().contains("Compare with"), "the help stays open");
}

#[test]
fn settings_changed_in_a_comparison_stay() {
    let explorer = Explorer::open(120, 40);
    let mut comparison = explorer.state.comparing(sides());
    assert_eq!(comparison.size, explorer.state.size);
    comparison.theme = Theme::Mono;
    let mut back = Explorer::open(80, 24).state;
    back.copy_appearance(&comparison);
    assert_eq!((back.theme, back.size.width), (Theme::Mono, 120));
}

/// What a damaged layer of this image lacks would be shown as removed. A tree without the layer can be compared.
#[test]
fn an_image_with_an_unread_layer_is_not_compared() {
    let image = || Image { layers: vec![Layer::default(); 2], ..Image::default() };
    for severity in [Severity::Error, Severity::Refused, Severity::Warning] {
        let mut explorer = Explorer::described(BOTH, image(), 120, 40);
        explorer.fold(0);
        explorer.fold_with(1, severity, "cut at byte \u{202e}9");
        explorer.send(Message::Finished);
        explorer.keys("c");
        let text = explorer.text();
        let refused = severity >= Severity::Refused;
        assert_eq!(
            text.contains("not compared: layer 1: cut at byte \\u{202e}9"),
            refused,
            "{text}"
        );
        assert_eq!(text.contains("Compare with"), !refused, "{text}");
        explorer.keys("esc [ c");
        assert!(explorer.text().contains("Compare with"), "{}", explorer.text());
    }
}
