//! One layer's bytes, turned into rows: codecs, tar, tar-split, whiteouts, directories in the forms that engines give
//! them.
//!
//! This room reads a [`blob::Blob`], a [`toc::TocLayer`], a [`split::Split`] or a [`directory::Tree`] and fills a
//! [`crate::stack::kept::table::Table`]. It knows nothing of images, manifests or where the bytes came from, and decides
//! nothing about the layers below.
//!
//! ```text
//! blob ─► codec ─► tar::stream ─┐
//!      ├────────► tar::window ──┼► tar::walker ─► recorder (whiteout) ─► Listing
//! split ───────► split::feed ───┘
//! toc: rows ──────────────────────────────────► recorder ──────────────► Listing
//! directory: rows (whiteout, marks) ───────────────────────────────────► Listing
//! ```
//!
//! An archive that comes once and front to back is listed while it passes by (`passing`).
//!
//! A blob that is elsewhere (`remote`) comes when it is read; by `pieces` only parts of it do.
//!
//! Files of split layers and of directories are opened through one door, `inside`, which follows no link.

pub mod blob;
pub mod blob_digest;
pub mod changes;
mod checkpoints;
pub mod codec;
pub mod directory;
pub mod encoding;
pub mod list;
pub mod list_remote;
mod listing;
mod open;
mod problems;
pub mod sparse;
pub mod split;
pub mod streamed_archive;
pub mod tar;
pub mod toc;
pub mod watch;
pub mod whiteout;

pub use crate::layer::checkpoints::Checkpoints;
pub use crate::layer::codec::collector::Spacing;
pub(crate) use crate::layer::directory::beneath::directory_beneath;
pub use crate::layer::list::{list, list_spaced, list_within, survey};
pub use crate::layer::listing::{Hidden, Limits, Listing, Problem, Severity};
pub use crate::layer::open::{ExactReader, ends_early, open, open_at, open_remote, opens_cheaply};
pub use crate::layer::watch::{Unwatched, Watch};
pub use crate::stack::kept::entry::Fingerprint;

/// The most [`Hidden`] objects a listing names.
pub const HIDDEN_MAX: usize = 1000;

/// Layers of at most so many uncompressed bytes are digested whole when they are listed, which costs some milliseconds: their
/// diff ID is then known. That of larger ones is known where they stream past, or after `verify`.
const DIGESTED: u64 = 4 << 20;
