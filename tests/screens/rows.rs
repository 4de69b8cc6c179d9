//! Rows of the panes: order, markers, and the style of each part.

use crate::explorer::Explorer;
use layertui::explorer::view;

/// All paths of the focused pane.
fn paths(explorer: &mut Explorer) -> Vec<String> {
    explorer.keys("g");
    let mut paths = vec![explorer.path()];
    loop {
        let path = explorer.keys("j").path();
        if paths.last() == Some(&path) {
            return paths;
        }
        paths.push(path);
    }
}

/// Style of a text on the screen, in the letters of [`Explorer::screen`].
fn look(explorer: &Explorer, text: &str) -> String {
    let screen = explorer.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let (shown, looks) = lines.split_at(lines.len() / 2);
    let (at, line) = shown.iter().enumerate().find(|(_, line)| line.contains(text)).unwrap();
    let from = line[..line.find(text).unwrap()].chars().count();
    // An empty line separates the two.
    let looks = looks.iter().filter(|line| !line.is_empty()).count().min(looks.len());
    let skipped = lines.len() - shown.len() - looks;
    lines[shown.len() + skipped + at].chars().skip(from).take(text.chars().count()).collect()
}

const SIBLINGS: &str = "0: +a:7#1 +big/ +big/x:50#2 +c:9#3 +d:1#4 +e/ +e/x:2#5 +e/y:2#6 |
    1: ~c:9@600#3 -d +e/x:3#7 +e/y:2@600#6 +f:4#8";

#[test]
fn siblings_come_in_the_order_asked_for() {
    let mut explorer = Explorer::plain(SIBLINGS, 120, 40);
    explorer.keys("2 -");
    let mut orders = Vec::new();
    for key in ["s", "S", "s", "S", "s", "S"] {
        explorer.keys(key);
        orders.push(paths(&mut explorer).join(" "));
    }
    assert_eq!(
        orders,
        [
            "/big /c /a /e /f /d",
            "/d /f /e /a /c /big",
            "/e /d /c /f /a /big",
            "/a /big /f /c /d /e",
            "/a /big /c /d /e /f",
            "/f /e /d /c /big /a",
        ]
    );
}

#[test]
fn the_changes_come_in_the_same_orders() {
    let mut explorer = Explorer::plain(SIBLINGS, 120, 40);
    explorer.keys("3 -");
    let mut orders = vec![paths(&mut explorer).join(" ")];
    for key in ["s", "s"] {
        explorer.keys(key);
        orders.push(paths(&mut explorer).join(" "));
    }
    assert_eq!(orders, ["/c /d /e /f", "/c /f /d /e", "/e /d /c /f"]);
}

/// The changes are the same whether the mark is below the selected layer or above it.
/// The order of the rows is left out of a title before the layers are.
#[test]
fn a_narrow_title_names_the_layers() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("[ [ m ] ] s");
    let text = explorer.text();
    assert!(text.contains("3 Changes ─ layers 3 to 5 ─╮"), "{text}");
    assert!(text.contains("largest first, layer 5 ─╮"), "{text}");
}

#[test]
fn a_range_has_the_same_changes_from_either_end() {
    let from = |keys: &str| {
        let mut explorer = Explorer::open(120, 40);
        explorer.keys(keys).keys("3 =");
        let state = &explorer.state;
        (state.range(), view::range::label(state), paths(&mut explorer))
    };
    let (upwards, downwards) = (from("[ [ [ m ] ]"), from("[ m [ ["));
    assert_eq!((upwards.0, &*upwards.1.plain()), ((2, 4), "layers 2 to 4"));
    assert!(upwards.2.iter().any(|path| path == "/srv/app/server.js"), "{upwards:?}");
    assert_eq!(upwards, downwards);
}

/// A note is whole or left out: half of a number or of a verb says something else.
#[test]
fn no_note_of_a_row_is_cut() {
    let notes = regex::Regex::new(
        r"  (L[0-9]* ?[a-z]*|hides [0-9,]*|[-+~x][0-9,]*|(mode|owner|time) [^ │]*)…",
    )
    .unwrap();
    for width in (40..200).step_by(7) {
        for keys in ["", "[", "[ [", "=", "[ =", "[ [ [ =", ". =", "3 =", "[ 3 =", "[ 3 ="] {
            let mut explorer = Explorer::open(width, 40);
            explorer.keys(keys);
            for line in explorer.text().lines().skip(2) {
                let panes: Vec<&str> = line.split("││").skip(1).collect();
                let cut = panes.iter().find(|pane| notes.is_match(pane));
                assert_eq!(cut, None, "{width} {keys}\n{}", explorer.text());
            }
        }
    }
}

/// What covers a path stays beside a name that reaches over the columns; its verb gives way to the size.
#[test]
fn the_layer_that_covers_a_path_is_named_beside_a_long_name() {
    let name = "a-very-long-name-of-a-file-that-fills-a-row";
    let layers = format!("0: +{name}:5 | 1: ~{name}:6");
    for (width, shown) in [(160, "  L1 rewrites  "), (120, "  L1 ")] {
        let mut explorer = Explorer::plain(&layers, width, 40);
        explorer.keys("[");
        let text = explorer.text();
        let row = text.lines().find(|row| row.contains(&format!("-row{shown}")));
        assert!(row.is_some_and(|row| row.contains(" 0│")), "{width}: {text}");
    }
}

/// Markers of layer 1 in the stack pane, one column for each kind of change.
fn signs(layer: &str) -> String {
    let below = "0: +a:1 +b:1#1 +c:1#1 +d:1#1";
    let text = Explorer::plain(&format!("{below} | 1: {layer}"), 120, 40).text();
    let line = text.lines().skip_while(|line| !line.contains("  1  no command")).nth(1).unwrap();
    line.chars().take_while(|c| *c != '│').skip(24).collect::<String>().trim_end().to_owned()
}

#[test]
fn the_stack_sums_up_each_layers_changes() {
    for (layer, expected) in [
        ("+e:1", "+"),
        ("+a:1", " ?"),
        ("+a:1 +b:1#2", " ~"),
        ("+b:1#2", " ~"),
        ("+c:1@600#1", "  ="),
        ("+d:1#1", "   r"),
        ("-a", "    -"),
        ("+e:1 +b:1#2 +c:1@600#1 +d:1#1 -a", "+~=r-"),
        ("", ""),
    ] {
        assert_eq!(signs(layer), expected, "{layer}");
    }
}

#[test]
fn a_question_mark_stands_only_where_contents_were_not_compared() {
    let sign = |text: &str, name: &str| {
        let row = text.lines().find(|line| line.contains(&format!(" {name}  "))).unwrap();
        row.contains('?')
    };
    let below = "0: +a:1 +b:1#1 +c:1#1 +d:1 |";
    let mut explorer = Explorer::plain(&format!("{below} 1: +a:1 +b:1#2 +c:1@600#1"), 120, 40);
    explorer.keys("G");
    let text = explorer.text();
    assert!(sign(&text, "a"), "{text}");
    for name in ["b", "c"] {
        assert!(!sign(&text, name), "{name}: {text}");
    }
}

#[test]
fn each_part_of_a_row_looks_as_its_meaning_says() {
    let layers = "0: +first:1 +dir/ +dir/f:1 +gone:5 +zero:0 +plain:3#1 +link->plain +found:7 | 1: -gone +plain:3@700#1";
    let mut explorer = Explorer::plain(layers, 80, 24);
    explorer.keys("/").type_text("found").keys("enter g");
    for (text, expected) in [
        ("dir/", "####"),
        ("  first", "  ....."),
        ("- gone", "r ////"),
        ("= plain", "c ccccc"),
        ("0 B", "d d"),
        ("link -> plain", ".... dd ddddd"),
        ("found  ", "uuuuu  "),
    ] {
        assert_eq!(look(&explorer, text), expected, "{text}\n{}", explorer.screen());
    }
    explorer.keys("j");
    assert_eq!(look(&explorer, "dir/"), "BBBB");
    // At this size the changes are shown instead of the tree.
    explorer.keys("3 g");
    assert!(!explorer.text().contains("dir/"), "{}", explorer.text());
    assert_eq!(look(&explorer, "- gone"), "##%%%%", "{}", explorer.screen());
}
