//! Pages of a comparison: the prompt for the other image, and the layers of both, matched by digest.

use crate::explorer::model::comparison::{ComparedImage, ComparedImages};
use crate::explorer::model::role::Role;
use crate::explorer::view::page::writer::{OverlayText, Writer, cut};
use crate::text::width::pad_left;
use crate::text::{command, shorten, visible};

/// The page under the prompt.
pub(super) fn ask(width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let how = "Give an image as on the command line: an archive, a layout, a name in a store or of an engine, a registry's \
               docker://NAME. It is read in the background; then the tree shows what differs between it and the \
               selected layer's tree: + only in this image, - only in the other, ~ and = changed. Esc comes back here.";
    out.text(Role::Quiet, 0, how);
    out.finish("Compare with", &[("enter", "compare"), ("esc", "cancel")])
}

pub(super) fn page(sides: &ComparedImages, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    side(&mut out, &sides.other, ('-', Role::Removed));
    side(&mut out, &sides.this, ('+', Role::Added));
    out.finish("Layers of both", &[("j k", "scroll"), ("esc", "close")])
}

fn side(out: &mut Writer, side: &ComparedImage, (sign, role): (char, Role)) {
    let reference = cut(&side.reference);
    out.heading(shorten::middle(&reference, out.width));
    let shared = side.layers.iter().filter(|layer| layer.shared).count();
    let note =
        visible![shared, " of ", side.layers.len(), " layers are in the other image, too (=)"];
    out.text(Role::Quiet, 0, &note);
    let digits = side.layers.len().saturating_sub(1).to_string().len();
    for (index, layer) in side.layers.iter().enumerate() {
        let (sign, role) = if layer.shared { ('=', Role::Quiet) } else { (sign, role) };
        let made_by = layer.made_by.as_ref().map(command::one_line).unwrap_or_default();
        let space = out.width.saturating_sub(digits + 4);
        out.line(vec![
            (role, visible![sign, " "]),
            (Role::Strong, visible![pad_left(&visible![index], digits), "  "]),
            (Role::Text, shorten::middle(&made_by.visible(), space)),
        ]);
    }
}
