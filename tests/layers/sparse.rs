//! The four sparse forms, and what else claims to be sparse.

use layertui::stack::kept::entry::Row;

use crate::support::compress::gzip;
use crate::support::tarball::Tar;
use crate::{assert_listing, assert_rows, listed};

const SEGMENTS: [(u64, &[u8]); 2] = [(4096, b"some"), (1 << 30, b"data")];

#[test]
fn all_forms_give_the_real_name_and_size() {
    let line = "dir/s file 644 1073741828 stored=8 sparse";
    assert_rows(
        Tar::new()
            .gnu_sparse("dir/s", (1 << 30) + 4, &SEGMENTS)
            .pax_sparse_0_0("dir/s", (1 << 30) + 4, &SEGMENTS)
            .pax_sparse_0_1("dir/s", (1 << 30) + 4, &SEGMENTS)
            .pax_sparse_1_0("dir/s", (1 << 30) + 4, &SEGMENTS)
            .file("last", "z"),
        &[line, line, line, "dir/s file 644 1073741828 stored=520 sparse", "last file 644 1"],
    );
}

#[test]
fn an_old_gnu_map_may_go_on_for_blocks() {
    let segments: Vec<(u64, &[u8])> = (0..60).map(|index| (index * 8192, &b"x"[..])).collect();
    assert_rows(
        Tar::new().gnu_sparse("s", 1 << 20, &segments).file("last", "z"),
        &["s file 644 1048576 stored=60 sparse", "last file 644 1"],
    );
}

#[test]
fn a_hole_alone_stores_nothing() {
    assert_rows(
        Tar::new().gnu_sparse("s", 1 << 34, &[]).pax_sparse_1_0("t", u64::MAX / 2, &[]),
        &[
            "s file 644 17179869184 stored=0 sparse",
            "t file 644 9223372036854775807 stored=512 sparse",
        ],
    );
}

#[test]
fn the_payload_of_an_old_sparse_file_begins_behind_its_map() {
    let segments: Vec<(u64, &[u8])> = (0..9).map(|index| (index * 512, &b"x"[..])).collect();
    let bytes = Tar::new().gnu_sparse("s", 9000, &segments).finish();
    for listing in [listed(&bytes), listed(&gzip(&bytes))] {
        let mut rows = listing.table.rows();
        let Some(Row::Entry(entry)) = rows.next() else { panic!("no entry") };
        assert_eq!((entry.data, entry.stored, entry.fingerprint), (Some(1024), 9, None));
    }
}

#[test]
fn solaris_holes_are_tolerated() {
    assert_rows(
        Tar::new().file("s", "data").pax(&[("SUN.holesdata", " 0 4 1048576 ")]).file("last", ""),
        &["s file 644 1048576 stored=4 sparse", "last file 644"],
    );
}

#[test]
fn sparse_records_on_what_is_no_file_mean_nothing() {
    assert_rows(
        Tar::new().dir("d", 0o755).pax(&[("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "5")]),
        &["d dir 755"],
    );
}

#[test]
fn a_real_size_alone_makes_no_sparse_file() {
    assert_rows(
        Tar::new()
            .file("f", "four")
            .pax(&[("GNU.sparse.realsize", "5"), ("GNU.sparse.name", "no")]),
        &["f file 644 4"],
    );
}

#[test]
fn an_impossible_real_size_is_reported() {
    assert_listing(
        Tar::new().gnu_sparse("s", 9, &[(0, b"abc")]).patch(483, "nonsense....").file("last", ""),
        &["s file 644 3 sparse", "last file 644"],
        &["warning: the sparse file at byte 0 states an impossible size"],
    );
}
