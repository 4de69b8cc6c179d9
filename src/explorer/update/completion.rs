//! Tab in a prompt for a path: completes it as far as all candidates agree, and names them where they do not.
//!
//! Paths of the disk are listed by the program around the explorer ([`Effect::ListPaths`]); those of the image are known.

use crate::explorer::model::completion::{Listed, common, of_image, typed_path};
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::State;
use crate::explorer::navigate;
use crate::stack::Stack;
use crate::text::{Visible, visible};

/// Candidates that a notice names.
const NAMED: usize = 12;

/// Tab: `None` where the open prompt is not for a path.
pub(super) fn complete(state: &mut State, stack: &Stack) -> Option<Vec<Effect>> {
    let overlay = state.overlays.last()?;
    let text = overlay.input.split().0.to_owned();
    match overlay.kind {
        OverlayKind::Compare | OverlayKind::Extract(..) => Some(vec![Effect::ListPaths(text)]),
        OverlayKind::Palette => {
            let path = text.strip_prefix("path ")?;
            let layer = state.shown_layer(stack)?;
            let names = of_image(stack, layer, path);
            arrived(state, stack, &Listed { text, names });
            Some(Vec::new())
        }
        _ => None,
    }
}

/// Inserts what all candidates have in common, unless the text was changed meanwhile.
pub(super) fn arrived(state: &mut State, stack: &Stack, listed: &Listed) {
    let Some(overlay) = state.overlays.last_mut() else { return };
    if overlay.input.split().0 != listed.text {
        return;
    }
    let (_, prefix) = typed_path(&listed.text);
    let rest = common(&listed.names).strip_prefix(prefix).unwrap_or("").to_owned();
    if !rest.is_empty() {
        overlay.input.insert(&rest);
        navigate::overlay::keep_in_view(state, stack);
        return;
    }
    state.notice = match &listed.names[..] {
        [] => Some(visible!["no path begins with ", visible(&listed.text)]),
        [_] => None,
        names => {
            let shown: Vec<Visible<'_>> = names.iter().take(NAMED).map(visible).collect();
            let more = if names.len() > NAMED { "  …" } else { "" };
            Some(visible![Visible::join(&shown, "  "), more])
        }
    };
}
