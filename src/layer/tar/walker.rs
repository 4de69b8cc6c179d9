//! The state machine over a tar: header, extended headers, payload, next header, end. It applies the precedence of the
//! headers; a [`Feed`] supplies the bytes.
//!
//! pax records override GNU long names, which override the header. Names and attributes are stored in reused buffers,
//! so an entry needs no allocation.

use crate::layer::problems::Problems;
use crate::layer::tar::entry::{TarEntry, TarFields};
use crate::layer::tar::feed::Feed;
use crate::layer::tar::header::{BLOCK, Block, Header, checksum_matches, is_zero, until_nul};
use crate::layer::tar::pax::{Records, pick};
use crate::layer::tar::{number, sparse};
use crate::stack::kept::entry::{Kind, Mtime, Xattrs, encode_xattrs};

/// A cursor over the entries of a tar.
pub(in crate::layer) struct Walker<F> {
    pub(super) feed: F,
    pub(super) block: Block,
    /// Offset of the header in `block`.
    pub(super) at: u64,
    pub(super) headers: u64,
    pub(super) global: Records,
    /// There was a global pax header.
    pub(super) globals: bool,
    pub(super) local: Records,
    pub(super) long_name: Vec<u8>,
    pub(super) long_link: Vec<u8>,
    /// An extended header was read for the next entry.
    pub(super) has_extended: bool,
    pub(super) name: Vec<u8>,
    pub(super) xattrs: Vec<u8>,
    /// Length of the payload that an entry without a payload (such as a hard link) states.
    pub(super) stated_size: u64,
    pub(super) done: bool,
    pub(super) halt: Option<Halt>,
}

/// Why reading ended early, if the bytes are not the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// Reading was cancelled.
    Cancelled,
    /// The bytes could not be read.
    Unreadable,
}

impl<F: Feed> Walker<F> {
    /// Starts at the position of `feed`.
    pub(in crate::layer) fn new(feed: F) -> Self {
        Self {
            feed,
            block: [0; BLOCK],
            at: 0,
            headers: 0,
            global: Records::default(),
            globals: false,
            local: Records::default(),
            long_name: Vec::new(),
            long_link: Vec::new(),
            has_extended: false,
            name: Vec::new(),
            xattrs: Vec::new(),
            stated_size: 0,
            done: false,
            halt: None,
        }
    }

    /// The feed, at its current position.
    pub(in crate::layer) fn into_feed(self) -> F {
        self.feed
    }

    /// The feed.
    pub(in crate::layer) const fn feed(&self) -> &F {
        &self.feed
    }

    /// The feed, to be changed between entries only.
    pub(in crate::layer) const fn feed_mut(&mut self) -> &mut F {
        &mut self.feed
    }

    /// Offset behind the last entry and its payload.
    pub(in crate::layer) fn position(&self) -> u64 {
        self.feed.position()
    }

    /// Skips to `position`.
    pub(in crate::layer) fn jump(&mut self, position: u64) {
        self.feed.skip(position.saturating_sub(self.feed.position()));
    }

    /// Whether there was a global pax header.
    pub(in crate::layer) const fn has_globals(&self) -> bool {
        self.globals
    }

    /// Whether later entries are independent of everything read so far.
    pub(in crate::layer) const fn is_self_contained(&self) -> bool {
        !self.globals && self.stated_size == 0 && !self.done
    }

    /// Whether reading was cancelled.
    pub(in crate::layer) fn cancelled(&self) -> bool {
        self.halt == Some(Halt::Cancelled)
    }

    /// Whether the bytes could not be read, as opposed to being invalid.
    pub(in crate::layer) fn faulty(&self) -> bool {
        self.halt == Some(Halt::Unreadable)
    }

    /// The next entry; `None` at the end. If that is not a regular end of the archive, a problem is added.
    pub(in crate::layer) fn next(&mut self, problems: &mut Problems) -> Option<TarEntry<'_>> {
        self.clear_extended();
        while !self.done {
            if !self.next_header(problems) {
                self.done = true;
                break;
            }
            let header = Header(&self.block);
            let Ok(size) = header.size() else {
                let at = self.at;
                problems.error(|| format!("the header at byte {at} states an impossible size: what follows cannot be read"));
                self.done = true;
                break;
            };
            match header.flag() {
                b'x' | b'X' => self.local_header(size, problems),
                b'g' => self.global_header(size, problems),
                b'L' => self.long_text(size, problems, |walker| &mut walker.long_name),
                b'K' => self.long_text(size, problems, |walker| &mut walker.long_link),
                // A volume label, the continuation of a file from another volume, old GNU long names, Solaris ACLs: not
                // used in layers.
                b'V' | b'M' | b'N' | b'A' => {
                    self.skip_payload(size, problems);
                }
                _ => {
                    if let Some(fields) = self.entry(size, problems) {
                        return Some(self.with_names(fields));
                    }
                }
            }
        }
        None
    }

    /// Removes the extended headers of the previous entry.
    fn clear_extended(&mut self) {
        if std::mem::take(&mut self.has_extended) {
            self.local.clear();
            self.long_name.clear();
            self.long_link.clear();
        }
    }

    /// Reads the next header; `false` at the end.
    fn next_header(&mut self, problems: &mut Problems) -> bool {
        loop {
            self.at = self.feed.position();
            let Some(block) = self.feed.peek(BLOCK).first_chunk::<BLOCK>() else {
                self.end_of_bytes(problems);
                return false;
            };
            self.block = *block;
            if self.block[0] == 0 && is_zero(&self.block) {
                self.feed.consume(BLOCK);
                if self.is_end(problems) {
                    return false;
                }
            } else if checksum_matches(&self.block) {
                self.feed.consume(BLOCK);
                self.stated_size = 0;
                self.headers += 1;
                return true;
            } else if self.stated_size > 0 {
                // Some writers store a payload behind a hard link or a directory, where others only state its length.
                let body = std::mem::take(&mut self.stated_size);
                self.feed.skip(body.next_multiple_of(BLOCK as u64));
            } else {
                self.bad_header(problems);
                return false;
            }
        }
    }

    /// Reads the fields of the entry whose header is in `block`, and skips its payload. `None` if reading was cancelled
    /// within the payload.
    fn entry(&mut self, header_size: u64, problems: &mut Problems) -> Option<TarFields> {
        let header = Header(&self.block);
        let kind = kind_of(header);
        let mut fields = self.numbers(header, kind, problems);
        let size = pick(self.local.size, self.global.size).unwrap_or(header_size);
        match kind {
            Kind::File => {
                let (sparse, real_size) = self.sparse_size(problems);
                fields.data = Some(self.feed.position());
                if sparse {
                    // No fingerprint: equal segments at other offsets are another file.
                    fields.sparse = true;
                    fields.stored = self.skip_payload(size, problems);
                } else {
                    if self.feed.wants_names() {
                        Header(&self.block).name(&mut self.name);
                        let name = self.stored_name(false).to_vec();
                        self.feed.announce(name);
                    }
                    fields.stored = self.payload(size, problems, |feed, count| {
                        let (passed, fingerprint) = feed.contents(count);
                        fields.fingerprint = fingerprint;
                        passed
                    });
                }
                fields.size = real_size.unwrap_or(fields.stored);
            }
            Kind::Other => {
                self.skip_payload(size, problems);
            }
            // GNU incremental dumps store the names in a directory as its payload.
            Kind::Directory if header.flag() == b'D' => {
                self.skip_payload(size, problems);
            }
            _ => self.stated_size = size,
        }
        (!self.cancelled()).then_some(fields)
    }

    /// The fields that do not depend on the payload.
    fn numbers(&self, header: Header<'_>, kind: Kind, problems: &mut Problems) -> TarFields {
        let at = self.at;
        let mut checked = |field: &str, number: Result<i64, number::BadNumber>| {
            number.unwrap_or_else(|_| {
                problems.warning(|| {
                    format!("the {field} in the header at byte {at} is not a number: taken as 0")
                });
                0
            })
        };
        let (local, global) = (&self.local, &self.global);
        let uid = pick(local.uid, global.uid)
            .unwrap_or_else(|| number::owner(checked("owner", header.uid())));
        let gid = pick(local.gid, global.gid)
            .unwrap_or_else(|| number::owner(checked("group", header.gid())));
        let mtime = pick(local.mtime, global.mtime).unwrap_or_else(|| Mtime {
            seconds: checked("modification time", header.mtime()),
            nanos: 0,
        });
        let device = if kind.is_device() {
            let (major, minor) = header.device();
            (checked("major number", major) as u32, checked("minor number", minor) as u32)
        } else {
            (0, 0)
        };
        TarFields {
            kind,
            mode: (checked("mode", header.mode()) & 0o7777) as u16,
            uid,
            gid,
            size: 0,
            stored: 0,
            mtime,
            device,
            sparse: false,
            data: None,
            fingerprint: None,
        }
    }

    /// Whether the file is sparse, and its logical size if stated. Skips the extension blocks of an old GNU header.
    fn sparse_size(&mut self, problems: &mut Problems) -> (bool, Option<u64>) {
        let records = self.local.sparse;
        if Header(&self.block).flag() != b'S' {
            return (records.any(), records.real_size.filter(|_| records.any()));
        }
        let block = self.block;
        let header = Header(&block);
        let mut continues = sparse::header_continues(header);
        while continues {
            let Some(block) = self.feed.peek(BLOCK).first_chunk::<BLOCK>() else {
                break; // The payload that follows will be found missing.
            };
            continues = sparse::extension_continues(block);
            self.feed.consume(BLOCK);
        }
        let at = self.at;
        let stated = records.real_size.or_else(|| sparse::real_size(header).ok());
        if stated.is_none() {
            problems.warning(|| format!("the sparse file at byte {at} states an impossible size"));
        }
        (true, stated)
    }

    /// Reads `size` bytes of payload by `pass`, and skips the padding; returns the number of bytes. If there are fewer,
    /// adds a problem and ends the walk.
    pub(super) fn payload(
        &mut self,
        size: u64,
        problems: &mut Problems,
        pass: impl FnOnce(&mut F, u64) -> u64,
    ) -> u64 {
        let begins = self.feed.position();
        let passed = pass(&mut self.feed, size);
        if passed < size {
            self.cut(begins, size, passed, problems);
        } else {
            // Missing padding is not a problem: the archive ends there.
            self.feed.skip(size.next_multiple_of(BLOCK as u64) - size);
        }
        passed
    }

    /// Skips `size` bytes of payload and the padding.
    pub(super) fn skip_payload(&mut self, size: u64, problems: &mut Problems) -> u64 {
        self.payload(size, problems, F::skip)
    }

    /// Adds names and attributes to the fields.
    fn with_names(&mut self, fields: TarFields) -> TarEntry<'_> {
        self.collect_xattrs();
        let header = Header(&self.block);
        header.name(&mut self.name);
        let name = self.stored_name(fields.sparse);
        let link = if matches!(fields.kind, Kind::Symlink | Kind::Hardlink) {
            pick(self.local.linkpath(), self.global.linkpath())
                .or_else(|| stated(until_nul(&self.long_link)))
                .unwrap_or_else(|| header.link())
        } else {
            b""
        };
        TarEntry { name, link, xattrs: Xattrs::from_encoded(&self.xattrs), fields }
    }

    /// The name of the entry, once that of its header is in `name`.
    fn stored_name(&self, sparse: bool) -> &[u8] {
        let sparse_name = if sparse { self.local.sparse_name().flatten() } else { None };
        sparse_name
            .or_else(|| pick(self.local.path(), self.global.path()))
            .or_else(|| stated(until_nul(&self.long_name)))
            .unwrap_or(&self.name)
    }

    fn collect_xattrs(&mut self) {
        self.xattrs.clear();
        if self.local.has_xattrs() || self.global.has_xattrs() {
            let both = self.global.xattrs().chain(self.local.xattrs());
            let mut pairs = both.map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
            self.xattrs = encode_xattrs(&mut pairs);
        }
    }
}

/// The text, unless it is empty.
fn stated(text: &[u8]) -> Option<&[u8]> {
    Some(text).filter(|text| !text.is_empty())
}

/// The kind of a type flag.
fn kind_of(header: Header<'_>) -> Kind {
    match header.flag() {
        0 if header.ends_with_slash() => Kind::Directory,
        b'0' if header.ends_with_slash() && !header.is_ustar() => Kind::Directory,
        0 | b'0' | b'7' | b'S' => Kind::File,
        b'1' => Kind::Hardlink,
        b'2' => Kind::Symlink,
        b'3' => Kind::Char,
        b'4' => Kind::Block,
        b'5' | b'D' => Kind::Directory,
        b'6' => Kind::Fifo,
        _ => Kind::Other,
    }
}
