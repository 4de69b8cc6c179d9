//! Everything ever: what earlier layers removed stands in its place, with all that a tree can do.

use crate::at_every_size;
use crate::explorer::Explorer;
use layertui::image::Image;

const LAYERS: &str =
    "0: +etc/ +etc/key:90 +etc/passwd:9 +opt/ +opt/tool/ +opt/tool/bin:50 +opt/tool/lib:7 |
    1: -etc/key -opt/tool | 2: +etc/new:1 | 3: ~etc/passwd:8 +opt/tool/ +opt/tool/bin:5";

#[test]
fn everything_ever_at_every_size() {
    at_every_size("ever", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys(". =");
        explorer
    });
}

#[test]
fn a_removed_file_stays_in_its_place_and_says_who_removed_it() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys("=");
    assert!(!explorer.text().contains("key"), "{}", explorer.text());
    explorer.keys(".");
    let text = explorer.text();
    assert!(text.contains("everything ever, layer 3"), "{text}");
    let row = text.lines().find(|line| line.contains("key")).unwrap();
    assert!(row.contains('-') && row.contains("L1 removes") && row.contains("0│"), "{row}");
    explorer.keys("/").type_text("key").keys("enter");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/etc/key", 3));
    assert!(explorer.text().contains("removed by layer 1"), "{}", explorer.text());
    explorer.keys("[");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/etc/key", 2));
    explorer.keys("] .");
    assert!(!explorer.text().contains("everything ever,"), "{}", explorer.text());
    assert_eq!(explorer.path(), "/etc", "the cursor is on the directory that it was in");
    explorer.keys("/").type_text("lib").keys("enter");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/opt/tool/lib", 1));
}

/// A chain of directories is several rows where earlier layers had more in it: they are as open as the chain was.
#[test]
fn the_cursor_and_what_is_unfolded_stay() {
    let layers = "0: +a/ +a/gone:1 +a/b/ +a/b/old:9 +a/b/c/ +a/b/c/leaf:2 | 1: -a/gone -a/b/old";
    for fold in ["", "space", "space space"] {
        let mut explorer = Explorer::plain(&format!("{layers} | 2: +z:1"), 120, 40);
        explorer.keys("- 2 g").keys(if fold.is_empty() { "l" } else { fold });
        let open = fold != "space space";
        if open {
            explorer.keys("j");
        }
        let (path, before) = (explorer.path(), explorer.text());
        assert_eq!(before.contains("leaf"), open, "{fold}: {before}");
        assert_eq!(path, if open { "/a/b/c/leaf" } else { "/a/b/c" });
        explorer.keys(".");
        assert_eq!(explorer.text().contains("leaf"), open, "{fold}: {}", explorer.text());
        if open {
            assert_eq!(explorer.path(), path, "{}", explorer.text());
        }
        explorer.keys(".");
        assert_eq!(explorer.path(), path, "{}", explorer.text());
    }
}

/// With the layer that removed it and what was in it then, not what the selected layer did.
#[test]
fn a_removed_directory_has_the_bytes_that_were_in_it() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys("[ . =");
    let text = explorer.text();
    let row = text.lines().find(|line| line.contains("tool/  L1 removes"));
    assert!(row.is_some_and(|row| row.contains(" 57 B ")), "{text}");
    explorer.keys("/").type_text("tool").keys("enter space");
    let text = explorer.text();
    assert!(text.contains("tool/  L1 removes  -2 "), "{text}");
}

#[test]
fn an_image_without_layers_names_none() {
    let image = Image { reference: "test.tar".into(), ..Image::default() };
    let mut explorer = Explorer::of("", image, 120, 40);
    explorer.keys(". =");
    let text = explorer.text();
    assert!(text.contains("everything ever ─"), "{text}");
}

#[test]
fn folds_sort_and_filter_work_with_it() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys(". s =");
    let text = explorer.text();
    let at = |name: &str| text.lines().position(|line| line.contains(name)).unwrap();
    assert!(at(" key") < at(" passwd") && at(" passwd") < at(" new"), "{text}");
    explorer.keys("-");
    assert!(!explorer.text().contains("key"), "{}", explorer.text());
    explorer.keys("f").type_text("key").keys("enter");
    assert!(explorer.text().contains("1 path"), "{}", explorer.text());
    explorer.keys(".");
    assert!(explorer.text().contains("nothing passes"), "{}", explorer.text());
}

#[test]
fn a_word_of_the_filter_asks_for_ghosts() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys("f").type_text("ghost").keys("enter");
    let text = explorer.text();
    assert!(text.contains("[ghost]") && text.contains("2 paths"), "{text}");
    assert!(text.contains("key") && text.contains("lib") && !text.contains("passwd"), "{text}");
    explorer.keys("esc f").type_text("whiteout").keys("enter [ [");
    let text = explorer.text();
    assert!(text.contains("2 paths") && !text.contains("lib"), "{text}");
    explorer.keys("esc f").type_text("shadowed").keys("enter");
    assert!(explorer.text().contains("passwd"), "{}", explorer.text());
}

/// The walk over changes skips ghosts and goes on from one; a step to another layer keeps the cursor on it.
#[test]
fn changes_are_walked_from_a_ghost() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys(". /").type_text("key").keys("enter }");
    assert_eq!(explorer.path(), "/etc/passwd");
    explorer.keys("} } {");
    assert_eq!(explorer.path(), "/opt/tool");
    explorer.keys("/").type_text("tool/lib").keys("enter [ {");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/etc/new", 2));
}

#[test]
fn a_ghost_can_be_viewed() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys(". /").type_text("key").keys("enter v");
    assert!(!explorer.text().contains("put the cursor"), "{}", explorer.text());
    assert_eq!(explorer.state.overlays.len(), 1);
}

/// Hiding a kind of change by its key makes a filter, as typing one does.
#[test]
fn a_kind_of_change_is_hidden_without_what_earlier_layers_removed() {
    let mut explorer = Explorer::plain(LAYERS, 120, 40);
    explorer.keys("2 . = alt-a =");
    let text = explorer.text();
    assert!(text.lines().any(|line| line.contains("key") && line.contains("L1 removes")), "{text}");
}
