//! Entries of the palette: all actions by name, and commands with an argument: `layer 7`, `path /etc`, `theme light`.

use crate::explorer::model;
use crate::explorer::model::action::entry::{Action, Context, Entry};
use crate::explorer::model::{State, Theme};
use crate::explorer::view::fuzzy;
use crate::stack::{NodeId, Stack};
use crate::text::{Visible, visible};

/// An entry of the palette.
#[derive(Clone, Copy, Debug)]
pub enum Offer {
    /// Carry out an action.
    Do(&'static Entry),
    /// Select this layer.
    Layer(usize),
    /// Show this path, at a layer that has it.
    Path(NodeId),
    /// Change the theme.
    Theme(Theme),
}

/// Entries that match what was typed, best first; all actions in the order of help if nothing was typed.
#[must_use]
pub fn offers(state: &State, stack: &Stack, typed: &str) -> Vec<Offer> {
    let typed = typed.trim_start();
    if let Some((command, argument)) = typed.split_once(' ')
        && let Some(offers) = places(state, stack, command, argument.trim())
    {
        return offers;
    }
    let mut rows: Vec<(u32, &'static Entry)> = model::action::all()
        .filter(|entry| works_in_panes(entry) && entry.action != Action::Palette)
        .filter_map(|entry| {
            let name = fuzzy::score(typed, entry.id);
            let help = fuzzy::score(typed, entry.help).map(|score| score / 2);
            let words = fuzzy::in_words(typed, model::action::words::of(entry.id));
            Some((name.max(help).max(words)?, entry))
        })
        .collect();
    // The sort is stable: equal scores stay in the order of the table.
    rows.sort_by_key(|&(score, _)| std::cmp::Reverse(score));
    rows.into_iter().map(|(_, entry)| Offer::Do(entry)).collect()
}

/// Entries for a command with an argument; `None` if there is no such command.
fn places(state: &State, stack: &Stack, command: &str, argument: &str) -> Option<Vec<Offer>> {
    match command {
        "layer" => {
            let fits = |layer: &usize| layer.to_string().starts_with(argument);
            let layers = (0..state.layer_count()).filter(fits);
            Some(layers.map(Offer::Layer).collect())
        }
        "path" => Some(stack.find(argument.as_bytes()).map(Offer::Path).into_iter().collect()),
        "theme" => {
            let fits = |theme: &Theme| fuzzy::score(argument, theme.name()).is_some();
            Some(Theme::ALL.into_iter().filter(fits).map(Offer::Theme).collect())
        }
        _ => None,
    }
}

fn works_in_panes(entry: &Entry) -> bool {
    let panes = [Context::Stack, Context::Trees, Context::Panes];
    entry.contexts.iter().any(|context| panes.contains(context))
}

/// Why a command with an argument offers nothing: what is out of range, and what there is.
#[must_use]
pub fn why_none(state: &State, stack: &Stack, typed: &str) -> Option<Visible<'static>> {
    let (command, argument) = typed.trim_start().split_once(' ')?;
    let argument = visible(argument.trim());
    match (command, state.layer_count().checked_sub(1)) {
        ("layer", None) => Some("no image is open: there are no layers yet".into()),
        ("layer", Some(last)) => {
            Some(visible!["there is no layer ", argument, ": layers are 0 to ", last])
        }
        ("path", _) if stack.folded() < state.layer_count() => {
            Some(visible!["no layer read so far has the path ", argument])
        }
        ("path", _) => Some(visible!["no layer has the path ", argument]),
        ("theme", _) => {
            let names = Theme::ALL.map(|theme| Visible::from(theme.name()));
            let names = Visible::join(&names, ", ");
            Some(visible!["there is no theme ", argument, ": themes are ", names])
        }
        _ => None,
    }
}

/// Description of an entry, one line.
#[must_use]
pub fn describe(stack: &Stack, offer: Offer) -> Visible<'static> {
    match offer {
        Offer::Do(entry) => entry.help.into(),
        Offer::Layer(layer) => visible!["select layer ", layer],
        Offer::Path(node) => visible!["go to ", stack.path(node)],
        Offer::Theme(theme) => visible!["use the theme ", theme.name()],
    }
}
