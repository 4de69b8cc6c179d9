//! pax extended headers, local and global.

use crate::support::tarball::{Tar, pax_records};
use crate::{assert_listing, assert_rows};

#[test]
fn records_override_the_header() {
    assert_rows(
        Tar::new()
            .file("cut", "abc")
            .owner(1, 1)
            .mtime(1)
            .pax(&[
                ("path", "the/real name"),
                ("uid", "100000"),
                ("gid", "5000000000"),
                ("mtime", "1350244992.0239601089"),
            ])
            .symlink("l", "cut")
            .pax(&[("linkpath", "where/it/leads")])
            .file("plain", ""),
        &[
            "the/real name file 644 100000:5000000000 3 t=1350244992+23960108ns",
            "l symlink 777 -> where/it/leads",
            "plain file 644",
        ],
    );
}

#[test]
fn times_before_1970() {
    assert_rows(
        Tar::new().file("a", "").pax(&[("mtime", "-1.5")]).file("b", "").pax(&[("mtime", "-3")]),
        &["a file 644 t=-2+500000000ns", "b file 644 t=-3"],
    );
}

#[test]
fn the_size_record_overrides_the_header_and_sets_where_the_next_begins() {
    assert_rows(
        Tar::new()
            .file("a", "x".repeat(700))
            .claim(0)
            .pax(&[("size", "700")])
            .file("b", "y")
            .claim(0o77_777_777_777)
            .pax(&[("size", "1")])
            .file("c", ""),
        &["a file 644 700", "b file 644 1", "c file 644"],
    );
}

#[test]
fn pax_overrides_gnu_names_which_override_the_header() {
    assert_rows(
        Tar::new()
            .file("header", "")
            .long_name("gnu")
            .pax(&[("path", "pax")])
            .file("header", "")
            .long_name("gnu")
            .hardlink("h", "header")
            .long_link("gnu")
            .pax(&[("linkpath", "pax")]),
        &["pax file 644", "gnu file 644", "h hardlink 644 -> pax"],
    );
}

#[test]
fn extended_attributes() {
    assert_rows(
        Tar::new()
            .file("a", "")
            .xattr("user.b", "2")
            .xattr("security.capability", b"\x01\0\0\x02")
            .xattr("user.empty", "")
            .pax(&[("LIBARCHIVE.xattr.user.b", "Mg"), ("SCHILY.acl.access", "user::rwx")])
            .file("b", ""),
        &[
            r"a file 644 {security.capability=\x01\x00\x00\x02} {user.b=2} {user.empty=}",
            "b file 644",
        ],
    );
}

#[test]
fn a_global_header_sets_defaults() {
    assert_rows(
        Tar::new()
            .global(&[
                ("comment", "0123456789abcdef"),
                ("uid", "7"),
                ("SCHILY.xattr.user.g", "all"),
            ])
            .file("a", "")
            .owner(1, 2)
            .mtime(3)
            .file("b", "")
            .pax(&[("uid", "8")])
            .xattr("user.g", "mine")
            .global(&[("uid", "9"), ("mtime", "4.5")])
            .file("c", "")
            .file("d", "")
            .owner(1, 0)
            .pax(&[("uid", "")]),
        &[
            "a file 644 7:2 t=3 {user.g=all}",
            "b file 644 8:0 {user.g=mine}",
            "c file 644 9:0 t=4+500000000ns {user.g=all}",
            "d file 644 1:0 t=4+500000000ns {user.g=all}",
        ],
    );
}

#[test]
fn a_global_path_is_taken_and_warned_of() {
    assert_listing(
        Tar::new()
            .global(&[("path", "g")])
            .file("a", "")
            .file("b", "")
            .pax(&[("path", "mine")])
            .global(&[("path", "")])
            .file("c", ""),
        &["g file 644", "mine file 644", "c file 644"],
        &[
            "warning: the global pax header at byte 0 sets a path or a size for all entries that follow; engines ignore it",
        ],
    );
}

#[test]
fn of_several_local_headers_only_the_last_counts() {
    let first = Tar::new()
        .entry("x", b'x')
        .contents(pax_records(&[("path", "first"), ("uid", "5")]))
        .cut_off();
    assert_rows(Tar::new().raw(first).file("a", "").pax(&[("gid", "6")]), &["a file 644 0:6"]);
}

#[test]
fn solaris_extended_headers_are_pax() {
    let solaris = Tar::new().entry("x", b'X').contents(pax_records(&[("path", "sun")])).cut_off();
    assert_rows(Tar::new().raw(solaris).file("a", ""), &["sun file 644"]);
}

#[test]
fn bad_records_are_ignored_and_reported() {
    assert_listing(
        Tar::new()
            .file("a", "x")
            .pax(&[("mtime", "soon"), ("size", "-1"), ("uid", "12x"), ("path", "real")])
            .file("b", "")
            .pax(&[("path", "nul\0rest")])
            .file("c", "")
            .pax(&[("SCHILY.xattr.", "v")]),
        &["real file 644 1", "nul file 644", "c file 644"],
        &[
            "warning: bad value of 'mtime' in the pax header at byte 0: ignored",
            "warning: bad value of 'size' in the pax header at byte 0: ignored",
            "warning: bad value of 'uid' in the pax header at byte 0: ignored",
            "warning: bad value of 'path' in the pax header at byte 2048: cut at its first NUL byte",
            "warning: bad value of 'SCHILY.xattr.' in the pax header at byte 3584: ignored",
        ],
    );
}

#[test]
fn a_malformed_record_ends_its_header_only() {
    let text = [&pax_records(&[("path", "real")])[..], b"99 uid=5\n"].concat();
    let header = Tar::new().entry("x", b'x').contents(text).cut_off();
    assert_listing(
        Tar::new().raw(header).file("a", "").file("b", ""),
        &["real file 644", "b file 644"],
        &[
            "warning: malformed record in the pax header at byte 0: the rest of that header is ignored",
        ],
    );
}

#[test]
fn an_extended_header_larger_than_any_honest_one_is_skipped() {
    let large = "x".repeat((1 << 20) + 1);
    assert_listing(
        Tar::new().file("short", "y").pax(&[("path", &large)]).file("b", ""),
        &["short file 644 1", "b file 644"],
        &[
            "error: the extended header at byte 0 has 1048591 bytes, more than 1 MiB: ignored, so the entry that follows may be misnamed",
        ],
    );
    assert_listing(
        Tar::new().file("short", "y").long_name(&large).file("b", ""),
        &["short file 644 1", "b file 644"],
        &[
            "error: the extended header at byte 0 has 1048578 bytes, more than 1 MiB: ignored, so the entry that follows may be misnamed",
        ],
    );
}

#[test]
fn a_name_longer_than_any_path_is_left_out() {
    let long = "x".repeat(70_000);
    assert_listing(
        Tar::new().file("a", "y").pax(&[("path", &long)]).file("b", ""),
        &["b file 644"],
        &[&format!("error: a name of more than 65536 bytes is left out: '{}…'", "x".repeat(200))],
    );
}

#[test]
fn an_extended_header_that_describes_nothing_is_reported() {
    let header = Tar::new().entry("x", b'x').contents(pax_records(&[("path", "nobody")])).cut_off();
    assert_listing(
        Tar::new().file("a", "").raw(header),
        &["a file 644"],
        &["warning: the last extended header describes no entry: ignored"],
    );
}
