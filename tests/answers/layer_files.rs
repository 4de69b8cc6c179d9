//! `compare --layers` where a store keeps the files of a layer and no tar.

use std::path::PathBuf;

use crate::layer_pairs::{compare, entries, layers};
use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

/// A directory of the machine as an image, whose files have this time.
fn directory(place: &Place, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = place.path(name);
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if text.is_empty() {
            std::fs::create_dir(&path).unwrap();
        } else {
            std::fs::write(&path, text).unwrap();
        }
    }
    // Directories last: what is made in them changes their time.
    let mut all = vec![root.clone()];
    let mut at = 0;
    while at < all.len() {
        if all[at].is_dir() {
            all.extend(std::fs::read_dir(&all[at]).unwrap().map(|it| it.unwrap().path()));
        }
        at += 1;
    }
    for path in all.iter().rev() {
        let mode =
            std::os::unix::fs::PermissionsExt::from_mode(if path.is_dir() { 0o755 } else { 0o644 });
        std::fs::set_permissions(path, mode).unwrap();
        std::fs::File::open(path).unwrap().set_modified(time).unwrap();
    }
    PathBuf::from(format!("rootfs:{}", root.display()))
}

/// Of a directory there is no tar: its files are compared, also where it has none.
#[test]
fn a_layer_without_a_tar_is_compared_by_its_files() {
    use std::os::unix::fs::MetadataExt as _;
    let place = Place::new();
    let tree = [("d/empty", ""), ("d/a", "one"), ("b", "two")];
    let one = directory(&place, "one", &tree);
    let again = directory(&place, "again", &tree);
    let (changed, more) =
        ([("d/empty", ""), ("d/a", "TWO"), ("b", "two")], [("d/empty", ""), ("d/more", "")]);
    let (changed, more) =
        (directory(&place, "changed", &changed), directory(&place, "more", &more));
    let only = directory(&place, "only", &[("d/empty", "")]);
    let later = directory(&place, "later", &[("d/empty", "")]);
    let place_of_later = place.path("later/d/empty");
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(5);
    std::fs::File::open(place_of_later).unwrap().set_modified(time).unwrap();
    for (old, new, layer, differ, code) in [
        (&one, &again, "0 0 sameFiles: ", &[][..], 0),
        (&one, &changed, "0 0 changed: content", &["content /d/a: content"], 1),
        (&only, &more, "0 0 changed: ", &["added /d/more"], 1),
        (&more, &only, "0 0 changed: ", &["removed /d/more"], 1),
        (&only, &later, "0 0 sameContents: mtime", &["metadata /d/empty: mtime"], 1),
        (&only, &only, "0 0 sameFiles: ", &[], 0),
    ] {
        let (lines, ended) = compare(old, new);
        let found = (layers(&lines).concat(), entries(&lines), ended);
        assert_eq!(
            found,
            (layer.to_owned(), differ.iter().map(|&it| it.to_owned()).collect(), code)
        );
    }
    // Held against tars: one with a name twice, where the second is a link, and one that differs.
    let owner = std::fs::metadata(place.path("one")).unwrap();
    let own = |tar: Tar| tar.owner(owner.uid().into(), owner.gid().into()).mtime(1_700_000_000);
    let tar = |text: &str| {
        let tar = own(own(Tar::new().dir("d/", 0o755)).dir("d/empty/", 0o755));
        own(own(tar.file("d/a", text)).file("b", "two")).finish()
    };
    let (same, other) =
        (place.image("same", &[tar("one")]), place.compressed("other", &[tar("ONE")]));
    for (old, new, layer, code) in [
        (&one, &same, "0 0 sameFiles: ", 0),
        (&same, &one, "0 0 sameFiles: ", 0),
        (&one, &other, "0 0 changed: content", 1),
    ] {
        let (lines, ended) = compare(old, new);
        assert_eq!((layers(&lines).concat().as_str(), ended), (layer, code), "{lines:?}");
    }
    std::fs::hard_link(place.path("one/b"), place.path("one/c")).unwrap();
    let link = |first: &str, second: &str| {
        let tar = own(own(Tar::new().dir("d/", 0o755)).dir("d/empty/", 0o755));
        let tar = own(own(tar.file("d/a", "one")).file(first, "two"));
        place.image(first, &[own(tar.hardlink(second, first)).finish()])
    };
    for tar in [link("b", "c"), link("c", "b")] {
        let (lines, _) = compare(&one, &tar);
        assert_eq!(layers(&lines), ["0 0 sameFiles: "], "{lines:?}");
    }
    let text = layertui(&["compare", "--layers", one.to_str().unwrap(), same.to_str().unwrap()]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("changed: 1 removed\n") && text.contains("/c\n"), "{text}");
}
