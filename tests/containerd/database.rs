//! A writer of bbolt databases, from the description of the format: enough of one to make every kind of page.

use std::collections::BTreeMap;

/// What a key of a bucket has.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Value(Vec<u8>),
    Bucket(Bucket),
}

/// A bucket to be written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bucket(pub BTreeMap<Vec<u8>, Node>);

impl Bucket {
    pub fn set(&mut self, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        self.0.insert(key.as_ref().to_vec(), Node::Value(value.as_ref().to_vec()));
        self
    }

    /// The bucket of that key, made where there is none.
    pub fn bucket(&mut self, key: impl AsRef<[u8]>) -> &mut Self {
        let new = || Node::Bucket(Self::default());
        match self.0.entry(key.as_ref().to_vec()).or_insert_with(new) {
            Node::Bucket(bucket) => bucket,
            Node::Value(_) => unreachable!("a value where a bucket should be"),
        }
    }

    /// The bucket behind several keys.
    pub fn path(&mut self, keys: &[&str]) -> &mut Self {
        keys.iter().fold(self, |bucket, key| bucket.bucket(key))
    }
}

/// How a database is laid down.
#[derive(Clone, Copy)]
pub struct Layout {
    pub page_size: usize,
    /// Whether free pages are written down.
    pub freelist: bool,
    pub transaction: u64,
    /// The first page that may be used.
    pub from: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Self { page_size: 4096, freelist: true, transaction: 2, from: 2 }
    }
}

const BRANCH: u16 = 1;
const LEAF: u16 = 2;
const META: u16 = 4;
const FREELIST: u16 = 16;
const HEADER: usize = 16;

/// What every bucket's record says of its sequence: a number that nothing else has.
pub const SEQUENCE: u64 = 0x5E9E_0C3E;

/// The bytes of a database with that top bucket.
pub fn write(top: &Bucket, layout: Layout) -> Vec<u8> {
    let size = layout.page_size;
    let mut writer = Writer { size, bytes: vec![0; layout.from * size] };
    let root = writer.bucket(top);
    let freelist = if layout.freelist {
        // One free page, number 99.
        writer.page(FREELIST, 1, &99_u64.to_le_bytes())
    } else {
        u64::MAX
    };
    let pages = writer.bytes.len() / size;
    for number in 0..2 {
        // The newer one's number is the transaction's, modulo 2; the other one is of the transaction before.
        let transaction = layout.transaction - u64::from(layout.transaction % 2 != number);
        let page = meta(number, size, root, freelist, pages as u64, transaction);
        let at = number as usize * size;
        writer.bytes[at..at + page.len()].copy_from_slice(&page);
    }
    writer.bytes
}

/// A meta page up to its checksum.
pub fn meta(
    number: u64,
    size: usize,
    root: u64,
    freelist: u64,
    pages: u64,
    transaction: u64,
) -> Vec<u8> {
    let mut meta = Vec::new();
    for word in [0xED0C_DAED, 2, size as u32, 0] {
        meta.extend(u32::to_le_bytes(word));
    }
    for word in [root, 0, freelist, pages, transaction] {
        meta.extend(u64::to_le_bytes(word));
    }
    let checksum = meta.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    meta.extend(checksum.to_le_bytes());
    [header(number, META, 0, 0), meta].concat()
}

fn header(id: u64, kind: u16, count: usize, overflow: usize) -> Vec<u8> {
    let (count, overflow) = (count as u16, overflow as u32);
    let mut header = id.to_le_bytes().to_vec();
    header.extend(kind.to_le_bytes());
    header.extend(count.to_le_bytes());
    header.extend(overflow.to_le_bytes());
    header
}

struct Writer {
    size: usize,
    bytes: Vec<u8>,
}

/// An element of a leaf: whether it is a bucket, key, value.
type Element = (bool, Vec<u8>, Vec<u8>);

impl Writer {
    /// Writes a bucket with all below it; its top page.
    fn bucket(&mut self, bucket: &Bucket) -> u64 {
        let elements = self.elements(bucket);
        let mut level = Vec::new();
        for chunk in chunks(elements, self.size, 0, |(_, key, value)| key.len() + value.len()) {
            level.push((
                chunk.first().map(|it| it.1.clone()),
                self.page(LEAF, chunk.len(), &leaf(&chunk)),
            ));
        }
        while level.len() > 1 {
            let below = level.drain(..).map(|(key, page)| (key.unwrap(), page)).collect();
            let above = chunks(below, self.size, 2, |(key, _): &(Vec<u8>, u64)| key.len());
            for chunk in above {
                let page = self.page(BRANCH, chunk.len(), &branch(&chunk));
                level.push((Some(chunk[0].0.clone()), page));
            }
        }
        level.pop().map_or_else(|| self.page(LEAF, 0, &[]), |(_, page)| page)
    }

    fn elements(&mut self, bucket: &Bucket) -> Vec<Element> {
        let element = |(key, node): (&Vec<u8>, &Node)| match node {
            Node::Value(value) => (false, key.clone(), value.clone()),
            Node::Bucket(bucket) => (true, key.clone(), self.record(bucket)),
        };
        bucket.0.iter().map(element).collect()
    }

    /// A bucket's record: small ones without buckets of their own lie inside it.
    fn record(&mut self, bucket: &Bucket) -> Vec<u8> {
        let sequence = SEQUENCE.to_le_bytes();
        if bucket.0.values().all(|node| matches!(node, Node::Value(_))) {
            let elements = self.elements(bucket);
            let page = [header(0, LEAF, elements.len(), 0), leaf(&elements)].concat();
            if page.len() <= self.size / 4 {
                return [&0_u64.to_le_bytes()[..], &sequence, &page].concat();
            }
        }
        [self.bucket(bucket).to_le_bytes(), sequence].concat()
    }

    fn page(&mut self, kind: u16, count: usize, elements: &[u8]) -> u64 {
        let id = (self.bytes.len() / self.size) as u64;
        let pages = (HEADER + elements.len()).div_ceil(self.size);
        self.bytes.extend(header(id, kind, count, pages - 1));
        self.bytes.extend(elements);
        self.bytes.resize((id as usize + pages) * self.size, 0);
        id
    }
}

/// Runs that fit into a page, of at least `least` items.
fn chunks<T>(
    items: Vec<T>,
    size: usize,
    least: usize,
    length: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let (mut chunks, mut chunk, mut used) = (Vec::new(), Vec::new(), HEADER);
    for item in items {
        let more = 16 + length(&item);
        if used + more > size && !chunk.is_empty() && chunk.len() >= least {
            chunks.push(std::mem::take(&mut chunk));
            used = HEADER;
        }
        used += more;
        chunk.push(item);
    }
    if !chunk.is_empty() {
        chunks.push(chunk);
    }
    chunks
}

fn leaf(elements: &[Element]) -> Vec<u8> {
    let (mut fields, mut data) = (Vec::new(), Vec::new());
    for (at, (is_bucket, key, value)) in elements.iter().enumerate() {
        let position = (elements.len() - at) * 16 + data.len();
        for field in [usize::from(*is_bucket), position, key.len(), value.len()] {
            fields.extend((field as u32).to_le_bytes());
        }
        data.extend(key);
        data.extend(value);
    }
    [fields, data].concat()
}

fn branch(elements: &[(Vec<u8>, u64)]) -> Vec<u8> {
    let (mut fields, mut data) = (Vec::new(), Vec::new());
    for (at, (key, page)) in elements.iter().enumerate() {
        let position = (elements.len() - at) * 16 + data.len();
        for field in [position, key.len()] {
            fields.extend((field as u32).to_le_bytes());
        }
        fields.extend(page.to_le_bytes());
        data.extend(key);
    }
    [fields, data].concat()
}
