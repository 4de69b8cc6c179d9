//! Whiteouts, opaque directories, aufs and eStargz bookkeeping: the name decides, whatever the type.

use layertui::layer::Hidden;
use layertui::stack::kept::entry::Row;

use crate::support::compress::gzip;
use crate::support::rows::{problems, rows};
use crate::support::tarball::Tar;
use crate::{assert_listing, assert_rows, listed};

#[test]
fn whiteouts_and_opaque_markers() {
    assert_rows(
        Tar::new()
            .whiteout("etc/passwd")
            .whiteout("top")
            .opaque("var/cache")
            .opaque("")
            .file("etc/passwd", "new"),
        &["- etc/passwd", "- top", "! var/cache", "! /", "etc/passwd file 644 3"],
    );
}

#[test]
fn a_marker_is_recognised_by_its_name_whatever_its_type() {
    assert_rows(
        Tar::new()
            .hardlink(".wh.a", "somewhere")
            .dir("./d/.wh.b/", 0o755)
            .symlink("d/.wh..wh..opq", "x")
            .char_device("d/.wh.c", 0, 0)
            .file("d/.wh.with-contents", "abc"),
        &["- a", "- d/b", "! d", "- d/c", "- d/with-contents"],
    );
}

#[test]
fn whiteouts_of_odd_names() {
    assert_rows(
        Tar::new()
            .whiteout(b"d/\xff\n")
            .whiteout(".hidden")
            .whiteout("a")
            .pax(&[("path", "long/.wh.name")]),
        &[r"- d/\xff\n", "- .hidden", "- long/name"],
    );
}

#[test]
fn a_whiteout_that_names_nothing_is_ignored_and_reported() {
    assert_listing(
        Tar::new().file("etc/.wh.", "").file(".wh..", "").file(".wh...", "").file("a", ""),
        &["a file 644"],
        &[
            "warning: the whiteout 'etc/.wh.' names nothing that could be removed: ignored",
            "warning: the whiteout '.wh..' names nothing that could be removed: ignored",
            "warning: the whiteout '.wh...' names nothing that could be removed: ignored",
        ],
    );
}

#[test]
fn what_lies_below_a_directory_that_looks_like_a_whiteout_is_content() {
    assert_rows(Tar::new().file(".wh.d/child", ""), &[".wh.d/child file 644"]);
}

#[test]
fn bookkeeping_is_hidden_but_listed() {
    let bytes = Tar::new()
        .dir(".wh..wh.plnk", 0o700)
        .file(".wh..wh.plnk/9.1", "12345")
        .dir(".wh..wh.orph", 0o700)
        .file(".wh..wh.orph/.wh.x", "")
        .file(".wh..wh.aufs", "")
        .file("stargz.index.json", "{}")
        .file(".no.prefetch.landmark", "\x0f")
        .file("sub/.prefetch.landmark", "\x0f")
        .finish();
    let listing = listed(&bytes);
    assert_eq!(rows(&listing), ["sub/.prefetch.landmark file 644 1"]);
    assert!(problems(&listing).is_empty());
    let hidden = |path: &str, size| Hidden { path: path.into(), size };
    assert_eq!(
        listing.hidden,
        [
            hidden(".wh..wh.plnk", 0),
            hidden(".wh..wh.plnk/9.1", 5),
            hidden(".wh..wh.orph", 0),
            hidden(".wh..wh.orph/.wh.x", 0),
            hidden(".wh..wh.aufs", 0),
            hidden("stargz.index.json", 2),
            hidden(".no.prefetch.landmark", 1),
        ]
    );
}

#[test]
fn a_pseudo_link_becomes_its_first_real_name() {
    let tar = Tar::new()
        .file(".wh..wh.plnk/9.1", "contents")
        .mode(0o600)
        .hardlink("usr/bin/perl", ".wh..wh.plnk/9.1")
        .owner(5, 6)
        .mode(0o755)
        .hardlink("usr/bin/perl5", "./.wh..wh.plnk/9.1")
        .hardlink("broken", ".wh..wh.plnk/9.2");
    let bytes = tar.clone().finish();
    assert_rows(
        tar,
        &[
            "usr/bin/perl file 755 5:6 8",
            "usr/bin/perl5 hardlink 644 -> usr/bin/perl",
            "broken hardlink 644 -> .wh..wh.plnk/9.2",
        ],
    );
    let listing = listed(&gzip(&bytes));
    let mut rows = listing.table.rows();
    let Some(Row::Entry(entry)) = rows.next() else { panic!("no entry") };
    assert_eq!(entry.data, Some(512));
    assert!(entry.fingerprint.is_some());
}

#[test]
fn a_pseudo_link_that_is_itself_a_link_leads_on() {
    assert_rows(
        Tar::new()
            .file("usr/bin/perl", "contents")
            .hardlink(".wh..wh.plnk/9.1", "usr/bin/perl")
            .hardlink("usr/bin/perl5", ".wh..wh.plnk/9.1"),
        &["usr/bin/perl file 644 8", "usr/bin/perl5 hardlink 644 -> usr/bin/perl"],
    );
}

#[test]
fn hidden_objects_are_counted_where_they_are_too_many() {
    let mut tar = Tar::new();
    for index in 0..1200 {
        tar = tar.file(format!(".wh..wh.plnk/{index}"), "");
    }
    let listing = listed(&tar.finish());
    assert_eq!(listing.hidden.len(), layertui::layer::HIDDEN_MAX);
    assert_eq!(problems(&listing), ["note: 200 more objects that are not content are not listed"]);
}
