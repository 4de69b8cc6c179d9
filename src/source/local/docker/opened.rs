//! Opens an image of a Docker data root.

use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::Opened;
use crate::source::documents::assemble::{Parts, assemble};

/// The image, or an error if another platform was requested.
pub(crate) fn opened(parts: Parts, ask: &Ask) -> Result<Opened, Error> {
    let blobs = assemble(ask, parts);
    match (&ask.platform, &blobs.image.platform) {
        (Some(asked), Some(platform)) if platform.serves(asked).is_none() => {
            let available = vec![platform.to_string()];
            Err(Error::NoSuchPlatform { place: ask.place.clone(), asked: asked.clone(), available })
        }
        _ => Ok(Opened::Image(Box::new(blobs))),
    }
}
