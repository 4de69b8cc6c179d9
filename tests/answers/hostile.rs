//! Archives that try to write outside the destination, and destinations that contain links.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::saved::{Place, extract, layertui};
use crate::support::tarball::Tar;

/// Extracts the layers to `dest` beside a file that must not change; returns exit code and messages.
fn attempt(layers: &[Vec<u8>]) -> (Place, i32, String) {
    let place = Place::new();
    fs::create_dir(place.path("outside")).unwrap();
    fs::write(place.path("outside/victim"), "untouched").unwrap();
    let image = place.image("image", layers);
    let (code, said) = extract(&image, "/", &place.path("dest"), &[]);
    assert!(matches!(code, 0 | 2), "{code}: {said}");
    assert!(fs::read_dir(place.path("dest")).unwrap().count() > 0, "{said}");
    unharmed(&place);
    streams_inside(&image, &place);
    (place, code, said)
}

/// The same as a tar: no name leads out, none passes through a link that the tar has, and GNU tar makes nothing outside of
/// it even where it is told to believe all names.
fn streams_inside(image: &Path, place: &Place) {
    let output = layertui(&["extract".as_ref(), image.as_os_str(), "/".as_ref(), "-".as_ref()]);
    assert!(matches!(output.status.code(), Some(0 | 2)), "{output:?}");
    let stream = output.stdout;
    let (mut links, mut entries): (Vec<PathBuf>, usize) = (Vec::new(), 0);
    for entry in tar::Archive::new(&stream[..]).entries().unwrap() {
        let entry = entry.unwrap();
        entries += 1;
        let path = entry.path().unwrap().into_owned();
        let target = entry.link_name().unwrap().map(std::borrow::Cow::into_owned);
        let hard = entry.header().entry_type().is_hard_link();
        for name in [Some(&path), target.as_ref().filter(|_| hard)].into_iter().flatten() {
            let inside = |part: Component| matches!(part, Component::Normal(_) | Component::CurDir);
            assert!(name.components().all(inside), "{}", name.display());
            assert!(
                !links.iter().any(|link| name != link && name.starts_with(link)),
                "{}",
                name.display()
            );
        }
        if entry.header().entry_type().is_symlink() {
            links.push(path);
        }
    }
    assert!(entries > 0, "nothing was extracted");
    let (archive, unpacked) = (place.path("stream.tar"), place.path("unpacked"));
    fs::write(&archive, &stream).unwrap();
    fs::create_dir(&unpacked).unwrap();
    let tar = Command::new("tar").arg("-xPf").arg(&archive).arg("-C").arg(&unpacked).output();
    assert!(tar.unwrap().status.code().is_some(), "tar was killed");
    assert!(fs::read_dir(&unpacked).unwrap().count() > 0, "tar unpacked nothing");
    fs::remove_file(archive).unwrap();
    unharmed(place);
}

fn unharmed(place: &Place) {
    assert_eq!(fs::read_to_string(place.path("outside/victim")).unwrap(), "untouched");
    assert_eq!(fs::read_dir(place.path("outside")).unwrap().count(), 1);
    assert!(!place.path("evil").exists());
}

#[test]
fn names_that_point_out_stay_inside() {
    let tar = Tar::new()
        .file("../evil", "1")
        .file("../../../../../../evil", "2")
        .file("/evil", "3")
        .file("a/../../evil", "4")
        .file("..", "5")
        .finish();
    let (place, _, _) = attempt(&[tar]);
    assert!(place.path("dest/evil").is_file());
}

#[test]
fn a_link_and_a_file_through_it() {
    for target in ["../outside", "/", "..", "../../../../../../../.."] {
        let one = Tar::new().symlink("out", target).file("out/victim", "harmed").finish();
        attempt(&[one]);
        // Over two layers, and the other way round.
        let link = Tar::new().symlink("out", target).finish();
        let file = Tar::new().file("out/victim", "harmed").file("out/evil", "x").finish();
        attempt(&[link.clone(), file.clone()]);
        attempt(&[file, link]);
    }
}

#[test]
fn a_directory_that_becomes_a_link_and_a_link_that_becomes_a_directory() {
    let dir = Tar::new().dir("d/", 0o755).file("d/victim", "harmed").finish();
    let link = Tar::new().symlink("d", "../outside").finish();
    let again = Tar::new().dir("d/", 0o777).file("d/victim", "harmed").finish();
    attempt(&[dir, link.clone()]);
    attempt(&[link, again]);
    let swapped = Tar::new()
        .symlink("x", "../outside")
        .dir("x/", 0o755)
        .file("x/victim", "harmed")
        .symlink("x", "../outside")
        .finish();
    attempt(&[swapped]);
}

#[test]
fn hard_links_to_what_is_outside() {
    let tar = Tar::new()
        .hardlink("a", "../outside/victim")
        .hardlink("b", "/etc/passwd")
        .symlink("l", "../outside/victim")
        .hardlink("c", "l")
        .file("c", "harmed")
        .hardlink("e", "l")
        .finish();
    let (place, code, said) = attempt(&[tar]);
    assert_eq!(code, 2);
    assert!(said.contains("/a: a hard link to a file that no layer stores"), "{said}");
    assert!(!place.path("dest/a").exists() && !place.path("dest/b").exists());
    assert!(place.path("dest/e").is_symlink(), "a link to a link is another link");
}

#[test]
fn links_that_lie_in_the_place_already_are_replaced_and_not_followed() {
    let place = Place::new();
    fs::create_dir(place.path("outside")).unwrap();
    fs::write(place.path("outside/victim"), "untouched").unwrap();
    fs::create_dir(place.path("dest")).unwrap();
    symlink("../outside", place.path("dest/d")).unwrap();
    symlink("../outside/victim", place.path("dest/f")).unwrap();
    symlink("../evil", place.path("dest/g")).unwrap();
    fs::hard_link(place.path("outside/victim"), place.path("dest/h")).unwrap();
    let tar = Tar::new()
        .dir("d/", 0o777)
        .file("d/victim", "image's")
        .file("f", "image's")
        .file("g", "image's")
        .file("h", "image's")
        .finish();
    let image = place.image("image", &[tar]);
    assert_eq!(extract(&image, "/", &place.path("dest"), &["--force"]), (0, String::new()));
    unharmed(&place);
    for name in ["d/victim", "f", "g", "h"] {
        let path = place.path("dest").join(name);
        assert!(!path.is_symlink());
        assert_eq!(fs::read_to_string(path).unwrap(), "image's", "{name}");
    }
    assert!(!place.path("dest/d").is_symlink());
    // One file onto a link: the link goes, not what it leads to.
    symlink("outside/victim", place.path("onto")).unwrap();
    assert_eq!(extract(&image, "/f", &place.path("onto"), &[]).0, 2);
    assert_eq!(extract(&image, "/f", &place.path("onto"), &["--force"]).0, 0);
    unharmed(&place);
}

#[test]
fn a_directory_is_not_taken_away_for_a_file() {
    let place = Place::new();
    fs::create_dir_all(place.path("dest/f/full")).unwrap();
    let image = place.image("image", &[Tar::new().file("f", "x").file("g", "y").finish()]);
    let (code, said) = extract(&image, "/", &place.path("dest"), &["--force"]);
    assert!(code == 2 && said.contains("/f: a directory already exists"), "{said}");
    assert!(place.path("dest/f/full").is_dir() && place.path("dest/g").is_file());
}

#[test]
fn devices_are_made_by_root_and_reported_by_others() {
    let tar =
        Tar::new().char_device("null", 1, 3).block_device("disk", 7, 0).file("f", "x").finish();
    let (place, code, said) = attempt(&[tar]);
    assert!(place.path("dest/f").is_file());
    if !place.path("dest/null").exists() {
        assert_eq!(code, 2);
        assert!(said.contains("/null: ") && said.contains("2 of 4 objects"), "{said}");
    }
}
