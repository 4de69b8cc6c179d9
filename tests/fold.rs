//! The fold and its queries, held against a slow and obvious model on random layers.
//!
//! - `agrees_with_the_model`: merged trees, diffs, ranges, history, totals, waste, walks, outlines, search
//! - `says`: single cases, written in the stack's own notation
//!
//! A failing case prints its layers in the notation: paste the line into `says`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod model;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use layertui::stack::entry::Kind;
use layertui::stack::outline::{Folds, Outline, Tree, Unfolded};
use layertui::stack::walk::{Scope, Walk};
use layertui::stack::{NodeId, Stack, notation};
use model::{Model, Path};
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
    let size = prop::sample::select(vec![":0", ":3#1", ":3#2", ":3", ":5#1", ":9/3"]);
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

fn layers() -> impl Strategy<Value = String> {
    let layer = prop::collection::vec(row(), 0..12).prop_map(|rows| rows.join(" "));
    prop::collection::vec(layer, 1..6).prop_map(|layers| layers.join(" | "))
}

struct Case<'a> {
    stack: &'a Stack,
    model: &'a Model,
    /// Every path either of them knows.
    paths: BTreeSet<Path>,
}

impl Case<'_> {
    fn node(&self, path: &[u8]) -> Option<NodeId> {
        self.stack.find(path)
    }

    fn trees(&self) {
        for (layer, tree) in self.model.trees.iter().enumerate() {
            for path in &self.paths {
                let ours = self.node(path).and_then(|node| self.stack.visible(node, layer));
                let shown = String::from_utf8_lossy(path);
                let Some(theirs) = tree.get(path) else {
                    assert_eq!(ours, None, "/{shown} at {layer}");
                    continue;
                };
                let ours = ours.unwrap_or_else(|| panic!("/{shown} is missing at {layer}"));
                assert_eq!(ours.kind, theirs.kind, "/{shown} at {layer}");
                assert_eq!(ours.implied, theirs.implied, "/{shown} at {layer}");
                assert_eq!(ours.layer, theirs.layer, "layer of /{shown} at {layer}");
                assert_eq!(ours.added_by, theirs.added_by, "addedBy of /{shown} at {layer}");
                assert_eq!(ours.size, theirs.size);
                assert_eq!(ours.mode, (!theirs.implied).then_some(theirs.mode));
                assert_eq!(ours.owner, (!theirs.implied).then_some(theirs.owner));
                assert_eq!(ours.mtime, (!theirs.implied).then_some(theirs.mtime));
                assert_eq!(self.stack.xattrs(ours.event).encoded(), theirs.xattrs);
                let device = theirs.kind.is_device().then_some(theirs.device);
                assert_eq!(self.stack.device(ours.event), device);
                if theirs.kind == Kind::Symlink {
                    assert_eq!(self.stack.link(ours.event), theirs.link);
                }
                let payload = self.stack.payload(ours.event);
                assert_eq!(
                    payload.map(|payload| (payload.layer, payload.size)),
                    theirs.payload.map(|payload| (payload.id.0, payload.size)),
                    "payload of /{shown} at {layer}"
                );
            }
        }
    }

    fn diffs(&self) {
        for (layer, diff) in self.model.diffs.iter().enumerate() {
            let mut summary = BTreeMap::new();
            for path in &self.paths {
                let change = self.node(path).and_then(|node| self.stack.change(node, layer));
                let shown = String::from_utf8_lossy(path);
                assert_eq!(
                    change.map(|change| change.kind.name()),
                    diff.get(path).copied(),
                    "/{shown} in {layer}"
                );
                if let Some(change) = change {
                    *summary.entry(change.kind.name()).or_insert(0) += 1;
                    assert_eq!(change.opaque, self.model.opaque[layer].contains(path), "/{shown}");
                }
            }
            let ours = self.stack.summary(layer);
            let counts = [
                ("added", ours.added),
                ("modified", ours.modified),
                ("metadata", ours.metadata),
                ("rewritten", ours.rewritten),
                ("removed", ours.removed),
                ("undecided", ours.undecided),
            ];
            for (name, count) in counts {
                assert_eq!(count, summary.get(name).copied().unwrap_or(0), "{name} in {layer}");
            }
        }
    }

    fn ranges(&self) {
        let layers = self.model.trees.len();
        for (from, to) in (0..layers).flat_map(|a| (a..layers).map(move |b| (a, b))) {
            for path in self.paths.iter().filter(|path| !path.is_empty()) {
                let inside: Vec<&str> = self
                    .model
                    .history
                    .get(path)
                    .into_iter()
                    .flatten()
                    .filter(|(layer, _)| (from..=to).contains(layer))
                    .map(|(_, change)| *change)
                    .collect();
                let before = from.checked_sub(1).and_then(|at| self.model.trees[at].get(path));
                let now = self.model.trees[to].get(path);
                let expected = match (before, now) {
                    _ if inside.is_empty() => None,
                    (None, None) => None,
                    (Some(_), None) => Some("removed"),
                    (None, Some(_)) => Some("added"),
                    (Some(_), Some(_)) if inside.contains(&"removed") => Some("added"),
                    (Some(was), Some(now)) => Some(model::compare(now, was).unwrap_or("metadata")),
                };
                let ours = self.node(path).and_then(|node| self.stack.change_over(node, from, to));
                let kind = ours.map(|change| change.kind.name());
                // Steps in between may have told what the two ends alone do not.
                if expected == Some("undecided") && kind != expected {
                    assert!(inside.len() > 1 || from == to, "{}", String::from_utf8_lossy(path));
                    continue;
                }
                assert_eq!(kind, expected, "/{} over {from}..={to}", String::from_utf8_lossy(path));
            }
        }
    }

    fn histories(&self) {
        for path in &self.paths {
            let ours: Vec<(usize, &str)> = self
                .node(path)
                .map(|node| self.stack.history(node))
                .unwrap_or_default()
                .iter()
                .map(|step| (step.layer, step.event.name()))
                .collect();
            let theirs = self.model.history.get(path).cloned().unwrap_or_default();
            assert_eq!(ours, theirs, "history of /{}", String::from_utf8_lossy(path));
        }
    }

    fn totals(&self) {
        let links = self.model.trees.iter().flat_map(BTreeMap::values);
        let linked = links.into_iter().any(|object| object.kind == Kind::Hardlink);
        for (layer, tree) in self.model.trees.iter().enumerate() {
            for path in &self.paths {
                let Some(node) = self.node(path) else { continue };
                let below: Vec<_> = tree
                    .iter()
                    .filter(|(other, _)| {
                        path.is_empty() && !other.is_empty()
                            || other.starts_with(&[&path[..], b"/"].concat())
                    })
                    .collect();
                let ours = self.stack.totals(node, layer);
                assert_eq!(ours.entries, below.len() as u64, "/{}", String::from_utf8_lossy(path));
                if !linked {
                    let bytes: u64 = below.iter().map(|(_, object)| object.stored).sum();
                    assert_eq!(ours.bytes, bytes, "/{}", String::from_utf8_lossy(path));
                }
            }
            let live: u64 = self.model.live(layer).iter().map(|id| self.model.payloads[id].0).sum();
            assert_eq!(self.stack.totals(NodeId::ROOT, layer).bytes, live, "root at {layer}");
            assert_eq!(self.stack.summary(layer).cumulative_bytes, live);
        }
    }

    fn waste(&self) {
        let live = self.model.live(self.model.trees.len() - 1);
        let mut theirs: BTreeMap<(Path, usize), u64> = BTreeMap::new();
        let mut stored = 0;
        for (id, (bytes, path)) in &self.model.payloads {
            stored += bytes;
            if !live.contains(id) && *bytes > 0 {
                *theirs.entry((path.clone(), id.0)).or_default() += bytes;
            }
        }
        let mut ours: BTreeMap<(Path, usize), u64> = BTreeMap::new();
        for wasted in self.stack.wasted() {
            let path = self.stack.path(wasted.node)[1..].to_vec();
            *ours.entry((path, wasted.layer)).or_default() += wasted.bytes;
        }
        assert_eq!(ours, theirs);
        for path in &self.paths {
            let Some(node) = self.node(path) else { continue };
            let theirs: u64 =
                theirs.iter().filter(|wasted| wasted.0.0 == *path).map(|wasted| wasted.1).sum();
            assert_eq!(self.stack.wasted_at(node), theirs, "/{}", String::from_utf8_lossy(path));
        }
        let balance = self.stack.balance();
        assert_eq!(balance.stored, stored);
        assert_eq!(balance.wasted, theirs.values().sum::<u64>());
    }

    fn walks(&self) {
        let names = |scope| -> Vec<Path> {
            Walk::new(self.stack, scope, NodeId::ROOT, true)
                .map(|node| self.stack.path(node)[1..].to_vec())
                .collect()
        };
        for (layer, tree) in self.model.trees.iter().enumerate() {
            let theirs: Vec<Path> = tree.keys().filter(|path| !path.is_empty()).cloned().collect();
            assert_eq!(names(Scope::Merged(layer)), theirs);
            let diff = self.model.diffs[layer].keys().filter(|path| !path.is_empty());
            assert_eq!(names(Scope::Diff(layer)), diff.cloned().collect::<Vec<_>>());
        }
        let ever: Vec<Path> =
            self.model.history.keys().filter(|p| !p.is_empty()).cloned().collect();
        assert_eq!(names(Scope::Ever), ever);
    }

    fn outlines(&self, toggled: &HashSet<NodeId>) {
        for layer in 0..self.model.trees.len() {
            for tree in [Tree::Merged(layer), Tree::Diff(layer)] {
                for unfolded in [Unfolded::None, Unfolded::Changes, Unfolded::All] {
                    let folds = Folds { unfolded, toggled: toggled.clone() };
                    self.outline(&Outline::new(self.stack, tree, &folds), tree);
                }
            }
        }
    }

    fn outline(&self, outline: &Outline<'_>, tree: Tree) {
        let shown: BTreeSet<Vec<Path>> = self.shown(tree);
        let open = |path: &[Path]| self.node(&path.join(&b'/')).is_some_and(|n| outline.is_open(n));
        let expected: Vec<Path> = shown
            .iter()
            .filter(|path| (1..path.len()).all(|end| open(&path[..end])))
            .map(|path| path.join(&b'/'))
            .collect();
        let rows = outline.rows(0..usize::MAX);
        let ours: Vec<Path> =
            rows.iter().map(|row| self.stack.path(row.node)[1..].to_vec()).collect();
        assert_eq!(ours, expected, "{tree:?}");
        assert_eq!(outline.len(), rows.len());
        for (number, row) in rows.iter().enumerate() {
            assert_eq!(
                outline.rows(number..number + 2),
                rows[number..(number + 2).min(rows.len())]
            );
            assert_eq!(outline.position(row.node), Some(number));
        }
    }

    /// Paths that have a row when everything is unfolded, as components: that is tree order.
    fn shown(&self, tree: Tree) -> BTreeSet<Vec<Path>> {
        let split =
            |path: &Path| path.split(|&b| b == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let mut shown = BTreeSet::new();
        match tree {
            Tree::Merged(layer) => {
                shown.extend(self.model.trees[layer].keys().map(split));
                let removed =
                    self.model.diffs[layer].iter().filter(|(_, kind)| **kind == "removed");
                shown.extend(removed.map(|(path, _)| split(path)));
            }
            Tree::Diff(layer) => {
                for path in self.model.diffs[layer].keys().map(split) {
                    shown.extend((1..=path.len()).map(|end| path[..end].to_vec()));
                }
            }
        }
        shown.remove(&vec![Vec::new()]);
        shown
    }

    fn search(&self, needle: &[u8]) {
        let hits = self.stack.search(needle);
        let mut theirs: BTreeSet<Path> = BTreeSet::new();
        for path in self.model.history.keys().filter(|path| !path.is_empty()) {
            let absolute = [b"/", &path[..]].concat();
            let last = absolute.iter().rposition(|&byte| byte == b'/').unwrap();
            let found = absolute.windows(needle.len()).enumerate().any(|(at, window)| {
                // The match has to reach into the last component.
                let slash = needle.iter().rposition(|&byte| byte == b'/');
                window == needle && slash.map_or(at > last, |slash| at + slash == last)
            });
            if found {
                theirs.insert(path.clone());
            }
        }
        assert_eq!(hits.len(), theirs.len(), "{}", String::from_utf8_lossy(needle));
        let order: BTreeSet<Vec<Vec<u8>>> = theirs
            .iter()
            .map(|path| path.split(|&b| b == b'/').map(<[u8]>::to_vec).collect())
            .collect();
        for forward in [true, false] {
            let (mut at, mut ours) = (NodeId::ROOT, Vec::new());
            for _ in 0..theirs.len() {
                at = hits.next(self.stack, at, forward).unwrap();
                assert!(hits.contains(at));
                ours.push(self.stack.path(at)[1..].to_vec());
            }
            if !forward {
                ours.reverse();
            }
            let expected: Vec<Path> = order.iter().map(|path| path.join(&b'/')).collect();
            assert_eq!(ours, expected, "{}", String::from_utf8_lossy(needle));
        }
    }
}

/// Builds the stack in two ways (frozen at the end, and frozen after every layer) and checks both.
fn check(text: &str, toggle: usize, needle: &str) {
    let tables = notation::layers(text).unwrap();
    let model = Model::of(&tables);
    for freeze_often in [false, true] {
        let mut stack = Stack::new(tables.len());
        for table in &tables {
            stack.fold(table);
            if freeze_often {
                stack.freeze();
            }
        }
        for frozen in [false, true] {
            if frozen {
                stack.freeze();
            }
            let mut paths: BTreeSet<Path> = model.history.keys().cloned().collect();
            paths.insert(Path::new());
            let case = Case { stack: &stack, model: &model, paths };
            case.trees();
            case.diffs();
            case.ranges();
            case.histories();
            case.totals();
            case.waste();
            case.walks();
            let toggled = (0..stack.path_count())
                .filter(|at| at % 7 == toggle % 7)
                .filter_map(|at| case.paths.iter().nth(at).and_then(|path| stack.find(path)));
            case.outlines(&toggled.collect());
            case.search(needle.as_bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1000),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn agrees_with_the_model(
        text in layers(),
        toggle in 0usize..7,
        needle in prop::sample::select(vec!["a", "b", "-", "a/b", "/c", "c/", "d/a-b/c", "a/"]),
    ) {
        check(&text, toggle, needle);
    }
}

/// One line for each path of `text` that the last layer has an event for: change and path.
fn last_diff(text: &str) -> String {
    let (stack, _) = notation::stack(text).unwrap();
    let last = stack.folded() - 1;
    Walk::new(&stack, Scope::Diff(last), NodeId::ROOT, true)
        .map(|node| {
            let change = stack.change(node, last).unwrap();
            let mark = if change.opaque { "!" } else { "" };
            let path = String::from_utf8(stack.path(node)).unwrap();
            format!("{mark}{} {path}", change.kind.name())
        })
        .collect::<Vec<_>>()
        .join(", ")
}

macro_rules! says {
    ($($name:ident: $layers:literal => $diff:literal;)*) => {
        $(#[test] fn $name() { assert_eq!(last_diff($layers), $diff); })*
    };
}

says! {
    a_whiteout_removes_what_lies_below:
        "0: +etc/ +etc/passwd:922 | 1: ~etc/passwd:951 | 2: -etc"
        => "removed /etc, removed /etc/passwd";
    a_whiteout_spares_its_own_layer_whatever_the_order:
        "0: +a:1#1 | 1: +a:1#1 -a" => "added /a";
    a_recreated_directory_does_not_show_old_children:
        "0: +d/ +d/old:1 | 1: +d/ +d/new:1 -d" => "added /d, added /d/new, removed /d/old";
    an_opaque_directory_hides_what_lies_below_and_keeps_its_own:
        "0: +d/ +d/old:1 | 1: +d/new:1 !d" => "!metadata /d, added /d/new, removed /d/old";
    an_opaque_root_hides_everything:
        "0: +a:1 +b/ | 1: +c:1 !" => "removed /a, removed /b, added /c";
    a_file_over_a_directory_removes_its_children:
        "0: +d/ +d/f:1 | 1: +d:2" => "modified /d, removed /d/f";
    a_directory_over_a_file_replaces_it:
        "0: +d:1 | 1: +d/ +d/f:1" => "modified /d, added /d/f";
    a_directory_over_a_directory_merges:
        "0: +d/ +d/f:1 | 1: +d/^5 +d/g:1" => "added /d/g";
    a_directory_with_another_mode_is_metadata:
        "0: +d/ | 1: +d/@700" => "metadata /d";
    a_whiteout_of_nothing_leaves_no_trace:
        "0: +a:1 | 1: -no/such" => "";
    five_kinds_of_touching:
        "0: +a:1#1 +b:1#1 +c:1#1 +d:1#1 +e->x | 1: +a:1#1^9 +b:1#1@600 +c:1#1%1.1 +d:1#2 +e->y"
        => "metadata /a, metadata /b, metadata /c, modified /d, modified /e";
    stored_again_is_rewritten:
        "0: +a:1#1 +l->x +n*1.3 | 1: +a:1#1 +l->x +n*1.3"
        => "rewritten /a, rewritten /l, rewritten /n";
    equal_size_without_a_fingerprint_is_undecided:
        "0: +a:1 | 1: +a:1" => "undecided /a";
    empty_files_need_no_fingerprint:
        "0: +a:0 | 1: +a:0" => "rewritten /a";
    entries_land_where_a_linked_parent_leads:
        "0: +usr/ +usr/lib/ +lib->usr/lib | 1: +lib/x:1" => "added /usr/lib/x";
    a_directory_entry_replaces_a_link:
        "0: +real/ +real/f:1 +d->real | 1: +d/ !d +d/x:1" => "!modified /d, added /d/x";
    links_in_a_circle_are_replaced:
        "0: +a->b +b->a | 1: +a/x:1" => "modified /a, added /a/x";
    a_hard_link_follows_its_payload:
        "0: +a:3#1 +b=>a | 1: +a:3#2 +b=>a" => "modified /a, modified /b";
    a_hard_link_for_a_file_of_the_same_contents_is_no_change_of_content:
        "0: +a:3#1 +b:3#1 | 1: +b=>a" => "rewritten /b";
    parents_nobody_names_are_implied:
        "0: +a/b/c:1" => "added /a, added /a/b, added /a/b/c";
}

#[test]
fn payloads_live_while_any_name_shows_them() {
    let (stack, _) = notation::stack("0: +a:10 +b=>a | 1: -a").unwrap();
    assert_eq!(stack.balance().wasted, 0);
    let (stack, _) = notation::stack("0: +a:10 +b=>a | 1: -a | 2: -b").unwrap();
    assert_eq!(stack.balance().wasted, 10);
}

#[test]
fn oddities_are_counted_with_their_first_path() {
    use layertui::stack::fold::Oddity;
    let (_, oddities) = notation::stack("0: +a:1 +a:2 +../b:1 -x -y +l=>z !q").unwrap();
    let seen: Vec<_> =
        oddities[0].iter().map(|(kind, (count, path))| (*kind, *count, path.as_slice())).collect();
    assert_eq!(
        seen,
        [
            (Oddity::WhiteoutOfNothing, 2, &b"/y"[..]),
            (Oddity::OpaqueOfNothing, 1, b"/q"),
            (Oddity::Duplicate, 1, b"/a"),
            (Oddity::Clamped, 1, b"/b"),
            (Oddity::BrokenLink, 1, b"/l"),
        ]
    );
}

#[test]
fn depth_costs_no_stack() {
    let deep = vec!["d"; 20_000].join("/");
    let (mut stack, _) = notation::stack(&format!("0: +{deep}:1 | 1: -d")).unwrap();
    for _ in 0..2 {
        assert_eq!(stack.summary(1).removed, 20_000);
        assert_eq!(Walk::new(&stack, Scope::Diff(1), NodeId::ROOT, true).count(), 20_000);
        let folds = Folds { unfolded: Unfolded::All, ..Folds::default() };
        assert_eq!(Outline::new(&stack, Tree::Diff(1), &folds).rows(19_990..20_000).len(), 10);
        stack.freeze();
    }
}
