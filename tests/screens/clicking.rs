//! The mouse: what keys do, hints and column labels, the wheel; dive's keys, which hide kinds of changes.

use layertui::explorer::model::keymap::Keymap;
use layertui::explorer::model::message::{Effect, MouseKind};
use layertui::explorer::model::overlay::OverlayKind;
use layertui::explorer::model::state::Pane;
use layertui::stack::query::outline::By;

use crate::explorer::Explorer;

/// Clicks on a text of the screen, in its last line that has it.
fn click(explorer: &mut Explorer, text: &str) {
    let screen = explorer.text();
    let lines: Vec<&str> = screen.lines().collect();
    let y = lines.iter().rposition(|line| line.contains(text)).unwrap();
    let x = lines[y][..lines[y].find(text).unwrap()].chars().count();
    explorer.mouse(MouseKind::Press, x as u16, y as u16);
}

fn top(explorer: &Explorer) -> Option<OverlayKind> {
    explorer.state.overlays.last().map(|top| top.kind)
}

#[test]
fn a_click_on_a_hint_does_what_it_says() {
    let mut explorer = Explorer::open(120, 40);
    click(&mut explorer, "help");
    assert_eq!(top(&explorer), Some(OverlayKind::Help));
    click(&mut explorer, "esc close");
    assert_eq!(top(&explorer), None);
    let before = explorer.state.layer;
    click(&mut explorer, "[ ] layer");
    assert_eq!(explorer.state.layer, before - 1, "of two keys the one under the pointer");
    click(&mut explorer, "] layer");
    assert_eq!(explorer.state.layer, before);
    click(&mut explorer, "filter");
    assert!(explorer.state.is_filtering());
    explorer.type_text("file").keys("enter");
    click(&mut explorer, "help");
    assert_eq!(top(&explorer), Some(OverlayKind::Help), "behind the words of a filter");
}

#[test]
fn a_click_on_a_label_sorts_by_it_and_back() {
    let mut explorer = Explorer::open(120, 40);
    let header = explorer.state.layout().panes[1].header.unwrap();
    let line = |explorer: &Explorer| {
        explorer.text().lines().nth(usize::from(header.y)).unwrap().to_owned()
    };
    let labels = line(&explorer);
    let x = labels[..labels.find("size").unwrap()].chars().count() as u16;
    assert!(header.contains(x, header.y), "{labels}");
    let sort = |explorer: &Explorer| {
        let sort = explorer.state.orders.sort();
        (sort.by, sort.reversed)
    };
    explorer.mouse(MouseKind::Press, x, header.y);
    assert_eq!(sort(&explorer), (By::Size, false));
    explorer.mouse(MouseKind::Press, x, header.y);
    assert_eq!(sort(&explorer), (By::Size, true));
    explorer.mouse(MouseKind::Press, header.x + 5, header.y);
    assert_eq!(sort(&explorer), (By::Name, false));
    explorer.mouse(MouseKind::Press, header.x + 1, header.y);
    assert_eq!(sort(&explorer), (By::Change, false));
}

#[test]
fn dives_keys_hide_kinds_of_changes() {
    let layers = "0: +kept:1 +gone:2 +other:3 | 1: +new:4 ~other:5 -gone";
    let mut explorer = Explorer::plain(layers, 120, 40);
    explorer.state.keymap = Keymap::dive();
    let shown = |explorer: &Explorer| -> Vec<&str> {
        let area = explorer.state.layout().panes[1].body;
        let screen = explorer.text();
        let lines = screen.lines().skip(usize::from(area.y)).take(usize::from(area.height));
        let text: String = lines
            .map(|line| line.chars().skip(usize::from(area.x)).take(30).collect::<String>())
            .collect();
        ["kept", "gone", "other", "new"].into_iter().filter(|name| text.contains(name)).collect()
    };
    assert_eq!(shown(&explorer), ["kept", "gone", "other", "new"]);
    for (key, hidden) in
        [("ctrl-a", "new"), ("ctrl-r", "gone"), ("ctrl-u", "kept"), ("alt-m", "other")]
    {
        explorer.keys(key);
        assert!(!shown(&explorer).contains(&hidden), "{key}: {}", explorer.text());
        assert_eq!(shown(&explorer).len(), 3, "{key}: {}", explorer.text());
        assert!(explorer.text().contains("paths are hidden"), "{}", explorer.text());
        explorer.keys(key);
        assert_eq!(shown(&explorer).len(), 4, "{key} again");
    }
    explorer.keys("ctrl-a ctrl-u");
    assert_eq!(shown(&explorer), ["gone", "other"], "together");
    explorer.keys("esc ctrl-f");
    assert!(explorer.state.is_filtering());
}

#[test]
fn changes_of_all_layers_and_of_one() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("alt-b");
    assert_eq!(explorer.state.range(), (0, 5));
    explorer.keys("alt-l");
    assert_eq!(explorer.state.range(), (5, 5));
}

#[test]
fn the_mouse_does_what_keys_do() {
    let mut explorer = Explorer::open(120, 40);
    let body = explorer.state.layout().pane(Pane::Tree).unwrap().body;
    explorer.mouse(MouseKind::Press, body.x + 20, body.y + 2);
    assert_eq!(explorer.path(), "/etc");
    explorer.mouse(MouseKind::DoublePress, body.x + 20, body.y + 2);
    assert!(explorer.text().contains("hostname"));
    explorer.mouse(MouseKind::Press, body.x, body.y + 2);
    assert!(!explorer.text().contains("hostname"));
    let stack = explorer.state.layout().pane(Pane::Stack).unwrap().body;
    explorer.mouse(MouseKind::Press, stack.x + 5, stack.y + 2);
    assert_eq!((explorer.state.layer, explorer.state.focus), (1, Pane::Stack));
    explorer.mouse(MouseKind::Press, body.x, body.y - 2);
    assert_eq!(explorer.state.focus, Pane::Tree);
    let edge = stack.x + stack.width;
    explorer.mouse(MouseKind::Press, edge, 10);
    explorer.mouse(MouseKind::Drag, edge + 6, 10);
    explorer.mouse(MouseKind::Release, edge + 6, 10);
    assert_eq!(explorer.state.layout().pane(Pane::Stack).unwrap().body.width, stack.width + 6);
    explorer.keys("M");
    assert_eq!(explorer.effects, [Effect::CaptureMouse(false)]);
}

#[test]
fn the_wheel_scrolls_without_moving_the_cursor() {
    let names: Vec<String> = (0..200).map(|n| format!("+f{n:03}:1")).collect();
    let mut explorer = Explorer::plain(&names.join(" "), 120, 40);
    let body = explorer.state.layout().pane(Pane::Tree).unwrap().body;
    explorer.mouse(MouseKind::WheelDown, body.x, body.y);
    assert_eq!((explorer.state.tree.top, explorer.path().as_str()), (3, "/f000"));
    for _ in 0..200 {
        explorer.mouse(MouseKind::WheelDown, body.x, body.y);
    }
    assert!(explorer.text().contains("f199"));
    explorer.keys("j");
    assert!(explorer.text().contains("f001"), "a key brings the cursor back");
    explorer.keys("pgdn ctrl-d G g ctrl-f ctrl-b ctrl-u pgup");
    assert_eq!(explorer.path(), "/f000");
}
