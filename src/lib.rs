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
//! The house has six floors and arrows point only downward (`tests/borders.rs` holds them):
//!
//! ```text
//! main ─► cli ─► load, report ─► source, ui, terminal ─► layer, app ─► stack, image, text, content
//! ```
//!
//! `stack`, `text`, `layer`, `image` and `source` know no terminal; `app` and `ui` know no source.

#![warn(unreachable_pub)]

pub mod app;
pub mod cli;
pub mod content;
pub mod image;
pub mod layer;
pub mod load;
pub mod report;
pub mod source;
pub mod stack;
pub mod terminal;
pub mod text;
pub mod ui;
