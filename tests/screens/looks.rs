//! What a first look at the screen tells: removed and covered paths stand out, names are whole, the margin is the history.

use layertui::explorer::model::appearance::{Glyphs, Theme};
use layertui::explorer::model::geometry::Rect;
use layertui::explorer::model::state::Pane;
use layertui::explorer::view::margin::Margin;
use layertui::explorer::view::marker;
use layertui::stack::kept::table::Table;
use layertui::stack::{Stack, notation};
use proptest::prelude::*;
use ratatui::buffer::Cell;
use ratatui::style::Modifier;

use crate::explorer::{Explorer, LAYERS, image};

/// A row of each kind in the tree at layer 1.
const KINDS: &str = "
    0: +untouched:9#1 +changed:9#2 +mode:9#3 +again:9#4 +removed:9#5 +covered:9#6 +gone-later:9#7 +dir/ +dir/hidden:9#8 |
    1: +new:9#9 ~changed:8#10 ~mode:9@755#3 +again:9#4 -removed !dir +dir/own:1 |
    2: ~covered:7#11 -gone-later -dir";

/// The first cell of a name in the tree pane, the sign within three cells before it, and the text of the row.
fn row_of(explorer: &Explorer, name: &str) -> (Cell, char, String) {
    let buffer = explorer.buffer();
    let body = explorer.state.layout().pane(Pane::Tree).unwrap().body;
    let line = |y: u16| -> Vec<&str> {
        (body.x..body.x + body.width).map(|x| buffer[(x, y)].symbol()).collect()
    };
    let found = (body.y..body.y + body.height).find_map(|y| {
        let cells = line(y);
        let at = (4..cells.len()).find(|&at| cells[at..].concat().starts_with(name))?;
        (cells[at - 1] == " ").then_some((y, at))
    });
    let (y, at) = found.unwrap_or_else(|| panic!("{name} has no row:\n{}", explorer.text()));
    let cells = line(y);
    let sign = cells[at - 3..at]
        .iter()
        .rev()
        .find(|cell| **cell != " ")
        .map_or(' ', |cell| cell.chars().next().unwrap());
    (buffer[(body.x + at as u16, y)].clone(), sign, cells.concat())
}

#[test]
fn removed_and_shadowed_names_stand_out_in_every_theme_and_carry_their_sign() {
    for theme in Theme::ALL {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let mut explorer = Explorer::plain(KINDS, 120, 40);
            explorer.keys("[ =");
            (explorer.state.theme, explorer.state.glyphs) = (theme, glyphs);
            let looks = |name: &str| {
                let (cell, sign, _) = row_of(&explorer, name);
                assert!(!cell.modifier.contains(Modifier::DIM), "{theme:?} {name}");
                ((cell.fg, cell.modifier), sign)
            };
            let (plain, _) = looks("untouched");
            for (name, sign) in [
                ("new", '+'),
                ("changed", '~'),
                ("mode", '='),
                ("again", 'r'),
                ("removed", '-'),
                ("covered", 'x'),
                ("gone-later", 'x'),
            ] {
                let (look, shown) = looks(name);
                assert_eq!(shown, sign, "{theme:?} {name}");
                assert_ne!(look, plain, "{theme:?} {name}");
            }
            let struck = |name| looks(name).0.1.contains(Modifier::CROSSED_OUT);
            let underlined = |name| looks(name).0.1.contains(Modifier::UNDERLINED);
            assert!(struck("removed") && !struck("covered") && !struck("new"), "{theme:?}");
            assert!(underlined("covered") && !underlined("removed"), "{theme:?}");
        }
    }
}

#[test]
fn rows_say_who_covers_them_and_what_changed() {
    let mut explorer = Explorer::plain(KINDS, 120, 40);
    explorer.keys("[ =");
    for (name, said) in [
        ("covered", "L2 rewrites"),
        ("gone-later", "L2 removes"),
        ("mode", "mode 644->755"),
        // Opaque and covered at once: both signs.
        ("dir/", "!x"),
        ("dir/", "hides 1"),
    ] {
        let (_, _, row) = row_of(&explorer, name);
        assert!(row.contains(said), "{row}");
    }
}

/// Shared libraries as a Debian image has them, every second one changed by the layer.
fn libraries() -> (String, Vec<String>) {
    let names: Vec<String> = [
        "libabsl_bad_any_cast_impl.so.20230802.0",
        "libacl.so.1.1.2302",
        "libapt-pkg.so.7.0.0",
        "libasan.so.8.0.0",
        "libatomic.so.1.2.0",
        "libaudit.so.1.0.0",
        "libblkid.so.1.1.0",
        "libbpf.so.1.5.0",
        "libbrotlicommon.so.1.1.0",
        "libbz2.so.1.0.4",
        "libcap-ng.so.0.0.0",
        "libcap.so.2.75",
        "libcom_err.so.2.1",
        "libcrypt.so.1.1.0",
        "libcrypto.so.3",
        "libcurl-gnutls.so.4.8.0",
        "libdb-5.3.so",
        "libdebconfclient.so.0.0.0",
        "libelf-0.192.so",
        "libfdisk.so.1.1.0",
        "libffi.so.8.1.4",
        "libformw.so.6.5",
        "libgcc_s.so.1",
        "libgcrypt.so.20.5.1",
        "libgmp.so.10.5.0",
        "libgnutls.so.30.40.3",
        "libgpg-error.so.0.38.0",
        "libgssapi_krb5.so.2.2",
        "libhogweed.so.6.10",
        "libidn2.so.0.4.0",
        "libk5crypto.so.3.1",
        "libkrb5support.so.0.1",
        "liblastlog2.so.2.0.0",
        "liblz4.so.1.10.0",
        "liblzma.so.5.8.1",
        "libnettle.so.8.10",
        "libp11-kit.so.0.4.1",
        "libpcre2-8.so.0.14.0",
        "libsystemd.so.0.40.0",
        "libunistring.so.5.2.0",
    ]
    .map(str::to_owned)
    .into();
    let dir = "usr/lib/x86_64-linux-gnu";
    let all = |size: usize| {
        let rows = names.iter().map(|name| format!("+{dir}/{name}:{size}#{size}"));
        rows.collect::<Vec<_>>().join(" ")
    };
    (format!("0: +usr/ +usr/lib/ +{dir}/ {} | 1: {}", all(987_654), all(123_456)), names)
}

#[test]
fn nine_names_in_ten_are_whole_among_shared_libraries() {
    let (layers, names) = libraries();
    let mut explorer = Explorer::plain(&layers, 120, 56);
    for (pane, key) in [(Pane::Tree, "2 ="), (Pane::Diff, "3 =")] {
        explorer.keys(key);
        explorer.keys("G");
        let text = explorer.text();
        let body = explorer.state.layout().pane(pane).unwrap().body;
        let shown: Vec<String> =
            (body.y..body.y + body.height).map(|y| cut(&text, body, y)).collect();
        let whole = names.iter().filter(|name| {
            shown.iter().any(|row| row.split(' ').any(|word| word == name.as_str()))
        });
        let whole = whole.count();
        assert!(whole * 10 >= names.len() * 9, "{pane:?}: {whole} of {}\n{text}", names.len());
    }
}

#[test]
fn changes_that_do_not_fit_are_unfolded_where_the_user_asks_for_it() {
    let deep: Vec<String> = (0..40).map(|n| format!("+new{n}/ +new{n}/file:1")).collect();
    let mut explorer = Explorer::plain(&format!("0: +a:1 | 1: {}", deep.join(" ")), 120, 30);
    explorer.keys("3");
    assert!(!explorer.text().contains("1/80"), "{}", explorer.text());
    explorer.keys("= j g");
    assert!(explorer.text().contains("1/80"), "{}", explorer.text());
    explorer.keys("- j g");
    assert!(explorer.text().contains("1/40"), "{}", explorer.text());
}

/// A line above the rows moves them down, for the mouse and for the end of the list as well.
#[test]
fn rows_below_a_remark_are_where_they_are_drawn() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 14);
    explorer.fold(0);
    assert!(explorer.text().contains("layer 1 is next to be read"), "{}", explorer.text());
    let body = explorer.state.layout().pane(Pane::Tree).unwrap().body;
    explorer.mouse(layertui::explorer::model::message::MouseKind::Press, body.x + 8, body.y + 1);
    let row = cut(&explorer.text(), body, body.y + 1);
    assert!(row.contains(explorer.path().trim_start_matches('/')), "{row} {}", explorer.path());
    explorer.keys("= G");
    let last = cut(&explorer.text(), body, body.y + body.height - 1);
    let name = explorer.path().rsplit('/').next().unwrap().to_owned();
    assert!(last.contains(&name), "{}", explorer.text());
}

/// The pane of the changes is as wide as its names need, and keeps its width while the cursor moves in it.
#[test]
fn short_changes_leave_their_cells_to_the_tree() {
    let widths = |explorer: &Explorer| {
        Pane::ALL.map(|pane| explorer.state.layout().pane(pane).unwrap().outer.width)
    };
    let short = Explorer::plain("0: +a:1 | 1: +b:1", 120, 40);
    let (layers, _) = libraries();
    let mut long = Explorer::plain(&layers, 120, 40);
    assert!(widths(&short)[1] > widths(&long)[1]);
    assert_eq!(widths(&long)[1], 60, "the tree has half of the screen");
    long.keys("3");
    let before = widths(&long);
    assert!(before[2] > 30, "{before:?}");
    long.keys("j j j G");
    assert_eq!(widths(&long), before);
}

fn cut(text: &str, body: Rect, y: u16) -> String {
    let line = text.lines().nth(usize::from(y)).unwrap_or("");
    line.chars().skip(usize::from(body.x)).take(usize::from(body.width)).collect()
}

#[test]
fn the_stack_keeps_its_signs_at_80_columns() {
    let explorer = Explorer::plain(KINDS, 80, 24);
    let text = explorer.text();
    let signs: Vec<&str> = text.lines().filter_map(|line| line.get(..)).collect();
    assert!(signs.iter().any(|line| line.contains("+~=r-│")), "{text}");
}

#[test]
fn the_first_screen_shows_what_is_added_removed_and_covered() {
    for (width, height) in [(160, 48), (120, 40), (80, 24)] {
        let explorer = Explorer::first_screen(LAYERS, image(), width, height);
        let layout = explorer.state.layout();
        let body = layout.pane(Pane::Tree).unwrap().body;
        let text = explorer.text();
        let tree: String =
            (body.y..body.y + body.height).map(|y| cut(&text, body, y) + "\n").collect();
        let sign = |sign: char| {
            let counted = (0..10).any(|digit| tree.contains(&format!(" {sign}{digit}")));
            counted || tree.contains(&format!("{sign} "))
        };
        for wanted in ['+', '-', 'x'] {
            assert!(sign(wanted), "{wanted} at {width}×{height}:\n{text}");
        }
        assert!(text.contains("is shown first"), "{text}");
    }
}

/// Until a key is pressed, layer and folds are the explorer's; afterwards the user's.
#[test]
fn a_key_keeps_the_layer_that_the_user_is_at() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    for layer in 0..6 {
        explorer.fold(layer);
    }
    explorer.keys("j");
    explorer.send(layertui::explorer::Message::Finished);
    assert_eq!(explorer.state.layer, 5);
    assert!(explorer.state.tree.folds.toggled.is_empty());
}

#[test]
fn the_cursor_of_the_changes_leads_the_tree_and_leaves_it_tidy() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("3 G");
    let node = explorer.stack.find(b"/srv/app/server.js");
    assert_eq!(explorer.state.tree.wanted, node);
    assert_eq!(explorer.path(), "/srv/app/server.js");
    explorer.keys("[ [ [");
    // Another path of another layer: what was unfolded for the first is folded again.
    explorer.keys("g");
    let open = |explorer: &Explorer, dir: &[u8]| {
        let node = explorer.stack.find(dir).unwrap();
        explorer.state.tree.folds.toggled.contains(&node)
    };
    assert!(!open(&explorer, b"/srv/app"), "{}", explorer.text());
}

fn layer(number: usize, rows: &[(bool, usize)]) -> String {
    const PATHS: [&str; 6] = ["a", "d/a", "d/b", "d/e/a", "b", "d/e"];
    let rows = rows.iter().map(|&(removes, path)| {
        if removes {
            format!(" -{}", PATHS[path])
        } else {
            format!(" +{}:{}#{number}", PATHS[path], number + 1)
        }
    });
    format!("{number}:{}", rows.collect::<String>())
}

proptest! {
    #[test]
    fn the_margin_is_the_history_of_every_path(
        layers in prop::collection::vec(prop::collection::vec((any::<bool>(), 0..6_usize), 0..5), 1..7)
    ) {
        let layers: Vec<String> = layers.iter().enumerate().map(|(at, rows)| layer(at, rows)).collect();
        let tables: Vec<Table> = notation::layers(&layers.join(" | ")).unwrap();
        let mut stack = Stack::new(tables.len());
        for table in &tables {
            stack.fold(table);
        }
        for path in ["/", "/a", "/b", "/d", "/d/a", "/d/b", "/d/e", "/d/e/a"] {
            let Some(node) = stack.find(path.as_bytes()) else { continue };
            for at in 0..tables.len() {
                let margin = Margin::of_path(&stack, node, at);
                let mut signs = vec![None; tables.len()];
                for step in stack.history(node) {
                    let sign = if step.opaque { marker::OPAQUE } else { marker::change(step.event) };
                    signs[step.layer] = Some(sign);
                }
                prop_assert_eq!(&margin.signs, &signs);
                prop_assert_eq!(margin.owner, stack.visible(node, at).map(|version| version.layer));
            }
        }
    }
}
