//! `Packages.db`: pages of slots, each with the place of a header in blocks of 16 bytes. All numbers are little-endian.

use zlib_rs::adler32::adler32;

use crate::content::packages::rpm::bytes::{le32, part};

const MAGIC: &[u8] = b"RpmP";
const SLOT: &[u8] = b"Slot";
const HEAD: &[u8] = b"BlbS";
const TAIL: &[u8] = b"BlbE";
/// Size of a page of slots in bytes.
const PAGE: usize = 4096;
/// Size of a slot, of a block and of the head of a header in bytes.
const BLOCK: usize = 16;
/// Size of the end of a header: its checksum, its length, a magic.
const TAIL_SIZE: usize = 12;

pub(super) fn is(database: &[u8]) -> bool {
    database.starts_with(MAGIC)
}

/// Passes each header to `take`.
pub(super) fn headers(database: &[u8], take: &mut dyn FnMut(&[u8])) -> Result<(), String> {
    let number = |at| le32(database, at).and_then(|it| usize::try_from(it).ok());
    if number(4) != Some(0) {
        return Err("a version of ndb that is not known".to_owned());
    }
    let slots = number(12).and_then(|pages| part(database, 0, pages.checked_mul(PAGE)?));
    let slots = slots.ok_or("it ends within the list of packages")?;
    // The first two slots are the head of the file.
    let slots = slots.chunks_exact(BLOCK).enumerate().skip(2);
    let mut damaged = None;
    let mut bytes = 0_usize;
    for (at, slot) in slots {
        if slot.starts_with(SLOT) && le32(slot, 8) == Some(0) {
            continue;
        }
        match header(database, slot) {
            // Two slots may name one header: more bytes than the file has.
            Some(found) if bytes + found.len() <= database.len() => {
                bytes += found.len();
                take(found);
            }
            _ => damaged = damaged.or(Some(at)),
        }
    }
    damaged.map_or(Ok(()), |at| Err(format!("package {at} of its list is not whole")))
}

/// The header of a slot that is in use; `None` if it is damaged.
fn header<'d>(database: &'d [u8], slot: &[u8]) -> Option<&'d [u8]> {
    let number = |bytes, at| le32(bytes, at).and_then(|it| usize::try_from(it).ok());
    let (at, blocks) = (number(slot, 8)?, number(slot, 12)?);
    let all = part(database, at.checked_mul(BLOCK)?, blocks.checked_mul(BLOCK)?)?;
    let length = number(all, 12)?;
    let tail = all.len().checked_sub(TAIL_SIZE)?;
    let is_whole = slot.starts_with(SLOT)
        && all.starts_with(HEAD)
        && all.get(4..8) == slot.get(4..8)
        && blocks == length.checked_add(BLOCK + TAIL_SIZE)?.div_ceil(BLOCK)
        && le32(all, tail)? == adler32(1, &all[..tail])
        && number(all, tail + 4)? == length
        && all.ends_with(TAIL);
    part(all, BLOCK, length).filter(|_| is_whole)
}
