//! The order, depth and totals of `ls`, the Dockerfile of `layers`, what layers put below a directory in `history`.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::compress::gzip;
use crate::support::tarball::Tar;

fn text(arguments: &[&str]) -> String {
    let output = layertui(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn values(arguments: &[&str]) -> Vec<Value> {
    let text = text(&[arguments, &["--json"]].concat());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Layer 0: 300 bytes in `a/big`, 20 in `a/b/small`, 7 in `z`. Layer 1: `a/big` again with 310, `c` of 5, `a/b/hard` a second
/// name of `a/b/small`, and `z` goes. Layer 2: `a/b/small` goes, its second name stays; `a/b/late` of 1 byte.
fn image(place: &Place) -> String {
    let layers = [
        Tar::new()
            .dir("a/", 0o755)
            .file("a/big", "x".repeat(300))
            .file("a/b/small", "y".repeat(20))
            .file("z", "1234567"),
        Tar::new()
            .file("a/big", "z".repeat(310))
            .file("c", "12345")
            .hardlink("a/b/hard", "a/b/small")
            .whiteout("z"),
        Tar::new().whiteout("a/b/small").file("a/b/late", "1").symlink("link", "a/big"),
    ];
    let layers: Vec<_> = layers.into_iter().map(Tar::finish).collect();
    place.image("image", &layers).to_str().unwrap().to_owned()
}

#[test]
fn a_hard_link_has_the_bytes_that_no_file_names_any_more() {
    let place = Place::new();
    let image = image(&place);
    let report: Value = serde_json::from_str(&text(&["report", &image])).unwrap();
    let largest = report["largest"].as_array().unwrap().iter();
    let largest: Vec<_> = largest.map(|it| (it["path"].as_str().unwrap(), &it["size"])).collect();
    assert_eq!(largest[..2], [("/a/big", &json!(310)), ("/a/b/hard", &json!(20))]);
}

#[test]
fn lines_are_listed_by_size_layer_and_depth() {
    let place = Place::new();
    let image = image(&place);
    for (arguments, expected) in [
        (&["--sort", "size"][..], "a/ c link"),
        (&["--sort", "layer"], "link c a/"),
        (&["--sort", "name", "--depth", "1"], "a/ c link"),
        (&["--depth", "2", "--sort", "size"], "a/ a/big a/b/ c link"),
        (&["--depth", "2"], "a/ a/b/ a/big c link"),
        (&["--depth", "0"], ""),
        (&["-r", "--sort", "layer"], "a/b/late link a/b/hard a/big c a/ a/b/"),
        (&["--depth", "9", "/a", "--sort", "size"], "a/big a/b/ a/b/hard a/b/late"),
    ] {
        let text = text(&[&["ls", &image], arguments].concat());
        let names = text.lines().map(|line| line.split(" -> ").next().unwrap());
        let names: Vec<&str> = names.map(|line| &line.split(" => ").next().unwrap()[1..]).collect();
        assert_eq!(names.join(" "), expected, "{arguments:?}\n{text}");
    }
}

/// Names and sizes as `du -ab --apparent-size` has them, but that a directory itself is nothing.
#[test]
fn totals_count_a_file_once_and_end_with_the_path_itself() {
    let place = Place::new();
    let image = image(&place);
    let of = |arguments: &[&str]| -> Vec<(String, Value, Value)> {
        let lines = values(&[&["ls", "--du", &image], arguments].concat());
        let keys = |it: &Value| (it["totalBytes"].clone(), it["totalEntries"].clone());
        let each = |it: Value| (it["path"].as_str().unwrap().into(), keys(&it).0, keys(&it).1);
        lines.into_iter().map(each).collect()
    };
    let line = |path: &str, bytes: u64, entries: Value| (path.to_owned(), json!(bytes), entries);
    assert_eq!(
        of(&["-r"]),
        [
            line("/a", 331, json!(4)),
            line("/a/b", 21, json!(2)),
            line("/a/b/hard", 20, Value::Null),
            line("/a/b/late", 1, Value::Null),
            line("/a/big", 310, Value::Null),
            line("/c", 5, Value::Null),
            line("/link", 0, Value::Null),
            line("/", 336, json!(7)),
        ]
    );
    assert_eq!(of(&["--depth", "0", "/a/b"]), [line("/a/b", 21, json!(2))]);
    assert_eq!(of(&["--layer", "1", "--depth", "0", "/a/b"]), [line("/a/b", 20, json!(2))]);
    assert_eq!(of(&["/a/big"]), [line("/a/big", 310, Value::Null)]);
    let shown = text(&["ls", "--du", "--sort", "size", &image]);
    assert_eq!(shown, " 331 B  /a/\n   5 B  /c\n   0 B  /link -> a/big\n 336 B  /\n");
    let long = text(&["ls", "--total", "--long", "--depth", "0", &image, "/a"]);
    assert!(long.contains(" 331 ") && long.starts_with("drwxr-xr-x"), "{long}");
    assert!(values(&["ls", &image]).iter().all(|line| line.get("totalBytes").is_none()));
}

/// A total that a layer was not read for is unknown; what was read is listed.
#[test]
fn no_total_is_stated_where_a_layer_is_missing() {
    let place = Place::new();
    let layers = ["a/one", "a/two"].map(|name| Tar::new().file(name, "12345").finish());
    let stored = [gzip(&layers[0]), gzip(&layers[1])[..30].to_vec()];
    let image = place.save("cut", &layers, &stored, &json!({}));
    let image = image.to_str().unwrap();
    let output = layertui(&["ls", "--du", image]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "     ?  /a/\n     ?  /\n");
    let output = layertui(&["ls", "--du", "--json", image]);
    let line = String::from_utf8(output.stdout).unwrap();
    let line: Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    assert_eq!((&line["totalBytes"], &line["totalEntries"]), (&Value::Null, &Value::Null));
    assert!(line.as_object().unwrap().contains_key("totalBytes"));
    let below = text(&["ls", "--du", "--layer", "0", image]);
    assert_eq!(below, "   5 B  /a/\n   5 B  /\n");
    let history = layertui(&["history", "--json", image, "/a"]);
    assert_eq!(history.status.code(), Some(2));
    let line: Value = serde_json::from_slice(&history.stdout).unwrap();
    assert_eq!(line["below"][0]["netBytes"], 5);
    assert_eq!(line["below"][1]["layer"], 1);
    assert!(line["below"][1]["bytes"].is_null() && line["below"][1]["added"].is_null());
}

#[test]
fn the_history_of_a_directory_says_what_each_layer_put_below_it() {
    let place = Place::new();
    let image = image(&place);
    let below = |path: &str| -> Vec<Value> {
        let lines = values(&["history", &image, path]);
        let (last, before) = lines.split_last().unwrap();
        assert!(before.iter().all(|line| line.get("below").is_none()));
        last["below"].as_array().unwrap().clone()
    };
    let layer = |layer: u64, bytes: u64, net: i64, [added, changed, removed]: [u64; 3]| {
        json!({"layer": layer, "bytes": bytes, "netBytes": net,
            "added": added, "changed": changed, "removed": removed})
    };
    let of_a =
        [layer(0, 320, 320, [3, 0, 0]), layer(1, 310, 10, [1, 1, 0]), layer(2, 1, 1, [1, 0, 1])];
    assert_eq!(below("/a"), of_a);
    assert_eq!(below("/a/b")[1], layer(1, 0, 0, [1, 0, 0]));
    // The root has no entry in any layer, hence no event.
    let root = &values(&["history", &image, "/"])[0];
    assert_eq!((&root["event"], &root["path"]), (&Value::Null, &json!("/")));
    assert_eq!(root["below"][0], layer(0, 327, 327, [5, 0, 0]));
    let shown = text(&["history", &image, "/a"]);
    let rows: Vec<Vec<&str>> =
        shown.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[3], ["L0", "320", "B", "+320", "B", "3", "0", "0"], "{shown}");
    assert!(values(&["history", &image, "/c"])[0].get("below").is_none());
    assert_eq!(layertui(&["history", &image, "/no"]).status.code(), Some(1));
}

#[test]
fn the_history_is_written_as_a_dockerfile() {
    let place = Place::new();
    let layers = ["a", "b"].map(|name| Tar::new().file(name, name).finish());
    let history = json!({"history": [
        {"created_by": "/bin/sh -c #(nop) ADD file:abc in / "},
        {"created_by": "ENV API_TOKEN=hunter2hunter2hunter2", "empty_layer": true},
        {"created_by": "RUN /bin/sh -c make && make install # buildkit"},
        {"created_by": "crane mutate", "empty_layer": true},
    ], "config": {"Env": ["API_TOKEN=hunter2hunter2hunter2"]}});
    // No layer is read: they can all be missing.
    let image = place.save_all("image", &layers, &[vec![1; 9], vec![2; 9]], &history);
    let shown = text(&["layers", "--dockerfile", image.to_str().unwrap()]);
    let (title, rest) = shown.split_once('\n').unwrap();
    assert!(title.starts_with("# The history of "), "{title}");
    let (before, after) = rest.split_once("ENV API_TOKEN=").unwrap();
    assert_eq!(before, "FROM scratch\n# layer 0\nADD file:abc /\n");
    let (hidden, after) = after.split_once('\n').unwrap();
    assert!(!hidden.contains("hunter2"), "{hidden}");
    assert_eq!(after, "# layer 1\nRUN make \\\n    && make install\n# crane mutate\n");
    let both = layertui(&["layers", "--dockerfile", "--json", image.to_str().unwrap()]);
    assert_eq!(both.status.code(), Some(2));
}

/// `-:REF` looks like an option: the error says what to write, and that works.
#[test]
fn a_name_in_an_archive_on_standard_input_comes_after_the_options() {
    let place = Place::new();
    let image = image(&place);
    let run = |arguments: &[&str]| {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        let archive = std::fs::File::open(Path::new(&image)).unwrap();
        layertui.arg("--no-cache").args(arguments).stdin(Stdio::from(archive)).output().unwrap()
    };
    for word in ["-:test:1", "-@0"] {
        let refused = run(&["ls", word, "--recursive"]);
        let told = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(told.ends_with(&format!("write options, then --, then {word}\n")), "{told}");
        let listed = run(&["ls", "--recursive", "--", word]);
        assert!(String::from_utf8(listed.stdout).unwrap().contains("/a/big"), "{word}");
    }
    let other = String::from_utf8(run(&["ls", "--nonsense", "x"]).stderr).unwrap();
    assert!(!other.contains("standard input"), "{other}");
}

/// Where a broken link leads depends on the tree that is listed, not on the last one.
#[test]
fn a_hard_link_to_a_directory_is_one_while_the_directory_is_there() {
    let place = Place::new();
    let layers = [
        Tar::new().dir("d/", 0o755).hardlink("l", "d").finish(),
        Tar::new().whiteout("d").finish(),
    ];
    let image = place.image("image", &layers);
    let image = image.to_str().unwrap();
    let first = text(&["ls", image, "--layer", "0"]);
    assert!(first.contains("l => /d (a directory)"), "{first}");
    let last = text(&["ls", image]);
    assert!(last.contains("l => /d (missing)"), "{last}");
}
