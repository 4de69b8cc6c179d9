//! Packages that only one of two images has, or has in another version.

use std::collections::BTreeMap;

use crate::content::packages::Packages;
use crate::content::packages::package::{Manager, Package};

/// One package that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageChange {
    /// Who installs it.
    pub manager: Manager,
    /// Its name.
    pub name: String,
    /// Its architecture.
    pub architecture: Option<String>,
    /// The version that the old image has.
    pub old: Option<String>,
    /// The version that the new image has.
    pub new: Option<String>,
}

/// What tells packages apart that have nothing to do with each other.
type Key<'p> = (Manager, &'p str, Option<&'p str>);

fn key(package: &Package) -> Key<'_> {
    (package.manager, &package.name, package.architecture.as_deref())
}

/// The packages that differ, sorted by manager and name.
#[must_use]
pub fn packages(old: &Packages, new: &Packages) -> Vec<PackageChange> {
    let mut both: BTreeMap<Key<'_>, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    for package in old.list() {
        both.entry(key(package)).or_default().0.push(&package.version);
    }
    for package in new.list() {
        both.entry(key(package)).or_default().1.push(&package.version);
    }
    // A name may come twice in one database: then all its versions are one text.
    let text = |mut versions: Vec<&str>| {
        versions.sort_unstable();
        (!versions.is_empty()).then(|| versions.join(", "))
    };
    let changes =
        both.into_iter().map(|((manager, name, architecture), (old, new))| PackageChange {
            manager,
            name: name.to_owned(),
            architecture: architecture.map(str::to_owned),
            old: text(old),
            new: text(new),
        });
    changes.filter(|change| change.old != change.new).collect()
}
