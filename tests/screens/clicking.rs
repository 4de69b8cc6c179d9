//! Clicks on hints and column labels; dive's keys, which hide kinds of changes.

use layertui::explorer::model::keymap::Keymap;
use layertui::explorer::model::message::MouseKind;
use layertui::explorer::model::overlay::OverlayKind;
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
