//! layertui opens a container image as the union filesystem it is: a stack of read-only layers, the tree
//! they merge into, and what each layer changed.
//!
//! This is a program, not a library: the library target exists for the binary, the tests and the benchmarks, and its
//! interface changes without notice. `ARCHITECTURE.md` shows the way of an image through these folders and, for each kind
//! of change, the files to touch.
//!
//! A folder uses only what stands below it; `tests/borders` holds that and finds import circles.
//!
//! ```text
//!                                cli
//!               explorer                      report
//!             compare     extract                |
//!                    load                     policy
//!                   source        findings
//!                   layer
//!      image                    stack                   content
//!      --------------------- text, sync ----------------------
//! ```
//!
//! Network: `source`. Files: `source`, `layer`, `load::cache`, `extract`, `explorer::run`, `cli`. Terminal: `explorer`.
//! Programs: `source`, `explorer::run`, `cli`. Standard output and error: `cli`. The rest does no I/O.

#![warn(unreachable_pub)]

pub mod cli;
pub mod compare;
pub mod content;
pub mod explorer;
pub mod extract;
pub mod findings;
pub mod image;
pub mod layer;
pub mod load;
pub mod policy;
pub mod report;
pub mod source;
pub mod stack;
mod sync;
pub mod text;
