//! `rpmdb.sqlite`: the table `Packages` of a SQLite database, whose rows are a number and a header. Reads the tree of that
//! table alone; indices and other tables are not looked at.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::content::packages::rpm::bytes::{be16, be32, part};
use crate::content::packages::rpm::wal::Log;

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Size of the head of the database, before the head of its first page.
const HEAD: usize = 100;
/// Types of pages of a table.
const INNER: u8 = 5;
const LEAF: u8 = 13;
/// Maximum depth of a tree, as SQLite has it (`BTCURSOR_MAX_DEPTH`).
const DEPTH_MAX: usize = 20;
const UTF8: u32 = 1;

/// Passes each header to `take`. `log` is the write-ahead log.
pub(super) fn headers(
    database: &[u8],
    log: &[u8],
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), String> {
    let mut file = File::new(database, log)?;
    let mut root = None;
    file.rows(1, DEPTH_MAX, &mut |row| {
        if column(row, 0) == Some(b"table") && column(row, 1) == Some(b"Packages") {
            root = column(row, 3).map(integer);
        }
        true
    })?;
    let root = root.ok_or("it has no table of packages")?;
    file.rows(root, DEPTH_MAX, &mut |row| column(row, 1).map(&mut *take).is_some())
}

struct File<'d> {
    database: &'d [u8],
    log: Log<'d>,
    /// Size of a page, and of its part that is used, in bytes.
    size: usize,
    usable: usize,
    /// Pages that were read: each belongs to one tree or one row.
    read: HashSet<u32>,
    /// Bytes of rows that may be read: overlapping rows would have more than the file.
    left: usize,
}

impl<'d> File<'d> {
    fn new(database: &'d [u8], log: &'d [u8]) -> Result<Self, String> {
        let left = database.len() + log.len();
        let log = Log::new(log);
        let head = log.page(1).unwrap_or(database);
        if !head.starts_with(MAGIC) {
            return Err("it is no database of SQLite".to_owned());
        }
        // 1 stands for the size that 16 bits do not hold.
        let size = be16(head, 16).map(|size| if size == 1 { 65_536 } else { size });
        let size = size.filter(|size| size.is_power_of_two() && *size >= 512);
        let usable = size.zip(head.get(20)).map(|(size, unused)| size - usize::from(*unused));
        let (Some(size), Some(usable)) = (size, usable.filter(|usable| *usable >= 480)) else {
            return Err("its page size is not one that SQLite has".to_owned());
        };
        if be32(head, 56) != Some(UTF8) {
            return Err("its texts are not in UTF-8".to_owned());
        }
        Ok(Self { database, log, size, usable, read: HashSet::new(), left })
    }

    /// A page that was not read yet.
    fn page(&mut self, number: u32) -> Result<&'d [u8], String> {
        let in_file = || {
            let at = usize::try_from(number.checked_sub(1)?).ok()?;
            part(self.database, at.checked_mul(self.size)?, self.size)
        };
        let page = self.log.page(number).filter(|page| page.len() == self.size).or_else(in_file);
        let page = page.ok_or_else(|| format!("page {number} is missing"))?;
        if !self.read.insert(number) {
            return Err(format!("page {number} is part of two trees"));
        }
        Ok(page)
    }

    /// Passes the rows of the tree below a page to `take`, which returns whether the row is whole. After damage, the rest
    /// of the tree is read; the first damage is returned.
    fn rows(
        &mut self,
        number: u32,
        depth: usize,
        take: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), String> {
        let broken = || format!("page {number} is damaged");
        let page = self.page(number)?;
        let head = if number == 1 { HEAD } else { 0 };
        let kind = page[head];
        let count = be16(page, head + 3).ok_or_else(broken)?;
        if depth == 0 || !matches!(kind, INNER | LEAF) {
            return Err(broken());
        }
        let cells = head + if kind == INNER { 12 } else { 8 };
        let mut result = Ok(());
        for at in 0..count {
            let Some(cell) = be16(page, cells + 2 * at) else { return result.and(Err(broken())) };
            let read = if kind == INNER {
                be32(page, cell).ok_or_else(broken).and_then(|it| self.rows(it, depth - 1, take))
            } else {
                let row = self.row(page, cell).and_then(|row| row.ok_or_else(broken));
                row.and_then(|row| if take(&row) { Ok(()) } else { Err(broken()) })
            };
            result = result.and(read);
        }
        if kind == INNER {
            let last = be32(page, head + 8).ok_or_else(broken);
            result = result.and(last.and_then(|last| self.rows(last, depth - 1, take)));
        }
        result
    }

    /// The bytes of a row: in the page, and in a chain of further ones; `None` if the page is damaged.
    fn row(&mut self, page: &'d [u8], at: usize) -> Result<Option<Cow<'d, [u8]>>, String> {
        let Some((length, at)) = number(page, at) else { return Ok(None) };
        let Some((_, at)) = number(page, at) else { return Ok(None) };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.left = self.left.checked_sub(length).ok_or("rows of more bytes than it has")?;
        let local = self.local(length);
        let Some(first) = part(page, at, local) else { return Ok(None) };
        if local == length {
            return Ok(Some(Cow::Borrowed(first)));
        }
        let mut row = first.to_vec();
        let mut next = be32(page, at + local);
        while let Some(number) = next.filter(|_| row.len() < length) {
            let page = self.page(number)?;
            let more = &page[4..self.usable];
            row.extend_from_slice(&more[..more.len().min(length - row.len())]);
            next = be32(page, 0);
        }
        Ok((row.len() == length).then_some(Cow::Owned(row)))
    }

    /// How many bytes of a row are in the page of a table ("Cell payload overflow pages").
    const fn local(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let spill = least + (length - least) % (self.usable - 4);
        if spill <= most { spill } else { least }
    }
}

/// A number of one to nine bytes, and where it ends.
fn number(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0;
    for index in 0..8 {
        let byte = *bytes.get(at.checked_add(index)?)?;
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, at + index + 1));
        }
    }
    Some((number << 8 | u64::from(*bytes.get(at + 8)?), at + 9))
}

/// The bytes of a column of a row ("Record format").
fn column(row: &[u8], wanted: usize) -> Option<&[u8]> {
    let (head, mut at) = number(row, 0)?;
    let mut start = usize::try_from(head).ok()?;
    for index in 0.. {
        if at as u64 >= head {
            return None;
        }
        let (kind, next) = number(row, at)?;
        let length = match kind {
            0..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            8 | 9 => 0,
            10 | 11 => return None,
            _ => (kind - 12) / 2,
        };
        let length = usize::try_from(length).ok()?;
        if index == wanted {
            return part(row, start, length);
        }
        (at, start) = (next, start.checked_add(length)?);
    }
    None
}

/// A page number from the bytes of a column. A number too large for one is that of no page.
fn integer(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
