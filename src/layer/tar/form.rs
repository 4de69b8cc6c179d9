//! How the header of an entry is written, beyond what it says of the object: dialect, names of the owner, further records,
//! the notation of numbers. Two tars of the same objects have other digests where these differ.

use xxhash_rust::xxh3::Xxh3;

use crate::layer::tar::feed::{EndReason, Feed};
use crate::layer::tar::header::until_nul;
use crate::layer::tar::walker::Walker;
use crate::stack::kept::entry::Fingerprint;

/// The dialect of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Without a magic, as before POSIX.
    V7,
    /// POSIX 1988.
    Ustar,
    /// GNU tar.
    Gnu,
    /// An extended header of POSIX 2001 stands before it, or a global one applies.
    Pax,
}

impl Dialect {
    /// The name used in text and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V7 => "v7",
            Self::Ustar => "ustar",
            Self::Gnu => "gnu",
            Self::Pax => "pax",
        }
    }
}

/// The form of one header. The hashes are XXH3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::layer) struct Form {
    pub(in crate::layer) dialect: Dialect,
    /// Names of user and group.
    pub(in crate::layer) names: u64,
    /// pax records that say nothing of the object (access time, comments), and the times of GNU headers.
    pub(in crate::layer) records: u64,
    /// Type flag, magic, and the notation of the numbers.
    pub(in crate::layer) notation: u64,
}

/// The numeric fields: mode, owner, group, size, time, major and minor device number.
const NUMBERS: [std::ops::Range<usize>; 7] =
    [100..108, 108..116, 116..124, 124..136, 136..148, 329..337, 337..345];

/// pax records that [`crate::layer::tar::pax`] reads, or that are part of [`Form::names`].
fn is_known(key: &[u8]) -> bool {
    let known: [&[u8]; 8] =
        [b"path", b"linkpath", b"size", b"uid", b"gid", b"mtime", b"uname", b"gname"];
    known.contains(&key) || key.starts_with(b"SCHILY.xattr.") || key.starts_with(b"GNU.sparse.")
}

impl<F: Feed> Walker<F> {
    /// The form of the header that [`Walker::next`] returned last.
    pub(in crate::layer) fn form(&self) -> Form {
        let block = &self.block;
        let is_gnu = block[257..265] == *b"ustar  \0" || !self.long_name.is_empty();
        let dialect = match &block[257..262] {
            _ if self.local.text_len() > 0 || self.globals => Dialect::Pax,
            _ if is_gnu || !self.long_link.is_empty() => Dialect::Gnu,
            b"ustar" => Dialect::Ustar,
            _ => Dialect::V7,
        };
        let (mut user, mut group) = (until_nul(&block[265..297]), until_nul(&block[297..329]));
        let mut records = Xxh3::new();
        for (key, value) in self.global.records().chain(self.local.records()) {
            match key {
                b"uname" => user = value,
                b"gname" => group = value,
                _ if is_known(key) => {}
                _ => {
                    for part in [key, b"=", value, b"\n"] {
                        records.update(part);
                    }
                }
            }
        }
        // Access and change time of GNU headers.
        if is_gnu && block[345..369].iter().any(|&byte| byte != 0) {
            records.update(&block[345..369]);
        }
        let mut names = Xxh3::new();
        for part in [user, b"\0", group] {
            names.update(part);
        }
        Form {
            dialect,
            names: names.digest(),
            records: records.digest(),
            notation: self.notation(),
        }
    }

    /// Type flag, magic and numeric fields, their digits replaced by zeros.
    fn notation(&self) -> u64 {
        let block = &self.block;
        let mut notation = Xxh3::new();
        notation.update(&[block[156]]);
        notation.update(&block[257..265]);
        for field in NUMBERS {
            match block[field.clone()].first() {
                // Base-256: the digits are the whole field.
                Some(first) if *first >= 0x80 => notation.update(b"256"),
                _ => {
                    let zero = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
                    let shape: Vec<u8> = block[field].iter().map(|&byte| zero(byte)).collect();
                    notation.update(&shape);
                }
            }
        }
        notation.digest()
    }
}

/// A feed that hashes what is consumed as headers, and what is skipped behind the last of them.
pub(in crate::layer) struct Traced<F> {
    pub(in crate::layer) feed: F,
    headers: Xxh3,
    skipped: Xxh3,
}

impl<F: Feed> Traced<F> {
    pub(in crate::layer) fn new(feed: F) -> Self {
        Self { feed, headers: Xxh3::new(), skipped: Xxh3::new() }
    }

    /// The hash of the headers consumed since the last call, and of what was skipped since the last header: the segments of
    /// a sparse file, padding.
    pub(in crate::layer) fn take(&mut self) -> (u64, u64) {
        let hashes = (self.headers.digest(), self.skipped.digest());
        self.headers.reset();
        self.skipped.reset();
        hashes
    }
}

impl<F: Feed> Feed for Traced<F> {
    fn position(&self) -> u64 {
        self.feed.position()
    }

    fn peek(&mut self, count: usize) -> &[u8] {
        self.feed.peek(count)
    }

    fn consume(&mut self, count: usize) {
        self.headers.update(self.feed.peek(count));
        self.skipped.reset();
        self.feed.consume(count);
    }

    fn skip(&mut self, count: u64) -> u64 {
        let (passed, mark) = self.feed.contents(count);
        if let Some(Fingerprint::Xxh3(mark)) = mark.filter(|_| count > 0) {
            self.skipped.update(&mark.to_le_bytes());
        }
        passed
    }

    fn contents(&mut self, count: u64) -> (u64, Option<Fingerprint>) {
        self.feed.contents(count)
    }

    fn rest(&mut self) -> Option<u64> {
        self.feed.rest()
    }

    fn end_reason(&mut self) -> EndReason {
        self.feed.end_reason()
    }
}
