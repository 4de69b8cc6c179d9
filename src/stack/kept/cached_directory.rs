//! The directory of the entry before.

/// The directory of the entry before: in a tar, the next entry is nearly always in the same one.
pub(crate) struct CachedDirectory {
    pub(crate) path: Vec<u8>,
    pub(crate) node: u32,
    pub(crate) redirected: bool,
}
