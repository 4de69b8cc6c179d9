//! What is asked of a place, and how to ask for one of several things in it.

use crate::image::platform::Platform;
use crate::image::reference::Pick;
use crate::source::Error;

/// What is asked of a place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    /// As typed.
    pub(crate) reference: String,
    /// The part of it that leads to the place: `oci:DIR`, `image.tar`.
    pub(crate) base: String,
    /// The place, for messages: a path, or `standard input`.
    pub(crate) place: String,
    pub(crate) pick: Option<Pick>,
    pub(crate) platform: Option<Platform>,
    /// Whether contents of files will be wanted.
    pub(crate) contents: bool,
}

impl Ask {
    /// The argument that asks for one image by name. Behind a storage root in brackets the name follows at once.
    pub(crate) fn with_name(&self, name: &str) -> String {
        let colon = if self.base.ends_with(']') { "" } else { ":" };
        format!("{}{colon}{name}", self.base)
    }

    /// The argument that asks for one image by its digest.
    pub(crate) fn with_digest(&self, digest: &str) -> String {
        let at = if self.base.ends_with(']') { "" } else { "@" };
        format!("{}{at}{digest}", self.base)
    }

    /// The argument that asks for one image by its place in the list.
    pub(crate) fn with_index(&self, index: usize) -> String {
        format!("{}:@{index}", self.base)
    }

    /// The image that is asked for is not here.
    pub(crate) fn no_such_image(&self, available: Vec<String>) -> Error {
        self.no_such("image", available)
    }

    /// What is asked for is not here; `what` says what it would be.
    pub(crate) fn no_such(&self, what: &'static str, available: Vec<String>) -> Error {
        let pick = match &self.pick {
            Some(Pick::Index(index)) => format!("@{index}"),
            Some(Pick::Text(text)) => text.clone(),
            None => String::new(),
        };
        let pick = if pick.is_empty() { String::new() } else { format!(" `{pick}`") };
        Error::NoSuchImage { place: self.place.clone(), what, pick, available }
    }
}
