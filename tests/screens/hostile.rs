//! Hostile images: no text of an image reaches the screen raw, and hidden characters are shown.

use layertui::explorer::Message;
use layertui::explorer::model::appearance::Theme;
use layertui::explorer::model::comparison::{
    ComparedImage, ComparedImages, ComparedLayer, LayerDifference, LayerPair,
};
use layertui::explorer::model::message::Choice;
use layertui::explorer::model::message::ChoiceKind;
use layertui::explorer::model::overlay::OverlayKind;
use layertui::explorer::navigate;
use layertui::image::config::Config;
use layertui::image::history::HistoryStep;
use layertui::image::layer::{Layer, LayerStore};
use layertui::image::mount::Mount;
use layertui::image::platform::Platform;
use layertui::image::{Image, Other, StatedDocument};
use layertui::stack::NodeId;
use layertui::text::escape::is_hazard;

use ratatui::buffer::Cell;
use ratatui::style::Modifier;

use crate::SIZES;
use crate::explorer::{Explorer, image};

/// Writes the clipboard, reorders, hides, joins and colours if it is not escaped.
const EVIL: &str =
    "a\x1b]52;c;cm0gLXJm\x07b\u{202e}c\u{200b}d\u{e0041}e\u{9b}31m\r\nf\u{feff}👨\u{200d}👩";

/// [`EVIL`] in every text of an image. Without `..`, so that a new field does not compile until it is set here.
pub(super) fn explorer(width: u16, height: u16) -> Explorer {
    let evil = || EVIL.to_owned();
    let platform = || Platform { os: evil(), architecture: evil(), variant: Some(evil()) };
    let layer = Layer {
        diff_id: Some(evil()),
        digest: Some(evil()),
        media_type: Some(EVIL.into()),
        compressed_bytes: Some(7),
        created_by: Some(EVIL.into()),
        comment: Some(EVIL.into()),
        created: Some(EVIL.into()),
        writable: false,
        store: Some(LayerStore {
            driver: EVIL.into(),
            cache_id: Some(EVIL.into()),
            chain_id: Some(evil()),
            directory: Some(EVIL.into()),
        }),
        problems: vec![EVIL.into()],
    };
    let step = |created_by: Option<&str>| HistoryStep {
        created: Some(EVIL.into()),
        created_by: created_by.map(Into::into),
        author: Some(EVIL.into()),
        comment: Some(EVIL.into()),
        empty_layer: false,
        layer: None,
    };
    let other = Other {
        kind: evil(),
        digest: Some(evil()),
        platform: Some(platform()),
        size: Some(7),
        present: true,
        note: EVIL.into(),
    };
    let config = Config {
        created: Some(EVIL.into()),
        author: Some(EVIL.into()),
        user: Some(EVIL.into()),
        env: vec![EVIL.into()],
        entrypoint: vec![EVIL.into()],
        cmd: vec![EVIL.into()],
        working_dir: Some(EVIL.into()),
        labels: vec![(EVIL.into(), EVIL.into())],
        exposed_ports: vec![EVIL.into()],
        volumes: vec![EVIL.into()],
        stop_signal: Some(EVIL.into()),
        healthcheck: vec![EVIL.into()],
        on_build: vec![EVIL.into()],
        shell: vec![EVIL.into()],
        other: vec![(EVIL.into(), EVIL.into())],
        diff_ids: vec![evil()],
        unread: Some(EVIL.into()),
    };
    let document = StatedDocument { what: "manifest", digest: evil(), found: Some(evil()) };
    let image = Image {
        reference: EVIL.into(),
        source: evil(),
        id: Some(evil()),
        manifest_digest: Some(evil()),
        platform: Some(platform()),
        names: vec![EVIL.into()],
        config,
        annotations: vec![(EVIL.into(), EVIL.into())],
        documents: vec![document],
        layers: vec![layer.clone(), Layer { writable: true, ..layer }],
        history: vec![step(Some(EVIL)), step(None)],
        others: vec![other],
        mounts: Some(vec![Mount {
            destination: EVIL.into(),
            kind: EVIL.into(),
            source: Some(EVIL.into()),
            read_only: Some(true),
        }]),
        problems: vec![EVIL.into()],
    };
    let name = EVIL.replace(['\r', '\n', ' '], "");
    let layers =
        format!("0: +{name}/ +{name}/{name}:7 +{name}/l->{name} | 1: -{name}/{name} +x/ !x");
    Explorer::of(&layers, image, width, height)
}

/// The kind of overlay after another. The match is exhaustive, so that none is left out.
const fn next(kind: Option<OverlayKind>) -> Option<OverlayKind> {
    Some(match kind {
        None => OverlayKind::Help,
        Some(OverlayKind::Help) => OverlayKind::Palette,
        Some(OverlayKind::Palette) => OverlayKind::History(NodeId::ROOT),
        Some(OverlayKind::History(_)) => OverlayKind::Layer(1),
        Some(OverlayKind::Layer(_)) => OverlayKind::Image,
        Some(OverlayKind::Image) => OverlayKind::Problems,
        Some(OverlayKind::Problems) => OverlayKind::Choices,
        Some(OverlayKind::Choices) => OverlayKind::Platforms,
        Some(OverlayKind::Platforms) => OverlayKind::Waste,
        Some(OverlayKind::Waste) => OverlayKind::Findings,
        Some(OverlayKind::Findings) => OverlayKind::Contents(NodeId::ROOT),
        Some(OverlayKind::Contents(_)) => OverlayKind::File,
        Some(OverlayKind::File) => OverlayKind::Map,
        Some(OverlayKind::Map) => OverlayKind::Extract(NodeId::ROOT, 1),
        Some(OverlayKind::Extract(..)) => OverlayKind::Compare,
        Some(OverlayKind::Compare) => OverlayKind::Overwrite,
        Some(OverlayKind::Overwrite) => return None,
    })
}

#[test]
fn no_overlay_shows_foreign_text_raw() {
    let mut seen = 0;
    let mut kind = next(None);
    while let Some(opened) = kind {
        for (width, height) in SIZES {
            let mut explorer = explorer(width, height);
            navigate::overlay::open(&mut explorer.state, &explorer.stack, opened);
            if opened == OverlayKind::Findings {
                crate::fixing::answer(&mut explorer);
            }
            if let OverlayKind::Contents(below) = opened {
                crate::grepping::answer(&mut explorer, below, EVIL);
            }
            for _ in 0..8 {
                explorer.keys("pgdn");
                check(&explorer);
            }
        }
        seen += 1;
        kind = next(kind);
    }
    assert_eq!(seen, 16);
}

fn check(explorer: &Explorer) {
    for cell in explorer.buffer().content() {
        let symbol = cell.symbol();
        assert!(!symbol.chars().any(is_hazard), "{symbol:?} on\n{}", explorer.text());
    }
    // The mark of an escape must not be escaped itself.
    assert!(!explorer.text().contains("f05c"), "{}", explorer.text());
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
        let side = || ComparedImage {
            reference: EVIL.into(),
            layers: vec![ComparedLayer { made_by: Some(EVIL.into()), shared: false }],
        };
        let sides = ComparedImages { other: side(), this: side(), pairs: None };
        let pair = LayerPair {
            other: Some(0),
            this: Some(0),
            difference: LayerDifference::Unknown,
            brief: EVIL.into(),
            sentence: EVIL.into(),
        };
        explorer.keys("esc esc c");
        explorer.send(Message::Paste(EVIL.to_owned()));
        check(&explorer);
        explorer.keys("enter");
        check(&explorer);
        explorer.send(Message::ComparisonFailed(EVIL.to_owned()));
        check(&explorer);
        explorer.state.comparison = Some(sides);
        explorer.send(Message::LayersCompared(vec![pair]));
        check(&explorer);
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
            kind: ChoiceKind::Container,
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
fn hidden_characters_of_a_name_are_shown() {
    let mut explorer = explorer(120, 40);
    explorer.keys("= + j");
    assert!(
        explorer.text().contains("a\\x1b]52;c;cm0gLXJm\\x07b\\u{202e}c"),
        "{}",
        explorer.text()
    );
}

/// Escapes are reversed in every theme; the same letters in a name are not.
#[test]
fn an_escape_does_not_look_like_the_same_letters_in_a_name() {
    for theme in Theme::ALL {
        let mut explorer = Explorer::of("0: +a\\x1b +b\x1b", image(), 80, 24);
        explorer.state.theme = theme;
        explorer.keys("= 1");
        let buffer = explorer.buffer();
        let looks: Vec<bool> = buffer
            .content()
            .windows(4)
            .filter(|cells| cells.iter().map(Cell::symbol).collect::<String>() == "\\x1b")
            .map(|cells| cells[0].modifier.contains(Modifier::REVERSED))
            .collect();
        // The title has the path before the tree has the name.
        assert!(looks.ends_with(&[false, true]), "{theme:?} {looks:?}\n{}", explorer.text());
    }
}
