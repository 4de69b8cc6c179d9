//! The database of apk. Each line is a letter, a colon and a value; empty lines separate packages.

use crate::content::packages::package::{Manager, Package, Paths, records};

/// The normalised paths of the files of a package, or why they are not known.
type FilePaths = Result<Vec<Vec<u8>>, &'static str>;

/// The packages, each with its paths.
pub(super) fn installed(bytes: &[u8]) -> impl Iterator<Item = (Package, FilePaths)> {
    records(bytes, Record::take).filter_map(Record::finish)
}

#[derive(Default)]
struct Record {
    name: Option<String>,
    version: String,
    architecture: Option<String>,
    size: Option<u64>,
    directory: Vec<u8>,
    paths: Paths,
}

impl Record {
    fn take(&mut self, line: &[u8]) {
        let [letter, b':', value @ ..] = line else { return };
        let text = || String::from_utf8_lossy(value).into_owned();
        match letter {
            b'P' => self.name = Some(text()),
            b'V' => self.version = text(),
            b'A' => self.architecture = Some(text()),
            b'I' => self.size = text().parse().ok(),
            b'F' => value.clone_into(&mut self.directory),
            b'R' if self.directory.is_empty() => self.paths.push(&[value]),
            b'R' => self.paths.push(&[&self.directory, b"/", value]),
            _ => {}
        }
    }

    fn finish(self) -> Option<(Package, FilePaths)> {
        let package = Package {
            name: self.name.filter(|name| !name.is_empty())?,
            architecture: self.architecture,
            version: self.version,
            installed_bytes: self.size,
            manager: Manager::Apk,
        };
        Some((package, self.paths.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::packages::package::PATHS_MAX;

    #[test]
    fn packages_and_their_files() {
        let text = b"C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nI:622592\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\n\
            Z:Q1x=\nF:\nR:top\n\nP:busybox\nV:1\n\nnonsense\n:\n\n";
        let found: Vec<_> = installed(text).collect();
        assert_eq!(found.len(), 2);
        let (musl, paths) = &found[0];
        assert_eq!((musl.name.as_str(), musl.version.as_str()), ("musl", "1.2.4-r2"));
        assert_eq!(musl.installed_bytes, Some(622_592));
        assert_eq!(
            paths.as_ref().unwrap(),
            &[b"lib/ld-musl-x86_64.so.1".to_vec(), b"top".to_vec()]
        );
        assert_eq!(found[1].0.name, "busybox");
    }

    #[test]
    fn more_paths_than_the_limit_are_not_known() {
        let text = |files: usize| [&b"P:a\n"[..], &b"R:x\n".repeat(files)].concat();
        let paths = |text: &[u8]| installed(text).next().unwrap().1.map(|paths| paths.len());
        assert_eq!(paths(&text(PATHS_MAX)), Ok(PATHS_MAX));
        assert!(paths(&text(PATHS_MAX + 1)).is_err());
        let long = [&b"P:a\nR:"[..], &[b'x'; 4097], b"\n"].concat();
        assert!(paths(&long).is_err());
    }
}
