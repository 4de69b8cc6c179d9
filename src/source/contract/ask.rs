//! The request behind one reference, and the references of the images in an archive or store.

use crate::image::platform::Platform;
use crate::image::reference::Pick;
use crate::source::Error;

/// A request to open one reference.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    /// The reference as the user typed it.
    pub(crate) reference: String,
    /// The part of the reference without name, digest or index: `oci:DIR`, `image.tar`.
    pub(crate) base: String,
    /// The path for messages, or `standard input`.
    pub(crate) place: String,
    pub(crate) pick: Option<Pick>,
    pub(crate) platform: Option<Platform>,
    /// Whether contents of files will be read, and not only listings.
    pub(crate) contents: bool,
    /// Variables of the environment with another value.
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Ask {
    /// The reference of an image by its name. After a storage root in brackets the name follows without a separator.
    pub(crate) fn with_name(&self, name: &str) -> String {
        let colon = if self.base.ends_with(']') { "" } else { ":" };
        format!("{}{colon}{name}", self.base)
    }

    /// The reference of an image by its digest.
    pub(crate) fn with_digest(&self, digest: &str) -> String {
        let at = if self.base.ends_with(']') { "" } else { "@" };
        format!("{}{at}{digest}", self.base)
    }

    /// The reference of an image by its index in the list.
    pub(crate) fn with_index(&self, index: usize) -> String {
        format!("{}:@{index}", self.base)
    }

    /// The error for an image that is absent.
    pub(crate) fn no_such_image(&self, available: Vec<String>) -> Error {
        self.no_such("image", available)
    }

    /// The error for a missing `what`, such as `image` or `container`.
    pub(crate) fn no_such(&self, what: &'static str, available: Vec<String>) -> Error {
        let pick = match &self.pick {
            Some(Pick::Index(index)) => format!("@{index}"),
            Some(Pick::Text(text)) => text.clone(),
            None => String::new(),
        };
        let pick = if pick.is_empty() { String::new() } else { format!(" `{pick}`") };
        Error::NoSuchImage { place: self.place.clone(), what, pick, available }
    }
    /// Fails if another platform than that of the image is asked for.
    pub(crate) fn serves(&self, platform: Option<&Platform>) -> Result<(), Error> {
        match (&self.platform, platform) {
            (Some(asked), Some(platform)) if platform.serves(asked).is_none() => {
                let (place, asked) = (self.place.clone(), asked.clone());
                Err(Error::NoSuchPlatform { place, asked, available: vec![platform.to_string()] })
            }
            _ => Ok(()),
        }
    }
}
