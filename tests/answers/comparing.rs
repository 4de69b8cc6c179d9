//! What differs between two images.

use std::path::Path;

use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

/// The lines that `compare --json` prints, and its exit code. Every line keeps to the schema.
pub(crate) fn compare(old: &Path, new: &Path, more: &[&str]) -> (Vec<Value>, i32) {
    let mut arguments = vec!["compare", old.to_str().unwrap(), new.to_str().unwrap(), "--json"];
    arguments.extend(more);
    let output = layertui(&arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/compare.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in &lines {
        let errors: Vec<String> = validator.iter_errors(line).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:?}");
    }
    (lines, output.status.code().unwrap())
}

/// The paths that differ, each with how and in what.
pub(crate) fn paths(lines: &[Value]) -> Vec<String> {
    let of = lines.iter().filter(|line| line["kind"] == "path");
    let text = |line: &Value| {
        let metadata = line["metadata"].as_array().unwrap();
        let metadata: Vec<_> = metadata.iter().map(|it| it.as_str().unwrap()).collect();
        let (change, path) = (line["change"].as_str().unwrap(), line["path"].as_str().unwrap());
        format!("{change} {path} {}", metadata.join(" ")).trim_end().to_owned()
    };
    of.map(text).collect()
}

fn base() -> Tar {
    Tar::new()
        .dir("etc/", 0o755)
        .file("etc/motd", "hello")
        .file("etc/same", "same")
        .file("etc/mode", "m")
        .symlink("etc/link", "motd")
        .file("gone", "bye")
}

#[test]
fn an_image_and_itself_however_it_is_stored() {
    let place = Place::new();
    let layers = [base().finish(), Tar::new().whiteout("gone").finish()];
    let (plain, gzipped) = (place.image("a", &layers), place.compressed("b", &layers));
    for (old, new) in [(&plain, &plain), (&plain, &gzipped), (&gzipped, &plain)] {
        let (lines, code) = compare(old, new, &[]);
        assert_eq!(
            (code, lines.last().unwrap()["verdict"].as_str()),
            (0, Some("same")),
            "{lines:?}"
        );
    }
}

#[test]
fn every_kind_of_difference_is_told_and_summed_up() {
    let place = Place::new();
    let changed = Tar::new()
        .dir("etc/", 0o755)
        .file("etc/motd", "HELLO")
        .file("etc/same", "same")
        .file("etc/mode", "m")
        .mode(0o600)
        .owner(5, 0)
        .symlink("etc/link", "same")
        .file("etc/new", "1234567");
    let old = place.image("old", &[base().finish()]);
    for new in [
        place.image("new", &[changed.clone().finish()]),
        place.compressed("z", &[changed.finish()]),
    ] {
        let (lines, code) = compare(&old, &new, &[]);
        assert_eq!(code, 1);
        assert_eq!(
            paths(&lines),
            [
                "content /etc/link",
                "metadata /etc/mode mode owner",
                "content /etc/motd",
                "added /etc/new",
                "removed /gone"
            ]
        );
        let etc =
            lines.iter().find(|it| it["kind"] == "directory" && it["path"] == "/etc").unwrap();
        let expected = json!({"kind": "directory", "path": "/etc", "added": 1, "removed": 0, "changed": 3,
            "oldBytes": 5, "newBytes": 12});
        assert_eq!(*etc, expected);
        let last = lines.last().unwrap();
        assert_eq!(
            (last["kind"].as_str(), last["verdict"].as_str()),
            (Some("verdict"), Some("differ"))
        );
        assert_eq!([&last["same"], &last["content"]], [&json!(3), &json!(2)]);
    }
}

/// A directory's time changes with what is put into it, which is compared itself.
#[test]
fn a_directory_of_another_time_is_the_same() {
    let place = Place::new();
    let image = |name: &str, time| {
        place.image(name, &[Tar::new().dir("d/", 0o755).mtime(time).file("d/f", "x").finish()])
    };
    let (lines, _) = compare(&image("old", 1), &image("new", 2), &[]);
    assert_eq!(paths(&lines), [""; 0]);
}

/// A fingerprint is of the stored bytes, which of a sparse file are not those that programs read.
#[test]
fn a_sparse_file_is_compared_by_what_programs_read() {
    let place = Place::new();
    let mut whole = vec![0; 9000];
    whole[8192..].fill(7);
    let other = [vec![1; 808], whole[808..].to_vec()].concat();
    let sparse = Tar::new().gnu_sparse("s", 9000, &[(8192, &whole[8192..])]).finish();
    let old = place.compressed("old", &[sparse]);
    for (name, contents, expected) in [("same", &whole, 0), ("other", &other, 1)] {
        let new = place.compressed(name, &[Tar::new().file("s", contents).finish()]);
        let (lines, _) = compare(&old, &new, &[]);
        let differ = paths(&lines).iter().filter(|line| line.starts_with("content")).count();
        assert_eq!(differ, expected, "{name}: {lines:?}");
    }
}

#[test]
fn times_count_unless_the_meaning_alone_is_asked_for() {
    let place = Place::new();
    let file = |time| vec![Tar::new().file("a", "x").mtime(time).finish()];
    let two = vec![Tar::new().file("a", "y").finish(), Tar::new().file("a", "x").mtime(9).finish()];
    let (old, new) = (place.image("old", &file(1)), place.image("new", &file(2)));
    let spread = place.image("spread", &two);
    let (lines, code) = compare(&old, &new, &[]);
    assert_eq!((code, paths(&lines)), (1, vec!["metadata /a mtime".to_owned()]));
    assert_eq!(compare(&old, &new, &["--semantic"]).1, 0);
    assert_eq!(compare(&old, &spread, &["--semantic"]).1, 0);
    assert_eq!(compare(&old, &spread, &[]).1, 1);
    let made = |name: &str, at: &str, steps: [&str; 2]| {
        let history = steps.map(|step| json!({"created_by": step, "created": at}));
        place.save_all(name, &two, &two, &json!({"history": history}))
    };
    let [then, now] = ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"];
    let (old, new) = (made("then", then, ["RUN a", "RUN b"]), made("now", now, ["RUN a", "RUN c"]));
    let output = layertui(&["compare", old.to_str().unwrap(), new.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("history: 1 step differs in its time alone\n"), "{text}");
    assert!(text.contains("RUN b -> ") && !text.contains("RUN a"), "{text}");
}

/// Names of one file in one image, copies of it in the other: which they are, and what they cost.
#[test]
fn hard_links_that_only_one_image_has_are_named_with_their_bytes() {
    let place = Place::new();
    let body = "x".repeat(1000);
    let linked =
        Tar::new().file("a", &body).hardlink("b", "a").hardlink("c", "a").hardlink("d", "a");
    let copied = Tar::new().file("a", &body).file("b", &body).hardlink("c", "b").hardlink("d", "a");
    let (old, new) =
        (place.image("linked", &[linked.finish()]), place.image("copied", &[copied.finish()]));
    let links = |lines: &[Value]| -> Vec<Value> {
        lines.iter().filter(|line| line["kind"] == "link").cloned().collect()
    };
    let link = |path: &str, change: &str, bytes: u64| json!({"kind": "link", "path": path, "change": change, "target": "/a", "bytes": bytes});
    for (one, other, change) in [(&old, &new, "lost"), (&new, &old, "new")] {
        let (lines, code) = compare(one, other, &["--semantic"]);
        assert_eq!(code, 1);
        assert_eq!(links(&lines), [link("/b", change, 1000), link("/c", change, 0)]);
        assert_eq!(paths(&lines), ["metadata /b links", "metadata /c links"]);
        assert!(links(&compare(one, one, &[]).0).is_empty());
    }
    let text = layertui(&["compare", old.to_str().unwrap(), new.to_str().unwrap()]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("hard link lost: /b -> /a is a copy now, +1.0 kB\n"), "{text}");
    assert!(text.contains("hard links lost: 2, +1.0 kB\n"), "{text}");
    let text = layertui(&["compare", new.to_str().unwrap(), old.to_str().unwrap()]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("hard link new: /b -> /a, -1.0 kB\n"), "{text}");
}

/// A hard link to a symbolic link is that link: compared with a link, and with another one under the same name.
#[test]
fn hard_links_to_symbolic_links_are_compared_as_what_they_are() {
    let place = Place::new();
    let linked =
        |target| Tar::new().symlink("real", target).hardlink("hard", "real").mode(0o777).finish();
    let plain = |target| Tar::new().symlink("real", "x").symlink("hard", target).finish();
    let image = |name, tar| place.image(name, &[tar]);
    let old = image("old", linked("x"));
    let differing = |new: &Path| paths(&compare(&old, new, &["--semantic"]).0);
    assert_eq!(differing(&image("plain", plain("x"))), [""; 0]);
    assert_eq!(differing(&image("other", plain("y"))), ["content /hard"]);
    assert_eq!(differing(&image("moved", linked("y"))), ["content /hard", "content /real"]);
}

#[test]
fn packages_and_settings_differ_too() {
    let place = Place::new();
    let status = |version: &str, more: &str| {
        let status = format!(
            "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n{more}"
        );
        let apk = "P:musl\nV:1.2\n\n";
        vec![
            Tar::new()
                .file("var/lib/dpkg/status", status)
                .file("lib/apk/db/installed", apk)
                .finish(),
        ]
    };
    let (one, two) = (status("5.1", ""), status("5.2", "\nPackage: jq\nVersion: 1.6\n"));
    let old = place.save("old", &one, &one, &json!({"Env": ["A=1", "B=2"], "User": "me"}));
    let new = place.save("new", &two, &two, &json!({"Env": ["B=2", "A=2"]}));
    let (lines, code) = compare(&old, &new, &["--semantic"]);
    assert_eq!(code, 1);
    let of = |kind: &str, key: &str| -> Vec<(String, Value, Value)> {
        let found = lines.iter().filter(|line| line["kind"] == kind);
        found
            .map(|line| {
                (line[key].as_str().unwrap().to_owned(), line["old"].clone(), line["new"].clone())
            })
            .collect()
    };
    assert_eq!(
        of("package", "name"),
        [("bash".into(), json!("5.1"), json!("5.2")), ("jq".into(), Value::Null, json!("1.6"))]
    );
    assert_eq!(
        of("setting", "key"),
        [("user".into(), json!("me"), Value::Null), ("env A".into(), json!("A=1"), json!("A=2"))]
    );
    let text = layertui(&["compare", old.to_str().unwrap(), new.to_str().unwrap()]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("verdict=differ "), "{text}");
    let order = [
        "visible: ",
        "layers: 1 -> 1, 0 shared",
        "user: me -> (none)",
        "dpkg bash 5.1 -> 5.2",
        "added removed changed",
        "  /var/lib/dpkg/status",
    ];
    let at = order.map(|part| text.find(part).unwrap_or_else(|| panic!("{part} is not in {text}")));
    assert!(at.is_sorted(), "{text}");
}

#[test]
fn root_filesystems_and_databases_that_are_not_read() {
    let place = Place::new();
    let root = place.path("root");
    std::fs::create_dir_all(root.join("var/lib/rpm")).unwrap();
    std::fs::write(root.join("var/lib/rpm/rpmdb.sqlite"), "SQLite").unwrap();
    let argument = format!("rootfs:{}", root.display());
    let (lines, code) = compare(Path::new(&argument), Path::new(&argument), &[]);
    assert_eq!((code, lines.last().unwrap()["verdict"].as_str()), (0, Some("same")), "{lines:?}");
    assert!(lines.iter().any(|line| line["kind"] == "note"), "its packages are not known");
}

#[test]
fn what_cannot_be_read_is_not_taken_for_the_same() {
    let place = Place::new();
    let tar = Tar::new().file("a", "x".repeat(600)).file("b", "y".repeat(600)).finish();
    let whole = place.image("whole", std::slice::from_ref(&tar));
    let cut = place.save("cut", std::slice::from_ref(&tar), &[tar[..600].to_vec()], &json!({}));
    let (lines, code) = compare(&cut, &cut, &[]);
    assert_eq!(
        (code, lines.last().unwrap()["verdict"].as_str()),
        (2, Some("unknown")),
        "{lines:?}"
    );
    let (lines, code) = compare(&whole, &cut, &[]);
    assert_eq!((code, lines.last().unwrap()["verdict"].as_str()), (2, Some("unknown")));
}
