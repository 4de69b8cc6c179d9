//! Tasks of users, key by key.

use layertui::explorer::Message;
use layertui::explorer::model;
use layertui::explorer::model::message::Effect;
use layertui::explorer::model::overlay::OverlayKind;
use layertui::explorer::model::state::{Pane, Phase};
use layertui::text::visible;

use crate::explorer::{Explorer, LAYERS, image};

#[test]
fn which_layer_added_this_file_in_three_keystrokes() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("passwd").keys("enter");
    assert_eq!(explorer.path(), "/etc/passwd");
    let screen = explorer.text();
    let row = screen.lines().find(|line| line.contains(" passwd  ")).unwrap();
    assert!(row.contains("951 B"), "{row}");
    assert!(screen.contains("added by layer 0, written by layer 1"), "{screen}");
    assert!(screen.contains("RUN addgroup -S app"), "{screen}");
    explorer.keys("w");
    let screen = explorer.text();
    assert!(
        screen.contains("+ layer 0  added") && screen.contains("~ layer 1  modified"),
        "{screen}"
    );
    explorer.keys("k enter");
    assert_eq!((explorer.state.layer, explorer.path().as_str()), (0, "/etc/passwd"));
    assert!(explorer.state.overlays.is_empty());
}

#[test]
fn next_and_previous_go_round_all_hits() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("APKINDEX").keys("enter");
    assert!(explorer.text().contains("2 found for /APKINDEX"), "{}", explorer.text());
    let first = explorer.path();
    explorer.keys("n");
    let second = explorer.path();
    assert_ne!(first, second);
    explorer.keys("n");
    assert_eq!(explorer.path(), first);
    explorer.keys("N");
    assert_eq!(explorer.path(), second);
    explorer.keys("esc");
    assert!(explorer.state.search.is_none());
    explorer.keys("n");
    assert!(explorer.text().contains("press /"), "{}", explorer.text());
}

#[test]
fn next_and_previous_are_opposite_ways_among_three() {
    let mut explorer = Explorer::plain("0: +a/hit:1 +b/hit:1 +c/hit:1 +d:1", 80, 24);
    explorer.keys("/").type_text("hit").keys("enter");
    let mut visited = vec![explorer.path()];
    for key in ["n", "n", "n", "N", "N", "N"] {
        visited.push(explorer.keys(key).path());
    }
    assert_eq!(visited, ["/a/hit", "/b/hit", "/c/hit", "/a/hit", "/c/hit", "/b/hit", "/a/hit"]);
}

#[test]
fn the_cursor_stays_on_its_path_from_layer_to_layer() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("production.json").keys("enter");
    assert_eq!(explorer.path(), "/srv/app/config/production.json");
    explorer.keys("[");
    assert_eq!(
        explorer.path(),
        "/srv/app/config",
        "it waits on the nearest directory that is there"
    );
    explorer.keys("[ [");
    assert_eq!(explorer.state.layer, 2);
    explorer.keys("] ] ]");
    assert_eq!(
        explorer.path(),
        "/srv/app/config/production.json",
        "it returns when the path is back"
    );
}

#[test]
fn the_cursor_keeps_its_line_on_the_screen() {
    let mut explorer = Explorer::open(120, 24);
    explorer.keys("= /").type_text("express").keys("enter");
    let line = |explorer: &Explorer| explorer.state.tree.row - explorer.state.tree.top;
    let before = line(&explorer);
    explorer.keys("[");
    assert_eq!(explorer.path(), "/srv/app/node_modules/express");
    assert_eq!(line(&explorer), before);
}

#[test]
fn folds_survive_a_layer_change() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("/etc").keys("enter esc l");
    assert!(explorer.text().contains("hostname"));
    explorer.keys("[ [ [");
    assert!(explorer.text().contains("hostname"));
    explorer.keys("h");
    assert!(!explorer.text().contains("hostname"));
}

#[test]
fn directories_open_and_close_by_keys() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("l");
    assert!(explorer.text().contains("busybox"));
    explorer.keys("l");
    assert_eq!(explorer.path(), "/bin/busybox");
    explorer.keys("h");
    assert_eq!(explorer.path(), "/bin");
    explorer.keys("h");
    assert!(!explorer.text().contains("busybox"));
    explorer.keys("space");
    assert!(explorer.text().contains("busybox"));
    explorer.keys("=");
    assert!(explorer.text().contains("ca-certificates.crt"));
    explorer.keys("-");
    assert!(!explorer.text().contains("ca-certificates.crt"));
    assert_eq!(explorer.path(), "/bin");
    explorer.keys("l l enter");
    assert!(matches!(explorer.state.overlays[0].kind, OverlayKind::History(_)));
}

#[test]
fn changes_are_visited_in_order_and_no_further() {
    let mut explorer = Explorer::open(120, 40);
    let mut visited = Vec::new();
    for _ in 0..3 {
        explorer.keys("}");
        visited.push(explorer.path());
    }
    let expected =
        ["/srv/app/config/default.json", "/srv/app/config/production.json", "/srv/app/server.js"];
    assert_eq!(visited, expected);
    explorer.keys("}");
    assert_eq!(explorer.path(), expected[2]);
    assert!(explorer.text().contains("no later change in layer 5"));
    explorer.keys("{");
    assert_eq!(explorer.path(), expected[1]);
    explorer.keys("{ {");
    assert_eq!(explorer.path(), expected[0]);
    assert!(explorer.text().contains("no earlier change in layer 5"));
}

#[test]
fn the_other_tree_goes_along_where_it_has_the_path() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("2 = 3 G");
    assert_eq!(explorer.path(), "/srv/app/server.js");
    explorer.keys("2");
    assert_eq!(explorer.path(), "/srv/app/server.js");
}

#[test]
fn escape_closes_from_the_top_and_never_quits() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("i ?");
    assert_eq!(explorer.state.overlays.len(), 2);
    explorer.keys("esc");
    assert_eq!(explorer.state.overlays.len(), 1);
    explorer.keys("esc esc esc esc");
    assert!(explorer.state.overlays.is_empty());
    assert!(explorer.effects.is_empty());
    explorer.keys("i q");
    assert!(explorer.state.overlays.is_empty() && explorer.effects.is_empty());
    explorer.keys("q");
    assert_eq!(explorer.effects, [Effect::Quit]);
}

#[test]
fn interrupting_and_suspending_work_from_anywhere() {
    for keys in ["", "/", "?", "i", "1", "! ?"] {
        let mut explorer = Explorer::open(120, 40);
        explorer.keys(keys).keys("ctrl-z ctrl-c");
        assert_eq!(explorer.effects, [Effect::Suspend, Effect::Quit], "{keys}");
    }
}

#[test]
fn interrupting_ends_while_layers_are_read_or_extracted_or_compared() {
    for keys in ["", "e enter", "c x enter"] {
        let mut explorer = match keys {
            "" => Explorer::described(LAYERS, image(), 120, 40),
            _ => Explorer::open(120, 40),
        };
        explorer.keys(keys);
        assert!(explorer.state.is_reading() || explorer.state.is_working(), "{keys}");
        explorer.keys("ctrl-c");
        assert_eq!(explorer.effects.last(), Some(&Effect::Quit), "{keys}");
    }
}

#[test]
fn escape_stops_reading_once_nothing_else_is_open() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    assert!(explorer.text().contains("esc stops"));
    explorer.keys("/ esc");
    assert!(explorer.effects.is_empty());
    explorer.keys("esc");
    assert_eq!(explorer.effects, [Effect::StopReading]);
    explorer.keys("esc");
    assert_eq!(explorer.effects.len(), 1);
    explorer.send(Message::Finished);
    assert_eq!(explorer.state.phase, Phase::Done);
    assert!(explorer.text().contains("layer 1 is not read, its blob has"), "{}", explorer.text());
}

#[test]
fn what_is_read_can_be_browsed_while_the_rest_is_read() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    let screen = explorer.text();
    assert!(screen.contains("COPY . /srv/app") && screen.contains("waiting"), "{screen}");
    assert!(screen.contains("Nothing to show yet"), "{screen}");
    explorer.fold(0);
    explorer.send(Message::Reading { layer: 1, done: 50, total: 100 });
    assert!(explorer.text().contains("reading layer 1: 50%"), "{}", explorer.text());
    explorer.keys("j j l");
    assert!(explorer.text().contains("hostname"));
    let path = explorer.path();
    for layer in 1..6 {
        explorer.fold(layer);
        assert_eq!(explorer.path(), path, "reading moves no cursor");
    }
    explorer.send(Message::Finished);
    assert!(explorer.text().contains("added by layer 0"), "{}", explorer.text());
}

#[test]
fn layers_change_from_any_pane_and_stop_at_the_ends() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("[ 1 [ 3 [");
    assert_eq!(explorer.state.layer, 2);
    explorer.keys("[ [ [ [ [");
    assert_eq!(explorer.state.layer, 0);
    explorer.keys("1 G k");
    assert_eq!(explorer.state.layer, 4);
    explorer.keys("g enter");
    assert!(explorer.text().contains("╭ Layer 0 ─"), "{}", explorer.text());
}

#[test]
fn panes_take_turns_where_they_do_not_fit_together() {
    let mut explorer = Explorer::open(80, 24);
    assert!(!explorer.text().contains("default.json"));
    explorer.keys("tab");
    assert_eq!(explorer.state.focus, Pane::Diff);
    assert!(explorer.text().contains("default.json"));
    explorer.keys("tab");
    assert!(explorer.text().contains("default.json"), "the diff stays beside the stack");
    explorer.resize(60, 20);
    assert!(explorer.text().contains("RUN addgroup") && !explorer.text().contains("default.json"));
    explorer.keys("2");
    assert!(explorer.text().contains(">   bin/"));
}

#[test]
fn a_pane_grows_shrinks_and_stands_alone() {
    let mut explorer = Explorer::open(120, 40);
    let width =
        |explorer: &Explorer, pane| explorer.state.layout().pane(pane).map(|area| area.outer.width);
    let before = width(&explorer, Pane::Tree);
    explorer.keys(">");
    assert!(width(&explorer, Pane::Tree) > before);
    explorer.keys("<");
    assert_eq!(width(&explorer, Pane::Tree), before);
    for _ in 0..100 {
        explorer.keys("<");
    }
    let least = width(&explorer, Pane::Tree);
    explorer.keys(">");
    assert!(width(&explorer, Pane::Tree) > least, "one step back is felt at once");
    explorer.keys("+");
    assert_eq!(width(&explorer, Pane::Tree), Some(120));
    explorer.keys("+ 1 >");
    assert_eq!(explorer.state.layout().panes.len(), 3);
}

#[test]
fn problems_lead_to_their_layer() {
    let mut explorer = Explorer::with_problems(120, 40);
    assert!(
        explorer.text().lines().any(|line| line.contains(" 2! RUN set")),
        "{}",
        explorer.text()
    );
    explorer.keys("! j enter");
    assert_eq!(explorer.state.layer, 2);
    assert!(explorer.state.overlays.is_empty());
}

#[test]
fn help_is_searched_by_typing() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("? /").type_text("clipboard");
    let screen = explorer.text();
    assert!(
        screen.contains("send the path to the clipboard") && !screen.contains("next pane"),
        "{screen}"
    );
    explorer.keys("esc esc");
    assert!(explorer.state.overlays.is_empty());
}

#[test]
fn what_goes_to_the_clipboard_does_no_harm_where_it_is_pasted() {
    let mut explorer = Explorer::plain("0: +a\u{202e}b", 80, 24);
    explorer.keys("y");
    let copied = visible("/a\u{202e}b").into_owned();
    assert_eq!(explorer.effects, [Effect::Copy(copied)]);
    assert!(explorer.text().contains("sent to the clipboard: /a\\u{202e}b"), "{}", explorer.text());
}

#[test]
fn every_key_of_the_table_can_be_pressed_anywhere() {
    for start in ["1", "2", "3", "/ a", "?", "i", "2 = w", "!", ":", "f a"] {
        for entry in model::action::all() {
            let mut explorer = Explorer::open(100, 30);
            explorer.keys(start);
            for key in entry.keys {
                explorer.keys(key);
                let _ = explorer.buffer();
            }
        }
    }
}

#[test]
fn files_on_the_screen_are_compared_before_others() {
    let mut image = image();
    image.layers.truncate(2);
    let layers = "0: +d/ +d/b:5 +a:5 +same:5 | 1: ~d/b:5 ~a:5 +new:5";
    let mut explorer = Explorer::described(layers, image, 120, 40);
    explorer.fold(0);
    assert_eq!(explorer.effects, []);
    explorer.fold(1);
    let undecided = explorer.stack.undecided(1);
    let [Effect::Prefer(preferred)] = &explorer.effects[..] else {
        panic!("{:?}", explorer.effects)
    };
    let shown: std::collections::BTreeSet<_> = preferred.iter().collect();
    assert_eq!(shown, undecided.iter().collect());

    // The same rows again, and rows that are compared, cause no request.
    explorer.keys("j");
    explorer.stack.decide(undecided[0].0, true);
    explorer.stack.decide(undecided[1].0, false);
    explorer.send(Message::Deciding { left: 0 });
    explorer.send(Message::Finished);
    assert_eq!(explorer.effects.len(), 1);
}

#[test]
fn a_history_says_what_each_layer_changed() {
    let mut explorer = Explorer::plain(
        "0: +a:922 | 1: ~a:951@600 | 2: ~a:951@4755%1000.7 | 3: -a | 4: +a:3",
        120,
        40,
    );
    explorer.keys("w");
    let text = explorer.text();
    for said in [
        "size 922 B -> 951 B  mode rw-r--r-- -> rw-------",
        "mode rw------- -> rwsr-xr-x  owner 0:0 -> 1000:7",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(text.matches(" -> ").count(), 4, "{text}");
}
