//! How to open an image.

use crate::image::platform::Platform;
use crate::layer::Watch;
use crate::source::registry::{Pull, Registries};

/// Options of opening an image.
#[derive(Clone, Default)]
pub struct Options<'w> {
    /// The requested platform; without one the host's, else the first that is a real platform.
    pub platform: Option<Platform>,
    /// Whether contents of files will be read, and not only listings: layers that arrive as a stream are then stored.
    pub contents: bool,
    /// Receives the bytes read while a stream or compressed archive is copied, and can cancel the copy.
    pub watch: Option<&'w dyn Watch>,
    /// When a bare name is looked up in a registry.
    pub pull: Pull,
    /// Settings for registries.
    pub registries: Registries,
    /// Variables of the environment with another value, for the addresses of engines; empty is unset.
    pub variables: Vec<(&'static str, String)>,
}
