//! The package of a path: read when it is first needed, shown in the history and below the tree, and a filter.

use std::collections::HashMap;

use layertui::content::packages::package::{Manager, Package};
use layertui::explorer::Message;
use layertui::explorer::model::message::Effect;
use layertui::explorer::model::owners::Owners;

use crate::explorer::Explorer;

const FILES: &str =
    "0: +lib/ +lib/apk/ +lib/apk/db/ +lib/apk/db/installed:9 +bin/ +bin/a:5 +bin/b:6 +bin/both:7
    | 1: +bin/c:1 | 2: ~lib/apk/db/installed:12#b1";

fn asked(explorer: &Explorer) -> Vec<(usize, usize)> {
    let asked = explorer.effects.iter().filter_map(|effect| match effect {
        Effect::ReadPackages { database_layer, layer } => Some((*database_layer, *layer)),
        _ => None,
    });
    asked.collect()
}

/// A worker's reply: `name` owns `/bin/a`, two packages own `/bin/both`.
fn answer(explorer: &mut Explorer, database_layer: usize, name: &str) {
    let package = |name: &str| Package {
        name: name.to_owned(),
        architecture: None,
        version: "1.2-r3".to_owned(),
        installed_bytes: None,
        manager: Manager::Apk,
    };
    let node = |path: &str| explorer.stack.find(path.as_bytes()).unwrap();
    let of = HashMap::from([(node("/bin/a"), Some(0)), (node("/bin/both"), None)]);
    let packages = vec![package(name), package("other")];
    let owners = Owners { database_layer, packages, of, notes: Vec::new() };
    explorer.send(Message::Packages(Box::new(owners)));
}

#[test]
fn it_is_asked_for_once_and_shown_in_the_history_and_below_the_tree() {
    let mut explorer = Explorer::plain(FILES, 120, 40);
    explorer.keys("/").type_text("bin/a").keys("enter esc j k");
    assert!(asked(&explorer).is_empty(), "it is not read before it is needed");
    explorer.keys("w");
    assert_eq!(asked(&explorer), [(2, 2)]);
    assert!(explorer.text().contains("reading the package database"), "{}", explorer.text());
    answer(&mut explorer, 2, "musl");
    assert!(explorer.text().contains("apk package musl 1.2-r3"), "{}", explorer.text());
    explorer.keys("esc");
    assert!(explorer.text().contains("apk package musl 1.2-r3"), "{}", explorer.text());
    explorer.keys("j w");
    assert!(explorer.text().contains("belongs to no package"), "{}", explorer.text());
    assert_eq!(asked(&explorer).len(), 1);
    // Layers 0 and 1 have the same database, layer 2 another one.
    explorer.keys("esc [ w");
    assert_eq!(asked(&explorer), [(2, 2), (0, 1)]);
    answer(&mut explorer, 0, "musl");
    explorer.keys("esc [ w");
    assert_eq!(asked(&explorer).len(), 2);
}

#[test]
fn files_of_no_package_and_of_one_are_filtered() {
    let mut explorer = Explorer::plain(FILES, 120, 40);
    explorer.keys("f").type_text("unowned").keys("enter");
    assert_eq!(asked(&explorer), [(2, 2)]);
    assert!(explorer.text().contains("nothing passes"), "{}", explorer.text());
    answer(&mut explorer, 2, "musl");
    let text = explorer.text();
    assert!(text.contains("[unowned] 3 paths"), "{text}");
    assert!(!text.contains(" both "), "{text}");
    for (words, count) in [("owned", "2 paths"), ("owned:musl", "1 path"), ("owned:no", "nothing")]
    {
        explorer.keys("esc f").type_text(words).keys("enter");
        assert!(explorer.text().contains(count), "{words}: {}", explorer.text());
    }
    assert_eq!(asked(&explorer).len(), 1);
}

#[test]
fn images_without_a_database_say_nothing_and_names_are_made_visible() {
    let mut none = Explorer::plain("0: +a:1", 120, 40);
    none.keys("w");
    assert!(asked(&none).is_empty() && !none.text().contains("package"), "{}", none.text());
    let mut rpm = Explorer::plain(
        "0: +a:1 +var/lib/rpm/rpmdb.sqlite:5 | 1: +b:1 | 2: +var/lib/rpm/rpmdb.sqlite-wal:9",
        120,
        40,
    );
    rpm.keys("w");
    assert_eq!(asked(&rpm), [(2, 2)], "its log was written later");
    let mut hostile = Explorer::plain(FILES, 120, 40);
    hostile.keys("/").type_text("bin/a").keys("enter esc w");
    answer(&mut hostile, 2, "e\x1b[31m\u{202e}vil");
    assert!(hostile.text().contains("e\\x1b[31m\\u{202e}vil"), "{}", hostile.text());
    hostile.keys("esc");
    assert!(hostile.text().contains("e\\x1b[31m\\u{202e}vil"), "{}", hostile.text());
}

/// What belongs to no package is unknown then: no file is listed as such.
#[test]
fn of_a_database_that_cannot_be_read_no_file_is_unowned() {
    let mut explorer = Explorer::plain(FILES, 120, 40);
    explorer.keys("f").type_text("unowned").keys("enter");
    let notes = vec!["layer 2: /lib/apk/db/installed: damaged".to_owned()];
    let owners = Owners { database_layer: 2, notes, ..Owners::default() };
    explorer.send(Message::Packages(Box::new(owners)));
    let text = explorer.text();
    assert!(text.contains("nothing passes: a package database could not be read"), "{text}");
}
