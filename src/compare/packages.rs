//! Compares the packages of two images.

use std::collections::BTreeMap;

use crate::content::packages::Packages;
use crate::content::packages::package::{Manager, Package};

/// One package that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageChange {
    /// The package manager.
    pub manager: Manager,
    /// The name.
    pub name: String,
    /// The architecture.
    pub architecture: Option<String>,
    /// The version in the old image.
    pub old: Option<String>,
    /// The version in the new image.
    pub new: Option<String>,
}

/// The identity of a package: versions of the same key are compared.
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
    // A database may have a key twice: all its versions are joined.
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
