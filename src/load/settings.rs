//! How images are opened and read: the options of the source and the cache of listings.

use std::sync::Arc;

use crate::load::cache::Cache;
use crate::source::Options;

/// Settings that hold for every image that one run of the program opens.
#[derive(Clone, Default)]
pub(crate) struct OpenSettings {
    /// How a source is opened. Without a watch: each caller adds its own.
    pub(crate) options: Options<'static>,
    /// Where listings are stored; `None` if the cache is off.
    pub(crate) cache: Option<Arc<Cache>>,
}
