//! The viewer: files as text, bytes and facts, and differences of two versions. Replies of the worker are built here from
//! bytes.

use layertui::content::colours;
use layertui::content::diff;
use std::time::Duration;

use layertui::content::{Contents, Window, is_binary};
use layertui::explorer::Message;
use layertui::explorer::model::appearance::Theme;
use layertui::explorer::model::file::{ReadPart, ReadRequest, ViewTarget};
use layertui::explorer::model::message::Effect;
use layertui::explorer::model::overlay::OverlayKind;
use layertui::text::escape::is_hazard;

use crate::explorer::Explorer;
use crate::{SIZES, at_every_size};

const SCRIPT: &str = "#!/bin/sh\n# Starts the shop.\nset -eu\nif [ \"$1\" = \"check\" ]; then\n\tnode --check /srv/app/server.js && exit 0\nfi\nPORT=8080 exec node /srv/app/server.js --listen 0.0.0.0 --with-a-very-long-option-that-no-screen-holds --and-another-one\n";

fn contents(bytes: &[u8], name: &str) -> Contents {
    let mut window = Window::new(0, 0, bytes.len() as u64, bytes.to_vec());
    let binary = is_binary(bytes);
    if !binary {
        colours::colour(&mut window, name.as_bytes(), Duration::MAX);
    }
    let facts = if binary {
        vec![("what", "ELF".to_owned()), ("machine", "AArch64".to_owned())]
    } else {
        Vec::new()
    };
    Contents { window, binary, facts, found: None }
}

fn asked(explorer: &Explorer) -> ReadRequest {
    let looks = explorer.effects.iter().rev().find_map(|effect| match effect {
        Effect::ReadPart(look) => Some(look.clone()),
        _ => None,
    });
    looks.unwrap()
}

/// Replies to the last request with these bytes.
fn answer(explorer: &mut Explorer, contents: Contents) {
    let ReadRequest { number, .. } = asked(explorer);
    explorer.send(Message::PartRead { number, answer: Ok(Box::new(contents)) });
}

fn viewing(width: u16, height: u16, bytes: &[u8]) -> Explorer {
    let mut explorer = Explorer::open(width, height);
    explorer.keys("/").type_text("server.js").keys("enter esc v");
    answer(&mut explorer, contents(bytes, "run.sh"));
    explorer
}

#[test]
fn a_text() {
    at_every_size("view-text", |width, height| {
        let mut explorer = viewing(width, height, SCRIPT.as_bytes());
        explorer.keys("/").type_text("server").keys("enter");
        explorer
    });
    at_every_size("view-wrapped-mono", |width, height| {
        let mut explorer = viewing(width, height, SCRIPT.as_bytes());
        explorer.state.theme = Theme::Mono;
        explorer.keys("w");
        explorer
    });
}

#[test]
fn bytes_and_facts() {
    let program = [&b"\x7fELF\x02\x01\x01\0"[..], &[0, 1, 2, 250, 65, 66].repeat(60)].concat();
    at_every_size("view-facts", |width, height| viewing(width, height, &program));
    at_every_size("view-hex", |width, height| {
        let mut explorer = viewing(width, height, &program);
        explorer.keys("x j");
        explorer
    });
}

#[test]
fn a_difference() {
    at_every_size("view-diff", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys("/").type_text("passwd").keys("enter esc D");
        assert!(matches!(asked(&explorer).what, ViewTarget::Two(..)));
        let window =
            diff::unified(b"root:x:0:0\nbin:x:1:1\n", b"root:x:0:0\nbin:x:1:1\napp:x:1000:1000\n");
        answer(&mut explorer, Contents { window, ..Contents::default() });
        explorer
    });
}

#[test]
fn a_removed_and_a_shadowed_version_can_be_viewed() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("default.json").keys("enter w v");
    let ViewTarget::Version(event) = asked(&explorer).what else { unreachable!() };
    assert_eq!(explorer.stack.payload(event).unwrap().layer, 3, "what layer 5 removed");
    answer(&mut explorer, contents(b"{\"a\": 1}", "default.json"));
    assert!(explorer.text().contains("{\"a\": 1}"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(matches!(explorer.state.overlays.last().unwrap().kind, OverlayKind::History(_)));

    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("etc/passwd").keys("enter w k v");
    let ViewTarget::Version(event) = asked(&explorer).what else { unreachable!() };
    assert_eq!(explorer.stack.payload(event).unwrap().layer, 0);
}

#[test]
fn other_types_cannot_be_viewed() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("v");
    assert!(explorer.text().contains("a directory: Enter opens it"), "{}", explorer.text());
    explorer.keys("/").type_text("dev/null").keys("enter v");
    assert!(explorer.text().contains("no contents to view"), "{}", explorer.text());
    explorer.keys("/").type_text("bin/sh").keys("enter v");
    assert!(matches!(asked(&explorer).what, ViewTarget::Version(_)), "a link leads to its file");
}

#[test]
fn a_stale_reply_is_ignored() {
    let mut explorer = viewing(80, 24, b"first\n");
    let before = explorer.text();
    let late = contents(b"late\n", "x");
    explorer.send(Message::PartRead { number: 1, answer: Ok(Box::new(late)) });
    explorer.send(Message::PartRead { number: 99, answer: Err("late".to_owned()) });
    assert_eq!(explorer.text(), before);
}

#[test]
fn a_large_file_is_asked_for_window_by_window() {
    let text: String = (1..=2000)
        .flat_map(|line| ["line ".to_owned(), line.to_string(), "\n".to_owned()])
        .collect();
    let whole = text.len() as u64;
    let window = |from: usize| {
        let lines = text[..from].matches('\n').count() as u64;
        let to = (from + 8000).min(text.len());
        Contents {
            window: Window::new(from as u64, lines, whole, text.as_bytes()[from..to].to_vec()),
            ..Contents::default()
        }
    };
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("server.js").keys("enter esc v");
    answer(&mut explorer, window(0));
    let before = explorer.effects.len();
    for _ in 0..23 {
        explorer.keys("pgdn");
    }
    assert!(explorer.effects.len() > before, "the next window is asked for before it is needed");
    let ReadPart::At(at) = asked(&explorer).part else { unreachable!() };
    let from = text[..at as usize - 1000].rfind('\n').unwrap() + 1;
    let shown = explorer.text();
    answer(&mut explorer, window(from));
    let first = |screen: &str| {
        let line = screen.lines().find(|line| line.contains(" line ")).unwrap();
        line.trim_matches(['│', ' ']).to_owned()
    };
    assert_eq!(first(&explorer.text()), first(&shown), "the screen stays where it is");
    explorer.keys("G");
    assert_eq!(asked(&explorer).part, ReadPart::End);
    let last = text[..text.len() - 8000].rfind('\n').unwrap() + 1;
    answer(&mut explorer, window(last));
    assert!(explorer.text().contains("2000 line 2000"), "{}", explorer.text());
    explorer.keys("/").type_text("line 77").keys("enter");
    assert!(matches!(asked(&explorer).part, ReadPart::Find { .. }), "it is not in this window");
    let at = text.find("line 77").unwrap();
    answer(&mut explorer, Contents { found: Some(at as u64), ..window(0) });
    assert!(explorer.text().contains("77 line 77"), "{}", explorer.text());
    explorer.keys("g");
    assert!(explorer.text().contains("1 line 1\u{20}"), "{}", explorer.text());
}

#[test]
fn hostile_contents_never_reach_the_screen_raw() {
    let evil =
        "a\x1b]52;c;cm0gLXJm\x07b\u{202e}c\u{200b}d\u{9b}31m\r\n\u{feff}\u{301}\tx\u{e0041}\n"
            .as_bytes();
    let evil = [evil, b"\xff\x9b31m\n"].concat();
    for (width, height) in SIZES {
        for keys in ["", "w", "x", "l l", "/ 3 1 enter"] {
            let mut explorer = viewing(width, height, &evil);
            explorer.keys(keys);
            for cell in explorer.buffer().content() {
                assert!(!cell.symbol().chars().any(is_hazard), "{:?}", cell.symbol());
            }
        }
    }
    let mut explorer = viewing(120, 40, &evil);
    assert!(explorer.text().contains("a\\x1b]52;c;cm0gLXJm\\x07b\\u{202e}c"));
    explorer.keys("/").type_text("31m");
    assert!(explorer.screen().contains('u'), "what is found is marked");
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let mut explorer = Explorer::open(80, 24);
    explorer.keys("/").type_text("server.js").keys("enter esc v");
    let number = asked(&explorer).number;
    explorer.send(Message::PartRead {
        number,
        answer: Err("the layer ends 12 bytes too early".to_owned()),
    });
    assert!(explorer.text().contains("12 bytes too early"), "{}", explorer.text());
    explorer.keys("j x w / a enter esc");
}

fn no_size_breaks(bytes: &[u8], keys: &str) {
    let mut explorer = viewing(120, 40, bytes);
    explorer.keys(keys);
    for height in 0..=60 {
        for width in (0..=200).step_by(7) {
            explorer.resize(width, height);
            explorer.buffer();
        }
        explorer.keys("j pgdn h l G g");
    }
}

#[test]
fn no_size_breaks_the_viewer_of_a_text() {
    for (bytes, keys) in [(SCRIPT.as_bytes(), ""), (SCRIPT.as_bytes(), "w"), (b"", "")] {
        no_size_breaks(bytes, keys);
    }
}

#[test]
fn no_size_breaks_the_viewer_of_a_program() {
    for keys in ["", "x"] {
        no_size_breaks(&[0u8, 1, 2, 65].repeat(100), keys);
    }
}

/// A later layer may have removed or replaced the target.
#[test]
fn a_link_is_viewed_as_the_layer_has_it() {
    let layers = "0: +a:5 +l->a | 1: ~a:7 | 2: -a";
    let target = |layer: usize, explorer: &Explorer| {
        let node = explorer.stack.find(b"/a").unwrap();
        ViewTarget::Version(explorer.stack.visible(node, layer).unwrap().event)
    };
    let views = [
        ("[ [ / l enter esc v", 0),
        ("[ / l enter esc v", 1),
        // The history begins at the event of layer 0.
        ("[ / l enter esc w v", 0),
    ];
    for (keys, layer) in views {
        let mut explorer = Explorer::plain(layers, 120, 40);
        explorer.keys(keys);
        assert_eq!(asked(&explorer).what, target(layer, &explorer), "{keys}");
    }
    let mut explorer = Explorer::plain(layers, 120, 40);
    explorer.keys("/ l enter esc v");
    assert!(explorer.text().contains("this link leads to no file"), "{}", explorer.text());
}

/// A comparison was shown meanwhile: the answer to the first request was dropped.
#[test]
fn a_file_that_was_being_read_before_a_comparison_is_asked_for_again() {
    let mut explorer = Explorer::open(80, 24);
    explorer.keys("/").type_text("server.js").keys("enter esc v");
    let first = asked(&explorer);
    explorer.send(Message::Returned);
    let again = asked(&explorer);
    assert!(again.number != first.number && again.part == first.part, "{again:?}");
    answer(&mut explorer, contents(SCRIPT.as_bytes(), "run.sh"));
    assert!(explorer.text().contains("Starts the shop"), "{}", explorer.text());
    let count = explorer.effects.len();
    explorer.send(Message::Returned);
    assert_eq!(explorer.effects.len(), count, "it is there");
}
