//! The write-ahead log of SQLite: pages that are newer than those of the database. rpm empties it when it ends; in an image
//! that was made while rpm still ran, or was killed, it has the newest packages.

use std::collections::HashMap;

use crate::content::packages::rpm::bytes::{array, be32, part};

/// The magic; its last bit says that checksums are over big-endian words.
const MAGIC: u32 = 0x377f_0682;
const HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

/// The newest pages of a log, by number from 1.
#[derive(Default)]
pub(super) struct Log<'l> {
    pages: HashMap<u32, &'l [u8]>,
}

impl<'l> Log<'l> {
    /// Reads a log up to its last transaction. What does not follow from its checksums is left over from an older log.
    pub(super) fn new(log: &'l [u8]) -> Self {
        Self::read(log).unwrap_or_default()
    }

    fn read(log: &'l [u8]) -> Option<Self> {
        let magic = be32(log, 0).filter(|magic| magic & !1 == MAGIC)?;
        let size =
            usize::try_from(be32(log, 8)?).ok().filter(|size| (512..=65_536).contains(size))?;
        let salts: [u8; 8] = array(log, 16)?;
        let mut sums = Sums { big_endian: magic & 1 == 1, sums: (0, 0) };
        sums.add(log.get(..24)?);
        if sums.stored() != array(log, 24)? {
            return None;
        }
        let (mut found, mut open) = (Self::default(), Vec::new());
        for frame in log.get(HEAD..)?.chunks_exact(FRAME_HEAD + size) {
            let page = part(frame, FRAME_HEAD, size)?;
            sums.add(frame.get(..8)?);
            sums.add(page);
            if array(frame, 8) != Some(salts) || array(frame, 16) != Some(sums.stored()) {
                break;
            }
            open.push((be32(frame, 0)?, page));
            // The last frame of a transaction states the size of the database.
            if be32(frame, 4)? != 0 {
                found.pages.extend(open.drain(..));
            }
        }
        Some(found)
    }

    pub(super) fn page(&self, number: u32) -> Option<&'l [u8]> {
        self.pages.get(&number).copied()
    }
}

/// The running checksum of a log.
struct Sums {
    big_endian: bool,
    sums: (u32, u32),
}

impl Sums {
    fn add(&mut self, bytes: &[u8]) {
        let word = |bytes: &[u8]| {
            let word = array(bytes, 0).unwrap_or_default();
            if self.big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        let (mut first, mut second) = self.sums;
        for pair in bytes.chunks_exact(8) {
            first = first.wrapping_add(word(pair)).wrapping_add(second);
            second = second.wrapping_add(word(&pair[4..])).wrapping_add(first);
        }
        self.sums = (first, second);
    }

    /// As the log stores it: big-endian in any case.
    fn stored(&self) -> [u8; 8] {
        let mut stored = [0; 8];
        stored[..4].copy_from_slice(&self.sums.0.to_be_bytes());
        stored[4..].copy_from_slice(&self.sums.1.to_be_bytes());
        stored
    }
}
