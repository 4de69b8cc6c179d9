//! Markers of rows: what a layer did to a path. They carry the meaning without colours.

use crate::explorer::model::role::Role;
use crate::stack::ChangeKind;

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
