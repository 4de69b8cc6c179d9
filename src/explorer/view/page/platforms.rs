//! The page of platforms: the open one, and the others in the image's index.

use crate::explorer::model::{Role, State};
use crate::explorer::view::page::platform;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::image::platform::Platform;

/// Each platform once: the open one first, the others in the order of the index.
#[must_use]
pub fn all(state: &State) -> Vec<Platform> {
    let Some(image) = state.image.as_deref() else { return Vec::new() };
    let images = image.others.iter().filter(|other| other.kind == "image" && other.present);
    let others = images.filter_map(|other| other.platform.clone()).filter(|it| !it.is_unknown());
    let mut all: Vec<Platform> = Vec::new();
    for found in image.platform.iter().cloned().chain(others) {
        if all.iter().all(|known| known.normalised() != found.normalised()) {
            all.push(found);
        }
    }
    // If the open image states no platform, the others cannot be told from it.
    if image.platform.is_none() { Vec::new() } else { all }
}

pub(super) fn page(state: &State, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    for (index, found) in all(state).iter().enumerate() {
        out.start_item();
        let mut spans = vec![(Role::Strong, platform(found))];
        if index == 0 {
            spans.push((Role::Quiet, "  is open".into()));
        }
        out.line(spans);
    }
    out.end_items();
    out.finish("Platforms of this image", &[("enter", "open"), ("j k", "move"), ("esc", "close")])
}
