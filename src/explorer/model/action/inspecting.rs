//! Rows of the table of actions: looking closer at what is under the cursor.

use crate::explorer::model::action::entry::Context::{File, Map, Overlay, Panes, Trees};
use crate::explorer::model::action::entry::{Action, EVERYWHERE, Entry, Group, hinted, row};

pub(super) const GROUP: Group = Group { name: "Look closer", rows: ROWS };

const ROWS: &[Entry] = &[
    hinted(
        row(
            Action::History,
            "history",
            &["w"],
            &[Trees],
            "who wrote this path: its history in every layer",
        ),
        "history",
        2,
    ),
    hinted(
        row(
            Action::View,
            "view",
            &["v"],
            &[Trees, Overlay],
            "view the file, as this layer has it or had it",
        ),
        "view",
        5,
    ),
    row(
        Action::Pager,
        "pager",
        &["o"],
        &[Trees, Overlay],
        "the file in $PAGER (else less), as this layer has it or had it",
    ),
    row(
        Action::TextDiff,
        "text-diff",
        &["D"],
        &[Trees, Overlay],
        "what changed in the file since the version before",
    ),
    row(
        Action::MarkVersion,
        "mark-version",
        &["m"],
        &[Overlay],
        "in a history: mark a version for D to compare with",
    ),
    row(Action::Hex, "hex", &["x"], &[File], "in a file: its bytes, and back"),
    row(Action::Wrap, "wrap", &["w"], &[File], "in a file: wrap long lines or not"),
    row(
        Action::Open,
        "open",
        &["enter"],
        EVERYWHERE,
        "open: a directory, a path's history, a layer's details; in lists, choose",
    ),
    row(
        Action::LayerDetails,
        "layer-details",
        &["L"],
        &[Panes],
        "the selected layer: command, digests, sizes",
    ),
    hinted(
        row(
            Action::ImageDetails,
            "image-details",
            &["i"],
            &[Panes],
            "the image: config, labels, Dockerfile",
        ),
        "image",
        5,
    ),
    row(
        Action::Images,
        "images",
        &["I"],
        &[Panes],
        "back to the list of images this one was chosen from",
    ),
    row(
        Action::Platforms,
        "platforms",
        &["P"],
        &[Panes],
        "the platforms there are of this image; Enter opens another",
    ),
    hinted(
        row(Action::Problems, "problems", &["!"], &[Panes], "what was odd or broken"),
        "problems",
        8,
    ),
    hinted(
        row(
            Action::Waste,
            "waste",
            &["W"],
            &[Panes],
            "what is wasted, by layer and by path, and what gets it back",
        ),
        "waste",
        7,
    ),
    row(
        Action::Compare,
        "compare",
        &["c"],
        &[Panes],
        "compare with another image: what only one has, what differs; again: back",
    ),
    row(
        Action::Treemap,
        "treemap",
        &["T"],
        &[Panes, Map],
        "a map of the largest things; in it, of what is wasted, and back",
    ),
    row(Action::TileLeft, "tile-left", &["left"], &[Map], "in the map: the tile on the left"),
    row(Action::TileRight, "tile-right", &["right"], &[Map], "in the map: the tile on the right"),
    row(Action::Descend, "descend", &["l"], &[Map], "in the map: into the directory"),
    row(Action::Parent, "parent", &["h", "backspace"], &[Map], "in the map: the directory above"),
    row(
        Action::Extract,
        "extract",
        &["e"],
        &[Trees, Overlay],
        "extract the file or directory, as this layer has it or had it",
    ),
    row(
        Action::Copy,
        "copy",
        &["y"],
        &[Panes],
        "send the path to the clipboard (in the stack, the digest)",
    ),
    row(
        Action::CopyCommand,
        "copy-command",
        &["Y"],
        &[Panes],
        "send the command of the layer that wrote this to the clipboard",
    ),
];
