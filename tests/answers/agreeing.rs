//! Totals on random images: everybody says the same, and it is what a slow model says.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::judging::demo;
use crate::saved::Place;
use crate::support::tarball::Tar;
use crate::totals;

const PATHS: [&str; 7] = ["a", "b", "d/a", "d/b", "d/e/a", "d/e/b", "f/a"];

/// What one layer says of one path, or of all below a directory.
#[derive(Clone, Debug)]
enum Row {
    /// A file of that many bytes, all the same.
    File(&'static str, usize, char),
    /// Another name of a file that the tree has.
    Link(&'static str, &'static str),
    Removed(&'static str),
    Opaque(&'static str),
}

fn layers() -> impl Strategy<Value = Vec<Vec<Row>>> {
    let path = || prop::sample::select(PATHS.to_vec());
    let directory = || prop::sample::select(vec!["d", "d/e", "f"]);
    let row = prop_oneof![
        6 => (path(), 0usize..5000, prop::sample::select(vec!['x', 'y']))
            .prop_map(|(path, size, fill)| Row::File(path, size, fill)),
        2 => (path(), path()).prop_map(|(path, target)| Row::Link(path, target)),
        2 => prop_oneof![path(), directory()].prop_map(Row::Removed),
        1 => directory().prop_map(Row::Opaque),
    ];
    prop::collection::vec(prop::collection::vec(row, 0..7), 1..6)
}

/// The tree as a map from path to the number of a payload, applied as the specification says; the tars on the way.
#[derive(Default)]
struct Model {
    tree: BTreeMap<&'static str, usize>,
    payloads: Vec<u64>,
    tars: Vec<Vec<u8>>,
}

impl Model {
    fn of(layers: &[Vec<Row>]) -> Self {
        let mut model = Self::default();
        for rows in layers {
            model.layer(rows);
        }
        model
    }

    fn layer(&mut self, rows: &[Row]) {
        let mut tar = Tar::new();
        for row in rows {
            let below = |dir: &str, path: &str| path.starts_with(&format!("{dir}/"));
            match row {
                Row::Removed(gone) => {
                    self.tree.retain(|path, _| path != gone && !below(gone, path));
                    tar = tar.whiteout(gone);
                }
                Row::Opaque(dir) => {
                    self.tree.retain(|path, _| !below(dir, path));
                    tar = tar.opaque(dir);
                }
                Row::File(..) | Row::Link(..) => {}
            }
        }
        let mut named = BTreeSet::new();
        for row in rows {
            match *row {
                Row::File(path, size, fill) if named.insert(path) => {
                    self.tree.insert(path, self.payloads.len());
                    self.payloads.push(size as u64);
                    tar = tar.file(path, fill.to_string().repeat(size));
                }
                Row::Link(path, target) if path != target && !named.contains(path) => {
                    let Some(&payload) = self.tree.get(target) else { continue };
                    named.insert(path);
                    // What a name was linked to may not change behind it.
                    named.insert(target);
                    self.tree.insert(path, payload);
                    tar = tar.hardlink(path, target);
                }
                _ => {}
            }
        }
        self.tars.push(tar.finish());
    }

    fn totals(&self) -> [u64; 3] {
        let shown: BTreeSet<usize> = self.tree.values().copied().collect();
        let stored = self.payloads.iter().sum();
        let visible = shown.into_iter().map(|payload| self.payloads[payload]).sum();
        [stored, visible, stored - visible]
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn everybody_says_what_the_model_says(layers in layers(), compressed in any::<bool>()) {
        let (place, model) = (Place::new(), Model::of(&layers));
        let image = if compressed {
            place.compressed("image", &model.tars)
        } else {
            place.image("image", &model.tars)
        };
        prop_assert_eq!(totals::agree(image.to_str().unwrap()), model.totals());
    }
}

#[test]
fn everybody_says_the_same_of_the_demo() {
    let [stored, visible, wasted] = totals::agree(demo().to_str().unwrap());
    assert!(stored > visible && wasted > 0);
}
