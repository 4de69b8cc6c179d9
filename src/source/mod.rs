//! Where images lie, one file or folder each, behind one trait.
//!
//! A source finds images, describes one (cheap, first), lists one layer by the cheapest way the layer offers, and
//! opens one file of one layer. It knows neither the stack nor a terminal, and never writes.

use std::io::Read;

use crate::image::Image;
use crate::layer::{Listing, Watch};

/// An opened place that holds one chosen image.
pub trait Source: Send + Sync {
    /// Config, history and layer list: no layer is read.
    fn image(&self) -> &Image;

    /// Bytes the listing of this layer will have to deal with, as `Watch::progress` counts them. 0 if unknown.
    fn weight(&self, layer: usize) -> u64;

    /// Layers with equal keys have the same bytes: one of them is listed for all.
    fn content_key(&self, layer: usize) -> Option<String>;

    /// Lists one layer. Never fails as a whole: what went wrong is in the listing's problems.
    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing;

    /// Opens the stored payload of one file of one layer (a sparse file's payload is its segments).
    ///
    /// # Errors
    /// Where the layer or that part of it cannot be read.
    fn open(&self, layer: usize, file: &Stored<'_>) -> std::io::Result<Box<dyn Read + Send>>;

    /// Whether [`Self::open`] costs no more than the file itself (the layer is stored plain).
    fn opens_cheaply(&self, layer: usize) -> bool;
}

/// Where a file's payload is in its layer.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// The normalised path of the entry that carries the payload.
    pub path: &'a [u8],
    /// Offset in the uncompressed layer, from the listing.
    pub data: Option<u64>,
    /// Payload bytes.
    pub stored: u64,
}
