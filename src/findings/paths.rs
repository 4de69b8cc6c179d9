//! Files that should not be in an image, told by their paths: secrets, package caches, leftovers of builds.
//!
//! Every stored payload is looked at, in whatever layer, also where it was deleted or overwritten since: it is still
//! in the image that is handed out. Certificates and keys share their endings, settings with and without credentials their
//! names: there the contents decide.

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
            Tail("/.config/doctl/config.yaml"),
            Tail("/.terraform.d/credentials.tfrc.json"),
            Name(".boto"),
            Name(".s3cfg"),
        ],
    ),
    (
        Id::RegistryCredentials,
        &[
            Name(".dockercfg"),
            Name(".pypirc"),
            Name(".netrc"),
            Name(".git-credentials"),
            Name(".htpasswd"),
            Name(".pgpass"),
            Tail("/.cargo/credentials"),
            Tail("/.cargo/credentials.toml"),
            Tail("/.gem/credentials"),
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

/// Settings that may have credentials in them, and what stands before or in these. Public settings have the same names.
const INSIDE: &[(Id, Mark, &[&str])] = &[
    (Id::RegistryCredentials, Tail("/.docker/config.json"), REGISTRY),
    (Id::RegistryCredentials, Tail("/containers/auth.json"), REGISTRY),
    (Id::RegistryCredentials, Name(".npmrc"), &["_auth", "_password"]),
    (Id::RegistryCredentials, Name(".yarnrc.yml"), &["npmAuth"]),
    (Id::RegistryCredentials, Tail("/.m2/settings.xml"), &["<password>", "<passphrase>"]),
    (Id::CloudCredentials, Tail("/.kube/config"), &["token", "password", "client-key"]),
    (Id::PrivateKey, Ending(".pem"), KEY),
    (Id::PrivateKey, Ending(".key"), KEY),
    (Id::PrivateKey, Ending(".asc"), KEY),
    (Id::PrivateKey, Ending(".ppk"), KEY),
    (Id::PrivateKey, Ending(".p8"), KEY),
    (Id::PrivateKey, Ending("_key"), KEY),
    (Id::PrivateKey, Ending("_rsa"), KEY),
    (Id::PrivateKey, Ending("_dsa"), KEY),
    (Id::PrivateKey, Ending("_ed25519"), KEY),
    (Id::PrivateKey, Ending("_ecdsa"), KEY),
    (Id::PrivateKey, Ending("_sk"), KEY),
];

const REGISTRY: &[&str] = &["\"auth\"", "\"identitytoken\"", "\"registrytoken\""];
const KEY: &[&str] = &["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----", "PuTTY-User-Key-File-"];

/// Names by which an `.env` is an example.
const EXAMPLES: [&[u8]; 5] = [b"example", b"sample", b"template", b"dist", b"defaults"];

pub(super) fn find(stack: &Stack, contents: &dyn Contents, found: &mut Vec<(Id, Place)>) {
    let mut open = Vec::new();
    let mut note = |id, stored: &Stored| {
        let place = Place::path(stored.node, stored.layer, stored.bytes);
        found.push((id, Place { hidden: !stored.live, ..place }));
    };
    for stored in stack.stored() {
        let path = stack.path(stored.node);
        let env = || is_env_file(last_component(&path)).then_some(Id::EnvFile);
        if let Some(id) = rule(&path).or_else(env) {
            note(id, &stored);
        } else if let Some((id, _, signs)) = INSIDE.iter().find(|(_, mark, _)| mark.fits(&path)) {
            open.push((*id, *signs, stored));
        }
    }
    let files: Vec<EventId> = open.iter().map(|(.., stored)| stored.event).collect();
    // What cannot be read is not cleared by that.
    let mut is_it = vec![true; files.len()];
    contents.heads(&files, &mut |at, head| {
        let signs = open[at].1;
        is_it[at] = head.is_none_or(|head| signs.iter().any(|sign| has(head, sign.as_bytes())));
    });
    for ((id, _, stored), _) in open.iter().zip(is_it).filter(|(_, is_it)| *is_it) {
        note(*id, stored);
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
            ("/srv/.netrc", Some(Id::RegistryCredentials)),
            ("/srv/.npmrc", None),
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
