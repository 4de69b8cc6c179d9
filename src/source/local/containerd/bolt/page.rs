//! Branch and leaf pages, validated as a whole before use.

use std::ops::Range;
use std::sync::Arc;

use crate::source::local::containerd::bolt::Error;

/// Length of a page header in bytes: page number (u64), flags (u16), element count (u16), overflow pages (u32).
pub(super) const HEADER: usize = 16;
/// Length of a branch or leaf element in bytes.
const ELEMENT: usize = 16;

const BRANCH: u16 = 1;
const LEAF: u16 = 2;
/// Flag of a leaf element that is a bucket.
const BUCKET: u32 = 1;

/// The page header.
pub(super) struct Header {
    pub(super) id: u64,
    kind: u16,
    count: usize,
    pub(super) overflow: u32,
}

impl Header {
    /// Parses the first 16 bytes of a page.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let (kind, count) = (u32_at(bytes, 8) as u16, (u32_at(bytes, 8) >> 16) as usize);
        Self { id: u64_at(bytes, 0), kind, count, overflow: u32_at(bytes, 12) }
    }
}

/// A validated page: elements lie inside it and keys are in ascending order.
#[derive(Clone, Debug)]
pub(super) struct Page {
    id: u64,
    /// Offset of `bytes` in the file.
    offset: u64,
    bytes: Arc<[u8]>,
    /// The range of `bytes` that is this page: an inline bucket's page is part of the page that contains the bucket.
    place: Range<usize>,
    is_leaf: bool,
    count: usize,
}

/// The content of a leaf element.
pub(super) enum Leaf<'p> {
    /// A value.
    Value(&'p [u8]),
    /// Range of a bucket record.
    Bucket(Range<usize>),
}

impl Page {
    /// Validates a page of the file.
    pub(super) fn new(id: u64, offset: u64, bytes: Vec<u8>) -> Result<Self, Error> {
        let place = 0..bytes.len();
        Self { id, offset, bytes: bytes.into(), place, is_leaf: false, count: 0 }.checked()
    }

    /// The inline page that follows the 16 bytes of the bucket record at `place`.
    pub(super) fn inline(&self, place: Range<usize>) -> Result<Self, Error> {
        let inline = Self { place, ..self.clone() };
        if inline.place.len() < HEADER {
            return Err(inline.broken(0, "an inline bucket is cut short"));
        }
        inline.checked()
    }

    pub(super) const fn is_leaf(&self) -> bool {
        self.is_leaf
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// The key of element `at`.
    pub(super) fn key(&self, at: usize) -> &[u8] {
        &self.bytes[self.key_range(at)]
    }

    /// The child page of branch element `at`.
    pub(super) fn child(&self, at: usize) -> u64 {
        u64_at(&self.bytes, self.element(at) + 8)
    }

    /// The content of leaf element `at`.
    pub(super) fn leaf(&self, at: usize) -> Leaf<'_> {
        let element = self.element(at);
        let start = self.key_range(at).end;
        let range = start..start + u32_at(&self.bytes, element + 12) as usize;
        if u32_at(&self.bytes, element) & BUCKET != 0 {
            return Leaf::Bucket(range);
        }
        Leaf::Value(&self.bytes[range])
    }

    /// The bytes of a range that [`Self::leaf`] returned.
    pub(super) fn at(&self, place: Range<usize>) -> &[u8] {
        &self.bytes[place]
    }

    /// Binary search for a key: its index, or the index where it would be inserted.
    pub(super) fn search(&self, key: &[u8]) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.key(middle).cmp(key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Ok(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// An error at offset `at` of the page.
    pub(super) fn broken(&self, at: usize, what: &str) -> Error {
        Error::page(self.id, self.offset + (self.place.start + at) as u64, what.to_owned())
    }

    const fn element(&self, at: usize) -> usize {
        self.place.start + HEADER + at * ELEMENT
    }

    /// The key position is relative to its element. A leaf element stores it after the flags, a branch element first.
    fn key_range(&self, at: usize) -> Range<usize> {
        let element = self.element(at);
        let fields = element + if self.is_leaf { 4 } else { 0 };
        let start = element + u32_at(&self.bytes, fields) as usize;
        start..start + u32_at(&self.bytes, fields + 4) as usize
    }

    /// Validates everything that the accessors rely on.
    fn checked(mut self) -> Result<Self, Error> {
        let header = Header::read(&self.bytes[self.place.clone()]);
        self.is_leaf = match header.kind {
            LEAF => true,
            BRANCH if header.count > 0 => false,
            BRANCH => return Err(self.broken(8, "a branch page without branches")),
            kind => return Err(self.broken(8, &format!("kind {kind}, neither branch nor leaf"))),
        };
        self.count = header.count;
        if self.element(self.count) > self.place.end {
            let what = format!("{} elements, more than fit in it", self.count);
            return Err(self.broken(10, &what));
        }
        for at in 0..self.count {
            let element = self.element(at);
            let within = element - self.place.start;
            let room = (self.place.end - element) as u64;
            let fields = element + if self.is_leaf { 4 } else { 0 };
            let mut needed =
                u64::from(u32_at(&self.bytes, fields)) + u64::from(u32_at(&self.bytes, fields + 4));
            if self.is_leaf {
                needed += u64::from(u32_at(&self.bytes, element + 12));
            }
            if needed > room {
                return Err(self.broken(within, &format!("element {at} reaches out of the page")));
            }
            if at > 0 && self.key(at - 1) >= self.key(at) {
                return Err(
                    self.broken(within, &format!("the key of element {at} is out of order"))
                );
            }
        }
        Ok(self)
    }
}

/// Little-endian u32 at an offset; 0 past the end, which callers exclude by validation.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |four| u32::from_le_bytes(*four))
}

/// Little-endian u64; otherwise as [`u32_at`].
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |eight| u64::from_le_bytes(*eight))
}
