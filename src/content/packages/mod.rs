//! What package managers say they installed: names, versions and the files that belong to them. Pure parsing of bytes
//! that somebody read out of an image; where the databases lie in it is said here too, finding and reading them is not.
//!
//! dpkg (deb-control(5), and `status.d` of images without dpkg) and apk (`lib/apk/db/installed`). rpm's databases
//! (Berkeley DB, ndb, SQLite) are known by their places only: no well-kept reader of all three comes without C.

mod apk;
mod dpkg;
pub mod package;

use std::collections::HashMap;

use crate::content::packages::package::{Manager, Package};

/// A file, or a directory of files, of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseFile {
    /// dpkg's list of packages.
    DpkgStatus(&'static str),
    /// A directory of such lists, a package each, with checksums of its files beside it.
    DpkgStatusDirectory(&'static str),
    /// A directory in which `NAME.list` has the paths of a package.
    DpkgLists(&'static str),
    /// apk's packages and their files.
    ApkInstalled(&'static str),
}

/// Where to look, in this order: lists of packages before lists of their files.
pub const PLACES: [DatabaseFile; 5] = [
    DatabaseFile::DpkgStatus("var/lib/dpkg/status"),
    DatabaseFile::DpkgStatusDirectory("var/lib/dpkg/status.d"),
    DatabaseFile::DpkgLists("var/lib/dpkg/info"),
    DatabaseFile::ApkInstalled("lib/apk/db/installed"),
    DatabaseFile::ApkInstalled("usr/lib/apk/db/installed"),
];

/// Where rpm's databases lie, which are not read.
pub const RPM_PLACES: [&str; 6] = [
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/Packages",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/Packages",
];

/// The most packages, and paths of theirs, that are kept: some ten times those of the largest images.
const PACKAGES_MAX: usize = 100_000;
const PATHS_MAX: usize = 10_000_000;

/// The packages of an image at some layer.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    list: Vec<Package>,
    /// The packages of each name.
    names: HashMap<String, Vec<u32>>,
    /// By normalised path: the package, or `None` where several have it (mostly a directory).
    owners: HashMap<Vec<u8>, Option<u32>>,
}

impl Packages {
    /// Takes in `var/lib/dpkg/status`, or a file of `status.d`: those that are installed.
    pub fn add_dpkg_status(&mut self, bytes: &[u8]) {
        for package in dpkg::installed(bytes) {
            self.push(package);
        }
    }

    /// Takes in `info/NAME.list`: the paths of a package that is known already. `file` is the file's name.
    pub fn add_dpkg_list(&mut self, file: &[u8], bytes: &[u8]) {
        if let Some(package) = dpkg::name_of(file, b".list").and_then(|name| self.named(&name)) {
            for path in dpkg::paths(bytes) {
                self.own(path, package);
            }
        }
    }

    /// Takes in `status.d/NAME.md5sums`: checksums and paths of a package that is known already.
    pub fn add_dpkg_sums(&mut self, file: &[u8], bytes: &[u8]) {
        if let Some(package) = dpkg::name_of(file, b".md5sums").and_then(|name| self.named(&name)) {
            for path in dpkg::summed_paths(bytes) {
                self.own(path, package);
            }
        }
    }

    /// Takes in `lib/apk/db/installed`.
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

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every path that some package has, without the `/` before it, and the number of the package in [`Self::list`]; `None` where
    /// several have it. In no order.
    pub fn paths(&self) -> impl Iterator<Item = (&[u8], Option<u32>)> {
        self.owners.iter().map(|(path, owner)| (path.as_slice(), *owner))
    }

    /// The package that the path belongs to; `None` where no package, or more than one, has it. A path of `/usr/bin`
    /// and the like may be listed without the `/usr`, from before the two were merged.
    #[must_use]
    pub fn owner(&self, path: &[u8]) -> Option<&Package> {
        let path = path.strip_prefix(b"/").unwrap_or(path);
        let at = self.owners.get(path).copied().flatten().or_else(|| {
            let merged = path.strip_prefix(b"usr/")?;
            self.owners.get(merged).copied().flatten()
        });
        self.list.get(at? as usize)
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

    /// The package that a file of dpkg's is called after: `NAME` or `NAME:ARCHITECTURE`.
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

    #[test]
    fn paths_lead_to_their_package() {
        let mut packages = Packages::default();
        packages.add_dpkg_status(
            b"Package: bash\nStatus: install ok installed\nVersion: 5.2\n\nPackage: libc6\n\
              Status: install ok installed\nArchitecture: amd64\nVersion: 2.36\n",
        );
        packages.add_dpkg_list(b"bash.list", b"/.\n/bin\n/bin/bash\n/usr\n");
        packages.add_dpkg_list(b"libc6:amd64.list", b"/.\n/usr\n/usr/lib/libc.so.6\n");
        packages.add_dpkg_list(b"nothing.list", b"/x\n");
        let owner = |path: &str| packages.owner(path.as_bytes()).map(|it| it.name.as_str());
        assert_eq!(owner("/bin/bash"), Some("bash"));
        assert_eq!(owner("/usr/bin/bash"), Some("bash"), "listed from before /bin was a link");
        assert_eq!(owner("/usr/lib/libc.so.6"), Some("libc6"));
        assert_eq!((owner("/usr"), owner("/x")), (None, None));
    }

    #[test]
    fn images_without_dpkg_have_sums_in_its_place() {
        let mut packages = Packages::default();
        packages.add_dpkg_status(b"Package: tzdata\nVersion: 2024a\n");
        packages.add_dpkg_sums(b"tzdata.md5sums", b"0123  usr/share/zoneinfo/UTC\n");
        assert_eq!(packages.owner(b"/usr/share/zoneinfo/UTC").unwrap().version, "2024a");
    }
}
