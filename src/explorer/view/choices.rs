//! Which images the list shows, and in which order.

use crate::explorer::model::message::{Choice, ChoiceKind};
use crate::explorer::model::{Overlay, State};

/// Indexes of the images in the list: named ones, containers, untagged ones; intermediate ones if asked for. Each word that
/// was typed has to be in the name, the details or the store.
#[must_use]
pub fn shown(state: &State, overlay: &Overlay) -> Vec<usize> {
    let typed = overlay.input.text();
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let passes = |choice: &Choice| {
        let text = [&choice.name, &choice.detail, choice.group.as_deref().unwrap_or("")];
        let text = text.map(str::to_lowercase).join(" ");
        (overlay.all || choice.kind != ChoiceKind::Intermediate)
            && words.iter().all(|word| text.contains(word))
    };
    let mut shown: Vec<usize> =
        (0..state.choices.len()).filter(|&at| passes(&state.choices[at])).collect();
    // The sort is stable: stores stay together, each in its own order.
    shown.sort_by_key(|&at| state.choices[at].kind);
    shown
}
