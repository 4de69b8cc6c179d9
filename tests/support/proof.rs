//! That the builder's archives are what they say, by the word of an independent reader (the `tar` crate).

use std::io::Read;

use super::tarball::{Checksum, Dialect, Tar};

#[test]
fn another_reader_agrees_with_the_builder() {
    let bytes = Tar::new()
        .dir("etc/", 0o755)
        .file("etc/passwd", "root:x:0:0")
        .owner(7, 42)
        .mtime(1_700_000_000)
        .symlink("bin", "usr/bin")
        .hardlink("etc/shadow", "etc/passwd")
        .char_device("dev/null", 1, 3)
        .block_device("dev/sda", 8, 0)
        .fifo("run/pipe")
        .file("big", "x")
        .owner(1 << 30, 0)
        .base256()
        .dialect(Dialect::Gnu)
        .file("short", "y")
        .long_name("l".repeat(150))
        .dialect(Dialect::Gnu)
        .symlink("short", "z")
        .long_link("t".repeat(150))
        .dialect(Dialect::Gnu)
        .file("q".repeat(130), "pax")
        .file("attributes", "")
        .xattr("user.a", "1")
        .pax_bytes(b"comment", b"\xff")
        .whiteout("etc/gone")
        .opaque("var")
        .opaque("")
        .whiteout("top")
        .global(&[("comment", "for all")])
        .file("last", "")
        .claim(0)
        .checksum(Checksum::Unsigned)
        .patch(265, "user\0")
        .gnu_sparse("s", 1027, &[(1024, b"abc")])
        .finish();
    let mut archive = tar::Archive::new(&bytes[..]);
    let mut seen = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let link = entry.link_name_bytes().map_or(0, |link| link.len());
        let header = entry.header().clone();
        let mut contents = Vec::new();
        entry.read_to_end(&mut contents).unwrap();
        let flag = char::from(header.entry_type().as_byte());
        seen.push(format!(
            "{flag} {path} {:o} {}:{} {} {link}",
            header.mode().unwrap(),
            header.uid().unwrap(),
            header.gid().unwrap(),
            contents.len()
        ));
    }
    let long = "l".repeat(150);
    let pax = "q".repeat(130);
    assert_eq!(
        seen,
        [
            "5 etc/ 755 0:0 0 0",
            "0 etc/passwd 644 7:42 10 0",
            "2 bin 777 0:0 0 7",
            "1 etc/shadow 644 0:0 0 10",
            "3 dev/null 666 0:0 0 0",
            "4 dev/sda 660 0:0 0 0",
            "6 run/pipe 644 0:0 0 0",
            "0 big 644 1073741824:0 1 0",
            &format!("0 {long} 644 0:0 1 0"),
            "2 short 777 0:0 0 150",
            &format!("0 {pax} 644 0:0 3 0"),
            "0 attributes 644 0:0 0 0",
            "0 etc/.wh.gone 644 0:0 0 0",
            "0 var/.wh..wh..opq 644 0:0 0 0",
            "0 .wh..wh..opq 644 0:0 0 0",
            "0 .wh.top 644 0:0 0 0",
            "g pax_global_header 644 0:0 19 0",
            "0 last 644 0:0 0 0",
            "S s 644 0:0 1027 0",
        ]
    );
}

#[test]
fn what_other_readers_refuse_can_be_built_too() {
    let block = |tar: Tar| tar.raw([0; 512]).cut_off();
    let text = |bytes: &[u8], at: std::ops::Range<usize>| bytes[at].to_vec();
    let sum = |checksum| text(&block(Tar::new().file("\u{ff}", "").checksum(checksum)), 148..154);
    assert_ne!(sum(Checksum::Unsigned), sum(Checksum::Signed));
    assert_ne!(sum(Checksum::Unsigned), sum(Checksum::Wrong));
    assert_eq!(text(&block(Tar::new().file("a", "").dialect(Dialect::V7)), 257..262), [0; 5]);
    assert_eq!(text(&block(Tar::new().file("a", "").dialect(Dialect::Star)), 508..511), *b"tar");
    let segments: [(u64, &[u8]); 2] = [(0, b"a"), (9000, b"b")];
    for tar in [
        Tar::new().pax_sparse_0_0("s", 9001, &segments),
        Tar::new().pax_sparse_0_1("s", 9001, &segments),
        Tar::new().pax_sparse_1_0("s", 9001, &segments),
    ] {
        let bytes = tar.finish();
        assert!(memchr::memmem::find(&bytes, b"GNU.sparse.").is_some_and(|at| at < 1024));
    }
    assert!(Tar::new().entry("a", b'0').extension([1; 512]).cut_off()[512..] == [1; 512]);
    assert_eq!(Tar::new().hardlink("a", "b").link("c").cut_off()[157], b'c');
}
