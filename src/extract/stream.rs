//! Extracts to a tar stream: ustar headers, with pax records for values that do not fit. Sparse files are written in GNU
//! format 1.0, which every current tar reads.
//!
//! Files come in the order in which layers store them, so directories come last, the deepest first: extracting a file into a
//! directory whose mode and mtime are set already would fail or change them.

use std::fmt::Write as _;
use std::io;
use std::io::{Read, Write};

use tar::{Builder, EntryType, Header};

use crate::extract::Item;
use crate::extract::sink::{Failure, Sink};
use crate::load::files::pass::Contents;
use crate::load::files::plan::Body;
use crate::stack::kept::entry::Kind;

/// A tar that is being written.
pub(super) struct Tar<'o> {
    builder: Builder<&'o mut dyn Write>,
    /// The prefix of all names.
    base: Vec<u8>,
}

type Records = Vec<(String, Vec<u8>)>;

impl<'o> Tar<'o> {
    pub(super) fn new(out: &'o mut dyn Write, base: &[u8]) -> Self {
        Self { builder: Builder::new(out), base: base.to_vec() }
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.builder.finish()?;
        self.builder.get_mut().flush()
    }

    fn name(&self, item: &Item) -> Vec<u8> {
        let slash: &[u8] = if self.base.is_empty() || item.path.is_empty() { b"" } else { b"/" };
        let mut name = [&self.base[..], slash, &item.path].concat();
        if name.is_empty() {
            name.push(b'.');
        }
        if matches!(item.body, Body::Directory) {
            name.push(b'/');
        }
        name
    }

    /// Writes headers and contents. An I/O error ends the archive, which is incomplete then.
    fn append(
        &mut self,
        item: &Item,
        kind: EntryType,
        link: &[u8],
        (mut records, size): (Records, u64),
        data: impl Read,
    ) -> Result<(), Failure> {
        let mut data = Data { data, failed: false };
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(item.mode.map_or(0o755, u32::from));
        header.set_size(size);
        let name = self.name(item);
        let named = if records.is_empty() {
            name
        } else {
            // The contents begin with the map. Readers without sparse support extract them under another name.
            records.push(("GNU.sparse.name".to_owned(), name));
            [b"GNUSparseFile.0/", item.path.rsplit(|&byte| byte == b'/').next().unwrap_or(b"")]
                .concat()
        };
        {
            let old = header.as_old_mut();
            text(&mut old.name, &named, "path", &mut records);
            text(&mut old.linkname, link, "linkpath", &mut records);
        }
        numbers(&mut header, item, &mut records);
        if let Body::Device { numbers: (major, minor), .. } = item.body {
            header.set_device_major(major).map_err(Failure::Item)?;
            header.set_device_minor(minor).map_err(Failure::Item)?;
        }
        for (name, value) in item.xattrs().iter() {
            let name = String::from_utf8_lossy(name);
            records.push((format!("SCHILY.xattr.{name}"), value.to_vec()));
        }
        header.set_cksum();
        if !records.is_empty() {
            let records = records.iter().map(|(key, value)| (key.as_str(), value.as_slice()));
            self.builder.append_pax_extensions(records).map_err(Failure::Fatal)?;
        }
        self.builder.append(&header, &mut data).map_err(|error| {
            if data.failed { Failure::Unreadable(error) } else { Failure::Fatal(error) }
        })
    }
}

/// The contents of an item. Tells an error of reading them from one of writing the tar.
struct Data<R> {
    data: R,
    failed: bool,
}

impl<R: Read> Read for Data<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.data.read(buffer);
        self.failed = read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        read
    }
}

impl Sink for Tar<'_> {
    fn directory(&mut self, _item: &Item) -> Result<(), Failure> {
        // Extractors create missing parents.
        Ok(())
    }

    fn file(&mut self, item: &Item, contents: &mut Contents<'_>) -> Result<(), Failure> {
        let stored: u64 = contents.segments().iter().map(|segment| segment.length).sum();
        if stored == contents.map.size {
            return self.append(item, EntryType::Regular, b"", (Records::new(), stored), contents);
        }
        let size = contents.map.size;
        let segments = contents.segments();
        let end = segments.last().map_or(0, |last| last.offset + last.length);
        // A hole at the end needs an empty segment after it: GNU tar makes the file as long as its segments reach.
        let last = (end < size).then_some((size, 0));
        let all = segments.iter().map(|segment| (segment.offset, segment.length)).chain(last);
        let mut map = format!("{}\n", all.clone().count());
        for (offset, length) in all {
            // Writing to a string does not fail.
            let _ = write!(map, "{offset}\n{length}\n");
        }
        let mut map = map.into_bytes();
        map.resize(map.len().next_multiple_of(512), 0);
        let records = [("major", 1), ("minor", 0), ("realsize", size)]
            .map(|(key, value)| (format!("GNU.sparse.{key}"), value.to_string().into_bytes()));
        let length = map.len() as u64 + stored;
        self.append(item, EntryType::Regular, b"", (records.into(), length), map.chain(contents))
    }

    fn link(&mut self, item: &Item, first: &Item) -> Result<(), Failure> {
        let target = self.name(first);
        self.append(item, EntryType::Link, &target, (Records::new(), 0), io::empty())
    }

    fn node(&mut self, item: &Item) -> Result<(), Failure> {
        let (kind, link) = match &item.body {
            Body::Symlink(target) => (EntryType::Symlink, target.as_slice()),
            Body::Device { kind: Kind::Block, .. } => (EntryType::Block, &b""[..]),
            Body::Device { .. } => (EntryType::Char, &b""[..]),
            Body::Fifo => (EntryType::Fifo, &b""[..]),
            _ => return Err(Failure::Item(io::Error::other("a tar cannot store sockets"))),
        };
        self.append(item, kind, link, (Records::new(), 0), io::empty())
    }

    fn finish_directory(&mut self, item: &Item) -> Result<(), Failure> {
        self.append(item, EntryType::Directory, b"", (Records::new(), 0), io::empty())
    }
}

/// Writes text to a field, and to a record if the field is too small.
fn text(field: &mut [u8], value: &[u8], key: &str, records: &mut Records) {
    let short = value.len().min(field.len());
    field[..short].copy_from_slice(&value[..short]);
    if short < value.len() {
        records.push((key.to_owned(), value.to_vec()));
    }
}

/// Writes owner, mtime and size, in records if the fields cannot hold them.
fn numbers(header: &mut Header, item: &Item, records: &mut Records) {
    const OWNER_MAX: u64 = 0o777_7777;
    const LARGEST: u64 = 0o777_7777_7777;
    let (uid, gid) = item.owner.unwrap_or_default();
    header.set_uid(uid.min(OWNER_MAX));
    header.set_gid(gid.min(OWNER_MAX));
    for (key, id) in [("uid", uid), ("gid", gid)] {
        if id > OWNER_MAX {
            records.push((key.to_owned(), id.to_string().into_bytes()));
        }
    }
    let mtime = item.mtime.unwrap_or_default();
    let seconds = u64::try_from(mtime.seconds).unwrap_or(0).min(LARGEST);
    header.set_mtime(seconds);
    if mtime.nanos > 0 || i64::try_from(seconds) != Ok(mtime.seconds) {
        records.push(("mtime".to_owned(), decimal_time(mtime.seconds, mtime.nanos).into_bytes()));
    }
    let size = header.size().unwrap_or(0);
    if size > LARGEST {
        records.push(("size".to_owned(), size.to_string().into_bytes()));
    }
}

/// Seconds since 1970 as a decimal fraction. `nanos` counts forward, also before 1970.
fn decimal_time(seconds: i64, nanos: u32) -> String {
    if seconds < 0 && nanos > 0 {
        return format!("-{}.{:09}", (seconds + 1).unsigned_abs(), 1_000_000_000 - nanos);
    }
    format!("{seconds}.{nanos:09}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails with an error that a closed pipe would have, too.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_error_of_the_layer_is_none_of_the_output() {
        let item = Item {
            path: b"x".to_vec(),
            body: Body::Fifo,
            mode: None,
            owner: None,
            mtime: None,
            xattrs: Box::default(),
        };
        let append = |out: &mut dyn Write, data: &mut dyn Read| {
            let mut tar = Tar::new(out, b"");
            tar.append(&item, EntryType::Regular, b"", (Records::new(), 1), data)
        };
        let read = append(&mut Vec::new(), &mut Broken);
        assert!(matches!(read, Err(Failure::Unreadable(_))), "{read:?}");
        let written = append(&mut Broken, &mut &b"1"[..]);
        assert!(matches!(written, Err(Failure::Fatal(_))), "{written:?}");
    }

    #[test]
    fn times_before_1970_keep_their_fraction() {
        assert_eq!(decimal_time(-1, 500_000_000), "-0.500000000");
        assert_eq!(decimal_time(-2, 250_000_000), "-1.750000000");
        assert_eq!(decimal_time(7, 5), "7.000000005");
    }
}
