//! Odd and damaged archives of other projects, read from checkouts beside this repository, compared with two other
//! readers: the `tar` crate and Python's `tarfile`. They run under `LAYERTUI_INTEROP=1`.

use layertui::layer::tar;
use layertui::stack::kept::paths;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use layertui::layer::blob::Blob;
use layertui::layer::codec::{Decoder, sniff};
use layertui::layer::survey;
use layertui::stack::kept::entry::{Kind, Row};

use crate::listed;

/// Known differences to the `tar` crate, with reasons.
const UNLIKE_THE_TAR_CRATE: &[(&str, &str)] = &[
    ("broken.tar", "a GNU header with a prefix where no times can be"),
    ("invalid-go17.tar", "the same"),
    ("gnu-long-nul.tar", "a name ends at its NUL"),
    ("pax-nul-path.tar", "the same"),
    ("hdr-only.tar", "a directory, link or device has no payload, whatever size it states"),
    ("pax-bad-hdr-large.tar.bz2", "an extended header of more than 1 MiB is not read"),
    ("pax-nil-sparse-data.tar", "it knows no sparse files of pax"),
    ("pax-nil-sparse-hole.tar", "the same"),
    ("pax-sparse-big.tar", "the same"),
    ("pax-global-records.tar", "it knows no global headers"),
    ("neg-size.tar", "a negative size ends the layer"),
];

/// Known differences to Python, with reasons.
const UNLIKE_PYTHON: &[(&str, &str)] = &[
    ("gnu-incremental.tar", "GNU headers have times where others have a prefix"),
    ("gnu-multi-hdrs.tar", "of several long names the last counts"),
    ("issue12435.tar", "an impossible size ends the layer"),
    ("neg-size.tar", "the same"),
    ("pax-bad-hdr-file.tar", "a record without its newline is malformed"),
    ("pax-bad-hdr-large.tar.bz2", "an extended header of more than 1 MiB is not read"),
    ("pax-global-records.tar", "an empty record takes a global one back"),
    ("pax-multi-hdrs.tar", "of several local headers the last stands alone"),
    ("pax-nil-sparse-data.tar", "GNU.sparse.realsize is the size, also without a number of blocks"),
    ("pax-nil-sparse-hole.tar", "the same"),
    ("pax-sparse-big.tar", "the same"),
    ("pax-nul-path.tar", "a name ends at its NUL"),
    ("pax-path-hdr.tar", "an extended header without an entry is none"),
];

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/public");
    assert!(root.is_dir(), "{} is missing", root.display());
    let mut found = Vec::new();
    for file in walkdir::WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok) {
        let name = file.file_name().to_string_lossy();
        if file.file_type().is_file() && (name.ends_with(".tar") || name.contains(".tar.")) {
            found.push(file.into_path());
        }
    }
    found
}

/// The uncompressed archive, as far as it can be decoded.
fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut decoder = Decoder::new(&Blob::memory(bytes), sniff(bytes)).unwrap();
    let mut plain = Vec::new();
    // A truncated archive is compared up to its end.
    let _ = decoder.by_ref().take(64 << 20).read_to_end(&mut plain);
    plain
}

/// `kind name size link` of each entry that is listed.
fn ours(bytes: &[u8]) -> Vec<String> {
    let (found, _) = survey(&Blob::memory(bytes));
    let line = |member: &tar::Member| line(member.kind, &member.name, &member.link);
    found.members.iter().map(line).collect()
}

fn line(kind: Kind, name: &[u8], link: &[u8]) -> String {
    let mut path = Vec::new();
    paths::normalise(name, &mut path);
    let mut target = link.to_vec();
    if kind == Kind::Hardlink {
        paths::normalise(link, &mut target);
    }
    format!("{} {} {}", kind.name(), path.escape_ascii(), target.escape_ascii())
}

/// The entries that the `tar` crate reads before its first error, and whether there was one.
fn by_the_tar_crate(bytes: &[u8]) -> (Vec<String>, bool) {
    let mut archive = ::tar::Archive::new(bytes);
    let mut lines = Vec::new();
    for entry in archive.entries().unwrap() {
        let Ok(entry) = entry else { return (lines, false) };
        let kind = match entry.header().entry_type().as_byte() {
            b'g' | b'x' | b'V' => continue,
            0 if entry.path_bytes().ends_with(b"/") => Kind::Directory,
            flag => kind_of(flag),
        };
        let link = if matches!(kind, Kind::Hardlink | Kind::Symlink) {
            entry.link_name_bytes()
        } else {
            None
        };
        lines.push(line(kind, &entry.path_bytes(), &link.unwrap_or_default()));
    }
    (lines, true)
}

/// Lists archives with `tarfile`: `=` and the number of each argument, a line for each entry with hexadecimal name and
/// target, and `.` after a complete archive.
const PYTHON: &str = r#"
import sys, tarfile
raw = lambda text: text.encode("utf-8", "surrogateescape").hex()
for number, path in enumerate(sys.argv[1:]):
    print("=", number)
    try:
        with tarfile.open(path, encoding="utf-8", errors="surrogateescape") as archive:
            for m in archive:
                link = raw(m.linkname) if m.islnk() or m.issym() else ""
                print(m.type[0], m.size, raw(m.name) or "-", link or "-")
        print(".")
    except Exception:
        pass
"#;

/// An entry as by [`line`], and the size of a regular file.
type Sized = (String, u64);

/// The entries that Python reads in each archive; `None` if it fails.
fn by_python(paths: &[PathBuf]) -> Vec<Option<Vec<Sized>>> {
    let output = Command::new("python3").args(["-c", PYTHON]).args(paths).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let archives = text.split("= ").skip(1).map(|archive| {
        let lines = archive.strip_suffix(".\n")?.lines().skip(1);
        Some(lines.map(python_line).collect())
    });
    archives.collect()
}

fn python_line(entry: &str) -> Sized {
    let unhex = |text: &str| -> Vec<u8> {
        let digits = text.trim_matches('-').as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    };
    let fields: Vec<&str> = entry.split(' ').collect();
    let kind = kind_of(fields[0].parse().unwrap());
    let size = if kind == Kind::File { fields[1].parse().unwrap() } else { 0 };
    (line(kind, &unhex(fields[2]), &unhex(fields[3])), size)
}

fn kind_of(flag: u8) -> Kind {
    match flag {
        b'1' => Kind::Hardlink,
        b'2' => Kind::Symlink,
        b'3' => Kind::Char,
        b'4' => Kind::Block,
        b'5' | b'D' => Kind::Directory,
        b'6' => Kind::Fifo,
        _ => Kind::File,
    }
}

/// Asserts that both agree, or that the difference is a known one; and that each known difference exists.
#[track_caller]
fn compare<T: PartialEq + std::fmt::Debug>(
    path: &Path,
    ours: &[T],
    theirs: &[T],
    known: &[(&str, &str)],
) {
    if known.iter().any(|(name, _)| path.ends_with(name)) {
        assert_ne!(ours, theirs, "{}", path.display());
    } else {
        assert_eq!(ours, theirs, "{}", path.display());
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "reads ../shared: LAYERTUI_INTEROP=1 cargo test")]
fn names_types_and_targets_are_those_the_tar_crate_reads() {
    for path in fixtures() {
        let bytes = plain(&fs::read(&path).unwrap());
        let (theirs, whole) = by_the_tar_crate(&bytes);
        let ours = ours(&bytes);
        let compared = if whole { &ours[..] } else { &ours[..ours.len().min(theirs.len())] };
        compare(&path, compared, &theirs, UNLIKE_THE_TAR_CRATE);
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "reads ../shared: LAYERTUI_INTEROP=1 cargo test")]
fn names_types_sizes_and_targets_are_those_python_reads() {
    let fixtures = fixtures();
    let by_python = by_python(&fixtures);
    let mut compared = 0;
    for (path, theirs) in fixtures.iter().zip(by_python) {
        let Some(theirs) = theirs else { continue };
        let listing = listed(&fs::read(path).unwrap());
        let mut rows = listing.table.rows();
        let mut ours = Vec::new();
        while let Some(Row::Entry(entry)) = rows.next() {
            ours.push((line(entry.kind, entry.path, entry.link), entry.size));
        }
        compare(path, &ours, &theirs, UNLIKE_PYTHON);
        compared += 1;
    }
    assert!(compared >= fixtures.len() * 3 / 4, "Python gives up on few of them");
}
