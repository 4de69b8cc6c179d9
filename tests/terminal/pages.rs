//! Journeys through the pages: the biggest waste and its advice, a subtree extracted, two
//! builds compared, packages. Each ends with the terminal as it was.

use std::fs;

use crate::explorer::Explorer;

/// An explorer of the demo image in a directory of its own.
/// The demo, all of it read: until then the line above the keys tells of reading.
fn demo() -> Explorer {
    let explorer = Explorer::start(&["demo"], 120, 40, &[]);
    explorer.shows(&["usr/", "? help", "is shown first"]);
    explorer
}

#[test]
fn the_biggest_waste_and_what_gets_it_back() {
    let mut explorer = demo();
    // `layertui waste` says the same in the same words.
    let said = std::process::Command::new(env!("CARGO_BIN_EXE_layertui"))
        .args(["--no-cache", "waste"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/image.tar"))
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let (_, totals) = said.lines().next().unwrap().split_once(": ").unwrap();
    explorer.press("W");
    explorer.shows(&["What to fix", totals, "How to avoid it", "By layer"]);
    let advice = said.lines().nth(3).unwrap().get(16..).unwrap().trim();
    explorer.shows(&[advice, "By path"]);
    explorer.press("G");
    explorer.shows(&["32/32"]);
    explorer.press("\r");
    explorer.shows(&["layer "]);
    explorer.press("T");
    explorer.shows(&["at layer", "arrows move"]);
    explorer.press("T");
    explorer.shows(&["/  ", " wasted ─"]);
    explorer.close(" wasted ─");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn findings_are_made_of_contents_and_lead_to_their_paths() {
    let mut explorer = demo();
    explorer.press("W");
    explorer.shows(&["What to fix: waste"]);
    explorer.press("\t");
    explorer.shows(&["What to fix: findings", "Secrets", ".env file stored", "fix:"]);
    explorer.press("\r");
    explorer.shows(&["layer 3"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn contents_are_searched_and_a_line_opens_its_file() {
    let mut explorer = demo();
    // In the stack, the whole image is searched.
    explorer.press("1\x13");
    explorer.shows(&["Contents below", "type a regular expression"]);
    explorer.press("SHOP_TOKEN=\r");
    explorer.shows(&["1 line, ", "files searched", "/root/.env", "gone since"]);
    explorer.press("\r");
    explorer.shows(&["layer 3", "not-a-real-token", "x bytes"]);
    explorer.press("q");
    explorer.shows(&["Contents below"]);
    explorer.close("Contents below");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

/// Answers the question for the background as soon as it comes, and says which theme `t` goes to.
fn theme_after(answer: &str, environment: &[(&str, &str)]) -> String {
    let mut explorer = Explorer::start(&["demo"], 120, 40, environment);
    let question = b"\x1b]11;?";
    let asked =
        |explorer: &Explorer| explorer.raw().windows(question.len()).any(|bytes| bytes == question);
    while !answer.is_empty() && !asked(&explorer) {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    explorer.press(answer);
    explorer.shows(&["usr/", "? help"]);
    explorer.press("t");
    explorer.shows(&["theme: "]);
    let text = explorer.text();
    let said = text.split("theme: ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
    said
}

#[test]
fn a_light_background_gets_the_light_theme() {
    let white = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;4c";
    // The machine may be too busy to answer in time: then the background is taken to be dark.
    let lit = (0..5).any(|_| theme_after(white, &[]) == "high-contrast");
    assert!(lit, "after light comes high-contrast");
    assert_eq!(theme_after("\x1b]11;rgb:1111/1111/1111\x07\x1b[?62;4c", &[]), "light");
    assert_eq!(theme_after("\x1b[?62;4c", &[]), "light", "a terminal that does not say");
    assert_eq!(theme_after("", &[("COLORFGBG", "0;15")]), "high-contrast");
}

#[test]
fn a_key_that_comes_with_the_answer_ends_the_explorer() {
    for key in ["q", "\x03"] {
        let mut explorer = Explorer::start(&["demo"], 120, 40, &[]);
        while !explorer.raw().windows(5).any(|bytes| bytes == b"\x1b]11;") {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        explorer.press(&format!("{key}\x1b[?62;4c"));
        assert_eq!(explorer.ends(), 0);
    }
}

#[test]
fn the_theme_of_the_config_wins_and_nothing_is_asked() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("layertui")).unwrap();
    fs::write(home.path().join("layertui/config.toml"), "theme = \"mono\"\nkeys = \"dive\"\n")
        .unwrap();
    let place = [("XDG_CONFIG_HOME", home.path().to_str().unwrap()), ("COLORFGBG", "0;15")];
    let mut explorer = Explorer::start(&["demo"], 120, 40, &place);
    explorer.shows(&["usr/", "? help"]);
    assert!(!explorer.raw().windows(5).any(|bytes| bytes == b"\x1b]11;"));
    explorer.press("\x01");
    explorer.shows(&["added paths are hidden"]);
    explorer.press("t");
    explorer.shows(&["theme: dark"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn a_late_answer_is_no_keys() {
    let mut explorer = demo();
    explorer.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    explorer.press("i");
    explorer.shows(&["Image"]);
    explorer.hides("filter ");
    explorer.close("Image");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn a_subtree_is_extracted_and_nothing_is_overwritten_unasked() {
    let place = tempfile::tempdir().unwrap();
    let dest = place.path().join("out");
    let mut explorer = demo();
    explorer.press("/srv\r");
    explorer.shows(&["/srv"]);
    explorer.press("e");
    explorer.shows(&["Extract to", "as layer"]);
    explorer.press(&format!("\x15{}\r", dest.display()));
    explorer.shows(&["extracted /srv"]);
    assert!(dest.join("shop").is_dir());
    let before: Vec<_> = fs::read_dir(&dest).unwrap().collect();
    assert!(!before.is_empty());
    explorer.press("e");
    explorer.shows(&["Extract to"]);
    explorer.press(&format!("\x15{}\r", dest.display()));
    explorer.shows(&["Overwrite?", "leave it as it is"]);
    explorer.press("\r");
    explorer.shows(&["nothing was extracted"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn a_deleted_file_is_extracted_as_it_was() {
    let place = tempfile::tempdir().unwrap();
    let dest = place.path().join("key");
    let mut explorer = demo();
    explorer.press("/deploy_key\r");
    explorer.shows(&["layer 5", "deploy_key"]);
    explorer.press("e");
    explorer.shows(&["Extract to", "as layer 4 has it"]);
    explorer.press(&format!("\x15{}\r", dest.display()));
    explorer.shows(&["extracted ", "1 object"]);
    assert!(fs::metadata(&dest).unwrap().len() > 0);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn two_builds_are_compared_and_the_way_leads_back() {
    let place = tempfile::tempdir().unwrap();
    for (build, files) in [
        ("old", [("etc/conf", "a=1"), ("same", "same"), ("only-old", "gone")]),
        ("new", [("etc/conf", "a=2"), ("same", "same"), ("only-new", "come")]),
    ] {
        for (path, text) in files {
            let path = place.path().join(build).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            let time =
                std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        }
    }
    let image = |build: &str| format!("rootfs:{}", place.path().join(build).display());
    let mut explorer = Explorer::start(&[&image("new")], 120, 40, &[]);
    // The first entries are there before all layers are read, which a comparison needs; the wasted bytes are there after it.
    explorer.shows(&["only-new", "? help", "wasted"]);
    explorer.press("c");
    explorer.shows(&["Compare with"]);
    explorer.press(&format!("{}\r", image("old")));
    explorer.shows(&["new beside old", "only-old", "only-new", "layer 1"]);
    // Directories have no tar: they are compared by their files.
    explorer.shows(&["~  0  0  1 changed, 1 added"]);
    for (path, said) in [
        ("only-new", "only in the new image, this one"),
        ("only-old", "only in the old image"),
        ("conf", "differs from the old image"),
        ("same", "the same in both images"),
    ] {
        explorer.press(&format!("/{path}\r"));
        explorer.shows(&[said]);
    }
    // The contents of both are there: what differs is shown as a text diff.
    explorer.press("/conf\rD");
    explorer.shows(&["a=1", "a=2"]);
    explorer.close("a=2");
    explorer.press("L");
    explorer.shows(&["Layers of both", "0 of 1 layers"]);
    explorer.close("only-old");
    explorer.shows(&["only-new"]);
    explorer.press("c");
    explorer.shows(&["Compare with"]);
    explorer.press("no/such/image\r");
    explorer.shows(&["not compared", "no/such/image"]);
    explorer.close("Compare with");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn the_package_of_a_file_and_files_of_none() {
    let place = tempfile::tempdir().unwrap();
    let file = |path: &str, text: &str| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    file("var/lib/dpkg/status", "Package: bash\nStatus: install ok installed\nVersion: 5.2\n");
    file("var/lib/dpkg/info/bash.list", "/.\n/bin\n/bin/bash\n");
    file("bin/bash", "#!");
    file("bin/stray", "#!");
    let image = format!("rootfs:{}", place.path().display());
    let mut explorer = Explorer::start(&[&image], 120, 40, &[]);
    explorer.shows(&["bin/", "? help"]);
    explorer.press("/bash\r");
    explorer.press("w");
    explorer.shows(&["History", "dpkg package bash 5.2"]);
    explorer.close("History");
    explorer.close("found for");
    explorer.shows(&["dpkg package bash 5.2"]);
    explorer.press("funowned\r");
    explorer.shows(&["[unowned]", "stray"]);
    explorer.close("[unowned]");
    explorer.press("fowned:bash file\r");
    explorer.shows(&["[owned:bash]", "1 path"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn a_file_of_any_layer_opens_in_the_pager_and_the_terminal_comes_back() {
    let place = tempfile::tempdir().unwrap();
    let (pager, seen) = (place.path().join("pager"), place.path().join("seen"));
    // It reads a key as a pager does, and notes what it was given and where that lay.
    let script = "#!/bin/sh\nls -l \"$2\" >\"$1\"\ncat \"$2\" >>\"$1\"\necho PAGER HAS IT\nread -r key\necho \"got:$key:\" >>\"$1\"\n";
    fs::write(&pager, script).unwrap();
    let command = format!("sh {} {}", pager.display(), seen.display());
    let temporary = place.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let environment = [("PAGER", command.as_str()), ("TMPDIR", temporary.to_str().unwrap())];
    let mut explorer = Explorer::start(&["demo"], 120, 40, &environment);
    explorer.shows(&["usr/", "? help"]);
    explorer.press("/deploy_key\r");
    explorer.shows(&["removed by layer 5"]);
    explorer.press("o");
    explorer.shows(&["PAGER HAS IT"]);
    explorer.is_restored();
    // Its keys are its own, those that quit the explorer and those that interrupt it, too.
    explorer.press("jq\r");
    explorer.shows(&["removed by layer 5", "? help"]);
    let read = fs::read_to_string(&seen).unwrap();
    assert!(read.starts_with("-rw------- ") && read.contains("BEGIN EXAMPLE KEY"), "{read}");
    assert!(read.ends_with("got:jq:\n"), "{read}");
    assert_eq!(
        fs::read_dir(&temporary)
            .unwrap()
            .filter(|entry| {
                entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".txt")
            })
            .count(),
        0,
        "what was written for it is gone"
    );
    explorer.press("o");
    explorer.shows(&["PAGER HAS IT"]);
    explorer.press("\r");
    explorer.shows(&["? help"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}
