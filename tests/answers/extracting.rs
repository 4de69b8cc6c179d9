//! Files and subtrees onto a disk and into a tar stream.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::saved::{Place, extract, layertui};
use crate::support::tarball::Tar;

fn layers() -> Vec<Vec<u8>> {
    let first = Tar::new()
        .dir("etc/", 0o755)
        .mtime(1_600_000_000)
        .file("etc/motd", "hello\n")
        .mtime(1_700_000_000)
        .file("etc/gone", "deleted later\n")
        .dir("etc/closed/", 0o500)
        .file("etc/closed/key", "k")
        .mode(0o400)
        .symlink("etc/link", "motd")
        .symlink("conf", "etc")
        .hardlink("etc/twin", "etc/motd")
        .fifo("pipe")
        .finish();
    let second = Tar::new()
        .whiteout("etc/gone")
        .file("etc/new", "n".repeat(200_000))
        .mode(0o640)
        .hardlink("etc/third", "etc/motd")
        .finish();
    vec![first, second]
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_subtree_is_as_it_was_stored_from_plain_and_compressed_layers() {
    let place = Place::new();
    for (image, name) in
        [(place.image("plain", &layers()), "a"), (place.compressed("gzipped", &layers()), "b")]
    {
        let dest = place.path(name);
        assert_eq!(extract(&image, "/", &dest, &[]), (0, String::new()));
        assert_eq!(read(&dest.join("etc/motd")), "hello\n");
        assert_eq!(read(&dest.join("etc/new")), "n".repeat(200_000));
        assert!(!dest.join("etc/gone").exists());
        assert_eq!(fs::read_link(dest.join("etc/link")).unwrap(), Path::new("motd"));
        let mode = |path: &str| dest.join(path).symlink_metadata().unwrap().mode() & 0o7777;
        assert_eq!(
            [mode("etc/new"), mode("etc/closed"), mode("etc/closed/key")],
            [0o640, 0o500, 0o400]
        );
        assert_eq!(dest.join("etc/motd").metadata().unwrap().mtime(), 1_700_000_000);
        assert_eq!(dest.join("etc").metadata().unwrap().mtime(), 1_600_000_000);
        assert_eq!(mode(""), 0o755, "no layer names the root");
        let inode = |path: &str| dest.join(path).metadata().unwrap().ino();
        assert_eq!([inode("etc/twin"), inode("etc/third")], [inode("etc/motd"); 2]);
        assert_eq!(mode("pipe"), 0o644);
        // So that a user other than root can remove the directory.
        fs::set_permissions(dest.join("etc/closed"), fs::Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn one_file_becomes_dest_or_goes_into_it() {
    let place = Place::new();
    let image = place.image("image", &layers());
    assert_eq!(extract(&image, "/etc/gone", &place.path("x"), &["--layer", "0"]).0, 0);
    assert_eq!(read(&place.path("x")), "deleted later\n");
    fs::create_dir(place.path("dir")).unwrap();
    assert_eq!(extract(&image, "/conf/motd", &place.path("dir"), &[]).0, 0);
    assert_eq!(read(&place.path("dir/motd")), "hello\n");
    // A link is extracted as one, and with a slash behind it what it leads to.
    assert_eq!(extract(&image, "/conf", &place.path("l"), &[]).0, 0);
    assert_eq!(fs::read_link(place.path("l")).unwrap(), Path::new("etc"));
    assert_eq!(extract(&image, "/conf/closed", &place.path("closed"), &[]).0, 0);
    assert_eq!(extract(&image, "/etc/gone", &place.path("y"), &[]).0, 1);
    assert!(!place.path("y").exists());
}

#[test]
fn what_is_there_stays_unless_force_is_said() {
    let place = Place::new();
    let image = place.image("image", &layers());
    let dest = place.path("dest");
    fs::create_dir_all(dest.join("etc")).unwrap();
    fs::write(dest.join("etc/motd"), "mine").unwrap();
    fs::write(dest.join("mine"), "mine").unwrap();
    let (code, said) = extract(&image, "/", &dest, &[]);
    assert!(code == 2 && said.contains("--force"), "{said}");
    assert_eq!(fs::read_dir(&dest).unwrap().count(), 2);
    let (code, said) = extract(&image, "/etc/new", &dest.join("mine"), &[]);
    // By their places on the disk: a name in the image says nothing of these.
    let exists =
        |path: &str| format!("{}: already exists; --force replaces it", dest.join(path).display());
    assert!(code == 2 && said.contains(&exists("mine")), "{said}");
    assert_eq!(read(&dest.join("mine")), "mine");
    let (code, said) = extract(&image, "/etc/motd", &dest.join("etc"), &[]);
    assert!(code == 2 && said.contains(&exists("etc/motd")), "{said}");
    assert_eq!(read(&dest.join("etc/motd")), "mine");
    assert_eq!(extract(&image, "/", &dest, &["--force"]), (0, String::new()));
    assert_eq!(read(&dest.join("etc/motd")), "hello\n");
    assert_eq!(read(&dest.join("mine")), "mine");
}

#[test]
fn a_stream_holds_the_same() {
    let place = Place::new();
    let long = "long/".repeat(40) + "name";
    let more = Tar::new().file(&long, "far down").xattr("user.note", "kept").finish();
    let image = place.compressed("image", &[layers(), vec![more]].concat());
    let output = layertui(&["extract", image.to_str().unwrap(), "/", "-"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut archive = tar::Archive::new(&output.stdout[..]);
    let mut found = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let link = entry.link_name().unwrap().map(|link| link.to_str().unwrap().to_owned());
        let noted = entry.pax_extensions().unwrap().is_some_and(|mut records| {
            records.any(|record| record.unwrap().value_bytes() == b"kept")
        });
        let mut contents = String::new();
        entry.read_to_string(&mut contents).unwrap();
        found.insert(path, (entry.header().entry_type(), contents, link, noted));
    }
    let kind = |path: &str| found[path].0;
    assert!(kind("pipe").is_fifo() && kind("conf").is_symlink() && kind("etc/").is_dir());
    assert_eq!(found["etc/motd"].1, "hello\n");
    assert_eq!(found["etc/twin"].2.as_deref(), Some("etc/motd"));
    assert_eq!((found[&long].1.as_str(), found[&long].3), ("far down", true));
    let one = layertui(&["extract", image.to_str().unwrap(), "/etc/closed", "-"]).stdout;
    let mut one = tar::Archive::new(&one[..]);
    let names: Vec<_> =
        one.entries().unwrap().map(|e| e.unwrap().path().unwrap().into_owned()).collect();
    assert_eq!(names, [Path::new("closed/key"), Path::new("closed/")]);
}

#[test]
fn a_layer_that_breaks_off_costs_what_it_has_lost_and_no_more() {
    let place = Place::new();
    let contents = "x".repeat(3000);
    let whole = Tar::new().file("a", "first").file("b", &contents).finish();
    let image = place.save(
        "image",
        std::slice::from_ref(&whole),
        &[whole[..2000].to_vec()],
        &serde_json::json!({}),
    );
    let (code, said) = extract(&image, "/", &place.path("dest"), &[]);
    assert!(code == 2 && said.contains("layer 0: ") && said.contains("damaged"), "{said}");
    assert_eq!(read(&place.path("dest/a")), "first");
}

/// As compressed layers are decoded but once, in whichever order the names are.
#[test]
fn a_stream_has_files_in_the_order_in_which_layers_store_them() {
    let place = Place::new();
    let first = Tar::new().file("z", "1").file("m", "2").file("a", "3").finish();
    let second = Tar::new().file("b", "4").file("a2", "5").finish();
    let image = place.compressed("image", &[first, second]);
    let stream = layertui(&["extract", image.to_str().unwrap(), "/", "-"]).stdout;
    let mut archive = tar::Archive::new(&stream[..]);
    let names = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().to_str().unwrap().to_owned());
    assert_eq!(names.collect::<Vec<_>>(), ["z", "m", "a", "b", "a2", "./"]);
}

/// Behind a `/`, a link means the directory that it leads to, as it does for `cp` and `tar`.
#[test]
fn a_path_that_ends_in_a_slash_or_dots_means_a_directory() {
    let place = Place::new();
    let image = place.image("image", &layers());
    for (at, path) in ["/conf/", "/conf/.", "/etc/closed/.."].into_iter().enumerate() {
        let dest = place.path(&at.to_string());
        assert_eq!(extract(&image, path, &dest, &[]), (0, String::new()), "{path}");
        assert_eq!(read(&dest.join("motd")), "hello\n", "{path}");
    }
}

/// Owner, bits and time of an object itself, not of what a link leads to.
fn facts(path: &Path) -> (u32, u32, u32, i64, i64) {
    let facts = path.symlink_metadata().unwrap();
    (facts.uid(), facts.gid(), facts.mode() & 0o7777, facts.mtime(), facts.mtime_nsec())
}

/// Root gives objects the owner they were stored with; everyone else keeps them. All else is the same for both.
#[test]
fn owner_bits_times_and_attributes_are_those_stored() {
    const STORED: [(u32, u32); 4] = [(1001, 2001), (1002, 2002), (1003, 2003), (1004, 2004)];
    let time = |tar: Tar, nanos: u32| tar.pax(&[("mtime", &format!("1700000000.{nanos:09}"))]);
    let owned = |tar: Tar, (uid, gid): (u32, u32)| tar.owner(uid.into(), gid.into());
    let tar = owned(
        time(Tar::new().file("f", "1").mode(0o6751).xattr("user.note", "kept"), 123_456_789),
        STORED[0],
    );
    let tar = owned(time(tar.dir("d/", 0o2750).xattr("user.dir", "too"), 5), STORED[1]);
    let tar = owned(time(tar.symlink("d/l", "../f"), 987_654_321), STORED[2]);
    let tar = owned(time(tar.fifo("d/p").mode(0o620), 1), STORED[3]);
    let place = Place::new();
    let image = place.image("image", &[tar.hardlink("twin", "f").mode(0o600).finish()]);
    let dest = place.path("dest");
    assert_eq!(extract(&image, "/", &dest, &[]), (0, String::new()));
    let root = rustix::process::geteuid().is_root();
    let own = facts(&place.path("image"));
    let owner = |stored: (u32, u32)| if root { stored } else { (own.0, own.1) };
    for (path, stored, mode, nanos) in [
        ("f", STORED[0], 0o6751, 123_456_789),
        ("twin", STORED[0], 0o6751, 123_456_789),
        ("d", STORED[1], 0o2750, 5),
        ("d/l", STORED[2], 0o777, 987_654_321),
        ("d/p", STORED[3], 0o620, 1),
    ] {
        let (uid, gid) = owner(stored);
        assert_eq!(facts(&dest.join(path)), (uid, gid, mode, 1_700_000_000, nanos), "{path}");
    }
    let attribute = |path: &str, name: &str| xattr::get(dest.join(path), name).unwrap();
    assert_eq!(attribute("f", "user.note").as_deref(), Some(&b"kept"[..]));
    assert_eq!(attribute("d", "user.dir").as_deref(), Some(&b"too"[..]));
}

#[test]
#[cfg_attr(
    not(interop),
    ignore = "makes devices and sets attributes of links, as root: LAYERTUI_INTEROP=1 cargo test"
)]
fn devices_and_attributes_of_links() {
    let place = Place::new();
    let tar = Tar::new()
        .char_device("c", 1, 7)
        .mode(0o640)
        .block_device("b", 7, 200)
        .owner(3, 4)
        .symlink("l", "c")
        .xattr("trusted.note", "of the link")
        .finish();
    let dest = place.path("dest");
    assert_eq!(extract(&place.image("image", &[tar]), "/", &dest, &[]), (0, String::new()));
    let device = |path: &str| {
        let facts = dest.join(path).symlink_metadata().unwrap();
        (
            facts.mode(),
            rustix::fs::major(facts.rdev()),
            rustix::fs::minor(facts.rdev()),
            facts.gid(),
        )
    };
    assert_eq!(device("c"), (0o020_640, 1, 7, 0));
    assert_eq!(device("b"), (0o060_660, 7, 200, 4));
    assert_eq!(
        xattr::get(dest.join("l"), "trusted.note").unwrap().as_deref(),
        Some(&b"of the link"[..])
    );
}

/// What is no right of a user is left out; what was asked for comes out all the same.
#[test]
fn a_stream_says_owner_bits_and_time_to_the_nanosecond() {
    let place = Place::new();
    let tar = Tar::new()
        .file("f", "1")
        .mode(0o4711)
        .owner(70_000, 3_000_000)
        .pax(&[("mtime", "1700000000.000000007")])
        .symlink("l", "f")
        .owner(5, 6)
        .pax(&[("mtime", "-1.5")])
        .finish();
    let image = place.image("image", &[tar]);
    let stream = layertui(&["extract", image.to_str().unwrap(), "/", "-"]).stdout;
    let again = place.image("again", &[stream]);
    let listed = |image: &Path| {
        let output = layertui(&["ls", "--json", image.to_str().unwrap()]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(listed(&image).contains("2023-11-14T22:13:20.000000007Z"));
    assert_eq!(listed(&again), listed(&image));
}

#[test]
fn a_hard_link_is_the_object_that_its_target_was_whatever_a_higher_layer_puts_there() {
    let place = Place::new();
    let first = Tar::new()
        .file("usr/a", "one")
        .symlink("link", "usr/a")
        .hardlink("hard", "link")
        .hardlink("harder", "hard")
        .fifo("pipe")
        .hardlink("pipe2", "pipe")
        .hardlink("before", "behind")
        .symlink("behind", "usr/a");
    let second = Tar::new().file("link", "two").file("pipe", "three").whiteout("behind");
    let image = place.image("image", &[first.finish(), second.finish()]);
    let dest = place.path("dest");
    assert_eq!(extract(&image, "/", &dest, &[]), (0, String::new()));
    for link in ["hard", "harder", "before"] {
        assert_eq!(fs::read_link(dest.join(link)).unwrap(), Path::new("usr/a"), "{link}");
        let cat = layertui(&["cat", image.to_str().unwrap(), link]);
        assert_eq!(cat.stdout, b"one", "{}", String::from_utf8_lossy(&cat.stderr));
    }
    assert!(!dest.join("pipe2").symlink_metadata().unwrap().is_file());
    let cat = layertui(&["cat", image.to_str().unwrap(), "pipe2"]);
    assert!(String::from_utf8_lossy(&cat.stderr).contains("not a file but fifo"));
    let one = place.path("one");
    assert_eq!(extract(&image, "/hard", &one, &[]), (0, String::new()));
    assert_eq!(fs::read_link(one).unwrap(), Path::new("usr/a"));
}
