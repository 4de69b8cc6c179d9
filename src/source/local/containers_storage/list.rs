//! Manifest lists made in this store (`podman manifest create`): records that point to other images.

use crate::image::manifest::Index;
use crate::image::platform;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::local::containers_storage::store::{Store, Stored};

/// The image of a list for the requested platform, or for the host's.
pub(super) fn instance<'s>(store: &'s Store, list: &Index, ask: &Ask) -> Result<&'s Stored, Error> {
    let here: Vec<_> = list
        .manifests
        .iter()
        .filter_map(|listed| {
            let digest = listed.stated_digest.as_str();
            let key = format!("manifest-{digest}");
            let has = |image: &&Stored| {
                !image.record.layers.is_empty()
                    && (image.record.digest.as_deref() == Some(digest)
                        || image.record.big_data.contains(&key))
            };
            Some((listed.platform.clone(), store.images.iter().find(has)?))
        })
        .collect();
    if here.is_empty() {
        return Err(Error::NotAnImage {
            place: ask.place.clone(),
            what: format!(
                "a manifest list of {} images, none of which is in this store",
                list.manifests.len()
            ),
        });
    }
    let platforms: Vec<_> = here.iter().map(|(platform, _)| platform.clone()).collect();
    match platform::choose(&platforms, ask.platform.as_ref()) {
        Some(chosen) => Ok(here[chosen].1),
        None => Err(Error::NoSuchPlatform {
            place: ask.place.clone(),
            asked: ask.platform.clone().unwrap_or_default(),
            available: platforms.iter().flatten().map(ToString::to_string).collect(),
        }),
    }
}
