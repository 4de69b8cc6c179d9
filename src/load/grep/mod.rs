//! Searches the contents of the files of all layers, line by line.
//!
//! A compressed layer that has to be listed is searched while it is listed (`tap`), so that it is decoded once. All other
//! files are read afterwards, a layer in one pass, layers in parallel (`run`). What was found is kept in small records
//! (`found`), in a temporary file where there is much of it, until its layer is due.
//!
//! ```text
//! query ─► tap, run ─► file (pieces) ─► found ─► in layer order, sorted by path
//! ```

mod file;
mod found;
mod pieces;
pub mod query;
mod reading;
mod run;
pub(crate) mod scope;
mod stream;
mod tap;

pub use crate::load::grep::file::{Hit, HitKind};
pub use crate::load::grep::found::FileHits;
pub use crate::load::grep::query::{Query, Wanted};
pub use crate::load::grep::run::{FoundFile, Outcome, Selection, Unread, search};
pub use crate::load::grep::scope::Scope;
pub use crate::load::grep::stream::{HITS_PER_FILE, VersionHit, stream};
pub use crate::load::grep::tap::Tap;
