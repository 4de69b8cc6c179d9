//! The two meta pages, each of which describes one committed state of the whole database.

use std::io;

use crate::layer::blob::Blob;
use crate::source::local::containerd::bolt::Error;
use crate::source::local::containerd::bolt::page::{HEADER, u32_at, u64_at};

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
/// Bytes of a meta: seven fields of 32 or 64 bits, and the checksum over them.
const LENGTH: usize = 64;
const CHECKED: usize = 56;

/// Page sizes at which the second meta page is looked for where the first one is damaged: those of machines, and the
/// smallest that bbolt itself looks for.
const PAGE_SIZES: [u64; 7] = [4096, 8192, 16_384, 32_768, 65_536, 1024, 2048];

/// What a valid meta page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) page_size: u64,
    /// The page of the top bucket.
    pub(super) root: u64,
    /// Pages that are in use or were ever: the first number beyond them.
    pub(super) pages: u64,
    /// The transaction that wrote it.
    pub(super) transaction: u64,
}

impl Meta {
    /// The newest committed state: the valid meta page with the higher transaction.
    pub(super) fn newest(bytes: &Blob) -> Result<Self, Error> {
        let first = Self::at(bytes, 0)?;
        let second = match &first {
            Some(first) => Self::at(bytes, first.page_size)?,
            None => Self::second(bytes)?,
        };
        let found = first.into_iter().chain(second);
        found.max_by_key(|meta| meta.transaction).ok_or(Error::NoMeta)
    }

    /// The second meta page where the first does not say where that is.
    fn second(bytes: &Blob) -> io::Result<Option<Self>> {
        for size in PAGE_SIZES {
            if let Some(meta) = Self::at(bytes, size)?.filter(|meta| meta.page_size == size) {
                return Ok(Some(meta));
            }
        }
        Ok(None)
    }

    /// The meta page at that offset, if a valid one is there. One that is just being written has a false checksum.
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
        // Between them: flags, the top bucket's sequence, and the freelist's page, which is u64::MAX where the free
        // pages are not written down. Free pages do not matter here.
        sound.then(|| Self {
            page_size,
            root: u64_at(meta, 16),
            pages: u64_at(meta, 40),
            transaction: u64_at(meta, 48),
        })
    }
}

/// The 64-bit FNV-1a hash.
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
    fn the_hash_is_the_published_one() {
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
