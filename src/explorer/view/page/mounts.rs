//! What a container mounts over its layers, on the page of its writable layer and on that of its image.

use crate::explorer::model::Role;
use crate::explorer::view::page::writer::{Writer, cut};
use crate::image::Image;

pub(super) fn section(out: &mut Writer, image: &Image) {
    out.heading("Mounted over the layers");
    match image.mounts.as_deref() {
        None => out.text(Role::Quiet, 2, "not recorded where the container was read"),
        Some([]) => out.text(Role::Quiet, 2, "nothing"),
        Some(mounts) => {
            for mount in mounts {
                out.text(Role::Text, 2, cut(&mount.line()).into_owned());
            }
            out.text(
                Role::Quiet,
                2,
                "What is in them is part of no layer: it is not read, not shown and not counted.",
            );
        }
    }
}
