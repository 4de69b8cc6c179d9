//! `layertui history` and `layertui find` over all paths, against the model of the tars.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::agree::Differences;
use super::image::Image;
use super::layertui::lines;
use super::tarball::normal;
use super::tree::{Path, Tree, is_below, show};
use super::union::{Marks, Union, changes};

/// What happened to a path, as a line of history says it.
#[derive(Debug, PartialEq)]
struct Step {
    layer: usize,
    event: String,
    cause: String,
    by: Option<String>,
}

/// Every event of every path.
pub fn histories_agree(image: &Image, found: &mut Differences) {
    let name = image.form.name;
    let mut ours: BTreeMap<Path, Vec<Step>> = BTreeMap::new();
    // Patterns pick paths below the root; the root is asked for by its name, if anything says something of it.
    let theirs = histories(&image.union);
    let mut all = lines(&image.form.json("history", &["--regex", "."]));
    if theirs.contains_key(&b"/"[..]) {
        all.extend(lines(&image.form.json("history", &["/"])));
    }
    for line in all {
        let text = |key: &str| line.text(key).map(str::to_owned);
        ours.entry(line.path.clone()).or_default().push(Step {
            layer: line.number("layer").unwrap() as usize,
            event: text("event").unwrap(),
            cause: text("cause").unwrap(),
            by: text("by"),
        });
    }
    for (path, steps) in &theirs {
        found.same(&format!("{name}: history of {}", show(path)), ours.get(path), Some(steps));
    }
    for path in ours.keys().filter(|path| !theirs.contains_key(*path)) {
        found.note(format!("{name}: only layertui has a history of {}", show(path)));
    }
}

/// Every path of any layer: its layers, whether it is left, what it wastes.
pub fn finds_agree(image: &Image, found: &mut Differences) {
    let (name, union) = (image.form.name, &image.union);
    let last = union.trees.last().unwrap();
    let mut theirs = histories(union);
    theirs.remove(&b"/"[..]);
    let listed = lines(&image.form.json("find", &["*"]));
    found.same(&format!("{name}: paths found"), listed.len(), theirs.len());
    for line in &listed {
        let place = format!("{name}: find {}", show(&line.path));
        let Some(steps) = theirs.get(&line.path) else {
            found.note(format!("{place}: only layertui has it"));
            continue;
        };
        let mut layers: Vec<usize> = steps.iter().map(|step| step.layer).collect();
        layers.dedup();
        found.same(&format!("{place}: layers"), &line.value["layers"], &json!(layers));
        let visible = json!(last.contains_key(&line.path));
        found.same(&format!("{place}: visible"), &line.value["visible"], &visible);
        let wasted: u64 = union.wasted_at(&line.path);
        found.same(&format!("{place}: wastedBytes"), line.number("wastedBytes"), Some(wasted));
    }
    let wasted: u64 = listed.iter().filter_map(|line| line.number("wastedBytes")).sum();
    let total: &Value = &image.form.layers()["totals"]["wastedBytes"];
    found.same(&format!("{name}: all wastedBytes together"), Some(wasted), total.as_u64());
}

fn histories(union: &Union) -> BTreeMap<Path, Vec<Step>> {
    let mut histories: BTreeMap<Path, Vec<Step>> = BTreeMap::new();
    for (layer, (after, marks)) in union.trees.iter().zip(&union.marks).enumerate() {
        let before = union.before(layer);
        for (path, change) in changes(&before, after, marks) {
            let steps = histories.entry(path.clone()).or_default();
            // What is new although it was there before was removed first.
            if change.kind == "removed" || (change.kind == "added" && before.contains_key(&path)) {
                let (cause, by) = removal(&path, after, marks);
                let by = by.map(|by| String::from_utf8_lossy(&by).into_owned());
                let (event, cause) = ("removed".to_owned(), cause.to_owned());
                steps.push(Step { layer, event, cause, by });
            }
            if change.kind != "removed" {
                let (event, cause) = (change.kind.to_owned(), "entry".to_owned());
                steps.push(Step { layer, event, cause, by: None });
            }
        }
    }
    histories
}

/// What removed a path: its own whiteout, or the marker of a directory above it, the nearest first, or what took such
/// a directory's place.
fn removal(path: &[u8], after: &Tree, marks: &Marks) -> (&'static str, Option<Path>) {
    if marks.whiteouts.contains(path) {
        return ("whiteout", None);
    }
    let above = |paths: &BTreeSet<Path>| {
        paths.iter().filter(|dir| is_below(path, dir)).max_by_key(|dir| dir.len()).cloned()
    };
    if let Some(gone) = above(&marks.whiteouts) {
        let name = gone.iter().rposition(|&byte| byte == b'/').unwrap() + 1;
        return ("whiteout", Some([&gone[..name], b".wh.", &gone[name..]].concat()));
    }
    if let Some(dir) = above(&marks.opaque) {
        return ("opaque", Some(normal(&[&dir[..], b"/.wh..wh..opq"].concat())));
    }
    let mut replaced = after.iter().filter(|(dir, node)| !node.is_dir() && is_below(path, dir));
    ("replaced", replaced.next().map(|(dir, _)| dir.clone()))
}
