//! Random layers in the notation of `stack`. There are few names, so that layers have the same paths.

use proptest::prelude::*;

fn path() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "a-b", "d"]);
    prop::collection::vec(name, 1..4).prop_map(|names| names.join("/"))
}

fn attributes() -> impl Strategy<Value = String> {
    let mode = prop::sample::select(vec!["", "", "@700", "@4755"]);
    let owner = prop::sample::select(vec!["", "", "%1.2"]);
    let mtime = prop::sample::select(vec!["", "", "^7"]);
    let xattr = prop::sample::select(vec!["", "", "&user.x=1"]);
    (mode, owner, mtime, xattr).prop_map(|(a, b, c, d)| [a, b, c, d].concat())
}

fn row() -> impl Strategy<Value = String> {
    let size = prop::sample::select(vec![
        ":0", ":3#1", ":3#2", ":3", ":5#1", ":9#1", ":9/3", ":9/3#1", ":9/0",
    ]);
    let target = prop::sample::select(vec!["a", "/b", "../c", "b/a", "..", "/", "a-b", "."]);
    prop_oneof![
        4 => (path(), size, attributes()).prop_map(|(p, s, a)| format!("+{p}{s}{a}")),
        4 => (path(), attributes()).prop_map(|(p, a)| format!("+{p}/{a}")),
        2 => (path(), target).prop_map(|(p, t)| format!("+{p}->{t}")),
        2 => (path(), path()).prop_map(|(p, t)| format!("+{p}=>{t}")),
        1 => path().prop_map(|p| format!("+{p}*1.3")),
        3 => path().prop_map(|p| format!("-{p}")),
        2 => path().prop_map(|p| format!("!{p}")),
        1 => Just("!".to_owned()),
        1 => attributes().prop_map(|a| format!("+/{a}")),
    ]
}

/// Up to five layers of up to eleven rows each.
pub fn layers() -> impl Strategy<Value = String> {
    let layer = prop::collection::vec(row(), 0..12).prop_map(|rows| rows.join(" "));
    prop::collection::vec(layer, 1..6).prop_map(|layers| layers.join(" | "))
}
