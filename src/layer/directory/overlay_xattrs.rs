//! The extended attributes of union filesystems: marks about the layers below, bookkeeping, and the owner, mode and
//! type of objects whose inode cannot have them.
//!
//! Sources: the kernel's `filesystems/overlayfs.rst`; fuse-overlayfs(1); containers/storage, `pkg/idtools`.

use crate::layer::directory::object::Pairs;
use crate::stack::kept::entry::{Entry, Kind};

/// The marks of one object.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own, in any combination"
)]
pub(super) struct OverlayXattrs {
    /// The directory hides its contents in the layers below.
    pub(super) opaque: bool,
    /// An empty file that is a whiteout.
    pub(super) whiteout: bool,
    /// The directory was renamed: in the layers below it has another path.
    pub(super) redirect: bool,
    /// The file's contents are in a lower layer.
    pub(super) metacopy: bool,
    /// Replaces fields of the inode.
    override_stat: Option<OverrideStat>,
}

/// Owner, mode and type, from `user.containers.override_stat`.
#[derive(Debug, PartialEq, Eq)]
struct OverrideStat {
    uid: u64,
    gid: u64,
    mode: u16,
    kind: Option<(Kind, (u32, u32))>,
}

impl OverlayXattrs {
    /// Removes the marks from the attributes of an object; the others are its own.
    pub(super) fn take(pairs: &mut Pairs) -> Self {
        let mut overlay = Self::default();
        pairs.retain(|(name, value)| !overlay.take_one(name, value));
        overlay
    }

    fn take_one(&mut self, name: &[u8], value: &[u8]) -> bool {
        if matches!(
            name,
            b"user.containers.override_stat"
                | b"user.fuseoverlayfs.override_stat"
                | b"security.fuseoverlayfs.override_stat"
        ) {
            self.override_stat = override_stat(value);
            return self.override_stat.is_some();
        }
        let overlay = |name: &[u8]| {
            let (_, rest) = name.split_at(name.iter().position(|&byte| byte == b'.')?);
            rest.strip_prefix(b".overlay.")
                .or_else(|| rest.strip_prefix(b".fuseoverlayfs."))
                .map(<[u8]>::to_vec)
        };
        if !name.starts_with(b"trusted.") && !name.starts_with(b"user.") {
            return false;
        }
        match overlay(name).as_deref() {
            Some(b"opaque") => self.opaque |= value == b"y",
            Some(b"whiteout") => self.whiteout = true,
            Some(b"redirect") => self.redirect = true,
            Some(b"metacopy") => self.metacopy = true,
            Some(b"impure" | b"origin" | b"uuid" | b"nlink" | b"protattr" | b"upper") => {}
            _ => return false,
        }
        true
    }

    /// Applies the replaced fields of the inode. Returns whether there are any: their owners are those of the image.
    pub(super) fn apply(&self, entry: &mut Entry<'_>) -> bool {
        let Some(override_stat) = &self.override_stat else { return false };
        (entry.uid, entry.gid, entry.mode) =
            (override_stat.uid, override_stat.gid, override_stat.mode);
        if let Some((kind, device)) = override_stat.kind
            && entry.kind == Kind::File
            && kind != Kind::Directory
            && kind != Kind::Symlink
        {
            (entry.kind, entry.device) = (kind, device);
            if kind != Kind::File {
                (entry.size, entry.stored) = (0, 0);
            }
        }
        true
    }
}

/// Parses `uid:gid:mode[:type]`; the mode is octal, the type like `file` or `char-1-3`.
fn override_stat(value: &[u8]) -> Option<OverrideStat> {
    let mut fields = std::str::from_utf8(value).ok()?.split(':');
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    let mode = u32::from_str_radix(fields.next()?, 8).ok()?;
    let kind = fields.next().and_then(|text| {
        let mut words = text.split('-');
        let kind = match words.next()? {
            "file" => Kind::File,
            "dir" => Kind::Directory,
            "symlink" => Kind::Symlink,
            "pipe" => Kind::Fifo,
            "socket" => Kind::Socket,
            "char" => Kind::Char,
            "block" => Kind::Block,
            _ => return None,
        };
        let mut number = || words.next()?.parse().ok();
        let device = if kind.is_device() { (number()?, number()?) } else { (0, 0) };
        Some((kind, device))
    });
    Some(OverrideStat { uid, gid, mode: (mode & 0o7777) as u16, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(pairs: &[(&str, &str)]) -> (OverlayXattrs, Vec<String>) {
        let mut pairs: Pairs =
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let overlay = OverlayXattrs::take(&mut pairs);
        (overlay, pairs.into_iter().map(|(name, _)| String::from_utf8(name).unwrap()).collect())
    }

    #[test]
    fn every_spelling_of_opaque_and_no_other() {
        for name in ["trusted.overlay.opaque", "user.overlay.opaque", "user.fuseoverlayfs.opaque"] {
            assert!(overlay(&[(name, "y")]).0.opaque, "{name}");
            // `x` states that there may be whiteouts in attributes, `n` that nothing is hidden.
            assert!(!overlay(&[(name, "x")]).0.opaque && !overlay(&[(name, "n")]).0.opaque);
        }
        assert!(!overlay(&[("security.overlay.opaque", "y")]).0.opaque);
    }

    #[test]
    fn bookkeeping_is_removed_and_other_attributes_are_kept() {
        let (found, left) = overlay(&[
            ("trusted.overlay.origin", ""),
            ("user.overlay.impure", "y"),
            ("user.overlay.whiteout", ""),
            ("trusted.overlay.redirect", "/a"),
            ("trusted.overlay.metacopy", ""),
            ("security.capability", "c"),
            ("user.overlay.overlay.opaque", "y"),
            ("user.x", ""),
        ]);
        assert!(found.whiteout && found.redirect && found.metacopy && !found.opaque);
        assert_eq!(left, ["security.capability", "user.overlay.overlay.opaque", "user.x"]);
    }

    #[test]
    fn override_stat_replaces_owner_mode_and_type() {
        let corrected = |value: &str| {
            let mut entry = Entry { uid: 9, size: 5, stored: 5, ..Entry::new(b"f", Kind::File) };
            let done = overlay(&[("user.containers.override_stat", value)]).0.apply(&mut entry);
            (done, entry.uid, entry.gid, entry.mode, entry.kind, entry.device, entry.size)
        };
        assert_eq!(corrected("0:42:04755"), (true, 0, 42, 0o4755, Kind::File, (0, 0), 5));
        assert_eq!(corrected("1:2:644:char-0-7"), (true, 1, 2, 0o644, Kind::Char, (0, 7), 0));
        assert_eq!(corrected("1:2:644:dir"), (true, 1, 2, 0o644, Kind::File, (0, 0), 5));
        assert_eq!(corrected("nonsense"), (false, 9, 0, 0, Kind::File, (0, 0), 5));
    }
}
