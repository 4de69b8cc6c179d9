//! What changed between two versions of a path, in a few words.

use crate::stack::{Stack, Version};
use crate::text::{Visible, mode, size, visible};

/// Size, mode and owner where they differ, permissions as letters: `mode rw-r--r-- -> rwxr-xr-x`.
#[must_use]
pub fn differences(old: &Version, new: &Version) -> Vec<Visible<'static>> {
    let mut changes = Vec::new();
    if old.kind.is_regular() && new.kind.is_regular() && old.size != new.size {
        changes.push(visible!["size ", size::short(old.size), " -> ", size::short(new.size)]);
    }
    changes.extend(changed(old.mode, new.mode).map(|(old, new)| {
        visible!["mode ", mode::permissions(old), " -> ", mode::permissions(new)]
    }));
    let owners = old.owner.zip(new.owner).filter(|(old, new)| old != new);
    changes.extend(
        owners.map(|(old, new)| visible!["owner ", old.0, ":", old.1, " -> ", new.0, ":", new.1]),
    );
    changes
}

/// For a row of which only metadata changed: `mode 644->755`, `owner 0:0->1000:1000`, or what else it is.
#[must_use]
pub fn short(stack: &Stack, old: &Version, new: &Version) -> Visible<'static> {
    let mut changes = Vec::new();
    let modes = old.mode.zip(new.mode).filter(|(old, new)| old != new);
    changes.extend(
        modes.map(|(old, new)| visible!["mode ", mode::octal(old), "->", mode::octal(new)]),
    );
    let owners = old.owner.zip(new.owner).filter(|(old, new)| old != new);
    changes.extend(
        owners.map(|(old, new)| visible!["owner ", old.0, ":", old.1, "->", new.0, ":", new.1]),
    );
    if stack.xattrs(old.event) != stack.xattrs(new.event) {
        changes.push("xattrs".into());
    }
    if changes.is_empty() && old.mtime != new.mtime {
        changes.push("time".into());
    }
    Visible::join(&changes, "  ")
}

/// Both values, if both are known and differ.
fn changed<T: PartialEq>(old: Option<T>, new: Option<T>) -> Option<(T, T)> {
    old.zip(new).filter(|(old, new)| old != new)
}
