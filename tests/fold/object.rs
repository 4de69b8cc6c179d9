//! The objects of the model, and the change between two of them.

use layertui::stack::kept::entry::{Entry, Fingerprint, Kind, Mtime};

/// A visible object of a merged tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub kind: Kind,
    pub mode: u16,
    pub owner: (u64, u64),
    pub size: u64,
    pub stored: u64,
    pub mtime: Mtime,
    pub link: Vec<u8>,
    pub device: (u32, u32),
    pub xattrs: Vec<u8>,
    pub implied: bool,
    pub layer: usize,
    pub added_by: usize,
    /// The stored payload of a regular file.
    pub payload: Option<Payload>,
}

/// The payload of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Payload {
    /// Layer and number of the row that stores the payload.
    pub id: (usize, usize),
    pub size: u64,
    pub stored: u64,
    pub sparse: bool,
    pub fingerprint: Option<Fingerprint>,
}

impl Object {
    pub fn of(entry: &Entry<'_>, layer: usize) -> Self {
        Self {
            kind: entry.kind,
            mode: entry.mode,
            owner: (entry.uid, entry.gid),
            size: entry.size,
            stored: entry.stored,
            mtime: entry.mtime,
            link: entry.link.to_vec(),
            device: entry.device,
            xattrs: entry.xattrs.encoded().to_vec(),
            implied: false,
            layer,
            added_by: layer,
            payload: None,
        }
    }

    #[expect(clippy::type_complexity, reason = "compared, never taken apart")]
    fn attributes(&self) -> (u16, (u64, u64), &[u8], (u32, u32), bool) {
        (self.mode, self.owner, &self.xattrs, self.device, self.implied)
    }
}

/// The change between two visible objects; `None` for directories that differ at most in the mtime.
pub fn compare(now: &Object, was: &Object) -> Option<&'static str> {
    let regular = |object: &Object| matches!(object.kind, Kind::File | Kind::Hardlink);
    if regular(now) && regular(was) {
        match same_contents(now, was) {
            Some(true) => {}
            Some(false) => return Some("modified"),
            None => return Some("undecided"),
        }
    } else if now.kind != was.kind || (now.kind == Kind::Symlink && now.link != was.link) {
        return Some("modified");
    }
    let directory = now.kind == Kind::Directory;
    if now.attributes() != was.attributes() || (!directory && now.mtime != was.mtime) {
        return Some("metadata");
    }
    (!directory).then_some("rewritten")
}

fn same_contents(now: &Object, was: &Object) -> Option<bool> {
    match (now.payload, was.payload) {
        (None, None) => Some(now.link == was.link),
        (Some(new), Some(old)) if new.id == old.id => Some(true),
        (Some(new), Some(old)) if new.size != old.size => Some(false),
        (Some(new), Some(old)) if new.stored + old.stored == 0 => Some(true),
        (Some(new), Some(old)) if new.sparse || old.sparse => None,
        (Some(new), Some(old)) => Some(new.fingerprint? == old.fingerprint?),
        _ => Some(false),
    }
}
