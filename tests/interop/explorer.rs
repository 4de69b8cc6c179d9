//! Journeys through the explorer on built images, in a real pseudo-terminal: who added a file, what deleted one and what
//! was in it, setuid files, keys of the user's own; the biggest waste and its advice, a subtree extracted, two builds
//! compared. Each ends with the terminal as it was.

use std::fs;

use super::engines::require_engines;
use super::lab::lab;
use super::scratch::fresh;
use super::terminal::Explorer;

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn the_explorers_journeys_work_on_built_images() {
    require_engines();
    let (image, other) = (&lab().image.form, &lab().by_vfs.form);
    let mut explorer = Explorer::start(&[&image.argument], 120, 40, &[]);
    explorer.shows(&["lab/", "? help", "is shown first"]);
    // From the topmost layer.
    explorer.press("1G2");
    explorer.shows(&["20/20"]);

    // The package archives were deleted a layer later.
    explorer.press("W");
    explorer.shows(&["What to fix", "delete in the layer that adds it: one RUN"]);
    explorer.press("\r");
    explorer.shows(&["? help"]);

    explorer.press("G/same-size\r");
    explorer.shows(&["/lab/edit"]);
    explorer.close("found for");
    explorer.press("h");
    let dest = fresh("explorer").join("edit");
    explorer.press("e");
    explorer.shows(&["Extract to", "/lab/edit"]);
    explorer.press(&format!("\x15{}\r", dest.display()));
    explorer.shows(&["extracted /lab/edit"]);
    assert_eq!(fs::read_to_string(dest.join("same-size")).unwrap(), "other text\n");

    explorer.press("c");
    explorer.shows(&["Compare with"]);
    explorer.press(&format!("{}\r", other.argument));
    // The title is cut in the middle.
    explorer.shows(&["layer 1", "eside old"]);
    explorer.press("/same-size\r");
    explorer.shows(&["/lab/edit/same-size", " image"]);
    explorer.press("L");
    explorer.shows(&["Layers of both", "layers are in the other image"]);
    explorer.close("eside old");
    explorer.shows(&["lab/"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn files_of_built_images_are_found_with_who_added_and_removed_them() {
    require_engines();
    let config = fresh("explorer-config");
    let directory = config.join("layertui");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("config.toml"), "[keys]\nhistory = \"ctrl-w\"\nquit = \"Q\"\n")
        .unwrap();
    let home = [("XDG_CONFIG_HOME", config.to_str().unwrap())];
    let mut explorer = Explorer::start(&[&lab().image.form.argument], 120, 40, &home);
    explorer.shows(&["lab/", "ctrl-w history", "is shown first"]);
    explorer.press("1G2");
    explorer.shows(&["20/20"]);

    explorer.press("/hundred-thousand-lines\r");
    explorer.shows(&["added by layer", "mkdir -p /lab/numbers"]);
    explorer.press("\x17");
    explorer.shows(&["History", "/lab/numbers/hundred-thousand-lines", "added"]);
    explorer.close("History");
    explorer.close("found for");

    explorer.press("/links/one\r");
    explorer.shows(&["found for /links/one"]);
    explorer.press("\x17");
    explorer.shows(&["History", "added", "- layer 19  removed", "by a whiteout"]);
    explorer.press("v");
    explorer.shows(&["1 many"]);
    explorer.close("1 many");
    explorer.close("History");
    explorer.close("found for");

    explorer.press("fsetuid\r");
    explorer.shows(&["[setuid]", " path"]);
    // Only what leads to one is left.
    explorer.press("2=G");
    explorer.shows(&["rwsr-xr-x", "dpkg package passwd"]);
    explorer.close("[setuid]");
    explorer.press("Q");
    assert_eq!(explorer.ends(), 0);
}
