//! What every command opens an image with.

use std::sync::Arc;

use crate::image::platform::Platform;
use crate::load::cache::Cache;
use crate::source::Options;
use crate::source::registry::{Pull, Registries};

/// What the flags say that hold for every command.
#[derive(Clone, Default)]
pub(crate) struct OpenSettings {
    /// The platform to take of several.
    pub(super) platform: Option<Platform>,
    /// Whether contents of files will be wanted.
    pub(super) contents: bool,
    /// Where listings are kept; `None`: nowhere.
    pub(crate) cache: Option<Arc<Cache>>,
    /// When a bare name is asked for in its registry.
    pub(crate) pull: Pull,
    /// How registries are dealt with.
    pub(super) registries: Registries,
}

impl OpenSettings {
    /// How to open, with nobody watching.
    pub(crate) fn options(&self) -> Options<'static> {
        Options {
            platform: self.platform.clone(),
            contents: self.contents,
            watch: None,
            pull: self.pull,
            registries: self.registries.clone(),
        }
    }
}
