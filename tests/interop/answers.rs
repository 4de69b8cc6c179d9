//! Answers without a screen: two builds of one recipe compared, and the page as a browser shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::agree::Differences;
use super::engines::{require_engines, run, text};
use super::lab::lab;
use super::layertui::lines;
use super::scratch::fresh;
use super::tree::{Node, Tree, is_below};

/// What a plain comparison of two unpacked trees finds: by path, how it differs and in what.
fn plainly(old: &Tree, new: &Tree) -> Differing {
    let relinked = relinked(old, new);
    let paths = old.keys().chain(new.keys());
    let differ = paths.filter_map(|path| {
        let (change, metadata) = match (old.get(path), new.get(path)) {
            (Some(one), Some(other)) => changed(one, other, relinked.contains(path.as_slice()))?,
            (None, _) => ("added", vec![]),
            (_, None) => ("removed", vec![]),
        };
        let metadata = metadata.into_iter().map(str::to_owned).collect();
        Some((String::from_utf8_lossy(path).into_owned(), (change.to_owned(), metadata)))
    });
    differ.collect()
}

/// Names of one file in one tree that are names of several in the other, but for the first name.
fn relinked<'t>(old: &'t Tree, new: &'t Tree) -> BTreeSet<&'t [u8]> {
    let (mut of_old, mut of_new) = (BTreeMap::new(), BTreeMap::new());
    let both = old.iter().filter_map(|(path, one)| Some((path, one, new.get(path)?)));
    let files = both.filter(|(_, one, other)| one.kind == "file" && other.kind == "file");
    let moved = files.filter(|(_, one, other)| {
        let lost = *of_old.entry(one.inode).or_insert(other.inode) != other.inode;
        let joined = *of_new.entry(other.inode).or_insert(one.inode) != one.inode;
        lost || joined
    });
    moved.map(|(path, _, _)| path.as_slice()).collect()
}

fn changed(one: &Node, other: &Node, relinked: bool) -> Option<(&'static str, Vec<&'static str>)> {
    if one.implied || other.implied {
        return None;
    }
    let directories = one.is_dir() && other.is_dir();
    let metadata = [
        ("mode", one.mode != other.mode),
        ("owner", (one.uid, one.gid) != (other.uid, other.gid)),
        ("mtime", !directories && one.mtime != other.mtime),
        ("xattrs", one.xattrs != other.xattrs),
        ("device", one.device != other.device),
        ("links", relinked),
    ];
    let metadata: Vec<_> =
        metadata.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
    let same = (one.kind, &one.content, &one.target) == (other.kind, &other.content, &other.target);
    match (same, metadata.is_empty()) {
        (true, true) => None,
        (true, false) => Some(("metadata", metadata)),
        (false, _) => Some(("content", metadata)),
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn two_builds_of_one_recipe_differ_as_their_unpacked_trees_do() {
    require_engines();
    let (old, new) = (&lab().image, &lab().by_vfs);
    let theirs = plainly(old.last_unpacked(), new.last_unpacked());
    assert!(theirs.len() > 20, "two builds differ in times at least");
    let mut found = Differences::default();
    let ours = compared(&old.form.argument, &new.form.argument, &[]);
    for path in ours.keys().chain(theirs.keys()) {
        found.same(path, ours.get(path), theirs.get(path));
    }
    // The same without times.
    let timeless = theirs.into_iter().filter_map(|(path, (change, mut metadata))| {
        metadata.retain(|name| name != "mtime");
        (change != "metadata" || !metadata.is_empty()).then_some((path, (change, metadata)))
    });
    let timeless: Differing = timeless.collect();
    let ours = compared(&old.form.argument, &new.form.argument, &["--semantic"]);
    found.same("--semantic", ours, timeless);
    found.assert_none();
}

/// By path, how two trees differ and in what.
type Differing = BTreeMap<String, (String, Vec<String>)>;

/// What `compare` says of paths.
fn compared(old: &str, new: &str, more: &[&str]) -> Differing {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    let output = layertui.args(["compare", "--json", old, new]).args(more).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let paths = lines.filter(|line| line["kind"] == "path").map(|line| {
        let metadata = line["metadata"].as_array().unwrap().iter();
        let metadata = metadata.map(|name| name.as_str().unwrap().to_owned()).collect();
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        (text("path"), (text("change"), metadata))
    });
    paths.collect()
}

/// Sizes that umoci's unpacked tree has: each file once, however many names it has.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn totals_of_directories_are_those_of_the_unpacked_files() {
    require_engines();
    let image = &lab().image;
    let tree = image.last_unpacked();
    let below = |dir: &[u8]| -> u64 {
        let files = tree.iter().filter(|(path, node)| is_below(path, dir) && node.kind == "file");
        files.map(|(_, node)| (node.inode, node.size)).collect::<BTreeMap<_, _>>().values().sum()
    };
    let mut names: BTreeMap<u64, Vec<&[u8]>> = BTreeMap::new();
    for (path, node) in tree {
        names.entry(node.inode).or_default().push(path);
    }
    let mut counted = 0;
    for line in lines(&image.form.json("ls", &["--du", "--recursive"])) {
        // A file with names in several directories counts in one of them.
        let inside = |path: &&[u8]| is_below(path, &line.path);
        let divided = names.values().any(|it| it.iter().any(inside) && !it.iter().all(inside));
        if line.text("type") == Some("dir") && !divided {
            let path = String::from_utf8_lossy(&line.path).into_owned();
            assert_eq!(line.number("totalBytes"), Some(below(&line.path)), "{path}");
            counted += 1;
        }
    }
    assert!(counted > 10, "{counted}");
}

/// What dpkg itself reads in the extracted tree.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn packages_are_those_that_dpkg_knows() {
    require_engines();
    let form = &lab().image.form;
    let database = form.extracted().join("var/lib/dpkg");
    let mut query = Command::new("dpkg-query");
    query.arg(format!("--admindir={}", database.display()));
    query.args(["-W", "-f", "${db:Status-Status} ${Package} ${Version}\n"]);
    let theirs = text(&mut query);
    let theirs: BTreeSet<&str> =
        theirs.lines().filter_map(|line| line.strip_prefix("installed ")).collect();
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    let report: Value =
        serde_json::from_str(&text(layertui.args(["report", &form.argument]))).unwrap();
    let ours: BTreeSet<String> = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {}", it["name"].as_str().unwrap(), it["version"].as_str().unwrap()))
        .collect();
    assert_eq!(ours.iter().map(String::as_str).collect::<BTreeSet<_>>(), theirs);
    assert!(ours.contains("lab 2") && !ours.iter().any(|it| it.starts_with("debianutils")));
}

/// A browser shows the page without a request and without an error.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_browser_shows_the_page() {
    require_engines();
    let place = fresh("page-");
    let page = place.join("page.html");
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    run(layertui.args(["report", &lab().image.form.argument, "--html"]).arg(&page));
    let (shot, net_log) = (place.join("shot.png"), place.join("net.json"));
    let mut browser = Command::new("chromium");
    browser.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // Whatever it asks for, of its own or the page's, gets no answer.
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--enable-logging=stderr",
        "--window-size=1240,1600",
    ]);
    browser.arg(format!("--user-data-dir={}", place.join("data").display()));
    browser.arg(format!("--log-net-log={}", net_log.display()));
    browser.arg(format!("--screenshot={}", shot.display()));
    let output = run(browser.arg(format!("file://{}", page.display())));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("CONSOLE"), "{said}");
    let picture = fs::read(&shot).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000, "{}", picture.len());
    // All but the browser's own housekeeping, which no page asks for.
    let log = fs::read_to_string(&net_log).unwrap();
    assert!(log.contains("\"constants\""), "there is a log");
    for line in log.lines().filter(|line| line.contains("\"url\":\"http")) {
        assert!(line.contains("google") || line.contains("gvt1"), "asked for: {line}");
    }
    fs::remove_dir_all(place).unwrap();
}

/// A validator that is not ours: JUnit's XML passes what both schemas in use have in common, and something else does not.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn xmllint_accepts_what_ci_writes_as_junit() {
    require_engines();
    let place = fresh("junit-");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/junit.xsd");
    let accepts = |text: &[u8]| {
        let file = place.join("junit.xml");
        fs::write(&file, text).unwrap();
        let mut xmllint = Command::new("xmllint");
        let output =
            xmllint.args(["--noout", "--nonet", "--schema"]).arg(&schema).arg(&file).output();
        output.unwrap().status.success()
    };
    // All kept; some broken, with paths; one open for want of its base.
    for (rules, code) in [
        (&["--max-layers=99"][..], 0),
        (&["--block=**", "--max-layers=1", "--deny-waste=<&\"'>"], 1),
        (&["--base=/no/such/<&\"'>"], 2),
    ] {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.current_dir(&place).args(["ci", "--format=junit", &lab().image.form.argument]);
        layertui.args(["--lowest-efficiency=disabled", "--highest-user-wasted-percent=1"]);
        let output = layertui.args(rules).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(accepts(&output.stdout), "{}", String::from_utf8_lossy(&output.stdout));
    }
    assert!(!accepts(b"<testsuites><testsuite name='x'/></testsuites>"));
    fs::remove_dir_all(place).unwrap();
}
