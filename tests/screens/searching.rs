//! Searching: hits, the layer and pane that show them, and notices.

use layertui::explorer::Message;
use layertui::explorer::model::state::Phase;

use crate::explorer::{Explorer, LAYERS, image};

#[test]
fn escape_takes_a_search_back() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("j j j");
    let before = explorer.text();
    explorer.keys("/").type_text("lock");
    assert_ne!(explorer.text(), before);
    explorer.keys("esc");
    assert_eq!(explorer.text(), before);
}

#[test]
fn a_search_without_hits_says_so_and_moves_nothing() {
    let mut explorer = Explorer::open(120, 40);
    let before = explorer.path();
    explorer.keys("/").type_text("nowhere").keys("enter");
    assert_eq!(explorer.path(), before);
    assert!(explorer.text().contains("no path in any layer matches nowhere"));
    assert!(explorer.state.search.is_none());
}

/// The first hit after the cursor that the selected layer shows is selected; others are skipped.
#[test]
fn the_nearest_hit_that_shows_is_taken() {
    let layers = "0: +a:1 +hit1:1 +hit2:1 +hit3:1 +hit4:1 | 1: -hit1 | 2: +z:1";
    let mut explorer = Explorer::plain(layers, 120, 40);
    explorer.keys("2 /").type_text("hit");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/hit2", 2));
    explorer.keys("esc");
    let mut explorer = Explorer::plain("0: +a:1 +hit:1 | 1: -hit | 2: +b:1", 120, 40);
    explorer.keys("2 /").type_text("hit");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/hit", 1));
}

#[test]
fn text_that_no_path_contains_is_matched_by_letters() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("prdjson");
    assert!(explorer.text().contains("1 fuzzy"), "{}", explorer.text());
    explorer.keys("enter");
    assert_eq!(explorer.path(), "/srv/app/config/production.json");
    assert!(explorer.text().contains("1 fuzzy for /prdjson"), "{}", explorer.text());
    // Of several fuzzy hits the one whose letters are closest together.
    explorer.keys("esc /").type_text("lbs");
    assert!(explorer.text().contains("2 fuzzy"), "{}", explorer.text());
    explorer.keys("enter");
    assert_eq!(explorer.path(), "/usr/lib/libssl.so.3");
}

#[test]
fn fuzzy_matching_waits_for_all_layers() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    explorer.keys("/").type_text("hosnam").keys("enter");
    assert!(explorer.text().contains("nothing matches hosnam in 1 of 6 layers so far"));
    for layer in 1..6 {
        explorer.fold(layer);
    }
    assert_eq!(explorer.path(), "/etc/hostname");
    assert!(explorer.text().contains("1 fuzzy for /hosnam"), "{}", explorer.text());
}

#[test]
fn a_removed_path_is_found_and_shown_where_it_went() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("APKINDEX.3022").keys("enter");
    assert_eq!(explorer.state.layer, 2);
    assert_eq!(explorer.path(), "/var/cache/apk/APKINDEX.3022.tar.gz");
    let notice = explorer.state.notice.clone();
    assert!(explorer.text().contains("removed it") || notice.is_none());
    explorer.keys("w");
    assert!(explorer.text().contains("by the whiteout /var/cache/.wh.apk"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(
        explorer.text().contains("removed by layer 2, through /var/cache/.wh.apk"),
        "{}",
        explorer.text()
    );
}

#[test]
fn typing_says_when_another_layer_had_to_be_chosen() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("/").type_text("apk/lock");
    assert_eq!(explorer.state.layer, 2);
    assert!(
        explorer.text().contains("is not in layer 5: now at layer 2, which removed it"),
        "{}",
        explorer.text()
    );
}

#[test]
fn a_search_accepted_while_layers_are_read_waits_for_them() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    explorer.keys("/").type_text("production.json").keys("enter");
    assert!(explorer.text().contains("nothing matches production.json in 1 of 6 layers so far"));
    for layer in 1..6 {
        explorer.fold(layer);
    }
    assert_eq!(explorer.path(), "/srv/app/config/production.json");
    assert!(!explorer.text().contains("so far"), "{}", explorer.text());
    explorer.keys("k");
    let moved = explorer.path();
    explorer.send(Message::Finished);
    assert_eq!(explorer.path(), moved, "what was found is shown once");
}

#[test]
fn what_was_found_stays_under_the_cursor_when_a_layer_still_being_read_removes_it() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    explorer.fold(1);
    explorer.keys("/").type_text("apk/lock").keys("enter");
    assert_eq!((explorer.state.layer, explorer.path().as_str()), (5, "/var/cache/apk/lock"));
    for layer in 2..6 {
        explorer.fold(layer);
    }
    assert_eq!((explorer.state.layer, explorer.path().as_str()), (2, "/var/cache/apk/lock"));
    explorer.send(Message::Finished);
    assert!(explorer.text().contains("removed by layer 2"), "{}", explorer.text());
}

#[test]
fn a_late_hit_does_not_move_a_user_who_moved_on() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.fold(0);
    explorer.fold(1);
    explorer.keys("/").type_text("apk/lock").keys("enter k");
    for layer in 2..6 {
        explorer.fold(layer);
    }
    assert_eq!(explorer.state.layer, 5);
}

#[test]
fn a_search_without_hits_says_so_when_reading_ends() {
    let mut explorer = Explorer::described(LAYERS, image(), 120, 40);
    explorer.keys("/").type_text("nowhere").keys("enter");
    for layer in 0..6 {
        explorer.fold(layer);
    }
    assert!(explorer.state.search.is_some());
    explorer.send(Message::Finished);
    assert_eq!(explorer.state.phase, Phase::Done);
    assert!(explorer.text().contains("no path in any layer matches nowhere"));
    assert!(explorer.state.search.is_none());
}

const DEBIAN: &str = "0: +bin->usr/bin +etc/ +etc/cron.daily/passwd:99 +etc/pam.d/passwd:92 +etc/passwd-:900 +etc/passwd:922
    +usr/bin/ls:147176 +usr/bin/bash:1265648 +usr/bin/lsblk:1 +usr/bin/false:9 +usr/lib/ +usr/lib/locale/ls:1
    +usr/share/bash-completion/completions/bash:5 +usr/share/doc/bash/ |
    1: ~etc/passwd:951 +opt/ls:5 -etc/cron.daily/passwd | 2: -opt/ls";

/// Acceptance 7 of the screen: the file of that name is the first hit, not one whose path has the letters.
#[test]
fn the_file_of_that_name_comes_first() {
    for (typed, path) in
        [("passwd", "/etc/passwd"), ("bash", "/usr/bin/bash"), ("ls", "/usr/bin/ls")]
    {
        let mut explorer = Explorer::plain(DEBIAN, 120, 40);
        explorer.keys("G /").type_text(typed).keys("enter");
        assert_eq!((explorer.path().as_str(), explorer.state.layer), (path, 2));
    }
}

#[test]
fn the_list_has_every_hit_with_its_sign_and_owner() {
    let mut explorer = Explorer::plain(DEBIAN, 80, 24);
    explorer.keys("[ /").type_text("passwd");
    let text = explorer.text();
    let list: Vec<&str> = text.lines().skip(14).take(6).map(str::trim_end).collect();
    let row = |sign: &str, path: &str, note: &str, owner: &str| {
        format!(" {sign:>3} {path:<0$}{note} {owner}", 72 - note.len())
    };
    assert!(list[0].ends_with(" 1/4 ──"), "{text}");
    assert_eq!(list[1], row("~", "/etc/passwd", "", "1"), "{text}");
    assert_eq!(list[2], row("", "/etc/pam.d/passwd", "", "0"), "{text}");
    assert_eq!(list[3], row("-", "/etc/cron.daily/passwd", "L1 removes", "0"), "{text}");
    assert_eq!(list[4], row("", "/etc/passwd-", "", "0"), "{text}");
    explorer.keys("esc [ /").type_text("passwd");
    let text = explorer.text();
    assert!(text.contains(&row("x+", "/etc/passwd", "L1 rewrites", "0")), "{text}");
    assert!(text.contains(&row("x+", "/etc/cron.daily/passwd", "L1 removes", "0")), "{text}");
    explorer.keys("esc /").type_text("/bash");
    assert!(
        explorer.text().contains(&row("+", "/usr/share/doc/bash/", "", "0")),
        "directories end in a slash"
    );
    explorer.keys("esc /").type_text("opt/ls");
    assert!(explorer.text().contains(&row("+", "/opt/ls", "L1 adds", "1")), "{}", explorer.text());
}

#[test]
fn enter_goes_there_and_n_walks_on_in_the_order_of_the_list() {
    let mut explorer = Explorer::plain(DEBIAN, 120, 40);
    explorer.keys("/").type_text("passwd").keys("down enter");
    let order = ["/etc/passwd", "/etc/pam.d/passwd", "/etc/cron.daily/passwd", "/etc/passwd-"];
    assert_eq!(explorer.path(), order[1]);
    for step in [2, 3, 0, 1] {
        explorer.keys("n");
        assert_eq!(explorer.path(), order[step]);
    }
    for step in [0, 3] {
        explorer.keys("N");
        assert_eq!(explorer.path(), order[step]);
    }
    explorer.keys("esc /").type_text("passwd").keys("pgdn down enter");
    assert_eq!(explorer.path(), order[3], "the list ends where it ends");
}

#[test]
fn a_search_in_the_stack_finds_commands() {
    let mut explorer = Explorer::open(120, 40);
    explorer.keys("1 /").type_text("copy");
    assert_eq!((explorer.state.layer, explorer.text().contains("2 found")), (3, true));
    explorer.keys("enter n");
    assert_eq!(explorer.state.layer, 5);
    explorer.keys("n");
    assert_eq!(explorer.state.layer, 3);
    explorer.keys("esc /").type_text("ADD nodejs");
    assert_eq!(explorer.state.layer, 2, "all words, in any order and case");
    explorer.keys("esc");
    assert_eq!(explorer.state.layer, 3);
    explorer.keys("/").type_text("nowhere").keys("enter");
    assert!(explorer.text().contains("no layer's command contains nowhere"));
}

/// The changes have no row for most paths: they are shown in the tree, at the same layer.
#[test]
fn what_the_layer_did_not_change_is_shown_in_its_tree() {
    let mut explorer = Explorer::plain(DEBIAN, 120, 40);
    explorer.keys("[ 3 /").type_text("bash").keys("enter");
    assert_eq!((explorer.path().as_str(), explorer.state.layer), ("/usr/bin/bash", 1));
    explorer.keys("3 /").type_text("ls").keys("enter");
    assert_eq!(explorer.path(), "/opt/ls", "a change comes first in the changes");
}

#[test]
fn a_hit_can_be_clicked() {
    use layertui::explorer::model::message::MouseKind;
    let mut explorer = Explorer::plain(DEBIAN, 80, 24);
    explorer.keys("/").type_text("passwd");
    explorer.mouse(MouseKind::Press, 5, 16);
    assert_eq!(explorer.path(), "/etc/pam.d/passwd");
    explorer.mouse(MouseKind::DoublePress, 5, 16);
    assert!(explorer.state.search.as_ref().is_some_and(|search| !search.typing));
    assert_eq!(explorer.path(), "/etc/pam.d/passwd");
}
