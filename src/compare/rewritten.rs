//! The files that builds write anew at each run: logs and caches with times, inode numbers or random numbers in them. Two
//! builds of one Containerfile differ in them though nothing that was asked for does.
//!
//! Found by installing the same packages twice and by the manuals of the programs. What a build downloads, as the package
//! lists below `/var/lib/apt/lists`, is not among them: it decides what later installations get.

use crate::compare::difference::{Difference, Meaning};
use crate::compare::terms::Terms;
use crate::stack::Version;
use crate::stack::kept::entry::Kind;
use crate::stack::query::glob::Globs;

/// What of a file does not count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aside {
    /// Its contents.
    Contents,
    /// Its contents, if both have the same size: another size is another kind of contents.
    SameSize,
    /// Its contents, and whether it is there.
    Whole,
    /// The same, if the database of rpm at this path was read in both images, whose packages are compared instead.
    Packages(&'static str),
}

/// Files of one kind.
struct Row {
    reason: &'static str,
    patterns: &'static [&'static str],
    aside: Aside,
}

const fn row(aside: Aside, reason: &'static str, patterns: &'static [&'static str]) -> Row {
    Row { reason, patterns, aside }
}

const RPM: &str = "rpm's database: the time of each installation; its packages are compared";

/// The first row that fits a path counts.
const ROWS: [Row; 15] = [
    row(
        Aside::Whole,
        "logs that a package manager began anew",
        &[
            "/var/log/apt/*.log.[0-9]*",
            "/var/log/{dpkg,alternatives,aptitude}.log.[0-9]*",
            "/var/log/{dnf*,hawkey,yum}.log.[0-9]*",
        ],
    ),
    row(
        Aside::Contents,
        "logs of package managers: the time of each step",
        &[
            "/var/log/apt/{history.log,term.log,eipp.log.xz}",
            "/var/log/{dpkg,alternatives,bootstrap,apk,pacman,yum,zypper,hawkey,dnf*}.log",
            "/var/log/aptitude",
            "/var/log/zypp/history",
        ],
    ),
    row(
        Aside::Contents,
        "ldconfig's cache: inode numbers and times of libraries",
        &["/var/cache/ldconfig/aux-cache"],
    ),
    row(
        Aside::Contents,
        "apt's caches: times of package lists",
        &["/var/cache/apt/{pkgcache,srcpkgcache}.bin"],
    ),
    row(
        Aside::Contents,
        "debconf's databases as they were before the last step",
        &["/var/cache/debconf/*-old"],
    ),
    row(
        Aside::Whole,
        "dnf's and yum's record of transactions: their times",
        &[
            "/var/lib/dnf/history.sqlite*",
            "/var/lib/yum/history/**",
            "/usr/lib/sysimage/libdnf5/transaction_history.sqlite*",
        ],
    ),
    row(
        Aside::Packages("var/lib/rpm/rpmdb.sqlite"),
        RPM,
        &["/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite-{wal,shm}"],
    ),
    row(
        Aside::Packages("usr/lib/sysimage/rpm/rpmdb.sqlite"),
        RPM,
        &["/usr/lib/sysimage/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite-{wal,shm}"],
    ),
    row(Aside::Packages("var/lib/rpm/Packages.db"), RPM, &["/var/lib/rpm/{Packages,Index}.db"]),
    row(
        Aside::Packages("usr/lib/sysimage/rpm/Packages.db"),
        RPM,
        &["/usr/lib/sysimage/rpm/{Packages,Index}.db"],
    ),
    // Berkeley DB: the indices are files of their own (rpm 4.14, lib/rpmdb.c).
    row(
        Aside::Packages("var/lib/rpm/Packages"),
        RPM,
        &["/var/lib/rpm/{Packages,__db.[0-9]*,*name,*names,Group,Installtid,Sha1header,Sigmd5}"],
    ),
    row(
        Aside::Contents,
        "fontconfig's caches: times of font directories",
        &["/var/cache/fontconfig/*.cache-*"],
    ),
    row(
        Aside::SameSize,
        "machine IDs: random, from the installation of systemd or dbus",
        &["/etc/machine-id", "/var/lib/dbus/machine-id"],
    ),
    row(Aside::Contents, "wget's list of hosts: the time of each visit", &[".wget-hsts"]),
    row(Aside::Whole, "npm's logs: the time is in their names", &["**/.npm/_logs/*.log"]),
];

/// Why compiled Python does not count that differs in bytes 8 to 12 alone.
pub(super) const SOURCE_TIME: &str = "compiled Python: the time of its source alone";

/// Whether a path is that of compiled Python.
pub(super) fn is_compiled_python(path: &[u8]) -> bool {
    path.ends_with(b".pyc")
}

/// The rows that hold for a comparison.
#[derive(Clone, Debug, Default)]
pub(super) struct Rewritten(Vec<(Globs, usize)>);

impl Rewritten {
    pub(super) fn of(terms: &Terms) -> Self {
        let holds = |row: &Row| match row.aside {
            Aside::Packages(path) => terms.semantic && terms.databases.contains(&path),
            _ => terms.semantic,
        };
        let rows = ROWS.iter().enumerate().filter(|(_, row)| holds(row));
        // A test compiles all patterns.
        Self(rows.filter_map(|(at, row)| Some((Globs::new(row.patterns).ok()?, at))).collect())
    }

    /// Why the contents or the existence of a file do not count, if they do not.
    pub(super) fn reason(&self, difference: &Difference) -> Option<&'static str> {
        // A hard link to nothing has no contents.
        let holds_contents = |version: &Option<Version>, bytes| {
            version.is_none_or(|it| it.kind == Kind::File || it.kind == Kind::Hardlink && bytes > 0)
        };
        let (before, after) = difference.bytes;
        if !holds_contents(&difference.old, before) || !holds_contents(&difference.new, after) {
            return None;
        }
        let (_, at) = self.0.iter().find(|(globs, _)| globs.matches(&difference.path))?;
        let row = &ROWS[*at];
        let aside = match (difference.meaning, row.aside) {
            (Meaning::Content, Aside::SameSize) => difference.bytes.0 == difference.bytes.1,
            (Meaning::Content, _) => true,
            (Meaning::Added | Meaning::Removed, aside) => {
                matches!(aside, Aside::Whole | Aside::Packages(_))
            }
            (Meaning::Metadata | Meaning::Undecided, _) => false,
        };
        aside.then_some(row.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_no_path_needs_two_rows() {
        let databases = ROWS.iter().filter_map(|row| match row.aside {
            Aside::Packages(path) => Some(path),
            _ => None,
        });
        let databases: Vec<&str> = databases.collect();
        let all = Rewritten::of(&Terms { semantic: true, databases, ..Terms::default() });
        assert_eq!(all.0.len(), ROWS.len());
        let one = vec!["var/lib/rpm/rpmdb.sqlite"];
        let one = Rewritten::of(&Terms { semantic: true, databases: one, ..Terms::default() });
        let aside = |rows: &Rewritten, path: &str| {
            rows.0.iter().any(|(globs, _)| globs.matches(path.as_bytes()))
        };
        for path in ["/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite-wal"] {
            assert!(aside(&one, path), "{path}");
        }
        for path in ["Packages", "Index.db", "Providename", "Dirnames", "__db.001"] {
            let path = format!("/var/lib/rpm/{path}");
            assert!(aside(&all, &path) && !aside(&one, &path), "{path}");
        }
        assert!(!aside(&all, "/var/lib/rpm/foo") && !aside(&all, "/usr/lib/sysimage/rpm/macros"));
        assert!(Rewritten::of(&Terms::default()).0.is_empty());
        let paths = [
            "/var/log/dnf.log",
            "/var/log/dnf.librepo.log.1",
            "/var/log/apt/history.log",
            "/var/log/apt/history.log.1.gz",
            "/root/.wget-hsts",
            "/root/.npm/_logs/2024-debug-0.log",
        ];
        for path in paths {
            let rows = all.0.iter().filter(|(globs, _)| globs.matches(path.as_bytes()));
            assert_eq!(rows.count(), 1, "{path}");
        }
        assert!(!all.0.iter().any(|(globs, _)| globs.matches(b"/var/log/dnf/x.log")));
    }
}
