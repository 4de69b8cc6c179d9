//! One layer's bytes, turned into rows: codecs, tar, tar-split, whiteouts, directories in the forms that engines give
//! them.
//!
//! Reads a [`blob::Blob`], a [`toc::TocLayer`], a [`split::Split`] or a [`directory::Tree`] and fills a
//! [`crate::stack::kept::table::Table`]. Images, manifests and the origin of the bytes are not handled here, and
//! nothing is decided about the layers below.
//!
//! ```text
//! blob ─► codec ─► tar::stream ─┐
//!      ├────────► tar::window ──┼► tar::walker ─► recorder (whiteout) ─► Listing
//! split ───────► split::feed ───┘
//! toc: rows ──────────────────────────────────► recorder ──────────────► Listing
//! directory: rows (whiteout, marks) ───────────────────────────────────► Listing
//! ```
//!
//! `entries` reads a tar once more, with the form of its headers, to compare two of them.
//!
//! An archive that can be read only once, front to back, is listed while it is copied (`streamed_archive`).
//!
//! A remote blob (`blob::remote`) is downloaded when it is read; `blob::ranged_reader` downloads parts of it.
//!
//! Files of split layers and of directories are opened by `directory::beneath`, which follows no link.

pub mod blob;
pub mod blob_digest;
pub mod changes;
mod checkpoints;
pub mod codec;
pub mod directory;
pub mod encoding;
pub mod entries;
pub mod list;
pub mod list_remote;
mod listing;
mod open;
pub(crate) mod problems;
mod row_writer;
pub mod sparse;
pub mod split;
pub mod streamed_archive;
pub mod tar;
pub mod toc;
pub mod watch;
pub mod whiteout;

pub use crate::layer::checkpoints::Checkpoints;
pub use crate::layer::codec::collector::Spacing;
#[cfg(unix)]
pub(crate) use crate::layer::directory::beneath::directory_beneath;
pub use crate::layer::list::{list, list_with, survey};
pub use crate::layer::listing::{Hidden, Limits, Listing, Problem, Severity};
pub use crate::layer::open::{ExactReader, ends_early, open_at, open_remote, opens_cheaply};
pub(crate) use crate::layer::watch::OneOfMany;
pub use crate::layer::watch::{Examine, Unwatched, Watch};
pub use crate::stack::kept::entry::Fingerprint;

/// The most [`Hidden`] objects that a listing names.
pub const HIDDEN_MAX: usize = 1000;

/// Layers of at most this many uncompressed bytes are hashed while they are listed, which costs a few milliseconds, so
/// their diff ID is known. The diff ID of a larger layer is known where its blob is plain and was hashed anyway, where
/// it was streamed, or after `verify`.
const DIGESTED: u64 = 4 << 20;
