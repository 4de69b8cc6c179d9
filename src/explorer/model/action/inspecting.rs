//! Rows of the table of actions: looking closer at what is under the cursor.

use crate::explorer::model::action::entry::Context::{File, Map, Overlay, Panes, Trees};
use crate::explorer::model::action::entry::{
    Action, EVERYWHERE, Entry, FileAction, Group, MapAction, PaneAction, TreeAction, VersionAction,
    hinted, row,
};

pub(super) const GROUP: Group = Group { name: "Look closer", rows: ROWS };

const ROWS: &[Entry] = &[
    hinted(
        row(
            Action::Tree(TreeAction::History),
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
            Action::Version(VersionAction::View),
            "view",
            &["v"],
            &[Trees, Overlay],
            "view the file, as this layer has it or had it",
        ),
        "view",
        5,
    ),
    row(
        Action::Version(VersionAction::Pager),
        "pager",
        &["o"],
        &[Trees, Overlay],
        "the file in $PAGER (else less), as this layer has it or had it",
    ),
    row(
        Action::Version(VersionAction::TextDiff),
        "text-diff",
        &["D"],
        &[Trees, Overlay],
        "what changed in the file since the version before",
    ),
    row(
        Action::Version(VersionAction::MarkVersion),
        "mark-version",
        &["m"],
        &[Overlay],
        "in a history: mark a version for D to compare with",
    ),
    row(Action::File(FileAction::Hex), "hex", &["x"], &[File], "in a file: its bytes, and back"),
    row(
        Action::File(FileAction::Wrap),
        "wrap",
        &["w"],
        &[File],
        "in a file: wrap long lines or not",
    ),
    row(
        Action::Open,
        "open",
        &["enter"],
        EVERYWHERE,
        "open: a directory, a path's history, a layer's details; in lists, choose",
    ),
    row(
        Action::Pane(PaneAction::LayerDetails),
        "layer-details",
        &["L"],
        &[Panes],
        "the selected layer: command, digests, sizes",
    ),
    hinted(
        row(
            Action::Pane(PaneAction::ImageDetails),
            "image-details",
            &["i"],
            &[Panes],
            "the image: config, labels, Dockerfile",
        ),
        "image",
        5,
    ),
    row(
        Action::Pane(PaneAction::Images),
        "images",
        &["I"],
        &[Panes],
        "back to the list of images this one was chosen from",
    ),
    row(
        Action::Intermediate,
        "intermediate",
        &["a"],
        &[Overlay],
        "in the list of images: intermediate ones of builds too, or not",
    ),
    row(
        Action::Pane(PaneAction::Platforms),
        "platforms",
        &["P"],
        &[Panes],
        "the platforms there are of this image; Enter opens another",
    ),
    hinted(
        row(
            Action::Pane(PaneAction::Problems),
            "problems",
            &["!"],
            &[Panes],
            "what was odd or broken",
        ),
        "problems",
        8,
    ),
    hinted(
        row(
            Action::Pane(PaneAction::Waste),
            "waste",
            &["W"],
            &[Panes, Overlay],
            "what to fix: wasted bytes; Tab: findings (secrets, caches, rights)",
        ),
        "to fix",
        7,
    ),
    row(
        Action::Pane(PaneAction::Compare),
        "compare",
        &["c"],
        &[Panes],
        "compare with another image: what only one has, what differs; again: back",
    ),
    row(
        Action::Treemap,
        "treemap",
        &["T"],
        &[Panes, Overlay],
        "a map of the largest things; in it, of what is wasted, and back",
    ),
    row(
        Action::Map(MapAction::TileLeft),
        "tile-left",
        &["left"],
        &[Map],
        "in the map: the tile on the left",
    ),
    row(
        Action::Map(MapAction::TileRight),
        "tile-right",
        &["right"],
        &[Map],
        "in the map: the tile on the right",
    ),
    row(
        Action::Map(MapAction::Descend),
        "descend",
        &["l"],
        &[Map],
        "in the map: into the directory",
    ),
    row(
        Action::Map(MapAction::Parent),
        "parent",
        &["h", "backspace"],
        &[Map],
        "in the map: the directory above",
    ),
    row(
        Action::Extract,
        "extract",
        &["e"],
        &[Trees, Overlay],
        "extract the file or directory, as this layer has it or had it",
    ),
    row(
        Action::Pane(PaneAction::Copy),
        "copy",
        &["y"],
        &[Panes],
        "send the path to the clipboard (in the stack, the digest)",
    ),
    row(
        Action::Pane(PaneAction::CopyCommand),
        "copy-command",
        &["Y"],
        &[Panes],
        "send the command of the layer that wrote this to the clipboard",
    ),
];
