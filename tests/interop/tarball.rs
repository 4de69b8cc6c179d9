//! One layer's tar, read plainly: what its headers say, names in normal form.
//!
//! Only blocks and header fields come from the `tar` crate; pax and GNU records are read here, since pax values may
//! hold any byte.

use std::collections::BTreeMap;
use std::io::Read;

use tar::{Archive, EntryType, Header};

use super::tree::{Node, Path, sha256};

/// What a layer says.
#[derive(Default)]
pub struct Layer {
    /// Removed paths.
    pub whiteouts: Vec<Path>,
    /// Directories that hide what lies below.
    pub opaque: Vec<Path>,
    pub members: Vec<Member>,
}

/// An entry that is content.
pub struct Member {
    pub path: Path,
    pub node: Node,
    /// Of a hard link, the path it leads to.
    pub hard_link: Option<Path>,
}

/// What eStargz adds to a layer's root.
const LANDMARKS: [&[u8]; 3] =
    [b"/stargz.index.json", b"/.prefetch.landmark", b"/.no.prefetch.landmark"];

/// Reads an uncompressed layer.
pub fn read(bytes: &[u8]) -> Layer {
    let mut layer = Layer::default();
    let mut records = BTreeMap::new();
    let mut archive = Archive::new(bytes);
    for entry in archive.entries().unwrap().raw(true) {
        let mut entry = entry.unwrap();
        let mut data = Vec::new();
        entry.read_to_end(&mut data).unwrap();
        let header = entry.header();
        match header.entry_type() {
            EntryType::XHeader => records.extend(pax(&data)),
            EntryType::GNULongName => drop(records.insert(b"path".to_vec(), until_nul(&data))),
            EntryType::GNULongLink => drop(records.insert(b"linkpath".to_vec(), until_nul(&data))),
            _ => layer.add(header, &std::mem::take(&mut records), &data),
        }
    }
    layer
}

impl Layer {
    fn add(&mut self, header: &Header, records: &Records, data: &[u8]) {
        let text = |key: &[u8], field: std::borrow::Cow<'_, [u8]>| {
            records.get(key).cloned().unwrap_or_else(|| field.into_owned())
        };
        let path = normal(&text(b"path", header.path_bytes()));
        let slash = path.iter().rposition(|&byte| byte == b'/').unwrap();
        let (parent, name) = (&path[..slash.max(1)], &path[slash + 1..]);
        if name == b".wh..wh..opq" {
            return self.opaque.push(parent.to_vec());
        }
        if path.split(|&byte| byte == b'/').any(|part| part.starts_with(b".wh..wh."))
            || LANDMARKS.contains(&&path[..])
        {
            return;
        }
        if let Some(name) = name.strip_prefix(b".wh.") {
            return self.whiteouts.push(normal(&[parent, b"/", name].concat()));
        }
        let link = text(b"linkpath", header.link_name_bytes().unwrap_or_default());
        let node = node(header, records, data, &link);
        let hard_link = header.entry_type().is_hard_link().then(|| normal(&link));
        self.members.push(Member { path, node, hard_link });
    }
}

type Records = BTreeMap<Vec<u8>, Vec<u8>>;

fn node(header: &Header, records: &Records, data: &[u8], link: &[u8]) -> Node {
    let number = |key: &str| {
        let value = records.get(key.as_bytes())?;
        Some(std::str::from_utf8(value).unwrap().parse::<u64>().unwrap())
    };
    let mut node = Node {
        mode: header.mode().unwrap() & 0o7777,
        uid: number("uid").unwrap_or_else(|| header.uid().unwrap()),
        gid: number("gid").unwrap_or_else(|| header.gid().unwrap()),
        mtime: records
            .get(&b"mtime"[..])
            .map_or_else(|| (header.mtime().unwrap() as i64, 0), |text| time(text)),
        ..Node::default()
    };
    for (key, value) in records {
        if let Some(name) = key.strip_prefix(b"SCHILY.xattr.") {
            node.xattrs.insert(name.to_vec(), value.clone());
        }
    }
    node.kind = match header.entry_type() {
        EntryType::Regular | EntryType::Continuous | EntryType::Link => "file",
        EntryType::Symlink => "symlink",
        EntryType::Directory => "dir",
        EntryType::Char => "char",
        EntryType::Block => "block",
        EntryType::Fifo => "fifo",
        other => panic!("an entry of type {other:?} in a layer"),
    };
    match node.kind {
        "file" => {
            node.size = data.len() as u64;
            node.content = Some(sha256(data));
        }
        "symlink" => node.target = link.to_vec(),
        "char" | "block" => {
            let part = |number: Option<u32>| u64::from(number.unwrap());
            let (major, minor) = (header.device_major(), header.device_minor());
            node.device = Some((part(major.unwrap()), part(minor.unwrap())));
        }
        _ => {}
    }
    node
}

/// `LENGTH KEY=VALUE\n`, again and again; the value may hold newlines.
fn pax(mut data: &[u8]) -> Records {
    let mut records = Records::new();
    while !data.is_empty() {
        let space = data.iter().position(|&byte| byte == b' ').unwrap();
        let length: usize = std::str::from_utf8(&data[..space]).unwrap().parse().unwrap();
        let record = &data[space + 1..length - 1];
        let equals = record.iter().position(|&byte| byte == b'=').unwrap();
        records.insert(record[..equals].to_vec(), record[equals + 1..].to_vec());
        data = &data[length..];
    }
    records
}

/// Decimal seconds, with a fraction or a sign.
fn time(text: &[u8]) -> (i64, u32) {
    let text = std::str::from_utf8(text).unwrap();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().unwrap();
    let nanos: u32 = format!("{fraction:0<9}")[..9].parse().unwrap();
    if whole.starts_with('-') && nanos > 0 {
        return (seconds - 1, 1_000_000_000 - nanos);
    }
    (seconds, nanos)
}

fn until_nul(data: &[u8]) -> Vec<u8> {
    data.split(|&byte| byte == 0).next().unwrap_or_default().to_vec()
}

/// The absolute form of a name, `..` never leaving the root.
pub fn normal(name: &[u8]) -> Path {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in name.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    [b"/", &parts.join(&b'/')[..]].concat()
}
