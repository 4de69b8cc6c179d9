//! In what two entries of a tar differ.

use crate::layer::entries::Item;
use crate::stack::kept::entry::Kind;

/// A set of aspects in which two entries, or two tars, differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aspects(u16);

/// Each aspect: its bit, and its name in JSON and text.
const ALL: [(u16, &str); 15] = [
    (1, "type"),
    (1 << 1, "content"),
    (1 << 2, "target"),
    (1 << 3, "device"),
    (1 << 4, "holes"),
    (1 << 5, "mode"),
    (1 << 6, "owner"),
    (1 << 7, "mtime"),
    (1 << 8, "xattrs"),
    (1 << 9, "ownerNames"),
    (1 << 10, "records"),
    (1 << 11, "dialect"),
    (1 << 12, "header"),
    (1 << 13, "order"),
    (1 << 14, "padding"),
];

/// The aspects that are contents: a program sees another file.
const CONTENTS: u16 = 0b1_1111;

impl Aspects {
    /// Only their places differ.
    pub(super) const ORDER: Self = Self(1 << 13);

    /// Only bytes that belong to no entry differ: padding, or the end of the archive.
    pub(super) const PADDING: Self = Self(1 << 14);

    /// In what two entries of one path differ. `header` is told only where nothing more exact is.
    pub(super) fn of(old: &Item, new: &Item) -> Self {
        let file = old.kind == new.kind && matches!(old.kind, Kind::File | Kind::Other);
        let holes = file && old.sparse != new.sparse && old.size == new.size;
        let (one, other) = (&old.writing, &new.writing);
        let differ = [
            old.kind != new.kind,
            file && !holes && (old.size, old.contents) != (new.size, new.contents),
            old.link != new.link,
            old.device != new.device,
            holes,
            old.mode != new.mode,
            old.owner != new.owner,
            old.mtime != new.mtime,
            old.xattrs != new.xattrs,
            one.names != other.names,
            one.records != other.records,
            one.dialect != other.dialect,
            one.dialect == other.dialect && one.notation != other.notation,
        ];
        let bits = ALL.iter().zip(differ).filter(|(_, differs)| *differs);
        let mut found = bits.fold(0, |found, ((bit, _), _)| found | bit);
        if found == 0 && one.header != other.header {
            found = 1 << 12;
        }
        Self(found)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether contents are among them.
    #[must_use]
    pub const fn change_contents(self) -> bool {
        self.0 & CONTENTS != 0
    }

    /// Both sets together.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The names, as in JSON.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        ALL.into_iter().filter(move |(bit, _)| self.0 & bit != 0).map(|(_, name)| name)
    }
}
