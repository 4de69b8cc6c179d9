//! Markers of rows: what a layer did to a path. They carry the meaning without colours.

use crate::explorer::model::{Role, State};
use crate::stack::{ChangeKind, Shadow};
use crate::text::{Visible, visible};

/// Marker and role of a change.
#[must_use]
pub const fn change(kind: ChangeKind) -> (char, Role) {
    match kind {
        ChangeKind::Added => ('+', Role::Added),
        ChangeKind::Modified => ('~', Role::Modified),
        ChangeKind::Metadata => ('=', Role::Metadata),
        ChangeKind::Rewritten => ('r', Role::Rewritten),
        ChangeKind::Removed => ('-', Role::Removed),
        ChangeKind::Undecided => ('?', Role::Undecided),
    }
}

/// Marker of an opaque directory.
pub const OPAQUE: (char, Role) = ('!', Role::Opaque);
/// Marker of a path that a later layer rewrites or removes.
pub const SHADOWED: (char, Role) = ('x', Role::Shadowed);

/// The signs of a row, in the order in which they stand before the name.
#[must_use]
pub fn signs(opaque: bool, shadowed: bool, kind: Option<ChangeKind>) -> Vec<(char, Role)> {
    let signs = [opaque.then_some(OPAQUE), shadowed.then_some(SHADOWED), kind.map(change)];
    signs.into_iter().flatten().collect()
}

/// The role of a name: shadowed before changed before `plain`.
#[must_use]
pub fn name(shadowed: bool, kind: Option<ChangeKind>, plain: Role) -> Role {
    match kind {
        Some(ChangeKind::Removed) => Role::RemovedName,
        _ if shadowed => Role::ShadowedName,
        Some(kind) => change(kind).1,
        None => plain,
    }
}

/// What a layer that shadows a path does to it.
#[must_use]
pub const fn shadow_verb(by: Shadow) -> &'static str {
    if by.removes { "removes" } else { "rewrites" }
}

/// The layer that shadows a path and what it does: `L7` and ` rewrites`, `L9` and ` removes`. Of two compared images, of which
/// neither does anything to the other, in which of them the path is.
#[must_use]
pub fn shadow(state: &State, by: Shadow) -> (Visible<'static>, Visible<'static>) {
    match (&state.comparison, by.removes) {
        (None, _) => (visible!["L", by.layer], visible![" ", shadow_verb(by)]),
        (Some(_), true) => ("only old".into(), Visible::default()),
        (Some(_), false) => ("differs in new".into(), Visible::default()),
    }
}

/// [`shadow`] in one piece.
#[must_use]
pub fn shadow_words(state: &State, by: Shadow) -> Visible<'static> {
    let (who, how) = shadow(state, by);
    visible![who, how]
}

/// Markers with their meanings, for help.
pub const LEGEND: [(char, Role, &str); 8] = [
    ('+', Role::Added, "added by this layer"),
    ('~', Role::Modified, "modified: content, type or link target"),
    ('=', Role::Metadata, "only metadata: mode, owner, attributes, time"),
    ('r', Role::Rewritten, "rewritten: the same bytes stored again, pure waste"),
    ('?', Role::Undecided, "same size, contents not compared yet"),
    ('-', Role::Removed, "removed by this layer"),
    ('!', Role::Opaque, "opaque: hides what lower layers have in this directory"),
    ('x', Role::Shadowed, "shadowed: a later layer rewrites or removes it"),
];
