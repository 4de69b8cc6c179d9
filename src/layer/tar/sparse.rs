//! The sizes of sparse files in each format of tar. Their maps are skipped: a listing needs sizes only.

use crate::layer::tar::header::{Block, Header};
use crate::layer::tar::number;
use crate::layer::tar::number::BadNumber;

/// Whether an old GNU sparse header (type `S`) is followed by an extension block.
pub(super) const fn header_continues(header: Header<'_>) -> bool {
    header.0[482] != 0
}

/// Whether an extension block is followed by another.
pub(super) const fn extension_continues(block: &Block) -> bool {
    block[504] != 0
}

/// The logical size in an old GNU sparse header.
pub(super) fn real_size(header: Header<'_>) -> Result<u64, BadNumber> {
    number::field(&header.0[483..495]).and_then(|size| u64::try_from(size).map_err(|_| BadNumber))
}

/// The pax records of a sparse file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SparseRecords {
    /// There is `GNU.sparse.major`: versions 0.1 written late, and 1.0.
    pub(super) versioned: bool,
    /// There is `GNU.sparse.map`, `.numblocks` or `.offset`: versions 0.0 and 0.1.
    pub(super) mapped: bool,
    /// There is `SUN.holesdata`.
    pub(super) holes: bool,
    /// The logical size: `GNU.sparse.size` (0.x), `GNU.sparse.realsize` (1.0), `SCHILY.realsize` or the end of
    /// `SUN.holesdata`.
    pub(super) real_size: Option<u64>,
}

impl SparseRecords {
    /// Whether the records describe a sparse file.
    pub(super) const fn any(self) -> bool {
        self.versioned || self.mapped || self.holes
    }

    /// Stores a record; `key` is without its prefix `GNU.sparse.`.
    pub(super) fn take_gnu(&mut self, key: &[u8], value: &[u8]) -> Result<(), BadNumber> {
        match key {
            b"major" => self.versioned = true,
            b"map" | b"numblocks" | b"offset" => self.mapped = true,
            b"size" | b"realsize" => self.real_size = Some(number::decimal(value)?),
            _ => {}
        }
        Ok(())
    }

    /// Stores `SUN.holesdata`: alternating offsets of data and holes; the last one is the end of the file.
    pub(super) fn take_sun(&mut self, value: &[u8]) -> Result<(), BadNumber> {
        self.holes = true;
        let last = value.rsplit(|&byte| byte == b' ').find(|number| !number.is_empty());
        self.real_size = last.map(number::decimal).transpose()?;
        Ok(())
    }
}
