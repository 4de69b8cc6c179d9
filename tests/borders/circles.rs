//! Groups of files that import each other, directly or through others: the strongly connected components of the imports.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Imports;

/// All groups of two files and more.
pub(super) fn circles(imports: &Imports) -> Vec<Vec<&str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        imports.files().map(|file| (file, reach(imports, file))).collect();
    let mut found: Vec<Vec<&str>> = Vec::new();
    for (&file, others) in &reached {
        if found.iter().any(|circle| circle.contains(&file)) {
            continue;
        }
        let mutual = others.iter().copied().filter(|other| reached[other].contains(file));
        let circle: Vec<&str> = mutual.collect();
        if circle.len() > 1 {
            found.push(circle);
        }
    }
    found
}

/// Every file that can be reached from one; itself only along a circle.
fn reach<'i>(imports: &'i Imports, file: &str) -> BTreeSet<&'i str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = imports.used_by(file).collect();
    while let Some(next) = open.pop() {
        if seen.insert(next) {
            open.extend(imports.used_by(next));
        }
    }
    seen
}
