//! The packages of an image from layer to layer: which layer installed, upgraded or removed each.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::content::packages::package::{Manager, Package};

/// What a layer did to a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageEventKind {
    /// It was not there before.
    Installed,
    /// It was there in another version, or for another architecture.
    Upgraded,
    /// It is no longer there.
    Removed,
}

impl PackageEventKind {
    /// The name used in text and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Upgraded => "upgraded",
            Self::Removed => "removed",
        }
    }
}

/// A change of one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageEvent {
    /// The layer, from 0.
    pub layer: usize,
    /// The kind of change.
    pub kind: PackageEventKind,
    /// The package: as installed, or as it was before its removal.
    pub package: Package,
    /// The version before an upgrade.
    pub previous: Option<String>,
}

/// An installed package and its layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The package.
    pub package: Package,
    /// The layer that installed this version.
    pub layer: usize,
    /// The layer that installed the package, in whatever version.
    pub added_by: usize,
}

/// The packages after some layers, and the events up to there.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// By name and manager.
    installed: BTreeMap<(String, Manager), Vec<Installed>>,
    events: Vec<PackageEvent>,
}

impl Timeline {
    /// Takes the packages at the next layer. Of managers whose databases were not read whole, what is missing in `packages`
    /// stays.
    pub fn step(&mut self, layer: usize, packages: Vec<Package>, not_whole: &[Manager]) {
        let mut groups: BTreeMap<(String, Manager), Vec<Package>> = BTreeMap::new();
        for package in packages {
            groups.entry((package.name.clone(), package.manager)).or_default().push(package);
        }
        for key in self.installed.keys() {
            if !groups.contains_key(key) {
                groups.insert(key.clone(), Vec::new());
            }
        }
        for (key, mut packages) in groups {
            packages.sort_unstable();
            packages.dedup_by(|one, other| by_version(one, other).is_eq());
            let before = self.installed.remove(&key).unwrap_or_default();
            let whole = !not_whole.contains(&key.1);
            let after = self.change(layer, before, packages, whole);
            if !after.is_empty() {
                self.installed.insert(key, after);
            }
        }
    }

    /// The packages of one name after a layer; those before it are `before`. Both are sorted.
    fn change(
        &mut self,
        layer: usize,
        mut before: Vec<Installed>,
        packages: Vec<Package>,
        whole: bool,
    ) -> Vec<Installed> {
        let mut after = Vec::new();
        let (same, others) = pairs(&mut before, packages, by_version);
        after.extend(same.into_iter().map(|(known, package)| Installed { package, ..known }));
        let (upgraded, rest) = pairs(&mut before, others, by_architecture);
        for (known, package) in upgraded {
            after.push(self.replace(layer, Some(known), package));
        }
        let mut before = before.into_iter();
        for package in rest {
            // For another architecture: from one to "all" and back.
            after.push(self.replace(layer, before.next(), package));
        }
        if whole {
            for gone in before {
                self.event(layer, PackageEventKind::Removed, &gone.package, None);
            }
        } else {
            after.extend(before);
        }
        after.sort_unstable_by(|one, other| one.package.cmp(&other.package));
        after
    }

    /// Installs a package in place of `known`.
    fn replace(&mut self, layer: usize, known: Option<Installed>, package: Package) -> Installed {
        let added_by = known.as_ref().map_or(layer, |known| known.added_by);
        let previous = known.map(|known| known.package.version);
        let kind = match previous {
            Some(_) => PackageEventKind::Upgraded,
            None => PackageEventKind::Installed,
        };
        self.event(layer, kind, &package, previous);
        Installed { package, layer, added_by }
    }

    fn event(
        &mut self,
        layer: usize,
        kind: PackageEventKind,
        package: &Package,
        previous: Option<String>,
    ) {
        self.events.push(PackageEvent { layer, kind, package: package.clone(), previous });
    }

    /// The packages after the last step, sorted by name.
    pub fn installed(&self) -> impl Iterator<Item = &Installed> {
        self.installed.values().flatten()
    }

    /// All events by layer, those of a layer sorted by name.
    #[must_use]
    pub fn events(&self) -> &[PackageEvent] {
        &self.events
    }
}

fn by_architecture(one: &Package, other: &Package) -> Ordering {
    one.architecture.cmp(&other.architecture)
}

/// Equal is the same version for the same architecture.
fn by_version(one: &Package, other: &Package) -> Ordering {
    by_architecture(one, other).then_with(|| one.version.cmp(&other.version))
}

/// Takes the first of `before` that equals each package by `order`, in one pass: a foreign database can have a hundred
/// thousand packages of one name. Both lists are sorted by it. Returns the pairs, and the packages that none equals.
fn pairs(
    before: &mut Vec<Installed>,
    packages: Vec<Package>,
    order: impl Fn(&Package, &Package) -> Ordering,
) -> (Vec<(Installed, Package)>, Vec<Package>) {
    let mut ahead = std::mem::take(before).into_iter().peekable();
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for package in packages {
        while let Some(less) = ahead.next_if(|it| order(&it.package, &package).is_lt()) {
            before.push(less);
        }
        match ahead.next_if(|it| order(&it.package, &package).is_eq()) {
            Some(known) => found.push((known, package)),
            None => others.push(package),
        }
    }
    before.extend(ahead);
    (found, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packages as `name version architecture`, separated by commas.
    fn packages(text: &str) -> Vec<Package> {
        let package = |words: &str| {
            let mut words = words.split_whitespace().map(str::to_owned);
            Some(Package {
                name: words.next()?,
                version: words.next()?,
                architecture: words.next(),
                installed_bytes: None,
                manager: Manager::Dpkg,
            })
        };
        text.split(',').filter_map(package).collect()
    }

    /// The events of databases, one a layer, and the packages at the end with their layers.
    fn told(databases: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut timeline = Timeline::default();
        for (layer, text) in databases.iter().enumerate() {
            // A database that begins with ? is not whole; with ! one of another manager is not.
            let not_whole: &[Manager] = match text.chars().next() {
                Some('?') => &[Manager::Dpkg],
                Some('!') => &[Manager::Rpm, Manager::Apk],
                _ => &[],
            };
            timeline.step(layer, packages(text.trim_start_matches(['?', '!'])), not_whole);
        }
        let event = |it: &PackageEvent| {
            let from = it.previous.as_deref().map(|it| format!("{it} -> ")).unwrap_or_default();
            let PackageEvent { layer, kind, package, .. } = it;
            format!("{layer} {} {} {from}{}", kind.name(), package.name, package.version)
        };
        let installed = |it: &Installed| {
            format!("{} {} {} {}", it.package.name, it.package.version, it.layer, it.added_by)
        };
        (
            timeline.events().iter().map(event).collect(),
            timeline.installed().map(installed).collect(),
        )
    }

    #[test]
    fn each_layer_has_what_it_did() {
        let (events, installed) = told(&["b 1,a 1", "a 1,b 2", "b 2,b 2", "a 3,b 2"]);
        let expected = [
            "0 installed a 1",
            "0 installed b 1",
            "1 upgraded b 1 -> 2",
            "2 removed a 1",
            "3 installed a 3",
        ];
        assert_eq!(events, expected);
        assert_eq!(installed, ["a 3 3 3", "b 2 1 0"]);
    }

    #[test]
    fn versions_side_by_side_and_architectures_are_told_apart() {
        let (events, installed) = told(&["k 1,c 1 amd64,c 1 i386", "k 1,k 2,c 2 amd64,c 2 i386"]);
        assert_eq!(events[3..], ["1 upgraded c 1 -> 2", "1 upgraded c 1 -> 2", "1 installed k 2"]);
        assert_eq!(installed, ["c 2 1 0", "c 2 1 0", "k 1 0 0", "k 2 1 1"]);
        let (events, _) = told(&["t 1 all", "t 2 amd64"]);
        assert_eq!(events, ["0 installed t 1", "1 upgraded t 1 -> 2"]);
    }

    #[test]
    fn many_versions_side_by_side_are_paired_in_order() {
        let all = |versions: std::ops::Range<u32>| {
            let versions = versions.map(|version| format!("a {version} {}", version % 3));
            versions.collect::<Vec<_>>().join(",")
        };
        let (events, installed) = told(&[&all(0..50_000), &all(50_000..100_000), &all(0..3)]);
        assert_eq!(events.len(), 50_000 + 50_000 + 50_000);
        assert!(events[50_000..100_000].iter().all(|event| event.starts_with("1 upgraded")));
        assert_eq!(events[149_999..].len(), 1);
        assert_eq!(installed, ["a 0 2 0", "a 1 2 0", "a 2 2 0"]);
    }

    #[test]
    fn what_a_damaged_database_lacks_is_not_removed() {
        let (events, installed) = told(&["a 1,b 1", "!a 1"]);
        assert_eq!((events[2].as_str(), installed.len()), ("1 removed b 1", 1));
        let (events, installed) = told(&["a 1,b 1", "?a 2", "a 2"]);
        assert_eq!(events[2..], ["1 upgraded a 1 -> 2".to_owned(), "2 removed b 1".to_owned()]);
        assert_eq!(installed, ["a 2 1 0"]);
    }
}
