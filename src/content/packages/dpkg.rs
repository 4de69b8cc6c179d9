//! The database of dpkg: paragraphs of fields (deb-control(5)), and lists of paths.

use crate::content::packages::package::{Manager, Package, records};

/// States in which the files of a package are there: all that follow its unpacking (dpkg(1), "Package states").
const UNPACKED: [&str; 5] =
    ["installed", "triggers-pending", "triggers-awaited", "half-configured", "unpacked"];

/// The installed packages of a `status` file. Files of `status.d` have no status: all their packages are installed.
pub(super) fn installed(bytes: &[u8]) -> impl Iterator<Item = Package> {
    records(bytes, Paragraph::take).filter_map(Paragraph::package)
}

#[derive(Default)]
struct Paragraph {
    name: Option<String>,
    version: Option<String>,
    architecture: Option<String>,
    kibibytes: Option<u64>,
    status: Option<String>,
}

impl Paragraph {
    fn take(&mut self, line: &[u8]) {
        // A continuation line begins with a space, so its text before a colon is not the name of a field.
        let Some(colon) = memchr::memchr(b':', line) else { return };
        let value = String::from_utf8_lossy(line[colon + 1..].trim_ascii()).into_owned();
        match &line[..colon].to_ascii_lowercase()[..] {
            b"package" => self.name = Some(value),
            b"version" => self.version = Some(value),
            b"architecture" => self.architecture = Some(value),
            b"installed-size" => self.kibibytes = value.parse().ok(),
            b"status" => self.status = Some(value),
            _ => {}
        }
    }

    fn package(self) -> Option<Package> {
        let installed = self.status.is_none_or(|status| {
            let state = status.rsplit(' ').next();
            state.is_some_and(|state| UNPACKED.contains(&state))
        });
        Some(Package {
            name: self.name.filter(|name| installed && !name.is_empty())?,
            architecture: self.architecture,
            version: self.version.unwrap_or_default(),
            installed_bytes: self.kibibytes.and_then(|kibibytes| kibibytes.checked_mul(1024)),
            manager: Manager::Dpkg,
        })
    }
}

/// The name of the package in the name of a file.
pub(super) fn name_of(file: &[u8], ending: &[u8]) -> Option<String> {
    String::from_utf8(file.strip_suffix(ending)?.to_vec()).ok()
}

/// The paths of a `.list`, normalised, without the root.
pub(super) fn paths(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = bytes.split(|&byte| byte == b'\n').filter_map(|line| line.strip_prefix(b"/"));
    lines.filter(|path| !matches!(*path, b"" | b"."))
}

/// The paths of a `.md5sums`: after the checksum, relative to the root.
pub(super) fn summed_paths(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let path = |line| {
        let space = memchr::memchr(b' ', line)?;
        let path = line[space..].trim_ascii_start();
        Some(path.strip_prefix(b"./").unwrap_or(path)).filter(|path| !path.is_empty())
    };
    bytes.split(|&byte| byte == b'\n').filter_map(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_and_half_installed_packages_are_left_out() {
        let text = b"Package: a\nStatus: install ok installed\nVersion: 1:2-3\nInstalled-Size: 10\n\
            Description: text\n Package: not this\n\n\nPackage: b\nStatus: deinstall ok config-files\n\n\
            Version: 1\n\nPackage: c\nStatus: install ok half-installed\n\nPackage: d\nStatus: hold ok installed\n\n\
            Package: e\nStatus: install ok triggers-awaited\nVersion: 3\n";
        let found: Vec<_> =
            installed(text).map(|package| (package.name, package.version)).collect();
        assert_eq!(
            found,
            [("a", "1:2-3"), ("d", ""), ("e", "3")]
                .map(|(name, version)| (name.into(), version.into()))
        );
        assert_eq!(installed(text).next().unwrap().installed_bytes, Some(10_240));
    }

    #[test]
    fn malformed_lines_are_ignored() {
        assert_eq!(installed(b"\xff\0\n\n:\n: :\n").count(), 0);
        assert_eq!(paths(b"/.\n/\nx\n\n/a b\n").collect::<Vec<_>>(), [b"a b"]);
    }
}
