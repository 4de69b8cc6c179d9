//! Package databases: the installed packages, their versions and files. Parses bytes; `load` finds and reads the files.
//!
//! Supported are dpkg (deb-control(5), and `status.d` of images without dpkg) and apk (`lib/apk/db/installed`). The databases
//! of rpm (Berkeley DB, ndb, SQLite) are only detected: there is no maintained reader of all three without C.

mod apk;
mod dpkg;
pub mod package;

use std::collections::HashMap;

use crate::content::packages::package::{Manager, Package};

/// A file, or a directory of files, of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseFile {
    /// The list of dpkg packages.
    DpkgStatus(&'static str),
    /// A directory of such lists, one for each package, and `NAME.md5sums` with the checksums of its files.
    DpkgStatusDirectory(&'static str),
    /// A directory in which `NAME.list` has the paths of a package.
    DpkgLists(&'static str),
    /// The apk packages and their files.
    ApkInstalled(&'static str),
}

/// The paths of databases, in the order of reading: lists of packages before lists of their files.
pub const DATABASES: [DatabaseFile; 5] = [
    DatabaseFile::DpkgStatus("var/lib/dpkg/status"),
    DatabaseFile::DpkgStatusDirectory("var/lib/dpkg/status.d"),
    DatabaseFile::DpkgLists("var/lib/dpkg/info"),
    DatabaseFile::ApkInstalled("lib/apk/db/installed"),
    DatabaseFile::ApkInstalled("usr/lib/apk/db/installed"),
];

/// The paths of rpm databases, which are not read.
pub const RPM_DATABASES: [&str; 6] = [
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/Packages",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/Packages",
];

/// The most packages, about ten times those of the largest images.
const PACKAGES_MAX: usize = 100_000;
/// The most paths of packages, about ten times those of the largest images.
const PATHS_MAX: usize = 10_000_000;

/// The packages of an image at some layer.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    list: Vec<Package>,
    /// By name: indices into `list`.
    names: HashMap<String, Vec<u32>>,
    /// By normalised path: the index of the package, or `None` if several have it (mostly a directory).
    owners: HashMap<Vec<u8>, Option<u32>>,
}

impl Packages {
    /// Adds the installed packages of `var/lib/dpkg/status`, or of a file of `status.d`.
    pub fn add_dpkg_status(&mut self, bytes: &[u8]) {
        for package in dpkg::installed(bytes) {
            self.push(package);
        }
    }

    /// Adds the paths of a known package from `info/NAME.list`. `file` is the name of the file.
    pub fn add_dpkg_list(&mut self, file: &[u8], bytes: &[u8]) {
        if let Some(package) = dpkg::name_of(file, b".list").and_then(|name| self.named(&name)) {
            for path in dpkg::paths(bytes) {
                self.own(path, package);
            }
        }
    }

    /// Adds the paths of a known package from `status.d/NAME.md5sums`.
    pub fn add_dpkg_sums(&mut self, file: &[u8], bytes: &[u8]) {
        if let Some(package) = dpkg::name_of(file, b".md5sums").and_then(|name| self.named(&name)) {
            for path in dpkg::summed_paths(bytes) {
                self.own(path, package);
            }
        }
    }

    /// Adds the packages of `lib/apk/db/installed` and their paths.
    pub fn add_apk_installed(&mut self, bytes: &[u8]) {
        for (package, paths) in apk::installed(bytes) {
            if let Some(at) = self.push(package) {
                for path in paths {
                    self.own(&path, at);
                }
            }
        }
    }

    /// All packages, in the order of their databases.
    #[must_use]
    pub fn list(&self) -> &[Package] {
        &self.list
    }

    /// Whether there are no packages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The paths of all packages, without the leading `/`, and the index of the package in [`Self::list`]; `None` if several
    /// packages have it. In no order.
    pub fn paths(&self) -> impl Iterator<Item = (&[u8], Option<u32>)> {
        self.owners.iter().map(|(path, owner)| (path.as_slice(), *owner))
    }

    fn push(&mut self, package: Package) -> Option<u32> {
        if self.list.len() >= PACKAGES_MAX {
            return None;
        }
        let at = self.list.len() as u32;
        self.names.entry(package.name.clone()).or_default().push(at);
        self.list.push(package);
        Some(at)
    }

    fn own(&mut self, path: &[u8], package: u32) {
        if self.owners.len() >= PATHS_MAX {
            return;
        }
        let owner = self.owners.entry(path.to_vec()).or_insert(Some(package));
        if *owner != Some(package) {
            *owner = None;
        }
    }

    /// The package for a name in dpkg's files: `NAME` or `NAME:ARCHITECTURE`.
    fn named(&self, name: &str) -> Option<u32> {
        let (name, architecture) = name.split_once(':').map_or((name, None), |(n, a)| (n, Some(a)));
        self.names.get(name)?.iter().copied().find(|&at| {
            let package = &self.list[at as usize];
            package.manager == Manager::Dpkg
                && (architecture.is_none() || package.architecture.as_deref() == architecture)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner<'p>(packages: &'p Packages, path: &str) -> Option<&'p Package> {
        let mut paths = packages.paths();
        let (_, owner) = paths.find(|(known, _)| *known == path.as_bytes())?;
        packages.list().get(owner? as usize)
    }

    #[test]
    fn paths_belong_to_the_package_that_lists_them() {
        let mut packages = Packages::default();
        packages.add_dpkg_status(
            b"Package: bash\nStatus: install ok installed\nVersion: 5.2\n\nPackage: libc6\n\
              Status: install ok installed\nArchitecture: amd64\nVersion: 2.36\n",
        );
        packages.add_dpkg_list(b"bash.list", b"/.\n/bin\n/bin/bash\n/usr\n");
        packages.add_dpkg_list(b"libc6:amd64.list", b"/.\n/usr\n/usr/lib/libc.so.6\n");
        packages.add_dpkg_list(b"nothing.list", b"/x\n");
        let owner = |path: &str| owner(&packages, path).map(|it| it.name.as_str());
        assert_eq!(owner("bin/bash"), Some("bash"));
        assert_eq!(owner("usr/lib/libc.so.6"), Some("libc6"));
        assert_eq!((owner("usr"), owner("x")), (None, None));
    }

    #[test]
    fn paths_of_images_without_dpkg_are_in_md5sums() {
        let mut packages = Packages::default();
        packages.add_dpkg_status(b"Package: tzdata\nVersion: 2024a\n");
        packages.add_dpkg_sums(b"tzdata.md5sums", b"0123  usr/share/zoneinfo/UTC\n");
        assert_eq!(owner(&packages, "usr/share/zoneinfo/UTC").unwrap().version, "2024a");
    }
}
