//! Excess permissions: setuid programs, world-writable files, containers that run as root.
//!
//! Examines the final tree, which a container runs with.

use std::collections::{HashMap, HashSet};

use crate::findings::Id;
use crate::findings::place::{Contents, Location, UnreadFile};
use crate::image::Image;
use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{EventId, NodeId, Stack, Version};
use crate::text::Foreign;

const SETUID: u16 = 0o4000;
const SETGID: u16 = 0o2000;
const STICKY: u16 = 0o1000;
const EXECUTE: u16 = 0o111;
const GROUP_EXECUTE: u16 = 0o010;
const OTHERS_WRITE: u16 = 0o002;

pub(super) fn find(
    image: &Image,
    stack: &Stack,
    contents: &dyn Contents,
    found: &mut Vec<(Id, Location)>,
    unread: &mut Vec<UnreadFile>,
) {
    if let Some(last) = stack.folded().checked_sub(1) {
        modes(stack, last, found);
    }
    // A plain directory or an exported tree has no config: the user is unknown.
    let told = image.config.unread.is_none() && (image.id.is_some() || !image.history.is_empty());
    if told && runs_as_root(image, stack, contents, unread) {
        let step = image.history.iter().rposition(|step| {
            let command = step.created_by.as_ref().map(crate::text::command::instruction);
            command.is_some_and(|command| command.raw().starts_with("USER "))
        });
        found.push((Id::RunsAsRoot, Location::name("USER", step)));
    }
}

/// An inode: its first path, the version there, and the modes that its headers state, one per name.
struct Inode {
    node: NodeId,
    version: Version,
    modes: Vec<u16>,
}

/// Findings from permission bits of the merged tree. A file with several names is one inode and counts once. The header that
/// is applied last decides the mode, and the order may vary, so one header that grants too much is enough.
fn modes(stack: &Stack, last: usize, found: &mut Vec<(Id, Location)>) {
    let mut inodes: Vec<Inode> = Vec::new();
    let mut by_payload: HashMap<EventId, usize> = HashMap::new();
    for node in Walk::new(stack, Scope::Merged(last), NodeId::ROOT, true) {
        let Some(version) = stack.visible(node, last) else { continue };
        let Some(mode) = version.mode else { continue };
        let is_relevant = is_set_id(version.kind, mode) || is_open(version.kind, mode);
        if !is_relevant {
            continue;
        }
        let at = stack
            .payload_event(version.event)
            .map_or(inodes.len(), |payload| *by_payload.entry(payload).or_insert(inodes.len()));
        match inodes.get_mut(at) {
            Some(inode) => inode.modes.push(mode),
            None => inodes.push(Inode { node, version, modes: vec![mode] }),
        }
    }
    for Inode { node, version, modes } in inodes {
        let place = || Location::path(node, version.layer, version.size);
        for (id, applies) in
            [(Id::Setuid, is_set_id as fn(Kind, u16) -> bool), (Id::WorldWritable, is_open)]
        {
            if modes.iter().any(|mode| applies(version.kind, *mode)) {
                found.push((id, place()));
            }
        }
    }
}

/// Every name of every setuid or setgid program of the merged tree, with its version there. One header that lends rights is
/// enough for all names of an inode.
#[must_use]
pub fn set_id_programs(stack: &Stack) -> Vec<(NodeId, Version)> {
    let Some(last) = stack.folded().checked_sub(1) else { return Vec::new() };
    let regular = || {
        Walk::new(stack, Scope::Merged(last), NodeId::ROOT, true)
            .filter_map(move |node| Some((node, stack.visible(node, last)?)))
            .filter(|(_, version)| version.kind.is_regular())
    };
    let lends = |version: &Version| version.mode.is_some_and(|mode| is_set_id(version.kind, mode));
    let inode = |version: &Version| stack.payload_event(version.event);
    let inodes: HashSet<EventId> =
        regular().filter(|(_, it)| lends(it)).filter_map(|(_, it)| inode(&it)).collect();
    let is_name = |it: &Version| lends(it) || inode(it).is_some_and(|it| inodes.contains(&it));
    regular().filter(|(_, version)| is_name(version)).collect()
}

/// Whether executing the file changes the effective user or group, as in Linux (`bprm_fill_uid`): the setgid bit
/// without the group's execute permission means mandatory locking.
fn is_set_id(kind: Kind, mode: u16) -> bool {
    let user = mode & SETUID != 0 && mode & EXECUTE != 0;
    let group = mode & SETGID != 0 && mode & GROUP_EXECUTE != 0;
    kind.is_regular() && (user || group)
}

/// Whether every user may write it, or replace entries of other users in it.
fn is_open(kind: Kind, mode: u16) -> bool {
    let open = kind.is_regular() || kind == Kind::Directory && mode & STICKY == 0;
    open && mode & OTHERS_WRITE != 0
}

/// What the user of the config says of its rights.
enum User<'c> {
    Root,
    Other,
    /// Its number is in the image's `/etc/passwd`.
    Named(&'c str),
}

/// The user of the config (OCI image-spec, `config.md`, "User"). A user given as a number is one in any spelling of Go's
/// `strconv.Atoi`; any other is looked up in the image's `/etc/passwd`, as engines do.
fn user(image: &Image) -> User<'_> {
    let user = image.config.user.as_ref().map(Foreign::raw).unwrap_or_default();
    let user = user.split(':').next().unwrap_or_default().trim();
    let of = |root| if root { User::Root } else { User::Other };
    if image.platform.as_ref().is_some_and(|platform| platform.os == "windows") {
        return of(user.eq_ignore_ascii_case("ContainerAdministrator"));
    }
    match user {
        "" | "root" => User::Root,
        name => name.parse::<i64>().map_or(User::Named(name), |uid| of(uid == 0)),
    }
}

/// Whether the merged tree, not the config alone, decides who runs containers.
pub(super) fn is_looked_up(image: &Image) -> bool {
    matches!(user(image), User::Named(_))
}

fn runs_as_root(
    image: &Image,
    stack: &Stack,
    contents: &dyn Contents,
    unread: &mut Vec<UnreadFile>,
) -> bool {
    match user(image) {
        User::Root => true,
        User::Other => false,
        User::Named(name) => {
            let passwd = passwd(stack, contents, unread);
            passwd.is_some_and(|passwd| is_alias_of_root(&passwd, name))
        }
    }
}

/// The beginning of the image's `/etc/passwd`; `None` where there is none, or it cannot be read.
fn passwd(stack: &Stack, contents: &dyn Contents, unread: &mut Vec<UnreadFile>) -> Option<Vec<u8>> {
    let last = stack.folded().checked_sub(1)?;
    let node = stack.follow(b"/etc/passwd", last)?;
    let version = stack.visible(node, last)?;
    let file = stack.payload_event(version.event)?;
    let mut passwd = None;
    contents.heads(&[file], &mut |_, head| match head {
        Ok(head) => passwd = Some(head.to_vec()),
        Err(why) => {
            let place = Location::path(node, version.layer, 0);
            unread.push(UnreadFile { id: Id::RunsAsRoot, place, why });
        }
    });
    passwd
}

/// Whether the first entry of that name has uid 0 (passwd(5)). An invalid number counts as 0, as in engines.
fn is_alias_of_root(passwd: &[u8], user: &str) -> bool {
    let passwd = String::from_utf8_lossy(passwd);
    let mut lines = passwd.lines().map(|line| line.trim().split(':'));
    let entry = lines.find_map(|mut fields| (fields.next() == Some(user)).then_some(fields));
    entry.is_some_and(|mut fields| {
        fields.nth(1).unwrap_or_default().parse::<i64>().unwrap_or_default() == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_of_root_is_told_by_its_number() {
        let passwd = b"root:x:0:0::/:/bin/sh\ntoor:x:00:0::/:\n admin::+0:5\napp:x:1000:0::/:\ntoor:x:7:7\nodd:x\n";
        for root in ["root", "toor", "admin", "odd"] {
            assert!(is_alias_of_root(passwd, root), "{root}");
        }
        for other in ["app", "nobody", "x", ""] {
            assert!(!is_alias_of_root(passwd, other), "{other}");
        }
    }

    #[test]
    fn bits_that_lend_rights_need_execute_permission() {
        for mode in [0o4755, 0o4001, 0o4700, 0o2755, 0o2010, 0o6755] {
            assert!(is_set_id(Kind::File, mode), "{mode:o}");
        }
        for mode in [0o4644, 0o2644, 0o2701, 0o755, 0o1755, 0o6644] {
            assert!(!is_set_id(Kind::File, mode), "{mode:o}");
        }
        assert!(!is_set_id(Kind::Directory, 0o2775));
        assert!(is_open(Kind::Directory, 0o777) && !is_open(Kind::Directory, 0o1777));
        assert!(is_open(Kind::File, 0o1666) && !is_open(Kind::Char, 0o666));
    }
}
