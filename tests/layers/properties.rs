//! Random archives are listed as they were built, in every encoding, and random bytes cause no panic.

use layertui::layer::blob::Blob;
use layertui::layer::{Listing, survey};
use layertui::stack::kept::entry::{Entry, Fingerprint, Row};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::listed;
use crate::splits::listed_split;
use crate::support::compress::{gzip, gzip_members, zstd, zstd_frames};
use crate::support::rows::{line, rows};
use crate::support::split::split;
use crate::support::tarball::{Dialect, Tar};

/// One entry, and the expected line.
#[derive(Clone, Debug)]
struct Planned {
    name: Vec<u8>,
    flag: u8,
    mode: u64,
    owner: (u64, u64),
    mtime: i64,
    text: Vec<u8>,
    pax: bool,
    gnu: bool,
}

fn planned() -> impl Strategy<Value = Planned> {
    let component = vec(prop_oneof![b'a'..=b'e', Just(0xff), Just(b' '), 1u8..=255], 1..12)
        .prop_map(|bytes| bytes.into_iter().filter(|byte| *byte != b'/').collect::<Vec<u8>>())
        .prop_filter("a name", |name| !name.is_empty() && !name.starts_with(b"."));
    let name = vec(component, 1..20).prop_map(|components| components.join(&b'/'));
    let owner = prop_oneof![0u64..10_000, 0u64..1 << 40];
    let mtime = prop_oneof![0i64..2_000_000_000, -(1i64 << 40)..(1i64 << 40)];
    let text = vec(1u8..=255, 0..1500);
    let flag = proptest::sample::select(b"0012567".to_vec());
    (name, flag, 0u64..0o10000, (owner.clone(), owner), mtime, text, any::<bool>(), any::<bool>())
        .prop_map(|(name, flag, mode, owner, mtime, text, pax, gnu)| Planned {
            name,
            flag,
            mode,
            owner,
            mtime,
            text,
            pax,
            gnu,
        })
}

impl Planned {
    fn add_to(&self, tar: Tar) -> Tar {
        let text: &[u8] = &self.text;
        let mut tar = if self.pax {
            tar.entry("header", self.flag).pax_bytes(b"path", &self.name)
        } else {
            tar.entry(&self.name, self.flag)
        };
        tar = tar.mode(self.mode).owner(self.owner.0, self.owner.1).mtime(self.mtime);
        if self.gnu && !self.pax {
            // A long name in a pax record overrides the header; a short one needs none.
            tar = if self.name.len() > 100 {
                tar.long_name(&self.name)
            } else {
                tar.dialect(Dialect::Gnu)
            };
        }
        match self.flag {
            b'1' | b'2' => tar.link(&text[..text.len().min(300)]),
            b'0' | b'7' => tar.contents(text),
            _ => tar,
        }
    }

    fn line(&self) -> String {
        let kind = match self.flag {
            b'1' => layertui::stack::kept::entry::Kind::Hardlink,
            b'2' => layertui::stack::kept::entry::Kind::Symlink,
            b'5' => layertui::stack::kept::entry::Kind::Directory,
            b'6' => layertui::stack::kept::entry::Kind::Fifo,
            _ => layertui::stack::kept::entry::Kind::File,
        };
        let mut link = self.text[..self.text.len().min(300)].to_vec();
        if self.flag == b'1' {
            layertui::stack::kept::paths::normalise(&link.clone(), &mut link);
        }
        let size = if kind == layertui::stack::kept::entry::Kind::File {
            self.text.len() as u64
        } else {
            0
        };
        line(&Row::Entry(Entry {
            mode: self.mode as u16,
            uid: self.owner.0,
            gid: self.owner.1,
            mtime: layertui::stack::kept::entry::Mtime { seconds: self.mtime, nanos: 0 },
            size,
            stored: size,
            link: if matches!(self.flag, b'1' | b'2') { &link } else { b"" },
            ..Entry::new(&self.name, kind)
        }))
    }
}

fn fingerprints(blob: &[u8]) -> Vec<Option<Fingerprint>> {
    let listing = listed(blob);
    let mut rows = listing.table.rows();
    std::iter::from_fn(|| match rows.next() {
        Some(Row::Entry(entry)) => Some(entry.fingerprint),
        _ => None,
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_goes_in_comes_out_whatever_the_encoding(entries in vec(planned(), 0..12), pieces in 1usize..20) {
        let tar = entries.iter().fold(Tar::new(), |tar, entry| entry.add_to(tar)).finish();
        let expected: Vec<String> = entries.iter().map(Planned::line).collect();
        let encodings =
            [gzip(&tar), gzip_members(&tar, pieces), zstd(&tar), zstd_frames(&tar, pieces)];
        for blob in std::iter::once(&tar).chain(&encodings) {
            let listing = listed(blob);
            prop_assert_eq!(&rows(&listing), &expected);
            prop_assert!(listing.problems.is_empty(), "{:?}", listing.problems);
            prop_assert_eq!(listing.uncompressed, Some(tar.len() as u64));
        }
        let listing = listed_split(split(&tar));
        prop_assert_eq!(&rows(&listing), &expected);
        prop_assert!(listing.problems.is_empty(), "{:?}", listing.problems);
        let prints = fingerprints(&encodings[0]);
        for blob in &encodings[1..] {
            prop_assert_eq!(&fingerprints(blob), &prints);
        }
    }

    #[test]
    fn random_bytes_are_survived(bytes in vec(any::<u8>(), 0..3000), magic in 0usize..5) {
        let magics: [&[u8]; 5] = [b"", b"\x1f\x8b\x08\0\0\0\0\0\0\0", b"\x28\xb5\x2f\xfd", b"BZh91AY&SY", b"\xfd7zXZ\0"];
        let blob = [magics[magic], &bytes].concat();
        let _ = listed(&blob);
        let _ = survey(&Blob::memory(blob));
    }

    #[test]
    fn a_mutated_split_is_survived(entries in vec(planned(), 1..4), changes in vec((any::<usize>(), any::<u8>()), 1..4)) {
        let tar = entries.iter().fold(Tar::new(), |tar, entry| entry.add_to(tar)).finish();
        let mut lines = split(&tar).into_bytes();
        for (at, byte) in changes {
            let length = lines.len();
            lines[at % length] = byte;
        }
        let listing = listed_split(&lines);
        prop_assert!(listing.table.len() <= entries.len() as u64);
    }

    #[test]
    fn random_headers_with_right_checksums_are_survived(
        blocks in vec((vec(any::<u8>(), 512), proptest::sample::select(b"0125LKxgXSVMDAN%".to_vec()), 0u64..2000), 1..8),
    ) {
        let mut tar = Tar::new();
        for (block, flag, size) in blocks {
            tar = tar.entry("", flag).patch(0, &block[..]).patch(156, [flag]).patch(124, format!("{size:011o}\0"));
            tar = tar.extension(vec![b'7'; 1024]);
        }
        let bytes = tar.finish();
        let listing = listed(&bytes);
        let _ = listed(&zstd(&bytes));
        // A survey gives the same listing.
        let surveyed = survey(&Blob::memory(bytes)).1.unwrap();
        prop_assert_eq!(&surveyed.table, &listing.table);
        prop_assert_eq!(&surveyed.hidden, &listing.hidden);
        prop_assert_eq!(surveyed.uncompressed, listing.uncompressed);
        let messages = |listing: &Listing| {
            let mut messages: Vec<_> = listing.problems.iter().map(|it| it.message.clone()).collect();
            messages.sort();
            messages
        };
        prop_assert_eq!(messages(&surveyed), messages(&listing));
    }
}
