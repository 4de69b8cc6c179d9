//! `Packages`: a hash table of Berkeley DB. Buckets are chains of pages of keys and values; a value that does not fit into a
//! page is a chain of pages of its own. Numbers are in the byte order of the machine that wrote it.

use crate::content::packages::rpm::bytes::{array, part};

/// The magic of a hash table, at byte 12.
const MAGIC: u32 = 0x0006_1561;
/// Versions with one layout: of Berkeley DB 3.1 to 5.3.
const VERSIONS: std::ops::RangeInclusive<u32> = 8..=10;
/// Page sizes in bytes.
const SIZES: std::ops::RangeInclusive<usize> = 512..=65_536;
/// Size of the head of a page in bytes.
const HEAD: usize = 26;
/// Types of pages: unused, a bucket without order, a part of a value, a bucket.
const UNUSED: u8 = 0;
const UNORDERED: u8 = 2;
const OVERFLOW: u8 = 7;
const BUCKET: u8 = 13;
/// Types of items: in the page, in pages of its own.
const INLINE: u8 = 1;
const OFF_PAGE: u8 = 3;

pub(super) fn is(database: &[u8]) -> bool {
    order(database).is_some()
}

/// Whether numbers are big-endian.
fn order(database: &[u8]) -> Option<bool> {
    let magic: [u8; 4] = array(database, 12)?;
    match MAGIC {
        magic_is if u32::from_le_bytes(magic) == magic_is => Some(false),
        magic_is if u32::from_be_bytes(magic) == magic_is => Some(true),
        _ => None,
    }
}

/// Passes each header to `take`.
pub(super) fn headers(database: &[u8], take: &mut dyn FnMut(&[u8])) -> Result<(), String> {
    let mut file = File::new(database)?;
    let mut damaged = None;
    for bucket in 0..=file.last_bucket {
        if let Err(what) = file.bucket(bucket, take) {
            damaged = damaged.or(Some(what));
        }
        // A table has at least one page for each bucket.
        if bucket as usize > database.len() / file.size {
            return Err("more buckets than pages".to_owned());
        }
    }
    damaged.map_or(Ok(()), Err)
}

struct File<'d> {
    database: &'d [u8],
    big_endian: bool,
    /// Size of a page in bytes.
    size: usize,
    last_bucket: u32,
    /// Pages that were read: each belongs to one chain.
    read: Vec<bool>,
}

/// A page and its number.
struct Page<'d> {
    number: usize,
    bytes: &'d [u8],
}

impl<'d> File<'d> {
    fn new(database: &'d [u8]) -> Result<Self, String> {
        let big_endian = order(database).ok_or("it is no hash table of Berkeley DB")?;
        let mut file = Self { database, big_endian, size: 0, last_bucket: 0, read: Vec::new() };
        let number = |at| file.number(database, at).ok_or("it ends within its first page");
        let (version, size, last) = (number(16)?, number(20)?, number(32)?);
        let last_bucket = number(72)?;
        if !VERSIONS.contains(&version) || database.get(24) != Some(&0) {
            return Err(format!("version {version} of its hash table, or encrypted: not read"));
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if !SIZES.contains(&size) || !size.is_power_of_two() {
            return Err(format!("a page size of {size}"));
        }
        let pages = database.len() / size;
        if last as usize >= pages {
            return Err(format!("it ends after {pages} of {} pages", u64::from(last) + 1));
        }
        (file.size, file.last_bucket, file.read) = (size, last_bucket, vec![false; pages]);
        Ok(file)
    }

    fn number(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let number = array(bytes, at)?;
        let big = self.big_endian;
        Some(if big { u32::from_be_bytes(number) } else { u32::from_le_bytes(number) })
    }

    fn short(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let number = array(bytes, at)?;
        let big = self.big_endian;
        Some(if big { u16::from_be_bytes(number) } else { u16::from_le_bytes(number) }.into())
    }

    /// A page that no chain had yet.
    fn page(&mut self, number: u32) -> Result<Page<'d>, String> {
        let at = number as usize;
        let bytes = at.checked_mul(self.size).and_then(|from| part(self.database, from, self.size));
        let bytes = bytes.ok_or_else(|| format!("page {number} is missing"))?;
        match self.read.get_mut(at) {
            Some(read) if !*read => *read = true,
            _ => return Err(format!("page {number} is part of two chains")),
        }
        // A page that was never written has no number.
        if bytes[HEAD - 1] != UNUSED && self.number(bytes, 8) != Some(number) {
            return Err(format!("page {number} has another number"));
        }
        Ok(Page { number: at, bytes })
    }

    /// The first page of a bucket: groups of buckets lie together, each group twice as large as the one before.
    fn first_page(&self, bucket: u32) -> Option<u32> {
        let group = (u32::BITS - bucket.leading_zeros()) as usize;
        bucket.checked_add(self.number(self.database, 96 + 4 * group)?)
    }

    fn bucket(&mut self, bucket: u32, take: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        let first = self.first_page(bucket).ok_or("a bucket without a page")?;
        let mut next = Some(first);
        // `page` refuses a page that was read: a chain is no longer than the file.
        while let Some(number) = next {
            let page = self.page(number)?;
            match page.bytes[HEAD - 1] {
                BUCKET | UNORDERED => {}
                UNUSED => return Ok(()),
                kind => return Err(format!("page {number} has type {kind}")),
            }
            self.items(&page, take)?;
            next = self.number(page.bytes, 16).filter(|next| *next != 0);
        }
        Ok(())
    }

    /// Passes on the values of a page. Items are stored from its end; keys and values alternate.
    fn items(&mut self, page: &Page<'d>, take: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        let broken = || format!("page {} is damaged", page.number);
        let count = self.short(page.bytes, 20).ok_or_else(broken)?;
        let mut end = self.size;
        let mut key = None;
        for at in 0..count {
            let start = self.short(page.bytes, HEAD + 2 * at).ok_or_else(broken)?;
            let item = page.bytes.get(start..end).filter(|_| start >= HEAD + 2 * count);
            let item = item.filter(|item| !item.is_empty()).ok_or_else(broken)?;
            end = start;
            match key.take() {
                None => key = Some(item),
                Some(key) => self.value(key, item, take)?,
            }
        }
        if key.is_some() { Err(broken()) } else { Ok(()) }
    }

    fn value(
        &mut self,
        key: &[u8],
        item: &'d [u8],
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), String> {
        if key.len() != 5 || key[0] != INLINE {
            return Err("a key is not the number of a package".to_owned());
        }
        // Key 0 has the number of the last package.
        let is_package = key[1..] != [0; 4];
        match item[0] {
            INLINE if is_package => take(&item[1..]),
            INLINE => {}
            OFF_PAGE => {
                let value = self.value_off_page(item)?;
                if is_package {
                    take(&value);
                }
            }
            kind => return Err(format!("an item of type {kind}")),
        }
        Ok(())
    }

    fn value_off_page(&mut self, item: &[u8]) -> Result<Vec<u8>, String> {
        let broken = "a value of more than one page is damaged";
        let mut next = self.number(item, 4).ok_or(broken)?;
        let length = self.number(item, 8).ok_or(broken)? as usize;
        let mut value = Vec::new();
        while value.len() < length {
            let page = self.page(next)?;
            let used = self.short(page.bytes, 22).ok_or(broken)?;
            let used = part(page.bytes, HEAD, used).filter(|it| !it.is_empty()).ok_or(broken)?;
            if page.bytes[HEAD - 1] != OVERFLOW {
                return Err(broken.to_owned());
            }
            value.extend_from_slice(used);
            next = self.number(page.bytes, 16).ok_or(broken)?;
        }
        if value.len() == length { Ok(value) } else { Err(broken.to_owned()) }
    }
}
