//! The databases of rpm in their three forms, as rpm itself wrote them (`tests/answers/rpm/README.md`): packages by layer,
//! files, and any damage.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use layertui::content::packages::{DATABASES, DatabaseFile, Packages};

use crate::packages::{ask, short, shorts};
use crate::saved::Place;
use crate::support::every_byte;
use crate::support::tarball::Tar;

const SQLITE: &str = "rpmdb.sqlite";
const FORMS: [&str; 3] = [SQLITE, "Packages.db", "Packages"];

pub(crate) fn database(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers/rpm");
    let packed = fs::read(dir.join(format!("{name}.gz"))).unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The place of a database below `var/lib/rpm`.
fn place(file: &str) -> DatabaseFile {
    let path = format!("var/lib/rpm/{file}");
    DATABASES.into_iter().find(|place| place.path() == path).unwrap()
}

/// A layer with a database at a path.
fn layer(dir: &str, file: &str, bytes: &[u8]) -> Vec<u8> {
    Tar::new().file(format!("{dir}/{file}"), bytes).finish()
}

const BEFORE: [&str; 3] = ["0 0 alpha 2:1.0-1", "0 0 beta 2.5~rc1-3.fc40", "0 0 gamma 0-0"];
const AFTER: [&str; 3] = ["1 0 alpha 2:1.1-1", "0 0 beta 2.5~rc1-3.fc40", "1 1 delta 7-1"];

#[test]
fn each_form_gives_the_packages_of_each_layer() {
    for dir in ["var/lib/rpm", "usr/lib/sysimage/rpm"] {
        for form in FORMS {
            let journey = Place::new();
            let layers = ["before", "after"]
                .map(|state| layer(dir, form, &database(&format!("{state}-{form}"))));
            let image = journey.compressed("image", &layers);
            let image = image.to_str().unwrap();
            assert_eq!(shorts(image, &["--layer", "0"]), BEFORE, "{form}");
            assert_eq!(shorts(image, &[]), AFTER, "{form}");
            assert_eq!(
                shorts(image, &["--history"])[3..],
                [
                    "1 upgraded alpha 2:1.0-1 2:1.1-1",
                    "1 installed delta 7-1",
                    "1 removed gamma 0-0"
                ],
                "{form}"
            );
            let (lines, ..) = ask(image, &[]);
            assert_eq!(lines[1]["architecture"], "x86_64");
            assert_eq!(lines[1]["manager"], "rpm");
            assert_eq!(lines[1]["size"], 183);
        }
    }
}

/// The log alone is written by the upper layer: what the database file says is older.
#[test]
fn the_log_of_sqlite_counts() {
    let journey = Place::new();
    let log = database("before-rpmdb.sqlite-wal");
    let dir = "var/lib/rpm";
    let layers = [
        layer(dir, SQLITE, &database("before-rpmdb.sqlite")),
        layer(dir, "rpmdb.sqlite-wal", &log),
        // The beginning of a transaction that did not end.
        layer(dir, "rpmdb.sqlite-wal", &log[..log.len() - 4120]),
        layer(dir, "rpmdb.sqlite-wal", b""),
    ];
    let image = journey.image("image", &layers);
    let image = image.to_str().unwrap();
    assert_eq!(shorts(image, &["--layer", "0"]), BEFORE);
    assert_eq!(shorts(image, &["--layer", "1"]), AFTER);
    let versions = |layer: &str| -> Vec<String> {
        let (lines, ..) = ask(image, &["--layer", layer]);
        lines.iter().map(|line| format!("{} {}", line["name"], line["version"])).collect()
    };
    assert_eq!(versions("2"), versions("0"));
    assert_eq!(versions("3"), versions("0"));
}

#[test]
fn of_several_databases_in_a_directory_the_one_that_rpm_uses_counts() {
    let journey = Place::new();
    let both = Tar::new()
        .file("usr/lib/sysimage/rpm/Packages", database("after-Packages"))
        .file("usr/lib/sysimage/rpm/rpmdb.sqlite", database("before-rpmdb.sqlite"))
        .symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm");
    let image = journey.image("image", &[both.finish()]);
    assert_eq!(shorts(image.to_str().unwrap(), &[]), BEFORE);
}

#[test]
fn a_damaged_database_is_named_and_removes_nothing() {
    for form in FORMS {
        let journey = Place::new();
        let whole = database(&format!("before-{form}"));
        let cut = &whole[..whole.len() / 2];
        let after = database(&format!("after-{form}"));
        let layers = [&whole[..], cut, &after].map(|bytes| layer("var/lib/rpm", form, bytes));
        let image = journey.image("image", &layers);
        let (lines, code, said) = ask(image.to_str().unwrap(), &["--history"]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(&format!("layer 1: /var/lib/rpm/{form}: damaged: ")), "{said}");
        let events: Vec<String> = lines.iter().map(short).collect();
        assert_eq!(events.len(), 6, "{events:?}");
        assert!(events[3].starts_with("2 upgraded alpha"), "{events:?}");
    }
}

/// By path the name of its owner; `None` where several packages have it.
type Owners = HashMap<Vec<u8>, Option<String>>;

fn owners(packages: &Packages) -> Owners {
    let name = |at: u32| packages.list()[at as usize].name.clone();
    packages.paths().map(|(path, owner)| (path.to_vec(), owner.map(name))).collect()
}

#[test]
fn files_belong_to_their_packages() {
    for (name, form, files) in [
        ("before-rpmdb.sqlite", SQLITE, 72),
        ("before-Packages.db", "Packages.db", 72),
        ("before-Packages", "Packages", 72),
        ("small-rpmdb.sqlite", SQLITE, 10),
        ("small-Packages.db", "Packages.db", 10),
        ("small-Packages", "Packages", 10),
    ] {
        let mut packages = Packages::default();
        packages.add(place(form), b"", &database(name), b"").unwrap();
        let owners = owners(&packages);
        let owner = |path: &str| owners.get(path.as_bytes()).cloned();
        assert_eq!(owner("usr/share/gamma/f1"), Some(Some("gamma".to_owned())), "{name}");
        assert_eq!(owner("usr/share/alpha"), Some(Some("alpha".to_owned())), "{name}");
        assert_eq!(owner("usr/share/shared/both"), Some(None), "{name}");
        assert_eq!(owners.len(), files, "{name}");
    }
}

/// Whatever is damaged: what is said of packages and files is what the whole database says.
fn reads_whatever_changes(name: &str, form: &str, log: Option<&'static str>) {
    let (file, place) = (database(name), place(form));
    let whole = log.map_or_else(|| file.clone(), database);
    let read = move |damaged: &[u8]| {
        let mut packages = Packages::default();
        let (file, log) = if log.is_some() { (&file[..], damaged) } else { (damaged, &b""[..]) };
        let read = packages.add(place, b"", file, log);
        (packages, read)
    };
    // The packages of a damaged log are those before it.
    let known = [read(&whole).0, read(b"").0];
    let files = known.each_ref().map(owners);
    every_byte::damage(whole, move |damaged| {
        let (packages, read) = read(damaged);
        for package in packages.list() {
            assert!(known.iter().any(|known| known.list().contains(package)), "{package:?}");
        }
        for (path, owner) in owners(&packages) {
            // Of a package that is not found at all, damage is not seen: a path of two then has one owner.
            let may_be = |files: &Owners| matches!(files.get(&path), Some(it) if it.is_none() || *it == owner);
            assert!(owner.is_none() || files.iter().any(may_be), "{path:?}: {owner:?}");
        }
        assert!(read.is_ok() || packages.paths().next().is_none());
    });
}

#[test]
fn sqlite_is_read_whatever_changes() {
    reads_whatever_changes("small-rpmdb.sqlite", SQLITE, None);
}

#[test]
fn the_log_is_read_whatever_changes() {
    reads_whatever_changes("small-rpmdb.sqlite", SQLITE, Some("small-rpmdb.sqlite-wal"));
}

#[test]
fn ndb_is_read_whatever_changes() {
    reads_whatever_changes("small-Packages.db", "Packages.db", None);
}

#[test]
fn berkeley_db_is_read_whatever_changes() {
    reads_whatever_changes("small-Packages", "Packages", None);
}

/// Several bytes at once, mostly numbers at the beginning of pages, blocks and headers.
#[test]
fn any_form_is_read_whichever_bytes_change() {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize % below
    };
    let forms = [
        ("small-rpmdb.sqlite", SQLITE),
        ("small-Packages.db", "Packages.db"),
        ("small-Packages", "Packages"),
    ];
    let forms = forms.map(|(name, form)| (database(name), place(form)));
    for round in 0..6000 {
        let (whole, place) = &forms[round % forms.len()];
        let mut bytes = whole.clone();
        for _ in 0..=next(6) {
            let at = next(bytes.len());
            let at = if next(2) == 0 { at } else { at / 512 * 512 + next(64) };
            let Some(byte) = bytes.get_mut(at) else { continue };
            *byte = [0, 0xff, next(256) as u8][next(3)];
        }
        let mut packages = Packages::default();
        let read = packages.add(*place, b"", &bytes, b"");
        assert!(packages.list().len() < 100, "{:?}", packages.list());
        assert!(read.is_ok() || packages.paths().next().is_none());
    }
}
