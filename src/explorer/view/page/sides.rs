//! Pages of a comparison: the prompt for the other image, and the layers of both, matched by digest.

use crate::explorer::model::comparison::{ComparedImage, ComparedImages, LayerPair};
use crate::explorer::model::{Role, State};
use crate::explorer::view::comparison;
use crate::explorer::view::page::writer::{OverlayText, Writer, cut};
use crate::text::width::pad_left;
use crate::text::{command, shorten, visible};

/// The page under the prompt.
pub(super) fn ask(state: &State, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let this = state.image.as_ref().map(|image| cut(&image.reference)).unwrap_or_default();
    let this = shorten::middle(&this, out.width.saturating_sub(24).max(12));
    out.hanging(
        (Role::Accent, "old".into()),
        5,
        Role::Text,
        &"the image that you name here".into(),
    );
    let new = visible![this, ", at layer ", state.layer];
    out.hanging((Role::Accent, "new".into()), 5, Role::Text, &new);
    let above = state.layer_count().saturating_sub(state.layer + 1);
    if above > 0 {
        let how = " above it: select the last layer first to compare the whole image";
        out.text(Role::Warning, 5, visible!["without the ", above, how]);
    }
    out.blank();
    if let Some(why) = &state.not_compared {
        out.text(Role::Error, 0, why);
        out.blank();
    }
    let how = "Give an image as on the command line: an archive, a layout, a name in a store or of an engine, a registry's \
               docker://NAME. It is read in the background; then the tree shows what \
               differs: + only in the new image, - only in the old, ~ and = changed. Esc comes back here.";
    out.text(Role::Quiet, 0, how);
    out.finish("Compare with", &[("enter", "compare"), ("esc", "cancel")])
}

pub(super) fn page(sides: &ComparedImages, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let find = |at: fn(&LayerPair) -> Option<usize>| {
        move |layer| sides.pairs.as_ref()?.iter().find(|pair| at(pair) == Some(layer))
    };
    let (old, new) = (find(|pair| pair.other), find(|pair| pair.this));
    side(&mut out, "old: ", &sides.other, ('-', Role::Removed), (&old, |pair| pair.this));
    side(&mut out, "new: ", &sides.this, ('+', Role::Added), (&new, |pair| pair.other));
    out.finish("Layers of both", &[("j k", "scroll"), ("esc", "close")])
}

/// The pair of a layer of one image, and the counterpart in it.
type Pairs<'p> = (&'p dyn Fn(usize) -> Option<&'p LayerPair>, fn(&LayerPair) -> Option<usize>);

fn side(
    out: &mut Writer,
    which: &'static str,
    side: &ComparedImage,
    alone: (char, Role),
    (pair, counterpart): Pairs<'_>,
) {
    let reference = cut(&side.reference);
    out.heading(visible![which, shorten::middle(&reference, out.width.saturating_sub(5))]);
    let shared = side.layers.iter().filter(|layer| layer.shared).count();
    let note =
        visible![shared, " of ", side.layers.len(), " layers are in the other image, too (=)"];
    out.text(Role::Quiet, 0, &note);
    let digits = side.layers.len().saturating_sub(1).to_string().len();
    for (index, layer) in side.layers.iter().enumerate() {
        let pair = pair(index);
        let (sign, role) = match pair {
            Some(pair) => comparison::sign(pair),
            None if layer.shared => ('=', Role::Quiet),
            None => alone,
        };
        let made_by = layer.made_by.as_ref().map(command::one_line).unwrap_or_default();
        let space = out.width.saturating_sub(digits + 4);
        out.line(vec![
            (role, visible![sign, " "]),
            (Role::Strong, visible![pad_left(&visible![index], digits), "  "]),
            (Role::Text, shorten::middle(&made_by.visible(), space)),
        ]);
        if let Some(pair) = pair {
            let there = counterpart(pair).map(|layer| visible!["layer ", layer, " there: "]);
            let said = visible![there.unwrap_or_default(), cut(&pair.sentence)];
            out.text(Role::Quiet, digits + 4, &said);
        }
    }
}
