//! The two meta pages, each of which describes one committed state of the database.

use std::io;

use crate::layer::blob::Blob;
use crate::source::local::containerd::bolt::Error;
use crate::source::local::containerd::bolt::page::{HEADER, u32_at, u64_at};

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
/// Length of the meta structure in bytes: the fields of bbolt's `meta` struct and a checksum over them.
const LENGTH: usize = 64;
const CHECKED: usize = 56;

/// Page sizes at which the second meta page is searched if the first is damaged: common OS page sizes, and the
/// smaller ones that bbolt itself tries.
const PAGE_SIZES: [u64; 7] = [4096, 8192, 16_384, 32_768, 65_536, 1024, 2048];

/// The fields of a valid meta page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) page_size: u64,
    /// Page number of the root bucket.
    pub(super) root: u64,
    /// High-water mark: the first page number that was never allocated.
    pub(super) pages: u64,
    /// ID of the transaction that wrote it.
    pub(super) transaction: u64,
}

impl Meta {
    /// The newest committed state: the valid meta page with the higher transaction ID.
    pub(super) fn newest(bytes: &Blob) -> Result<Self, Error> {
        let first = Self::at(bytes, 0)?;
        let second = match &first {
            Some(first) => Self::at(bytes, first.page_size)?,
            None => Self::second(bytes)?,
        };
        let found = first.into_iter().chain(second);
        found.max_by_key(|meta| meta.transaction).ok_or(Error::NoMeta)
    }

    /// The second meta page if the first is damaged and its page size therefore unknown.
    fn second(bytes: &Blob) -> io::Result<Option<Self>> {
        for size in PAGE_SIZES {
            if let Some(meta) = Self::at(bytes, size)?.filter(|meta| meta.page_size == size) {
                return Ok(Some(meta));
            }
        }
        Ok(None)
    }

    /// The meta page at an offset, if valid. A page that is being written has a wrong checksum.
    fn at(bytes: &Blob, offset: u64) -> io::Result<Option<Self>> {
        let mut page = [0; HEADER + LENGTH];
        let count = bytes.fill_at(&mut page, offset)?;
        Ok((count == page.len()).then(|| Self::read(&page[HEADER..])).flatten())
    }

    fn read(meta: &[u8]) -> Option<Self> {
        let page_size = u64::from(u32_at(meta, 8));
        let sound = u32_at(meta, 0) == MAGIC
            && u32_at(meta, 4) == VERSION
            && PAGE_SIZES.contains(&page_size)
            && u64_at(meta, CHECKED) == fnv_1a(&meta[..CHECKED]);
        // Skipped fields: flags, the root bucket's sequence, and the freelist page (u64::MAX if the freelist is not
        // stored), which reading does not need.
        sound.then(|| Self {
            page_size,
            root: u64_at(meta, 16),
            pages: u64_at(meta, 40),
            transaction: u64_at(meta, 48),
        })
    }
}

/// 64-bit FNV-1a.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A meta page in a page of `size` bytes.
    fn page(size: u64, transaction: u64) -> Vec<u8> {
        let mut meta = Vec::new();
        for word in [MAGIC, VERSION, size as u32, 0] {
            meta.extend(word.to_le_bytes());
        }
        for word in [3, 0, u64::MAX, 4, transaction] {
            meta.extend(u64::to_le_bytes(word));
        }
        meta.extend(fnv_1a(&meta).to_le_bytes());
        let mut page = vec![0; HEADER];
        page.extend(meta);
        page.resize(size as usize, 0);
        page
    }

    fn newest(bytes: &[u8]) -> Option<u64> {
        Meta::newest(&Blob::memory(bytes)).ok().map(|meta| meta.transaction)
    }

    #[test]
    fn fnv_1a_matches_published_values() {
        assert_eq!(fnv_1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv_1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_valid_page_with_the_higher_transaction_counts() {
        for size in PAGE_SIZES {
            let both = [page(size, 6), page(size, 7)].concat();
            assert_eq!(newest(&both), Some(7));
            let swapped = [page(size, 8), page(size, 7)].concat();
            assert_eq!(newest(&swapped), Some(8));
            for damaged in HEADER..HEADER + LENGTH {
                let (mut first, mut second) = (both.clone(), both.clone());
                first[damaged] ^= 1;
                second[size as usize + damaged] ^= 1;
                assert_eq!(newest(&first), Some(7), "size {size}, byte {damaged}");
                assert_eq!(newest(&second), Some(6), "size {size}, byte {damaged}");
                second[damaged] ^= 1;
                assert_eq!(newest(&second), None);
            }
        }
    }
}
