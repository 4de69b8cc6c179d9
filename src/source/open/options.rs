//! How to open an image.

use crate::image::platform::Platform;
use crate::layer::Watch;
use crate::source::registry::{Pull, Registries};

/// How to open.
#[derive(Clone, Default)]
pub struct Options<'w> {
    /// The platform asked for; without one the host's, else the only or first real one.
    pub platform: Option<Platform>,
    /// Whether contents of files will be wanted, not only what layers hold: of what passes by once, they are then kept.
    pub contents: bool,
    /// Is told how far the copy of a stream or of a compressed archive is (bytes read), and may stop it.
    pub watch: Option<&'w dyn Watch>,
    /// When a bare name is asked for in its registry.
    pub pull: Pull,
    /// How registries are dealt with.
    pub registries: Registries,
}
