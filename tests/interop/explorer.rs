//! Journeys through the explorer on built images, in a real pseudo-terminal: the biggest waste and its advice, a subtree
//! extracted, two builds compared. Each ends with the terminal as it was.

use std::fs;

use super::engines::wanted;
use super::lab::lab;
use super::scratch::fresh;
use super::terminal::Explorer;

#[test]
fn the_explorers_journeys_work_on_built_images() {
    if !wanted() {
        return;
    }
    let (image, other) = (&lab().image.form, &lab().by_vfs.form);
    let mut explorer = Explorer::start(&[&image.argument], 120, 40, &[]);
    explorer.shows(&["lab/", "? help"]);

    // The package archives were deleted a layer later.
    explorer.press("W");
    explorer.shows(&["Waste", "delete in the layer that adds it: one RUN"]);
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
    explorer.shows(&["layer 1", " beside "]);
    explorer.press("/same-size\r");
    explorer.shows(&["/lab/edit/same-size", " image"]);
    explorer.press("L");
    explorer.shows(&["Layers of both", "layers are in the other image"]);
    explorer.close(" beside ");
    explorer.shows(&["lab/"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}
