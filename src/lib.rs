//! layertui opens a container image as the union filesystem it is: a stack of read-only layers, the tree
//! they merge into, and what each layer changed.
//!
//! The data's way, one direction only:
//!
//! ```text
//! reference ─► source.describe ─► first frame
//!                  │
//!                  └► source.list, a layer each, in parallel ─► tables ─► fold ─► events ─► queries ─► panes, reports
//! ```
//!
//! The house has seven floors and arrows point only downward (`tests/borders.rs` holds them):
//!
//! ```text
//! main ─► cli ─► load, extract, compare, report ─► source, ui, terminal ─► layer, app ─► findings, rules ─► stack, image,
//! text, packages, content
//! ```
//!
//! `findings` says what is to be mended in an image, `rules` whether it keeps what somebody demands of it. They are a
//! floor of their own, above what they judge and below everything that shows it, so that reports and the explorer can
//! both ask them.
//!
//! `stack`, `text`, `layer`, `image` and `source` know no terminal; `app` and `ui` know no source.

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
pub mod text;
