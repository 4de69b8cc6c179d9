//! Maps owners on disk to owners in the image: by the user namespace of a rootless store and by that of a layer.
//!
//! Only layers without a tar-split need this; a tar-split has the original IDs. See user_namespaces(7), subuid(5).

use std::io::Read as _;
use std::path::Path;
use std::{fs, io};

use crate::layer::directory::{IdMaps, IdRange};
use crate::source::disk::given;

/// Maximum size of an account file, in bytes.
const LARGEST: u64 = 1 << 20;

/// Maximum number of ID ranges of one account.
const MOST_RANGES: usize = 64;

/// The system's accounts, as text.
#[derive(Clone, Debug, Default)]
pub(super) struct Accounts {
    /// `/etc/passwd`
    pub(super) passwd: String,
    /// `/etc/subuid`
    pub(super) subuid: String,
    /// `/etc/subgid`
    pub(super) subgid: String,
}

impl Accounts {
    /// The accounts of this system. A file that cannot be read counts as empty.
    pub(super) fn of_system() -> Self {
        let read = |path: &str| {
            let mut text = Vec::new();
            let path = Path::new(path);
            let file = given::open(path).and_then(|it| it.take(LARGEST).read_to_end(&mut text));
            file.map(|_| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
        };
        Self {
            passwd: read("/etc/passwd"),
            subuid: read("/etc/subuid"),
            subgid: read("/etc/subgid"),
        }
    }

    /// Name and home directory of a user.
    pub(super) fn user(&self, uid: u32) -> Option<(&str, &str)> {
        let uid = uid.to_string();
        self.passwd.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, id, _, _, home, ..] = fields[..] else { return None };
            (id == uid).then_some((name, home))
        })
    }
}

/// The map from IDs in the user namespace of a store to IDs on disk. It is the identity for root's stores, and inside
/// the namespace itself, where the store's owner appears as root.
pub(super) fn of(root: &Path, accounts: &Accounts) -> io::Result<IdMaps> {
    let (uid, gid) = owner(&fs::metadata(root)?);
    Ok(if uid == 0 { IdMaps::default() } else { rootless(uid, gid, accounts) })
}

#[cfg(unix)]
fn owner(metadata: &fs::Metadata) -> (u32, u32) {
    use std::os::unix::fs::MetadataExt;
    (metadata.uid(), metadata.gid())
}

#[cfg(not(unix))]
const fn owner(_metadata: &fs::Metadata) -> (u32, u32) {
    (0, 0)
}

/// The map of `podman unshare`: the user becomes root, then follow its subordinate ranges.
fn rootless(uid: u32, gid: u32, accounts: &Accounts) -> IdMaps {
    let name = accounts.user(uid).map_or("", |(name, _)| name);
    let map = |own: u32, subordinate: &str| {
        let mut ranges = vec![IdRange { container: 0, host: own.into(), size: 1 }];
        let mut next = 1;
        for (host, size) in subordinate.lines().filter_map(|line| range(line, uid, name)) {
            if ranges.len() > MOST_RANGES {
                break;
            }
            ranges.push(IdRange { container: next, host, size });
            next += size;
        }
        ranges
    };
    IdMaps { uids: map(uid, &accounts.subuid), gids: map(gid, &accounts.subgid) }
}

/// Parses a line `NAME or UID:START:COUNT`; `None` if it is for another user.
fn range(line: &str, uid: u32, name: &str) -> Option<(u64, u64)> {
    let mut fields = line.trim().split(':');
    let (who, start, count) = (fields.next()?, fields.next()?, fields.next()?);
    let about = (!name.is_empty() && who == name) || who.parse() == Ok(uid);
    // IDs have 32 bits; larger numbers cannot have been mapped.
    let number = |text: &str| text.parse::<u32>().ok().map(u64::from);
    about.then_some((number(start)?, number(count)?))
}

/// Composes two maps: `inner` is that of the layer's namespace, `outer` that of the store's.
pub(super) fn compose(inner: &[IdRange], outer: &[IdRange]) -> Vec<IdRange> {
    if inner.is_empty() || outer.is_empty() {
        return [inner, outer].concat();
    }
    let mut ranges = Vec::new();
    for inner in inner {
        for outer in outer {
            // The intersection, in IDs of the store's namespace.
            let from = inner.host.max(outer.container);
            let end = inner
                .host
                .saturating_add(inner.size)
                .min(outer.container.saturating_add(outer.size));
            if from < end {
                ranges.push(IdRange {
                    container: inner.container.saturating_add(from - inner.host),
                    host: outer.host.saturating_add(from - outer.container),
                    size: end - from,
                });
            }
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> Accounts {
        Accounts {
            passwd: "root:x:0:0::/root:/bin/sh\nbroken\nme:x:1000:100::/home/me:/bin/sh\n"
                .to_owned(),
            subuid: "other:1:5\nme:100000:65536\n1000:300000:10\nme:x:y\n".to_owned(),
            subgid: "me:200000:65536\n".to_owned(),
        }
    }

    #[test]
    fn the_user_of_a_rootless_store_maps_to_root() {
        let maps = rootless(1000, 100, &accounts());
        assert_eq!(
            [1000, 100_000, 165_535, 300_000, 7].map(|id| maps.uid(id)),
            [0, 1, 65_536, 65_537, 7]
        );
        assert_eq!([100, 200_000].map(|id| maps.gid(id)), [0, 1]);
        // A user without an account still maps to root.
        assert_eq!(rootless(7, 7, &Accounts::default()).uid(7), 0);
    }

    #[test]
    fn the_store_of_root_keeps_its_owners() {
        let dir = tempfile::tempdir().unwrap();
        let maps = of(dir.path(), &Accounts::default()).unwrap();
        let (uid, _) = owner(&fs::metadata(dir.path()).unwrap());
        assert_eq!(maps == IdMaps::default(), uid == 0);
    }

    #[test]
    fn nested_namespaces_compose_their_maps() {
        let range = |container, host, size| IdRange { container, host, size };
        let outer = [range(0, 1000, 1), range(1, 100_000, 65_536)];
        // A container whose root is the namespace's 1: on disk 100000.
        assert_eq!(compose(&[range(0, 1, 100)], &outer), [range(0, 100_000, 100)]);
        assert_eq!(compose(&[range(0, 0, 3)], &outer), [range(0, 1000, 1), range(1, 100_000, 2)]);
        assert_eq!(compose(&[range(0, 70_000, 3)], &outer), []);
        assert_eq!(compose(&[], &outer), outer);
        assert_eq!(compose(&outer, &[]), outer);
        assert_eq!(compose(&[range(u64::MAX, 0, u64::MAX)], &outer).len(), 2);
    }
}
