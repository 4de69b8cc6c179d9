//! Package databases: the installed packages, their versions and files. Parses bytes; `load` finds and reads the files.
//!
//! Supported are dpkg (deb-control(5), and `status.d` of images without dpkg), apk (`lib/apk/db/installed`) and rpm (SQLite,
//! ndb, Berkeley DB).

mod apk;
pub mod distribution;
mod dpkg;
mod owned;
pub mod package;
mod rpm;
pub mod timeline;

use std::collections::HashMap;

use crate::content::packages::owned::{Owned, PATH_BYTES_MAX, PATHS_MAX, TOO_MANY_PATHS};
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
    /// The rpm packages and their files. Of the files in a directory, the first is the one that rpm uses.
    Rpm(&'static str),
    /// The same, with the path of the log that belongs to the file.
    RpmWithLog(&'static str, &'static str),
}

/// The paths of databases, in the order of reading: lists of packages before lists of their files.
pub const DATABASES: [DatabaseFile; 11] = [
    DatabaseFile::DpkgStatus("var/lib/dpkg/status"),
    DatabaseFile::DpkgStatusDirectory("var/lib/dpkg/status.d"),
    DatabaseFile::DpkgLists("var/lib/dpkg/info"),
    DatabaseFile::ApkInstalled("lib/apk/db/installed"),
    DatabaseFile::ApkInstalled("usr/lib/apk/db/installed"),
    DatabaseFile::RpmWithLog("var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite-wal"),
    DatabaseFile::Rpm("var/lib/rpm/Packages.db"),
    DatabaseFile::Rpm("var/lib/rpm/Packages"),
    DatabaseFile::RpmWithLog(
        "usr/lib/sysimage/rpm/rpmdb.sqlite",
        "usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
    ),
    DatabaseFile::Rpm("usr/lib/sysimage/rpm/Packages.db"),
    DatabaseFile::Rpm("usr/lib/sysimage/rpm/Packages"),
];

/// The ending of files with the checksums of a package's files.
const CHECKSUMS: &[u8] = b".md5sums";

impl DatabaseFile {
    /// Its path in an image, normalised.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::DpkgStatus(path)
            | Self::DpkgStatusDirectory(path)
            | Self::DpkgLists(path)
            | Self::ApkInstalled(path)
            | Self::Rpm(path)
            | Self::RpmWithLog(path, _) => path,
        }
    }

    /// The package manager whose database it is.
    #[must_use]
    pub const fn manager(self) -> Manager {
        match self {
            Self::DpkgStatus(_) | Self::DpkgStatusDirectory(_) | Self::DpkgLists(_) => {
                Manager::Dpkg
            }
            Self::ApkInstalled(_) => Manager::Apk,
            Self::Rpm(_) | Self::RpmWithLog(..) => Manager::Rpm,
        }
    }

    /// The path of the log that belongs to the file.
    #[must_use]
    pub const fn log(self) -> Option<&'static str> {
        match self {
            Self::RpmWithLog(_, log) => Some(log),
            _ => None,
        }
    }

    /// Whether it is one of several files of a directory of which one is the database.
    #[must_use]
    pub const fn is_rpm(self) -> bool {
        matches!(self, Self::Rpm(_) | Self::RpmWithLog(..))
    }

    /// Whether it is a directory of files.
    #[must_use]
    pub const fn is_directory(self) -> bool {
        matches!(self, Self::DpkgStatusDirectory(_) | Self::DpkgLists(_))
    }

    /// Whether it has no packages, only the paths of packages.
    #[must_use]
    pub const fn only_has_files(self) -> bool {
        matches!(self, Self::DpkgLists(_))
    }

    /// Whether a file of the directory belongs to the database.
    #[must_use]
    pub fn wants(self, name: &[u8]) -> bool {
        !matches!(self, Self::DpkgLists(_)) || name.ends_with(b".list")
    }

    /// Whether a file has paths of packages that another file has.
    #[must_use]
    pub fn has_files(self, name: &[u8]) -> bool {
        self.only_has_files() || self.is_directory() && name.ends_with(CHECKSUMS)
    }
}

/// The most packages, about ten times those of the largest images.
pub const PACKAGES_MAX: usize = 100_000;
/// The error if there are more.
pub const TOO_MANY_PACKAGES: &str = "more than 100,000 packages: the others are not read";

/// The packages of an image at some layer.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    list: Vec<Package>,
    /// By name: indices into `list`.
    names: HashMap<String, Vec<u32>>,
    /// By normalised path: the index of the package, or `None` if several have it (mostly a directory).
    owners: HashMap<Vec<u8>, Option<u32>>,
    /// Bytes of the keys of `owners`.
    path_bytes: usize,
    without_files: bool,
}

impl Packages {
    /// Without the files of the packages.
    #[must_use]
    pub fn without_files() -> Self {
        Self { without_files: true, ..Self::default() }
    }

    /// Adds what a file of a database has; `name` is that of a file in a directory, `log` the log that belongs to the file.
    ///
    /// # Errors
    /// If the file is damaged: what is missing then is not known.
    pub fn add(
        &mut self,
        place: DatabaseFile,
        name: &[u8],
        bytes: &[u8],
        log: &[u8],
    ) -> Result<(), String> {
        match place {
            DatabaseFile::DpkgStatusDirectory(_) if name.ends_with(CHECKSUMS) => {
                self.add_paths(dpkg::name_of(name, CHECKSUMS), dpkg::summed_paths(bytes))
            }
            DatabaseFile::DpkgLists(_) => {
                self.add_paths(dpkg::name_of(name, b".list"), dpkg::paths(bytes))
            }
            DatabaseFile::DpkgStatus(_) => self.add_dpkg(whole_lines(bytes)?),
            DatabaseFile::DpkgStatusDirectory(_) => self.add_dpkg(no_zeros(bytes)?),
            DatabaseFile::ApkInstalled(_) => self.add_apk(whole_lines(bytes)?),
            DatabaseFile::Rpm(_) | DatabaseFile::RpmWithLog(..) => self.add_rpm(bytes, log),
        }
    }

    fn add_dpkg(&mut self, bytes: &[u8]) -> Result<(), String> {
        dpkg::installed(bytes).try_for_each(|package| self.push(package).map(drop))
    }

    fn add_apk(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut owned = Owned::default();
        for (package, paths) in apk::installed(bytes) {
            let at = self.push(package)?;
            if !self.without_files {
                owned.add(at, paths);
            }
        }
        self.own_all(owned)
    }

    fn add_rpm(&mut self, bytes: &[u8], log: &[u8]) -> Result<(), String> {
        let mut owned = Owned::default();
        let mut pushed = Ok(());
        rpm::installed(bytes, log, !self.without_files, &mut |(package, paths)| match self
            .push(package)
        {
            Ok(at) => owned.add(at, Ok(paths)),
            Err(why) => pushed = Err(why),
        })?;
        pushed?;
        self.own_all(owned)
    }

    /// Adds the paths of a known package of dpkg.
    fn add_paths<'p>(
        &mut self,
        name: Option<String>,
        mut paths: impl Iterator<Item = &'p [u8]>,
    ) -> Result<(), String> {
        let package = name.and_then(|name| self.named(&name));
        package
            .map_or(Ok(()), |package| paths.try_for_each(|path| self.own(path.to_vec(), package)))
    }

    fn own_all(&mut self, owned: Owned) -> Result<(), String> {
        for (at, paths) in owned.finish()? {
            paths.into_iter().try_for_each(|path| self.own(path, at))?;
        }
        Ok(())
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

    fn push(&mut self, package: Package) -> Result<u32, String> {
        if self.list.len() >= PACKAGES_MAX {
            return Err(TOO_MANY_PACKAGES.to_owned());
        }
        let at = self.list.len() as u32;
        self.names.entry(package.name.clone()).or_default().push(at);
        self.list.push(package);
        Ok(at)
    }

    fn own(&mut self, path: Vec<u8>, package: u32) -> Result<(), String> {
        if self.owners.len() >= PATHS_MAX || self.path_bytes >= PATH_BYTES_MAX {
            return Err(TOO_MANY_PATHS.to_owned());
        }
        self.path_bytes += path.len();
        let owner = self.owners.entry(path).or_insert(Some(package));
        if *owner != Some(package) {
            *owner = None;
        }
        Ok(())
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

/// A text without zero bytes, which a file has where its blocks were never written.
fn no_zeros(bytes: &[u8]) -> Result<&[u8], String> {
    match memchr::memchr(0, bytes) {
        Some(at) => Err(format!("damaged: a zero at byte {at}")),
        None => Ok(bytes),
    }
}

/// The same for a database whose last line is ended: one that is not was cut.
fn whole_lines(bytes: &[u8]) -> Result<&[u8], String> {
    match bytes.last() {
        None | Some(b'\n') => no_zeros(bytes),
        Some(_) => Err("damaged: it ends in the middle of a line".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: DatabaseFile = DatabaseFile::DpkgStatus("");
    const DIRECTORY: DatabaseFile = DatabaseFile::DpkgStatusDirectory("");
    const LISTS: DatabaseFile = DatabaseFile::DpkgLists("");

    fn owner<'p>(packages: &'p Packages, path: &str) -> Option<&'p Package> {
        let mut paths = packages.paths();
        let (_, owner) = paths.find(|(known, _)| *known == path.as_bytes())?;
        packages.list().get(owner? as usize)
    }

    #[test]
    fn paths_belong_to_the_package_that_lists_them() {
        let mut packages = Packages::default();
        let status =
            b"Package: bash\nStatus: install ok installed\nVersion: 5.2\n\nPackage: libc6\n\
              Status: install ok installed\nArchitecture: amd64\nVersion: 2.36\n";
        packages.add(STATUS, b"", status, b"").unwrap();
        for (name, paths) in [
            (&b"bash.list"[..], &b"/.\n/bin\n/bin/bash\n/usr\n"[..]),
            (b"libc6:amd64.list", b"/.\n/usr\n/usr/lib/libc.so.6\n"),
            (b"nothing.list", b"/x\n"),
        ] {
            packages.add(LISTS, name, paths, b"").unwrap();
        }
        let owner = |path: &str| owner(&packages, path).map(|it| it.name.as_str());
        assert_eq!(owner("bin/bash"), Some("bash"));
        assert_eq!(owner("usr/lib/libc.so.6"), Some("libc6"));
        assert_eq!((owner("usr"), owner("x")), (None, None));
    }

    #[test]
    fn paths_of_images_without_dpkg_are_in_md5sums() {
        let mut packages = Packages::default();
        let status = b"Package: tzdata\nVersion: 2024a";
        packages.add(DIRECTORY, b"tzdata", status, b"").unwrap();
        let sums = b"0123  usr/share/zoneinfo/UTC\n";
        packages.add(DIRECTORY, b"tzdata.md5sums", sums, b"").unwrap();
        assert_eq!(owner(&packages, "usr/share/zoneinfo/UTC").unwrap().version, "2024a");
    }

    #[test]
    fn packages_beyond_the_limit_and_files_of_unknown_packages_are_an_error() {
        let apk = DatabaseFile::ApkInstalled("");
        for (place, one) in [(STATUS, "Package: a\n\n"), (apk, "P:a\n\n")] {
            let mut packages = Packages::without_files();
            let many = one.repeat(PACKAGES_MAX);
            assert_eq!(packages.add(place, b"", many.as_bytes(), b""), Ok(()));
            assert!(packages.add(place, b"", one.as_bytes(), b"").is_err());
            assert_eq!(packages.list().len(), PACKAGES_MAX);
        }
        let mut packages = Packages::default();
        let damaged = [&b"P:a\nR:x\n\nP:b\nR:x\nR:"[..], &[b'y'; 5000], b"\n"].concat();
        assert!(packages.add(apk, b"", &damaged, b"").is_err());
        assert_eq!(packages.list().len(), 2);
        assert!(owner(&packages, "x").is_none(), "b may have it as well");
        let mut packages = Packages::without_files();
        assert_eq!(packages.add(apk, b"", &damaged, b""), Ok(()), "files are not asked for");
    }

    #[test]
    fn half_written_lists_are_damaged() {
        let whole = b"Package: a\nStatus: install ok installed\nVersion: 1\n\n";
        for damaged in
            [&whole[..30], &[&whole[..], &[0; 9]].concat(), &[&[0; 9], &whole[..]].concat()]
        {
            let mut packages = Packages::default();
            assert!(packages.add(STATUS, b"", damaged, b"").is_err());
            assert!(packages.is_empty());
        }
        assert_eq!(Packages::default().add(STATUS, b"", b"", b""), Ok(()));
    }
}
