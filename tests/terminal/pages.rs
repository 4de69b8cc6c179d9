//! Journeys through the pages: the biggest waste and its advice, a subtree extracted. Each ends with the terminal as it was.

use std::fs;

use crate::explorer::Explorer;

/// An explorer of the demo image in a directory of its own.
fn demo() -> Explorer {
    let explorer = Explorer::start(&["demo"], 120, 40, &[]);
    explorer.shows(&["usr/", "? help"]);
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
    explorer.shows(&["Waste", totals, "What gets it back", "By layer"]);
    let advice = said.lines().nth(3).unwrap().get(16..).unwrap().trim();
    explorer.shows(&[advice]);
    explorer.press("G");
    explorer.shows(&["By path"]);
    explorer.press("\r");
    explorer.shows(&["layer "]);
    explorer.press("T");
    explorer.shows(&["at layer", "arrows move"]);
    explorer.press("T");
    explorer.shows(&[" wasted "]);
    explorer.close(" wasted ");
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
