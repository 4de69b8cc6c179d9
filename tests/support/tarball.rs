//! Tar archives built in code, with every odd thing that a header can say.
//!
//! Entries are added in order; what follows an entry (`.mode(…)`, `.pax(…)`, `.patch(…)`) changes that entry:
//!
//! ```ignore
//! let tar = Tar::new()
//!     .dir("etc/", 0o755)
//!     .file("etc/passwd", "root:x:0:0").owner(0, 42).mtime(1_700_000_000)
//!     .file("short", "x").pax(&[("path", "a/longer/name")])
//!     .whiteout("etc/shadow")
//!     .finish();
//! ```

/// An archive in the making.
#[derive(Clone, Default)]
pub(crate) struct Tar {
    items: Vec<Item>,
}

#[derive(Clone)]
enum Item {
    Entry(Box<Entry>),
    Global(Vec<u8>),
    Raw(Vec<u8>),
}

/// The dialect a header is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    V7,
    Ustar,
    Gnu,
    Star,
}

/// What to put into the checksum field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checksum {
    Unsigned,
    Signed,
    Wrong,
}

#[derive(Clone)]
struct Entry {
    name: Vec<u8>,
    flag: u8,
    mode: u64,
    owner: (u64, u64),
    mtime: i64,
    link: Vec<u8>,
    device: (u32, u32),
    contents: Vec<u8>,
    /// What the size field says, if not the truth.
    size: Option<u64>,
    base256: bool,
    dialect: Dialect,
    checksum: Checksum,
    pax: Vec<u8>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    patches: Vec<(usize, Vec<u8>)>,
    /// Blocks between header and contents.
    extension: Vec<u8>,
}

impl Tar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A regular file of mode 644.
    pub(crate) fn file(self, name: impl AsRef<[u8]>, contents: impl AsRef<[u8]>) -> Self {
        self.entry(name, b'0').mode(0o644).contents(contents)
    }

    /// A directory.
    pub(crate) fn dir(self, name: impl AsRef<[u8]>, mode: u64) -> Self {
        self.entry(name, b'5').mode(mode)
    }

    /// A symbolic link of mode 777.
    pub(crate) fn symlink(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.entry(name, b'2').mode(0o777).link(target)
    }

    /// A hard link of mode 644.
    pub(crate) fn hardlink(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.entry(name, b'1').mode(0o644).link(target)
    }

    /// A character device of mode 666.
    pub(crate) fn char_device(self, name: impl AsRef<[u8]>, major: u32, minor: u32) -> Self {
        self.entry(name, b'3').mode(0o666).change(|entry| entry.device = (major, minor))
    }

    /// A block device of mode 660.
    pub(crate) fn block_device(self, name: impl AsRef<[u8]>, major: u32, minor: u32) -> Self {
        self.entry(name, b'4').mode(0o660).change(|entry| entry.device = (major, minor))
    }

    /// A named pipe of mode 644.
    pub(crate) fn fifo(self, name: impl AsRef<[u8]>) -> Self {
        self.entry(name, b'6').mode(0o644)
    }

    /// The marker that removes `path` from the layers below.
    pub(crate) fn whiteout(self, path: impl AsRef<[u8]>) -> Self {
        let path = path.as_ref();
        let slash = path.iter().rposition(|&byte| byte == b'/').map_or(0, |index| index + 1);
        self.file([&path[..slash], b".wh.", &path[slash..]].concat(), "")
    }

    /// The marker that hides all that lies below in `directory` (no trailing slash; "" is the root).
    pub(crate) fn opaque(self, directory: impl AsRef<[u8]>) -> Self {
        let directory = directory.as_ref();
        let slash: &[u8] = if directory.is_empty() { b"" } else { b"/" };
        self.file([directory, slash, b".wh..wh..opq"].concat(), "")
    }

    /// An entry of any type, mode 0, owner 0:0, time 0.
    pub(crate) fn entry(mut self, name: impl AsRef<[u8]>, flag: u8) -> Self {
        self.items.push(Item::Entry(Box::new(Entry {
            name: name.as_ref().to_vec(),
            flag,
            mode: 0,
            owner: (0, 0),
            mtime: 0,
            link: Vec::new(),
            device: (0, 0),
            contents: Vec::new(),
            size: None,
            base256: false,
            dialect: Dialect::Ustar,
            checksum: Checksum::Unsigned,
            pax: Vec::new(),
            long_name: None,
            long_link: None,
            patches: Vec::new(),
            extension: Vec::new(),
        })));
        self
    }

    /// A global pax header.
    pub(crate) fn global(mut self, records: &[(&str, &str)]) -> Self {
        self.items.push(Item::Global(pax_records(records)));
        self
    }

    /// Any bytes, as they are.
    pub(crate) fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.items.push(Item::Raw(bytes.as_ref().to_vec()));
        self
    }

    pub(crate) fn mode(self, mode: u64) -> Self {
        self.change(|entry| entry.mode = mode)
    }

    pub(crate) fn owner(self, uid: u64, gid: u64) -> Self {
        self.change(|entry| entry.owner = (uid, gid))
    }

    pub(crate) fn mtime(self, seconds: i64) -> Self {
        self.change(|entry| entry.mtime = seconds)
    }

    pub(crate) fn link(self, target: impl AsRef<[u8]>) -> Self {
        self.change(|entry| entry.link = target.as_ref().to_vec())
    }

    pub(crate) fn contents(self, contents: impl AsRef<[u8]>) -> Self {
        self.change(|entry| entry.contents = contents.as_ref().to_vec())
    }

    /// Says another size in the header than the contents have.
    pub(crate) fn claim(self, size: u64) -> Self {
        self.change(|entry| entry.size = Some(size))
    }

    /// Writes the entry's numbers in base-256.
    pub(crate) fn base256(self) -> Self {
        self.change(|entry| entry.base256 = true)
    }

    pub(crate) fn dialect(self, dialect: Dialect) -> Self {
        self.change(|entry| entry.dialect = dialect)
    }

    pub(crate) fn checksum(self, checksum: Checksum) -> Self {
        self.change(|entry| entry.checksum = checksum)
    }

    /// Puts a pax header with these records before the entry.
    pub(crate) fn pax(self, records: &[(&str, &str)]) -> Self {
        self.change(|entry| entry.pax.extend(pax_records(records)))
    }

    /// One more pax record, of any bytes.
    pub(crate) fn pax_bytes(self, key: &[u8], value: &[u8]) -> Self {
        self.change(|entry| entry.pax.extend(pax_record(key, value)))
    }

    /// An extended attribute, as a pax record.
    pub(crate) fn xattr(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.pax_bytes(format!("SCHILY.xattr.{name}").as_bytes(), value.as_ref())
    }

    /// Puts a GNU long name (type `L`) before the entry.
    pub(crate) fn long_name(self, name: impl AsRef<[u8]>) -> Self {
        self.change(|entry| entry.long_name = Some(name.as_ref().to_vec()))
    }

    /// Puts a GNU long link target (type `K`) before the entry.
    pub(crate) fn long_link(self, target: impl AsRef<[u8]>) -> Self {
        self.change(|entry| entry.long_link = Some(target.as_ref().to_vec()))
    }

    /// Overwrites bytes of the entry's header before its checksum is made.
    pub(crate) fn patch(self, offset: usize, bytes: impl AsRef<[u8]>) -> Self {
        self.change(|entry| entry.patches.push((offset, bytes.as_ref().to_vec())))
    }

    /// Puts whole blocks between the entry's header and its contents.
    pub(crate) fn extension(self, blocks: impl AsRef<[u8]>) -> Self {
        self.change(|entry| entry.extension = blocks.as_ref().to_vec())
    }

    /// The archive with its two blocks of zeros.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.raw([0; 1024]).cut_off()
    }

    /// The archive without an end.
    pub(crate) fn cut_off(self) -> Vec<u8> {
        let mut out = Vec::new();
        for item in self.items {
            match item {
                Item::Entry(entry) => entry.write(&mut out),
                Item::Global(records) => extended(&mut out, b"pax_global_header", b'g', &records),
                Item::Raw(bytes) => out.extend_from_slice(&bytes),
            }
        }
        out
    }

    fn change(mut self, change: impl FnOnce(&mut Entry)) -> Self {
        match self.items.last_mut() {
            Some(Item::Entry(entry)) => change(entry),
            _ => panic!("there is no entry to change"),
        }
        self
    }
}

impl Entry {
    fn write(mut self, out: &mut Vec<u8>) {
        if let Some(name) = self.long_name.take() {
            extended(out, b"././@LongLink", b'L', &[&name[..], b"\0"].concat());
        }
        if let Some(link) = self.long_link.take() {
            extended(out, b"././@LongLink", b'K', &[&link[..], b"\0"].concat());
        }
        for (key, text) in [(&b"path"[..], &self.name), (b"linkpath", &self.link)] {
            if text.len() > 100 {
                self.pax.splice(..0, pax_record(key, text));
            }
        }
        if !self.pax.is_empty() {
            extended(out, b"PaxHeaders.0/x", b'x', &self.pax);
        }
        out.extend_from_slice(&self.header());
        out.extend_from_slice(&self.extension);
        out.extend_from_slice(&self.contents);
        out.resize(out.len().next_multiple_of(512), 0);
    }

    fn header(&self) -> [u8; 512] {
        let mut block = [0; 512];
        put(&mut block, 0, &self.name[..self.name.len().min(100)]);
        let size = self.size.unwrap_or(self.contents.len() as u64);
        number(&mut block[100..108], self.mode as i64, false);
        for (range, value) in [
            (108..116, self.owner.0 as i64),
            (116..124, self.owner.1 as i64),
            (124..136, size as i64),
            (136..148, self.mtime),
        ] {
            number(&mut block[range], value, self.base256);
        }
        block[156] = self.flag;
        put(&mut block, 157, &self.link[..self.link.len().min(100)]);
        match self.dialect {
            Dialect::V7 => {}
            Dialect::Gnu => put(&mut block, 257, b"ustar  \0"),
            Dialect::Ustar => put(&mut block, 257, b"ustar\x0000"),
            Dialect::Star => {
                put(&mut block, 257, b"ustar\x0000");
                put(&mut block, 508, b"tar\0");
            }
        }
        if self.dialect != Dialect::V7 {
            number(&mut block[329..337], i64::from(self.device.0), self.base256);
            number(&mut block[337..345], i64::from(self.device.1), self.base256);
        }
        for (offset, bytes) in &self.patches {
            put(&mut block, *offset, bytes);
        }
        seal(&mut block, self.checksum);
        block
    }
}

fn put(block: &mut [u8; 512], offset: usize, bytes: &[u8]) {
    block[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// Octal where it fits and base-256 is not forced, else base-256.
fn number(field: &mut [u8], value: i64, base256: bool) {
    let digits = field.len() - 1;
    if !base256 && value >= 0 && value < 1 << (3 * digits) {
        field[..digits].copy_from_slice(format!("{value:0digits$o}").as_bytes());
    } else {
        field.fill(if value < 0 { 0xff } else { 0 });
        let (bytes, length) = (value.to_be_bytes(), field.len().min(8));
        let start = field.len() - length;
        field[start..].copy_from_slice(&bytes[8 - length..]);
        field[0] |= 0x80;
    }
}

fn seal(block: &mut [u8; 512], checksum: Checksum) {
    block[148..156].fill(b' ');
    let sum: i32 = match checksum {
        Checksum::Signed => block.iter().map(|&byte| i32::from(byte as i8)).sum(),
        _ => block.iter().map(|&byte| i32::from(byte)).sum(),
    };
    let sum = sum + i32::from(checksum == Checksum::Wrong);
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn extended(out: &mut Vec<u8>, name: &[u8], flag: u8, contents: &[u8]) {
    out.extend(Tar::new().entry(name, flag).mode(0o644).contents(contents).cut_off());
}

/// pax records with their lengths.
pub(crate) fn pax_records(records: &[(&str, &str)]) -> Vec<u8> {
    records.iter().flat_map(|(key, value)| pax_record(key.as_bytes(), value.as_bytes())).collect()
}

fn pax_record(key: &[u8], value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    [length.to_string().as_bytes(), b" ", key, b"=", value, b"\n"].concat()
}
