//! Files that should not be in an image, told by their paths: secrets, package caches, leftovers of builds.
//!
//! Every stored payload is looked at, in whatever layer, also where it was deleted or overwritten since: it is still
//! in the image that is handed out. Certificates and keys share their endings: there the contents decide.

use super::{Contents, Id, Place};
use crate::stack::waste::Stored;
use crate::stack::{EventId, Stack};

/// A way to tell a path by its bytes.
enum Mark {
    /// Its last component.
    Name(&'static str),
    /// The end of its last component.
    Ending(&'static str),
    /// Everything below this absolute directory.
    Below(&'static str),
    /// Everything below a directory of this name (or these last names), wherever.
    Within(&'static str),
    /// The last components.
    Tail(&'static str),
}

use Mark::{Below, Ending, Name, Tail, Within};

/// The first that fits a path counts: what is below `.git` is no secret of its own.
const RULES: &[(Id, &[Mark])] = &[
    (
        Id::CloudCredentials,
        &[
            Tail("/.aws/credentials"),
            Tail("/.azure/accessTokens.json"),
            Tail("/.azure/msal_token_cache.json"),
            Tail("/gcloud/application_default_credentials.json"),
            Tail("/gcloud/credentials.db"),
            Tail("/.kube/config"),
            Tail("/.config/doctl/config.yaml"),
            Tail("/.terraform.d/credentials.tfrc.json"),
            Name(".boto"),
            Name(".s3cfg"),
        ],
    ),
    (
        Id::RegistryCredentials,
        &[
            Tail("/.docker/config.json"),
            Tail("/containers/auth.json"),
            Name(".dockercfg"),
            Name(".npmrc"),
            Name(".yarnrc.yml"),
            Name(".pypirc"),
            Name(".netrc"),
            Name(".git-credentials"),
            Name(".htpasswd"),
            Name(".pgpass"),
            Tail("/.cargo/credentials"),
            Tail("/.cargo/credentials.toml"),
            Tail("/.gem/credentials"),
            Tail("/.m2/settings.xml"),
            Tail("/.m2/settings-security.xml"),
            Tail("/gh/hosts.yml"),
        ],
    ),
    (Id::VersionControl, &[Within(".git"), Within(".hg"), Within(".svn")]),
    (Id::CacheApt, &[Below("/var/lib/apt/lists"), Below("/var/cache/apt")]),
    (Id::CacheApk, &[Below("/var/cache/apk"), Below("/etc/apk/cache")]),
    (
        Id::CacheDnf,
        &[Below("/var/cache/dnf"), Below("/var/cache/yum"), Below("/var/cache/libdnf5")],
    ),
    (Id::CachePip, &[Within(".cache/pip"), Within(".cache/uv"), Within(".cache/pypoetry")]),
    (
        Id::CacheNpm,
        &[
            Within(".npm/_cacache"),
            Within(".cache/yarn"),
            Within(".yarn/cache"),
            Below("/usr/local/share/.cache/yarn"),
            Within("pnpm/store"),
            Within("node_modules/.cache"),
        ],
    ),
    (
        Id::CacheCargo,
        &[
            Within(".cargo/registry"),
            Within(".cargo/git"),
            Below("/usr/local/cargo/registry"),
            Below("/usr/local/cargo/git"),
        ],
    ),
    (Id::CacheGo, &[Within(".cache/go-build"), Within("go/pkg/mod")]),
    (Id::DebugInfo, &[Below("/usr/lib/debug"), Ending(".debug"), Ending(".pdb"), Ending(".dwo")]),
    (
        Id::BuildLeftovers,
        &[
            Below("/tmp"),
            Below("/var/tmp"),
            Below("/var/log"),
            Within("CMakeFiles"),
            Ending(".o"),
            Ending(".gcda"),
            Ending(".gcno"),
            Name("core"),
            Name(".DS_Store"),
        ],
    ),
];

/// Endings that private keys share with what may be public.
const KEYS: [&[u8]; 7] = [b".pem", b".key", b"_key", b"_rsa", b"_dsa", b"_ed25519", b"_ecdsa"];

/// Names by which an `.env` is an example.
const EXAMPLES: [&[u8]; 5] = [b"example", b"sample", b"template", b"dist", b"defaults"];

pub(super) fn find(stack: &Stack, contents: &dyn Contents, found: &mut Vec<(Id, Place)>) {
    let mut may_be_keys = Vec::new();
    let mut note = |id, stored: &Stored| {
        let place = Place::path(stored.node, stored.layer, stored.bytes);
        found.push((id, Place { hidden: !stored.live, ..place }));
    };
    for stored in stack.stored() {
        let path = stack.path(stored.node);
        let name = last_component(&path);
        if let Some(id) = rule(&path).or_else(|| is_env_file(name).then_some(Id::EnvFile)) {
            note(id, &stored);
        } else if KEYS.iter().any(|ending| name.ends_with(ending)) {
            may_be_keys.push(stored);
        }
    }
    let files: Vec<EventId> = may_be_keys.iter().map(|stored| stored.event).collect();
    // What cannot be read is not cleared by that.
    let mut is_key = vec![true; files.len()];
    contents.heads(&files, &mut |at, head| {
        is_key[at] = head.is_none_or(|head| has(head, b"PRIVATE KEY-----"));
    });
    for (stored, _) in may_be_keys.iter().zip(is_key).filter(|(_, is_key)| *is_key) {
        note(Id::PrivateKey, stored);
    }
}

fn rule(path: &[u8]) -> Option<Id> {
    RULES.iter().find(|(_, marks)| marks.iter().any(|mark| mark.fits(path))).map(|(id, _)| *id)
}

/// `.env`, `.env.production`; not `.env.example`.
fn is_env_file(name: &[u8]) -> bool {
    name.strip_prefix(b".env").is_some_and(|rest| match rest.strip_prefix(b".") {
        Some(kind) => !EXAMPLES.contains(&kind),
        None => rest.is_empty(),
    })
}

impl Mark {
    fn fits(&self, path: &[u8]) -> bool {
        match self {
            Name(name) => last_component(path) == name.as_bytes(),
            Ending(ending) => last_component(path).ends_with(ending.as_bytes()),
            Below(dir) => {
                path.strip_prefix(dir.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
            }
            Within(dirs) => has(path, format!("/{dirs}/").as_bytes()),
            Tail(tail) => path.ends_with(tail.as_bytes()),
        }
    }
}

fn last_component(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

fn has(bytes: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(bytes, needle).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_by_their_parts() {
        for (path, id) in [
            ("/root/.aws/credentials", Some(Id::CloudCredentials)),
            ("/app/aws/credentials", None),
            ("/srv/.npmrc", Some(Id::RegistryCredentials)),
            ("/src/.git/config", Some(Id::VersionControl)),
            ("/src/.gitignore", None),
            ("/var/lib/apt/lists/x", Some(Id::CacheApt)),
            ("/var/lib/apt/lists-not/x", None),
            ("/root/.cache/pip/http/a", Some(Id::CachePip)),
            ("/src/main.o", Some(Id::BuildLeftovers)),
            ("/etc/passwd", None),
        ] {
            assert_eq!(rule(path.as_bytes()), id, "{path}");
        }
    }

    #[test]
    fn an_example_of_an_env_file_is_none() {
        assert!(is_env_file(b".env") && is_env_file(b".env.production"));
        assert!(!is_env_file(b".env.example") && !is_env_file(b".environment"));
    }
}
