//! v7, ustar, star, GNU: names, numbers, types.

use crate::support::tarball::{Checksum, Dialect, Tar};
use crate::{assert_listing, assert_rows};

#[test]
fn every_type_of_object() {
    assert_rows(
        Tar::new()
            .dir("etc/", 0o1755)
            .file("etc/passwd", "root")
            .owner(1, 2)
            .mtime(7)
            .symlink("etc/l", "../x/./y")
            .hardlink("etc/h", "./etc//passwd")
            .char_device("dev/null", 1, 3)
            .block_device("dev/sda", 8, 16)
            .fifo("run/p")
            .entry("contiguous", b'7')
            .contents("abc")
            .file("suid", "")
            .mode(0o104_755)
            .file("last", "z"),
        &[
            "etc dir 1755",
            "etc/passwd file 644 1:2 4 t=7",
            "etc/l symlink 777 -> ../x/./y",
            "etc/h hardlink 644 -> etc/passwd",
            "dev/null char 666 dev=1:3",
            "dev/sda block 660 dev=8:16",
            "run/p fifo 644",
            "contiguous file 3",
            "suid file 4755",
            "last file 644 1",
        ],
    );
}

#[test]
fn every_spelling_of_a_name_is_one_path() {
    assert_rows(
        Tar::new()
            .dir("./", 0o755)
            .file("./a", "")
            .file("/b", "")
            .file("c//d", "")
            .file("e/./f/", ""),
        &["/ dir 755", "a file 644", "b file 644", "c/d file 644", "e/f file 644"],
    );
}

#[test]
fn dot_dot_stays_inside_the_root_and_is_marked() {
    assert_listing(
        Tar::new().file("../../etc/x", "").file("a/../b", "").hardlink("h", "../../etc/x"),
        &["etc/x file 644 clamped", "b file 644 clamped", "h hardlink 644 -> etc/x"],
        &[
            "warning: the name '../../etc/x' contains '..': shown where it leads inside the root",
            "warning: the name 'a/../b' contains '..': shown where it leads inside the root",
        ],
    );
}

#[test]
fn a_file_cannot_be_the_root() {
    assert_listing(
        Tar::new().file("", "x").symlink("/", "x").dir("", 0o700),
        &["/ dir 700"],
        &[
            "warning: the name '' leads to the root, which can only be a directory: ignored",
            "warning: the name '/' leads to the root, which can only be a directory: ignored",
        ],
    );
}

#[test]
fn names_are_bytes() {
    assert_rows(
        Tar::new().file(b"caf\xe9/\x1b[2J\n", "").symlink("l", b"\xff\xfe"),
        &[r"caf\xe9/\x1b[2J\n file 644", r"l symlink 777 -> \xff\xfe"],
    );
}

#[test]
fn the_ustar_prefix_stands_before_the_name() {
    assert_rows(
        Tar::new()
            .file("name", "")
            .patch(345, "some/prefix")
            .file("x".repeat(100), "")
            .patch(345, "p"),
        &["some/prefix/name file 644", &format!("p/{} file 644", "x".repeat(100))],
    );
}

#[test]
fn star_keeps_times_behind_a_shorter_prefix() {
    assert_rows(
        Tar::new()
            .file("n", "")
            .dialect(Dialect::Star)
            .patch(345, "p".repeat(131))
            .patch(476, "00000000001\0"),
        &[&format!("{}/n file 644", "p".repeat(131))],
    );
}

#[test]
fn gnu_and_v7_have_no_prefix() {
    assert_rows(
        Tar::new()
            .file("g", "")
            .dialect(Dialect::Gnu)
            .patch(345, "12345670123\0")
            .file("v", "")
            .dialect(Dialect::V7)
            .patch(345, "junk"),
        &["g file 644", "v file 644"],
    );
}

#[test]
fn old_go_wrote_a_prefix_into_gnu_headers() {
    assert_rows(
        Tar::new().file("n", "").dialect(Dialect::Gnu).patch(345, "some/where/deep"),
        &["some/where/deep/n file 644"],
    );
}

#[test]
fn a_trailing_slash_makes_a_directory_of_an_old_file() {
    assert_rows(
        Tar::new()
            .entry("v7/", b'0')
            .dialect(Dialect::V7)
            .entry("nul/", 0)
            .entry("nul-file", 0)
            .contents("x")
            .file("posix/", "contents"),
        &["v7 dir", "nul dir", "nul-file file 1", "posix file 644 8"],
    );
}

#[test]
fn gnu_long_names_and_targets() {
    let (name, target) = ("n/".repeat(200), "t/".repeat(3000));
    assert_rows(
        Tar::new()
            .file("cut", "x")
            .long_name(&name)
            .symlink("cut", "cut")
            .long_name("l")
            .long_link(&target)
            .file("after", ""),
        &[
            &format!("{} file 644 1", name.trim_end_matches('/')),
            &format!("l symlink 777 -> {target}"),
            "after file 644",
        ],
    );
}

#[test]
fn a_long_name_ends_at_its_nul() {
    assert_rows(Tar::new().file("cut", "").long_name("name\0rubbish"), &["name file 644"]);
}

#[test]
fn base_256_numbers() {
    assert_rows(
        Tar::new()
            .file("a", "abc")
            .base256()
            .owner(1 << 40, 0x7fff_ffff_ffff_ffff >> 8)
            .mtime(-5)
            .file("b", "")
            .owner(u64::MAX - 1, 3)
            .mtime(1 << 40),
        &[
            "a file 644 1099511627776:36028797018963967 3 t=-5",
            "b file 644 4294967294:3 t=1099511627776",
        ],
    );
}

#[test]
fn a_field_that_is_no_number_is_0_and_reported() {
    assert_listing(
        Tar::new().file("a", "x").patch(108, "nobody\0\0").patch(136, "9999"),
        &["a file 644 1"],
        &[
            "warning: the owner in the header at byte 0 is not a number: taken as 0",
            "warning: the modification time in the header at byte 0 is not a number: taken as 0",
        ],
    );
}

#[test]
fn blank_fields_are_0() {
    assert_rows(Tar::new().file("a", "").patch(100, [0; 24]).patch(136, [b' '; 12]), &["a file"]);
}

#[test]
fn signed_and_unsigned_checksums_are_valid() {
    assert_rows(
        Tar::new().file(b"\xe9\xff", "").checksum(Checksum::Signed).file(b"\xe8", ""),
        &[r"\xe9\xff file 644", r"\xe8 file 644"],
    );
}

#[test]
fn rare_types() {
    assert_rows(
        Tar::new()
            .entry("label", b'V')
            .entry("dumpdir", b'D')
            .contents("Yname\0Nother\0\0")
            .mode(0o755)
            .entry("continued", b'M')
            .contents("rest")
            .entry("acl", b'A')
            .contents("user::rwx")
            .entry("old-name", b'N')
            .contents("x")
            .entry("strange", b'%')
            .contents("payload")
            .mode(0o600)
            .file("last", "z"),
        &["dumpdir dir 755", "strange other 600", "last file 644 1"],
    );
}

#[test]
fn sizes_on_objects_without_contents_mean_nothing() {
    assert_rows(
        Tar::new()
            .dir("d", 0o755)
            .claim(5000)
            .symlink("s", "t")
            .claim(9)
            .hardlink("h", "d/f")
            .claim(1 << 33)
            .char_device("c", 1, 1)
            .claim(700)
            .file("last", "z"),
        &[
            "d dir 755",
            "s symlink 777 -> t",
            "h hardlink 644 -> d/f",
            "c char 666 dev=1:1",
            "last file 644 1",
        ],
    );
}

#[test]
fn a_hard_link_with_a_body_is_passed() {
    let body = "no header".repeat(100);
    assert_rows(
        Tar::new().file("f", &body).hardlink("h", "f").contents(&body).file("last", "z"),
        &["f file 644 900", "h hardlink 644 -> f", "last file 644 1"],
    );
}

#[test]
fn the_same_path_twice_gives_two_rows() {
    assert_rows(
        Tar::new().file("a", "1").file("./a", "22").dir("a", 0o755),
        &["a file 644 1", "a file 644 2", "a dir 755"],
    );
}

#[test]
fn a_device_0_0_is_a_device() {
    assert_rows(Tar::new().char_device("c", 0, 0), &["c char 666"]);
}
