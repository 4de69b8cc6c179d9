//! What comes from an image that wants to harm: no text of it reaches the screen raw, and what was hidden can be read.

use layertui::app::Message;
use layertui::app::comparison::{Matched, Side, Sides};
use layertui::app::message::Choice;
use layertui::image::{HistoryStep, Image, Layer};
use layertui::text::visible::is_hazard;

use crate::SIZES;
use crate::explorer::{Explorer, image};

/// Tries to write the clipboard, reorder, hide, join and colour.
const EVIL: &str =
    "a\x1b]52;c;cm0gLXJm\x07b\u{202e}c\u{200b}d\u{e0041}e\u{9b}31m\r\nf\u{feff}👨\u{200d}👩";

/// [`EVIL`] in every text that an image can carry.
pub(super) fn explorer(width: u16, height: u16) -> Explorer {
    let evil = || EVIL.to_owned();
    let layer = Layer {
        created_by: Some(evil().into()),
        comment: Some(evil().into()),
        diff_id: Some(evil()),
        digest: Some(evil()),
        media_type: Some(evil().into()),
        created: Some(evil().into()),
        problems: vec![evil().into()],
        ..Layer::default()
    };
    let step = |created_by, comment| HistoryStep { created_by, comment, ..HistoryStep::default() };
    let mut image = Image {
        reference: evil().into(),
        names: vec![evil().into()],
        source: evil(),
        id: Some(evil()),
        layers: vec![layer; 2],
        problems: vec![evil().into()],
        annotations: vec![(evil().into(), evil().into())],
        history: vec![step(Some(evil().into()), None), step(None, Some(evil().into()))],
        ..image()
    };
    image.config.labels = vec![(evil().into(), evil().into())];
    image.config.env = vec![evil().into()];
    image.config.entrypoint = vec![evil().into()];
    image.others[0].note = evil().into();
    let name = EVIL.replace(['\r', '\n', ' '], "");
    let layers =
        format!("0: +{name}/ +{name}/{name}:7 +{name}/l->{name} | 1: -{name}/{name} +x/ !x");
    Explorer::of(&layers, image, width, height)
}

fn check(explorer: &Explorer) {
    for cell in explorer.buffer().content() {
        let symbol = cell.symbol();
        assert!(!symbol.chars().any(is_hazard), "{symbol:?} on\n{}", explorer.text());
    }
}

#[test]
fn no_foreign_text_reaches_the_screen_raw() {
    for (width, height) in SIZES {
        let mut explorer = explorer(width, height);
        explorer.send(Message::Notice(EVIL.to_owned()));
        check(&explorer);
        for keys in [
            "= j",
            "w",
            "esc 3 =",
            "1",
            "L",
            "esc i",
            "G",
            "esc !",
            "esc [ 2 = G w",
            "esc y",
            "2 W",
            "G",
            "esc T",
            "enter",
            "h T",
            "esc = j e",
            "esc",
        ] {
            explorer.keys(keys);
            check(&explorer);
        }
        let side = || Side {
            reference: EVIL.into(),
            layers: vec![Matched { made_by: Some(EVIL.into()), shared: false }],
        };
        let sides = Sides { other: side(), this: side() };
        explorer.keys("esc esc c");
        explorer.send(Message::Paste(EVIL.to_owned()));
        check(&explorer);
        explorer.keys("enter");
        check(&explorer);
        explorer.send(Message::NotCompared(EVIL.to_owned()));
        check(&explorer);
        explorer.state.comparison = Some(sides);
        explorer.keys("L");
        check(&explorer);
        explorer.keys("esc");
        explorer.state.comparison = None;
        explorer.keys("esc f");
        explorer.send(Message::Paste(EVIL.to_owned()));
        check(&explorer);
        explorer.keys("enter");
        check(&explorer);
        explorer.keys("esc :");
        explorer.send(Message::Paste(EVIL.to_owned()));
        check(&explorer);
        explorer.keys("esc esc /");
        explorer.send(Message::Paste(EVIL.to_owned()));
        check(&explorer);
        let mut choosing = Explorer::blank(width, height);
        let choice = Choice {
            name: EVIL.to_owned(),
            detail: EVIL.to_owned(),
            group: Some(EVIL.to_owned()),
            container: true,
            ..Choice::default()
        };
        choosing.send(Message::Choices(vec![choice]));
        check(&choosing);
        let mut failed = Explorer::blank(width, height);
        failed.send(Message::Failed(EVIL.to_owned()));
        check(&failed);
    }
}

#[test]
fn what_was_hidden_in_a_name_can_be_read() {
    let mut explorer = explorer(120, 40);
    explorer.keys("= + j");
    assert!(
        explorer.text().contains("a\\x1b]52;c;cm0gLXJm\\x07b\\u{202e}c"),
        "{}",
        explorer.text()
    );
}
