//! What stands in a line: the keys of JSON, the signs of text, and foreign names made harmless.

use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

fn text(arguments: &[&str]) -> String {
    let output = layertui(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of a command's JSON by their paths.
fn lines(arguments: &[&str]) -> Vec<(String, Value)> {
    let text = text(&[arguments, &["--json"]].concat());
    let parse = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        (value["path"].as_str().unwrap().to_owned(), value)
    };
    text.lines().map(parse).collect()
}

fn line(arguments: &[&str], path: &str) -> Value {
    let found = lines(arguments).into_iter().find(|(found, _)| found == path);
    found.unwrap_or_else(|| panic!("no {path}")).1
}

fn image(place: &Place, layers: &[Tar]) -> String {
    let layers: Vec<_> = layers.iter().map(|layer| layer.clone().finish()).collect();
    place.image("image", &layers).to_str().unwrap().to_owned()
}

#[test]
fn a_mode_is_four_octal_digits() {
    let place = Place::new();
    let tar = Tar::new()
        .file("plain", "")
        .file("setuid", "")
        .mode(0o4755)
        .file("least", "")
        .mode(0o7)
        .file("none", "")
        .mode(0)
        .file("implied/f", "")
        .dir("sticky/", 0o1777);
    let image = image(&place, &[tar]);
    for (path, mode) in [
        ("/plain", json!("0644")),
        ("/setuid", json!("4755")),
        ("/least", json!("0007")),
        ("/none", json!("0000")),
        ("/sticky", json!("1777")),
        ("/implied", Value::Null),
    ] {
        let line = line(&["ls", "--recursive", &image], path);
        assert_eq!(line["mode"], mode, "{path}");
        assert_eq!(line["uid"].is_null(), mode.is_null(), "{path}");
        assert_eq!(line["xattrs"].is_null(), mode.is_null(), "{path}");
    }
}

#[test]
fn the_layer_that_stores_waste_and_the_one_that_causes_it_are_told_apart() {
    let place = Place::new();
    let layers = [
        Tar::new().file("a", "12345").file("b", "123"),
        Tar::new().whiteout("a").file("c", "1234567"),
        Tar::new().file("b", "12"),
    ];
    let image = image(&place, &layers);
    let waste: Value = serde_json::from_str(&text(&["waste", "--json", &image])).unwrap();
    let of = |key: &str| -> Vec<u64> {
        waste["layers"].as_array().unwrap().iter().map(|it| it[key].as_u64().unwrap()).collect()
    };
    assert_eq!(of("wastedBytes"), [8, 0, 0]);
    assert_eq!(of("causedBytes"), [0, 5, 3]);
    assert_eq!(of("bytes"), [8, 7, 2]);
}

/// A reader of JSON takes one of two equal keys, and which one is its own business.
#[test]
fn no_key_stands_twice_in_a_line() {
    let place = Place::new();
    let image = image(&place, &[Tar::new().file("a", "1"), Tar::new().whiteout("a")]);
    for arguments in [
        &["ls", "--layer", "0", &image][..],
        &["diff", "--layer", "0", &image],
        &["diff", "--layer", "1", &image],
        &["history", &image, "/a"],
        &["find", &image, "a"],
        &["grep", &image, "1"],
    ] {
        let text = text(&[arguments, &["--json"]].concat());
        for line in text.lines() {
            let keys = |line: &str| line.matches("\":").count();
            let once: Value = serde_json::from_str(line).unwrap();
            assert_eq!(keys(line), keys(&once.to_string()), "{line}");
        }
    }
}

#[test]
fn only_files_and_hard_links_have_a_size() {
    let place = Place::new();
    let tar = Tar::new()
        .file("f", "12345")
        .hardlink("h", "f")
        .dir("d/", 0o755)
        .symlink("s", "f")
        .char_device("c", 1, 3)
        .fifo("p");
    let image = image(&place, &[tar]);
    for (path, line) in lines(&["ls", &image]) {
        assert_eq!(line["size"].is_number(), matches!(path.as_str(), "/f" | "/h"), "{path}");
    }
}

/// In every command that names a path.
#[test]
fn the_bytes_of_a_path_stand_beside_it_where_it_is_no_utf_8() {
    let place = Place::new();
    let odd = b"d/\xff\xfe";
    let first = Tar::new().file(odd, "12345").file("d/\u{fc}", "x");
    let image = image(&place, &[first, Tar::new().whiteout(odd)]);
    let shown = "/d/\u{fffd}\u{fffd}";
    for arguments in [
        &["ls", "--recursive", "--layer", "0", &image][..],
        &["diff", "--layer", "0", &image],
        &["diff", "--layer", "1", &image],
        &["find", &image, "*"],
        &["history", &image, "/d/*", "--glob"],
    ] {
        let found = lines(arguments);
        let odd = found.iter().find(|(path, _)| path == shown).unwrap();
        assert_eq!(odd.1["pathBytes"], "L2Qv//4=", "{arguments:?}");
        for (path, line) in found.iter().filter(|(path, _)| path != shown) {
            assert_eq!(line.get("pathBytes"), None, "{arguments:?}: {path}");
        }
    }
    let waste: Value = serde_json::from_str(&text(&["waste", "--json", &image])).unwrap();
    assert_eq!(waste["paths"][0]["pathBytes"], "L2Qv//4=");
}

#[test]
fn a_diff_says_where_and_how_large_a_path_was_before() {
    let place = Place::new();
    let image = image(
        &place,
        &[
            Tar::new().file("a", "1").file("gone", "12").dir("d/", 0o755).symlink("l", "a"),
            Tar::new().file("b", "22"),
            Tar::new().file("a", "333").file("b", "4444").whiteout("gone").symlink("l", "b"),
            Tar::new().file("a", "55555").file("new", "").dir("d/", 0o700),
        ],
    );
    let before = |arguments: &[&str], path: &str| {
        let line = line(&[&["diff", &image], arguments].concat(), path);
        (
            line["change"].as_str().unwrap().to_owned(),
            line["layer"].clone(),
            line["previousLayer"].clone(),
            line["previousSize"].clone(),
        )
    };
    for (arguments, path, expected) in [
        (&["--layer", "2"][..], "/a", ("modified", 2, json!(0), json!(1))),
        (&["--layer", "2"], "/b", ("modified", 2, json!(1), json!(2))),
        (&["--layer", "2"], "/gone", ("removed", 2, json!(0), json!(2))),
        (&["--layer", "2"], "/l", ("modified", 2, json!(0), Value::Null)),
        (&["--layer", "3"], "/a", ("modified", 3, json!(2), json!(3))),
        (&["--layer", "3"], "/new", ("added", 3, Value::Null, Value::Null)),
        (&["--layer", "3"], "/d", ("metadata", 3, json!(0), Value::Null)),
        (&["--from", "1", "--to", "3"], "/a", ("modified", 3, json!(0), json!(1))),
        (&["--from", "1", "--to", "3"], "/b", ("added", 2, Value::Null, Value::Null)),
    ] {
        let (change, layer, previous, size) = expected;
        assert_eq!(
            before(arguments, path),
            (change.to_owned(), json!(layer), previous, size),
            "{arguments:?} {path}"
        );
    }
}

#[test]
fn the_first_sign_of_a_diff_line_is_the_change_or_that_a_directory_is_opaque() {
    let place = Place::new();
    let image = image(
        &place,
        &[
            Tar::new()
                .dir("d/", 0o755)
                .file("d/old", "1")
                .dir("e/", 0o755)
                .file("m", "1")
                .file("r", "1")
                .file("t", "1"),
            Tar::new()
                .opaque("d")
                .file("d/new", "1")
                .dir("e/", 0o700)
                .file("m", "2")
                .file("r", "1")
                .file("t", "1")
                .mode(0o600),
        ],
    );
    let text = text(&["diff", "--layer", "1", &image]);
    let signs: Vec<(char, &str)> = text
        .lines()
        .map(|line| (line.chars().next().unwrap(), line.rsplit(' ').next().unwrap()))
        .collect();
    let expected = [
        ('!', "/d/"),
        ('+', "/d/new"),
        ('-', "/d/old"),
        ('=', "/e/"),
        ('~', "/m"),
        ('r', "/r"),
        ('=', "/t"),
    ];
    assert_eq!(signs, expected);
    let opaque: Vec<String> = lines(&["diff", "--layer", "1", &image])
        .into_iter()
        .filter(|(_, line)| line["opaque"] == json!(true))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(opaque, ["/d"]);
}

/// Names, targets and markers that are terminal escapes: shown as what they are, in each text.
#[test]
fn escapes_in_names_and_targets_are_shown_and_do_nothing() {
    let place = Place::new();
    let evil = "\u{1b}[31mred\u{7}\u{9b}0m";
    let first = Tar::new()
        .dir(format!("{evil}/"), 0o755)
        .file(format!("{evil}/f"), "12345")
        .file("target", "1")
        .symlink("symlink", evil)
        .hardlink("hardlink", format!("{evil}/f"));
    let image = image(&place, &[first, Tar::new().whiteout(evil).whiteout("hardlink")]);
    let found = format!("/{evil}/f");
    for arguments in [
        &["ls", "--recursive", "--layer", "0", &image][..],
        &["ls", "--recursive", "--long", "--layer", "0", &image],
        &["ls", "--long", "--layer", "0", &image, "/symlink"],
        &["diff", "--layer", "0", &image],
        &["diff", "--layer", "1", &image],
        &["history", &image, &found],
        &["history", &image, "/symlink"],
        &["find", &image, "*"],
        &["waste", &image],
    ] {
        let text = text(arguments);
        let raw = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(raw, None, "{arguments:?}: {text:?}");
        let shows =
            text.contains("red") || arguments.contains(&"/symlink") && arguments[0] == "history";
        assert!(shows, "{arguments:?}: {text}");
    }
}
