//! What to fix: findings beside waste. Help and palette find it by the words of users.

use std::collections::HashMap;

use layertui::explorer::model::config::Settings;
use layertui::explorer::model::findings::{FindingsReport, FindingsState};
use layertui::explorer::model::overlay::OverlayKind;
use layertui::explorer::model::state::{Pane, Phase};
use layertui::explorer::view;
use layertui::explorer::view::offers::Offer;
use layertui::explorer::{Effect, Message};
use layertui::findings::place::{Contents, Head};
use layertui::findings::{Accepted, judge};
use layertui::image::Image;
use layertui::image::config::Config;
use layertui::image::layer::Layer;
use layertui::stack::EventId;
use layertui::text::command;

use crate::at_every_size;
use crate::explorer::{Explorer, LAYERS, image};

/// Contents that cannot be read: findings by names, modes and sizes remain.
struct Unreadable;

impl Contents for Unreadable {
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Head<'_>)) {
        (0..files.len()).for_each(|at| take(at, Err("permission denied".to_owned())));
    }

    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Result<u64, String>)) {
        (0..files.len()).for_each(|at| take(at, Err("permission denied".to_owned())));
    }
}

/// Answers the request for findings, as the event loop does.
pub fn answer(explorer: &mut Explorer) {
    let image = explorer.state.image.as_deref().unwrap();
    let found = judge(image, &explorer.stack, &Unreadable, &Accepted::default(), 1);
    let layers = image.layers.iter().enumerate();
    let commands: HashMap<_, _> = layers
        .filter_map(|(at, layer)| Some((at, command::one_line(layer.created_by.as_ref()?))))
        .collect();
    let report = FindingsReport::new(found, explorer.stack.folded(), commands);
    explorer.send(Message::Findings(Box::new(report)));
}

/// A config that was not read may set what nobody found.
#[test]
fn nothing_is_said_of_a_config_that_was_not_read() {
    let of = |unread: Option<&str>| {
        let config =
            Config { unread: unread.map(Into::into), user: Some("7".into()), ..Config::default() };
        let image = Image {
            reference: "a.tar".into(),
            layers: vec![Layer::default()],
            config,
            ..Image::default()
        };
        let mut explorer = Explorer::of("0: +a:5", image, 120, 40);
        explorer.keys("W tab");
        answer(&mut explorer);
        explorer.text()
    };
    assert!(of(None).contains("Nothing to fix: no secrets"), "{}", of(None));
    let text = of(Some("the config cannot be read"));
    assert!(text.contains("the config cannot be read") && !text.contains("no secrets"), "{text}");
    assert!(text.contains("Nothing to fix in the layers."), "{text}");
}

fn with_findings(width: u16, height: u16) -> Explorer {
    let mut explorer = Explorer::open(width, height);
    explorer.keys("W tab");
    answer(&mut explorer);
    explorer
}

#[test]
fn findings_beside_waste() {
    at_every_size("findings", with_findings);
}

#[test]
fn they_are_asked_for_once_and_their_progress_is_shown() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("W");
    assert!(!explorer.effects.contains(&Effect::FindProblems), "waste needs no contents");
    explorer.keys("tab");
    assert_eq!(explorer.effects.iter().filter(|it| **it == Effect::FindProblems).count(), 1);
    explorer.send(Message::FindingsProgress(640));
    assert!(explorer.text().contains("640 read"), "{}", explorer.text());
    answer(&mut explorer);
    explorer.keys("tab tab j k esc W tab");
    assert_eq!(explorer.effects.iter().filter(|it| **it == Effect::FindProblems).count(), 1);
    assert!(explorer.text().contains("setuid"), "{}", explorer.text());
}

#[test]
fn enter_goes_to_the_path_in_its_layer() {
    let mut explorer = with_findings(120, 40);
    let Some(FindingsState::Done(report)) = &explorer.state.findings else { panic!() };
    let places: Vec<_> = report.places().cloned().collect();
    let node = |path: &[u8]| explorer.stack.find(path).unwrap();
    let program = layertui::findings::place::Thing::Path(node(b"/usr/bin/node"));
    let at = places.iter().position(|it| it.thing == program && it.layer == Some(4)).unwrap();
    for _ in 0..at {
        explorer.keys("j");
    }
    assert!(explorer.text().contains("L4"), "{}", explorer.text());
    explorer.keys("enter");
    assert!(explorer.state.overlays.is_empty());
    assert_eq!((explorer.state.layer, explorer.path().as_str()), (4, "/usr/bin/node"));
}

#[test]
fn unread_layers_are_said_and_reading_comes_first() {
    let mut explorer = Explorer::with_problems(120, 40);
    explorer.keys("W tab");
    answer(&mut explorer);
    assert!(explorer.text().contains("of the 5 of 6 layers read"), "{}", explorer.text());
    let mut explorer = Explorer::open(120, 40);
    explorer.state.phase = Phase::Reading;
    explorer.keys("W tab");
    assert!(explorer.text().contains("Layers are being read"), "{}", explorer.text());
    assert!(!explorer.effects.contains(&Effect::FindProblems));
    explorer.send(Message::Finished);
    assert!(explorer.effects.contains(&Effect::FindProblems), "once all are read");
}

#[test]
fn users_words_lead_to_it() {
    let explorer = Explorer::open(120, 40);
    for (word, id) in [
        ("finding", "waste"),
        ("secret", "waste"),
        ("cache", "waste"),
        ("whiteout", "filter"),
        ("shadowed", "filter"),
        ("undelete", "extract"),
        ("dive", "help"),
    ] {
        let offers = view::offers::offers(&explorer.state, &explorer.stack, word);
        let ids: Vec<_> = offers
            .iter()
            .filter_map(|offer| if let Offer::Do(entry) = offer { Some(entry.id) } else { None })
            .collect();
        assert!(ids.iter().take(6).any(|it| *it == id), "{word}: {ids:?}");
    }
}

#[test]
fn help_is_read_and_searched() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("?");
    assert!(explorer.text().contains("added by this layer"), "{}", explorer.text());
    let before = explorer.text();
    explorer.keys("j j j");
    assert_ne!(explorer.text(), before, "j scrolls");
    explorer.keys("/").type_text("whiteout");
    assert!(explorer.text().contains("this layer deletes the path"), "{}", explorer.text());
    assert!(!explorer.text().contains("next row"), "{}", explorer.text());
    explorer.keys("enter j");
    assert!(explorer.text().contains("Help: whiteout"), "{}", explorer.text());
    explorer.keys("/ esc");
    assert!(explorer.text().contains("added by this layer"));
    explorer.keys("esc");
    assert!(explorer.state.overlays.is_empty());
}

#[test]
fn the_palette_says_what_is_out_of_range() {
    let mut explorer = Explorer::open(120, 40);
    for (typed, said) in [
        ("layer 99", "there is no layer 99: layers are 0 to 5"),
        ("path /no/such", "no layer has the path /no/such"),
        ("theme pink", "there is no theme pink: themes are dark"),
    ] {
        explorer.keys(":").type_text(typed);
        assert!(explorer.text().contains(said), "{}", explorer.text());
        explorer.keys("esc");
    }
}

#[test]
fn a_key_without_a_meaning_says_so() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("ctrl-g");
    assert!(explorer.text().contains("ctrl-g does nothing here: ? lists the keys"));
    explorer.keys("j");
    assert!(!explorer.text().contains("does nothing"), "until the next key");
    explorer.keys("i Z");
    assert!(explorer.text().contains("Z does nothing here"), "{}", explorer.text());
}

/// Keys that some lists and pages have, in others.
#[test]
fn a_key_without_a_meaning_in_a_list_or_page_says_so() {
    for (open, keys) in [
        ("2 w", "tab / ctrl-s a"),
        ("1 enter", "tab / ctrl-s a"),
        ("i", "tab / ctrl-s a"),
        ("!", "tab / ctrl-s a"),
        ("W", "/ ctrl-s a"),
        ("W tab", "/ ctrl-s a"),
        ("T", "tab / ctrl-s a ctrl-d ctrl-u pgdn pgup"),
        ("?", "tab ctrl-s a"),
        ("/ h o s t n a m e enter esc v", "tab ctrl-s a"),
    ] {
        for key in keys.split(' ') {
            let mut explorer = Explorer::open(120, 40);
            explorer.keys(open);
            explorer.keys(key);
            let said = explorer.state.notice.as_ref().map(|notice| notice.plain().into_owned());
            let said = said.unwrap_or_default();
            assert!(
                said.contains("does nothing here"),
                "{open}: {key}: {said}\n{}",
                explorer.text()
            );
        }
    }
}

#[test]
fn keys_of_the_history_work() {
    let history = || {
        let mut explorer = Explorer::open(120, 40);
        explorer.keys("2 /").type_text("etc/passwd");
        explorer.keys("enter w");
        explorer
    };
    let top = |explorer: &Explorer| explorer.state.overlays.last().map(|top| top.kind);
    for (key, kind) in [
        ("v", OverlayKind::File),
        ("D", OverlayKind::File),
        ("W", OverlayKind::Waste),
        ("T", OverlayKind::Map),
    ] {
        let mut explorer = history();
        assert!(matches!(top(&explorer), Some(OverlayKind::History(_))));
        explorer.keys(key);
        assert_eq!(top(&explorer), Some(kind), "{key}");
        explorer.keys("esc");
        assert!(matches!(top(&explorer), Some(OverlayKind::History(_))), "{key}, and back");
        assert_eq!(explorer.state.focus, Pane::Tree);
    }
}

/// What was not read is named: it may hold what nobody found.
#[test]
fn a_file_that_cannot_be_read_is_named_and_not_cleared() {
    let mut image = Image { layers: vec![Layer::default()], ..Image::default() };
    image.config.user = Some("7".into());
    let mut explorer = Explorer::of("0: +etc/ssl/a.pem:5", image, 120, 40);
    explorer.keys("W tab");
    answer(&mut explorer);
    let text = explorer.text();
    assert!(text.contains("/etc/ssl/a.pem cannot be read"), "{text}");
    assert!(text.contains("Nothing to fix in what was read.") && !text.contains("no secrets"));
}

/// Texts name the keys that the user bound, not the default ones.
#[test]
fn texts_name_the_keys_of_the_user() {
    let keys = "[keys]\nfilter = \"Q\"\nsearch = \"Z\"\nnext-hit = \"ctrl-n\"\nview = \"V\"\n\
                image-details = \"I\"\nimages = \"i\"\ncancel = \"ctrl-g\"\nproblems = \"U\"\n";
    let settings = Settings::parse(keys);
    assert!(settings.errors.is_empty(), "{:?}", settings.errors);
    let open = |layers: &str| {
        let mut explorer = Explorer::plain(layers, 120, 40);
        explorer.state.keymap = settings.keymap.clone();
        explorer
    };
    for (keys, said) in [
        ("ctrl-n", "no search yet: press Z"),
        ("2 g V", "a directory: Enter opens it, V views files"),
        ("2 Q x y enter", "Esc ends it; Q changes it."),
        ("2 Q x y enter", "ctrl-g filter"),
        ("Z a enter", "ctrl-n N 2 found"),
        ("r", "nothing is left to read: U says"),
    ] {
        let mut explorer = open("0: +a/ +a/a:1");
        explorer.keys(keys);
        assert!(explorer.text().contains(said), "{said}: {}", explorer.text());
    }
    let mut none = Explorer::of("", Image::default(), 120, 40);
    none.state.keymap = settings.keymap.clone();
    assert!(none.text().contains("press I."), "{}", none.text());
    let mut running = Explorer::described(LAYERS, image(), 120, 40);
    running.state.keymap = settings.keymap.clone();
    assert!(running.text().contains("ctrl-g stops"), "{}", running.text());
}
