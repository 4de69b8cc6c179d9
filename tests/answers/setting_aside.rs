//! What `compare` leaves out: files that every build rewrites with `--semantic`, and excluded paths. Neither is done silently.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::comparing::{compare, paths};
use crate::rpm;
use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

/// The paths that were set aside, each with how it differs.
fn set_aside(lines: &[Value]) -> Vec<String> {
    let files = lines.last().unwrap()["setAside"].as_array().unwrap().iter();
    let text = |file: &Value, key: &str| file[key].as_str().unwrap().to_owned();
    files.map(|file| format!("{} {}", text(file, "change"), text(file, "path"))).collect()
}

/// One layer of files with these contents, and the mode of them all.
fn layer(files: &[(&str, &str)], mode: u64) -> Vec<Vec<u8>> {
    let tar =
        files.iter().fold(Tar::new(), |tar, (path, contents)| tar.file(path, contents).mode(mode));
    vec![tar.finish()]
}

/// What a build writes with the time in it.
const REWRITTEN: [&str; 12] = [
    "etc/machine-id",
    "home/me/.wget-hsts",
    "var/cache/apt/pkgcache.bin",
    "var/cache/debconf/config.dat-old",
    "var/cache/fontconfig/4c-le64.cache-8",
    "var/cache/ldconfig/aux-cache",
    "var/lib/dnf/history.sqlite",
    "var/log/alternatives.log",
    "var/log/apt/history.log",
    "var/log/apt/term.log",
    "var/log/dnf.librepo.log",
    "var/log/dpkg.log",
];

#[test]
fn what_every_build_rewrites_is_set_aside_and_named() {
    let place = Place::new();
    let files = |contents: &'static str| REWRITTEN.map(|path| (path, contents));
    let old = place.image("old", &layer(&files("then"), 0o644));
    let named: Vec<String> = REWRITTEN.map(|path| format!("content /{path}")).to_vec();
    // Of another size as well, but for a machine ID.
    let mut longer = files("now, longer");
    longer[0].1 = "now!";
    for (name, files) in [("new", files("now!")), ("longer", longer)] {
        for new in [
            place.image(name, &layer(&files, 0o644)),
            place.compressed(name, &layer(&files, 0o644)),
        ] {
            let (lines, code) = compare(&old, &new, &["--semantic"]);
            assert_eq!((code, &set_aside(&lines)), (0, &named), "{lines:?}");
            assert_eq!(lines.last().unwrap()["verdict"], "same");
            let counts =
                ["content", "metadata", "added"].map(|key| lines.last().unwrap()[key].clone());
            assert_eq!(counts, [json!(0), json!(0), json!(0)]);
            let (lines, code) = compare(&old, &new, &[]);
            assert_eq!((code, set_aside(&lines)), (1, vec![]), "all counts without the option");
            assert_eq!(paths(&lines), named);
        }
    }
    let (lines, code) = compare(&old, &old, &["--semantic"]);
    assert_eq!((code, set_aside(&lines)), (0, vec![]), "what is the same is not set aside");
}

#[test]
fn a_rewritten_file_of_other_attributes_or_type_still_differs() {
    let place = Place::new();
    let path = "var/log/dpkg.log";
    let with = |tar: Tar| tar.file("var/log/x", "x").mode(0o644).finish();
    let old = place.image("old", &[with(Tar::new().file(path, "then").mode(0o644))]);
    for (name, tar, differs, aside) in [
        ("mode", Tar::new().file(path, "now!").mode(0o600), "metadata /var/log/dpkg.log mode", 1),
        (
            "owner",
            Tar::new().file(path, "now!").mode(0o644).owner(7, 7),
            "metadata /var/log/dpkg.log owner",
            1,
        ),
        ("type", Tar::new().symlink(path, "x").mode(0o644), "content /var/log/dpkg.log", 0),
        ("gone", Tar::new(), "removed /var/log/dpkg.log", 0),
        ("lost", Tar::new().hardlink(path, "nothing").mode(0o644), "content /var/log/dpkg.log", 0),
    ] {
        let (lines, code) = compare(&old, &place.image(name, &[with(tar)]), &["--semantic"]);
        assert_eq!((code, paths(&lines)), (1, vec![differs.to_owned()]), "{name}");
        assert_eq!(set_aside(&lines).len(), aside, "{name}");
    }
    // A file beside it that only looks like it.
    for path in [
        "var/log/dpkg.log.bak",
        "srv/var/log/dpkg.log",
        "var/lib/apt/lists/x_Packages",
        "usr/bin/tool",
    ] {
        let [old, new] =
            ["then", "now!"].map(|text| place.image(text, &layer(&[(path, text)], 0o644)));
        let (lines, code) = compare(&old, &new, &["--semantic"]);
        assert_eq!((code, paths(&lines)), (1, vec![format!("content /{path}")]));
    }
    let [old, new] = [("then", ""), ("now!", "0123")]
        .map(|(name, id)| place.image(name, &layer(&[("etc/machine-id", id)], 0o644)));
    assert_eq!(compare(&old, &new, &["--semantic"]).1, 1, "an ID where none was is a difference");
}

/// Names with a time in them, and logs that are begun anew when they are full.
#[test]
fn logs_that_only_one_build_has_are_set_aside_where_their_names_are_new_each_time() {
    let place = Place::new();
    let old =
        place.image("old", &layer(&[("root/.npm/_logs/1-debug-0.log", "x"), ("a", "a")], 0o644));
    let new = place.image(
        "new",
        &layer(
            &[("root/.npm/_logs/2-debug-0.log", "x"), ("a", "a"), ("var/log/dnf.log.1", "x")],
            0o644,
        ),
    );
    let (lines, code) = compare(&old, &new, &["--semantic"]);
    // The directories that only the logs need are there in one image alone.
    assert_eq!(paths(&lines), ["added /var", "added /var/log"]);
    let logs = [
        "removed /root/.npm/_logs/1-debug-0.log",
        "added /root/.npm/_logs/2-debug-0.log",
        "added /var/log/dnf.log.1",
    ];
    assert_eq!((code, set_aside(&lines)), (1, logs.map(str::to_owned).to_vec()));
}

/// By PEP 552: magic of Python 3.7, flags, time of the source, its size; then the code.
fn compiled(flags: u8, time: u8, code: &str) -> String {
    let head = [0x42, 0x0d, 0x0d, 0x0a, flags, 0, 0, 0, time, 1, 2, 3, 9, 0, 0, 0];
    String::from_utf8(head.to_vec()).unwrap() + code
}

#[test]
fn compiled_python_may_differ_in_the_time_of_its_source_alone() {
    let place = Place::new();
    let path = "usr/lib/python3/__pycache__/a.cpython-311.pyc";
    let old = compiled(0, 1, "code");
    let image = |name: &str, path: &str, contents: &str| {
        let layers = layer(&[(path, contents)], 0o644);
        [place.image(name, &layers), place.compressed(&format!("{name}.gz"), &layers)]
    };
    for (name, path, old, new, expected) in [
        ("time", path, &old, compiled(0, 2, "code"), 0),
        ("code", path, &old, compiled(0, 2, "CODE"), 1),
        ("size", path, &old, compiled(0, 2, "code "), 1),
        // A hash of the source in the place of its time.
        ("hash", path, &compiled(1, 1, "code"), compiled(1, 2, "code"), 1),
        ("kind", path, &old, compiled(1, 1, "code"), 1),
        // The size of the source, as the header has it.
        ("stated", path, &old, compiled(0, 2, "code").replace('\u{9}', "\u{8}"), 1),
        // Of Python 3.6 (magic 3379), which writes the size there.
        (
            "before",
            path,
            &old.replacen('B', "3", 1),
            compiled(0, 2, "code").replacen('B', "3", 1),
            1,
        ),
        ("short", path, &old[..12].to_owned(), compiled(0, 2, "")[..12].to_owned(), 1),
        ("other", "usr/lib/a.pyd", &old, compiled(0, 2, "code"), 1),
    ] {
        for (old, new) in image("old", path, old).iter().zip(&image(name, path, &new)) {
            let (lines, code) = compare(old, new, &["--semantic"]);
            assert_eq!(code, expected, "{name}: {lines:?}");
            assert_eq!(set_aside(&lines).len(), 1 - usize::try_from(expected).unwrap(), "{name}");
            let differs = vec![format!("content /{path}")];
            assert_eq!(paths(&compare(old, new, &[]).0), differs, "{name}");
        }
    }
    let [same, _] = image("old", path, &old);
    let (lines, code) = compare(&same, &same, &["--semantic"]);
    assert_eq!((code, set_aside(&lines)), (0, vec![]));
}

#[test]
fn text_says_what_was_set_aside_and_how_much_more_there_is() {
    let place = Place::new();
    let logs: Vec<String> = (0..9).map(|at| format!("root/.npm/_logs/{at}.log")).collect();
    let mut files: Vec<(&str, &str)> = logs.iter().map(|path| (path.as_str(), "then")).collect();
    files.push(("var/log/dpkg.log", "then"));
    let old = place.image("old", &layer(&files, 0o644));
    for file in &mut files {
        file.1 = "now!";
    }
    let new = place.image("new", &layer(&files, 0o644));
    let output = layertui(&["compare", "--semantic", old.to_str().unwrap(), new.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("verdict=same "), "{text}");
    let expected = "
set aside (--semantic): 10 files that every build rewrites:
      1  logs of package managers: the time of each step
         ~ /var/log/dpkg.log
      9  npm's logs: the time is in their names
         ~ /root/.npm/_logs/0.log
         ~ /root/.npm/_logs/1.log
         ~ /root/.npm/_logs/2.log
         ~ /root/.npm/_logs/3.log
         ~ /root/.npm/_logs/4.log
         and 4 more; --json has all
";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn excluded_paths_are_not_compared_and_counted() {
    let place = Place::new();
    let old = place.image("old", &layer(&[("a/x", "1"), ("a/y", "1"), ("b", "1")], 0o644));
    let new = place.image("new", &layer(&[("a/x", "2"), ("a/z", "1"), ("b", "1")], 0o644));
    let excluded = |lines: &[Value]| lines.last().unwrap()["excluded"].clone();
    for options in [&["--exclude", "/a/*"][..], &["--exclude", "x", "--exclude", "/a/{y,z}"]] {
        let (lines, code) = compare(&old, &new, options);
        assert_eq!((code, excluded(&lines)), (0, json!(3)), "{lines:?}");
        assert_eq!(paths(&lines), [""; 0]);
    }
    let (lines, code) = compare(&old, &new, &["--exclude", "/a/x", "--semantic"]);
    assert_eq!((code, excluded(&lines)), (1, json!(1)));
    assert_eq!(paths(&lines), ["removed /a/y", "added /a/z"]);
    // A pattern that matches nothing leaves the layers' digests in the comparison.
    let same = place.image("same", &layer(&[("b", "1"), ("a/y", "1"), ("a/x", "1")], 0o644));
    assert_eq!(compare(&old, &same, &["--exclude", "/none"]).1, 1);
    let text =
        layertui(&["compare", "--exclude", "/a/*", old.to_str().unwrap(), new.to_str().unwrap()]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.ends_with("\nexcluded: 3 paths, which are not compared\n"), "{text}");
    for (options, why) in [
        (&["--exclude", "["][..], "--exclude: '[' is not a glob"),
        (&["--exclude", "x", "--layers"], "cannot be used with"),
        (&["--config", "/none"], "/none: "),
    ] {
        let arguments =
            [&["compare", old.to_str().unwrap(), new.to_str().unwrap()], options].concat();
        let output = layertui(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(why) && output.status.code() == Some(2), "{said}");
    }
}

#[test]
fn the_excludes_of_the_rules_file_hold_unless_the_option_is_given() {
    let place = Place::new();
    let [old, new] = ["1", "2"].map(|text| place.image(text, &layer(&[("a/x", text)], 0o644)));
    std::fs::write(place.path(".layertui.yaml"), "rules:\n  max-layers: 1\nexcludes: [/a/**]\n")
        .unwrap();
    let run = |more: &[&str], here: &Path| {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.args(["--no-cache", "compare"]).args([&old, &new]).args(more).current_dir(here);
        layertui.output().unwrap().status.code()
    };
    let (here, file) = (place.path(""), place.path(".layertui.yaml"));
    std::fs::create_dir(place.path("elsewhere")).unwrap();
    let elsewhere = place.path("elsewhere");
    assert_eq!(run(&[], &here), Some(0));
    assert_eq!(run(&["--exclude", "/b"], &here), Some(1));
    assert_eq!(run(&[], &elsewhere), Some(1));
    assert_eq!(run(&["--config", file.to_str().unwrap()], &elsewhere), Some(0));
    // What is behind the limit of such a file would be missing.
    let long = format!("#{}\nexcludes: [/opt]\n", "p".repeat(256 * 1024));
    for wrong in ["excludes: [\"[\"]\n", "excludes: [\"\"]\n", &long] {
        std::fs::write(&file, wrong).unwrap();
        assert_eq!(run(&[], &here), Some(2));
    }
}

/// rpm records when each package was installed. The packages themselves are compared.
#[test]
fn a_database_of_rpm_is_set_aside_only_if_its_packages_are_compared() {
    let place = Place::new();
    let image = |name: &str, database: &[u8]| {
        let layer = Tar::new().file("var/lib/rpm/rpmdb.sqlite", database).finish();
        place.image(name, &[layer])
    };
    let before = rpm::database("before-rpmdb.sqlite");
    // The version of the program that uses the database: no package is in it.
    let mut rewritten = before.clone();
    rewritten[63] ^= 1;
    let old = image("old", &before);
    let (lines, code) = compare(&old, &image("rewritten", &rewritten), &["--semantic"]);
    assert_eq!(
        (code, set_aside(&lines)),
        (0, vec!["content /var/lib/rpm/rpmdb.sqlite".to_owned()])
    );
    let after = rpm::database("after-rpmdb.sqlite");
    let (lines, code) = compare(&old, &image("after", &after), &["--semantic"]);
    assert_eq!((code, lines.last().unwrap()["packages"].clone()), (1, json!(3)), "{lines:?}");
    // What is not the database that was read counts.
    let beside = |name: &str, contents: &str| {
        let tar = Tar::new().file("var/lib/rpm/rpmdb.sqlite", &before);
        place.image(name, &[tar.file("var/lib/rpm/Packages.db", contents).finish()])
    };
    let (lines, code) = compare(&beside("a", "then"), &beside("b", "now!"), &["--semantic"]);
    assert_eq!((code, set_aside(&lines)), (1, vec![]), "{lines:?}");
    let damaged = &rewritten[..rewritten.len() / 2];
    let (lines, code) = compare(&old, &image("damaged", damaged), &["--semantic"]);
    assert_eq!((code, set_aside(&lines)), (1, vec![]), "{lines:?}");
    assert_eq!(paths(&lines), ["content /var/lib/rpm/rpmdb.sqlite"]);
}
