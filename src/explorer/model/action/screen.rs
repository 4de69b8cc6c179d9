//! Rows of the table of actions: the screen, the program and its help.

use crate::explorer::model::action::entry::Context::{Overlay, Panes};
use crate::explorer::model::action::entry::{
    Action, EVERYWHERE, Entry, Group, PaneAction, ProgramAction, hinted, row,
};

pub(super) const GROUP: Group = Group { name: "Screen", rows: ROWS };

const ROWS: &[Entry] = &[
    hinted(
        row(
            Action::Pane(PaneAction::Zoom),
            "zoom",
            &["+"],
            &[Panes],
            "this pane alone, or all again",
        ),
        "zoom",
        9,
    ),
    row(Action::Pane(PaneAction::Narrower), "narrower", &["<"], &[Panes], "make the pane narrower"),
    row(Action::Pane(PaneAction::Wider), "wider", &[">"], &[Panes], "make the pane wider"),
    row(
        Action::Pane(PaneAction::Theme),
        "theme",
        &["t"],
        &[Panes],
        "next theme: dark, light, high contrast, no colour",
    ),
    row(
        Action::Pane(PaneAction::Mouse),
        "mouse",
        &["M"],
        &[Panes],
        "mouse on or off (off: the terminal selects text)",
    ),
    row(
        Action::Program(ProgramAction::Redraw),
        "redraw",
        &["ctrl-l"],
        EVERYWHERE,
        "draw the whole screen again",
    ),
    hinted(
        row(
            Action::Palette,
            "palette",
            &[":"],
            &[Panes, Overlay],
            "do something by its name; also: layer 7, path /etc, theme light",
        ),
        "palette",
        10,
    ),
    hinted(
        row(Action::Help, "help", &["?"], &[Panes, Overlay], "this help; / searches it"),
        "help",
        4,
    ),
    row(
        Action::Cancel,
        "cancel",
        &["esc"],
        EVERYWHERE,
        "close, then end search, filter and mark, then stop reading",
    ),
    row(
        Action::Pane(PaneAction::Resume),
        "resume",
        &["r"],
        &[Panes],
        "go on reading the layers that were not read, after Esc stopped it",
    ),
    row(
        Action::Pane(PaneAction::Reload),
        "reload",
        &["ctrl-r"],
        &[Panes],
        "read the image again and mark what changed; everything else stays as it is",
    ),
    row(
        Action::Pane(PaneAction::Follow),
        "follow",
        &["F"],
        &[Panes],
        "follow a running container: show what it writes to its layer; again: stop",
    ),
    hinted(row(Action::Pane(PaneAction::Quit), "quit", &["q"], &[Panes], "quit"), "quit", 6),
    row(Action::Close, "close", &["q"], &[Overlay], "close what is open"),
    row(
        Action::Program(ProgramAction::Interrupt),
        "interrupt",
        &["ctrl-c"],
        EVERYWHERE,
        "quit from anywhere",
    ),
    row(
        Action::Program(ProgramAction::Suspend),
        "suspend",
        &["ctrl-z"],
        EVERYWHERE,
        "back to the shell; `fg` returns",
    ),
];
