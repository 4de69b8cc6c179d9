//! The palette, the filter, themes, glyphs and the user's own keys.

use layertui::explorer::model;
use layertui::explorer::model::action;
use layertui::explorer::model::appearance::{Glyphs, Theme};
use layertui::explorer::model::config::Settings;
use layertui::explorer::view;
use layertui::explorer::view::offers::Offer;

use crate::at_every_size;
use crate::explorer::Explorer;

#[test]
fn the_palette_and_the_filter_at_every_size() {
    at_every_size("palette", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys(":").type_text("fold");
        explorer
    });
    at_every_size("filter", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys("f").type_text("file >100k");
        explorer.keys("enter");
        explorer
    });
    at_every_size("filtering", |width, height| {
        let mut explorer = Explorer::open(width, height);
        explorer.keys("f").type_text("*.js");
        explorer
    });
}

#[test]
fn the_palette_offers_every_action_of_the_panes() {
    let explorer = Explorer::open(120, 40);
    for entry in model::action::all() {
        let panes = entry.contexts.contains(&action::entry::Context::Panes);
        if panes && entry.action != action::entry::Action::Palette {
            let offers = view::offers::offers(&explorer.state, &explorer.stack, entry.id);
            let Some(Offer::Do(first)) = offers.first() else { panic!("no {}", entry.id) };
            assert_eq!(first.id, entry.id);
        }
    }
}

#[test]
fn the_palette_does_what_its_row_says() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys(":").type_text("layer 2").keys("enter");
    assert_eq!(explorer.state.layer, 2);
    explorer.keys(":").type_text("path /etc/passwd").keys("enter");
    assert_eq!(explorer.path(), "/etc/passwd");
    explorer.keys("1 :").type_text("who wrote").keys("enter");
    assert!(explorer.text().contains("History"), "{}", explorer.text());
    explorer.keys("esc :").type_text("theme mono").keys("enter");
    assert_eq!(explorer.state.theme, Theme::Mono);
    explorer.keys(":").type_text("no such thing");
    assert!(explorer.text().contains("no action has that name"));
    explorer.keys("enter");
    assert!(explorer.text().contains("no action has that name"), "there is nothing to do");
}

#[test]
fn a_filter_keeps_parents_and_goes_with_escape() {
    let mut explorer = Explorer::open(120, 40);
    let before = explorer.text();
    explorer.keys("f").type_text("setuid").keys("enter");
    let text = explorer.text();
    assert!(text.contains("[setuid]") && text.contains("1 path"), "{text}");
    assert!(text.contains("usr/") && text.contains("node"), "{text}");
    assert!(!text.contains("busybox"), "{text}");
    explorer.keys("G");
    assert_eq!(explorer.path(), "/usr/bin/node");
    explorer.keys("[ [");
    assert!(explorer.text().contains("nothing passes"), "layer 3 has none: {}", explorer.text());
    explorer.keys("] ] esc g");
    assert!(explorer.text().contains("bin/") && !explorer.text().contains("[setuid]"));
    explorer.keys("f esc");
    assert!(explorer.state.filter.is_none());
    assert_eq!(explorer.text().lines().count(), before.lines().count());
}

#[test]
fn what_is_asked_for_by_name_is_shown_whatever_the_filter() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("f").type_text("setuid").keys("enter /").type_text("busybox").keys("enter");
    assert_eq!(explorer.path(), "/bin/busybox");
    assert!(explorer.state.filter.is_none());
}

#[test]
fn help_and_hints_show_the_users_keys() {
    let mut explorer = Explorer::open(120, 40);
    let settings = Settings::parse("[keys]\nsearch = \"ctrl-g\"\nnext-layer = \"J\"\n");
    assert!(settings.errors.is_empty());
    explorer.state.keymap = settings.keymap;
    assert!(explorer.text().contains("ctrl-g find") && explorer.text().contains("[ J layer"));
    explorer.keys("/");
    assert!(explorer.state.search.is_none());
    explorer.keys("ctrl-g");
    assert!(explorer.state.search.is_some());
    explorer.keys("esc ? ctrl-g").type_text("find a path");
    assert!(explorer.text().contains("ctrl-g"), "{}", explorer.text());
}

#[test]
fn a_broken_config_is_a_problem_that_can_be_read() {
    let mut explorer = Explorer::open(120, 40);
    explorer.state.config_errors = Settings::parse("them = 1").errors;
    explorer.keys("!");
    let text = explorer.text();
    assert!(text.contains("config") && text.contains("did you mean theme?"), "{text}");
}

#[test]
fn ascii_glyphs_leave_nothing_else_on_the_screen() {
    for keys in ["", "= 3", "1", "?", "i", "/ n o d e", "f n o d e", ":"] {
        let mut explorer = Explorer::open(120, 40);
        explorer.state.glyphs = Glyphs::Ascii;
        explorer.keys(keys);
        assert!(explorer.text().is_ascii(), "{keys}:\n{}", explorer.text());
    }
}

#[test]
fn every_theme_says_the_same() {
    let text = Explorer::open(120, 40).text();
    for theme in Theme::ALL {
        let mut explorer = Explorer::open(120, 40);
        explorer.state.theme = theme;
        assert_eq!(explorer.text(), text, "{}", theme.name());
        assert!(
            theme != Theme::Mono
                || explorer
                    .buffer()
                    .content()
                    .iter()
                    .all(|cell| cell.fg == ratatui::style::Color::Reset)
        );
    }
}
