//! All findings: id, topic, basis, severity, title and remedy. The meaning of an id never changes.

use serde::Serialize;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Informational.
    Low,
    /// Costs size or security.
    Medium,
    /// Exposes a secret, or lets an attacker gain access.
    High,
}

impl Severity {
    /// All, in ascending order.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The severity of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// The name in options and output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What users look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Keys, passwords and tokens.
    Secrets,
    /// Who may do what.
    Rights,
    /// Package caches.
    Caches,
    /// Other bytes that can come back.
    Bytes,
}

/// What a finding is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Stored bytes or the config: it stays, whatever is in layers that were not read.
    Stored,
    /// The merged tree, which such a layer may change.
    Tree,
}

/// The static properties of a finding.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The id in ignore lists, JSON and reports.
    pub name: &'static str,
    /// Its topic.
    pub topic: Topic,
    /// What it is judged by.
    pub basis: Basis,
    /// Its severity.
    pub severity: Severity,
    /// Its kind.
    pub title: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

macro_rules! catalogue {
    ($($id:ident $name:literal $topic:ident $basis:ident $severity:ident $title:literal $remedy:literal;)*) => {
        /// A finding's id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Id { $(#[doc = $title] $id,)* }

        impl Id {
            /// All ids.
            pub const ALL: &[Self] = &[$(Self::$id,)*];

            /// Its static properties.
            #[must_use]
            pub const fn facts(self) -> Facts {
                match self {
                    $(Self::$id => Facts {
                        name: $name,
                        topic: Topic::$topic,
                        basis: Basis::$basis,
                        severity: Severity::$severity,
                        title: $title,
                        remedy: $remedy,
                    },)*
                }
            }
        }
    };
}

catalogue! {
    PrivateKey "secret-private-key" Secrets Stored High "private key stored"
        "replace the key, and mount it while building: RUN --mount=type=secret";
    CloudCredentials "secret-cloud-credentials" Secrets Stored High "cloud credentials stored"
        "revoke them, and mount them while building: RUN --mount=type=secret";
    RegistryCredentials "secret-registry-credentials" Secrets Stored High "credentials of a registry or code host stored"
        "revoke them, and mount them while building: RUN --mount=type=secret";
    EnvFile "secret-env-file" Secrets Stored High ".env file stored"
        "list it in .dockerignore, and give its values at run time";
    SecretInEnv "secret-in-env" Secrets Stored High "variable that looks like a secret"
        "take the ENV out, replace the secret, and give it at run time";
    SecretInLabel "secret-in-label" Secrets Stored High "label that looks like a secret"
        "take the LABEL out and replace the secret";
    SecretInHistory "secret-in-history" Secrets Stored High "build argument or command with what looks like a secret"
        "replace the secret, and use RUN --mount=type=secret: arguments stay in the history";
    VersionControl "vcs-directory" Secrets Stored Medium "version control directory stored"
        "list .git in .dockerignore: it holds every version of every file";
    RemovedLater "removed-later" Bytes Tree Medium "files added and removed by a later layer"
        "delete in the layer that adds: one RUN, a cache mount, or a build stage";
    RewrittenAttributes "rewritten-attributes" Bytes Tree Medium "files stored again for mode, owner or time"
        "COPY --chmod and --chown, or chmod in the RUN that writes them";
    RewrittenSame "rewritten-same" Bytes Tree Low "files stored again, the same in everything"
        "do not copy or touch what is there already";
    Overwritten "overwritten" Bytes Tree Low "files of 100 kB or more overwritten by a later layer"
        "write the final contents in the layer that adds them: one RUN, or COPY with the final mode and owner";
    CacheApt "cache-apt" Caches Stored Medium "package cache of apt"
        "rm -rf /var/lib/apt/lists/* /var/cache/apt/* in the same RUN";
    CacheApk "cache-apk" Caches Stored Medium "package cache of apk"
        "rm -rf /var/cache/apk/* /etc/apk/cache/* in the same RUN, or apk add --no-cache";
    CacheDnf "cache-dnf" Caches Stored Medium "package cache of dnf or yum"
        "rm -rf /var/cache/dnf /var/cache/yum /var/cache/libdnf5 in the same RUN";
    CachePip "cache-pip" Caches Stored Medium "cache of pip, uv or poetry"
        "rm -rf ~/.cache/pip ~/.cache/uv ~/.cache/pypoetry in the same RUN, or pip install --no-cache-dir";
    CacheNpm "cache-npm" Caches Stored Medium "cache of npm, yarn or pnpm"
        "rm -rf ~/.npm/_cacache ~/.cache/yarn ~/.yarn/cache ~/.local/share/pnpm/store in the same RUN";
    CacheCargo "cache-cargo" Caches Stored Medium "registry and sources cached by cargo"
        "build in a stage of its own and copy the program, or mount the cache";
    CacheGo "cache-go" Caches Stored Medium "build and module cache of go"
        "build in a stage of its own and copy the program, or mount the cache";
    BuildLeftovers "build-leftovers" Bytes Stored Low "objects, temporary files and logs of the build"
        "build in a stage of its own, and clean up in the same RUN";
    DebugInfo "debug-info" Bytes Stored Low "debug information"
        "strip programs, and keep debug files out of the image";
    Duplicates "duplicates" Bytes Tree Low "contents stored more than once"
        "link instead of copying, and move files in the layer that adds them";
    LargeLayer "large-layer" Bytes Stored Low "layer of more than 500 MB"
        "split it: what seldom changes first; layers are fetched side by side and kept one by one";
    Setuid "setuid" Rights Tree Medium "setuid or setgid programs"
        "chmod a-s what the service does not need, in the layer that adds it";
    WorldWritable "world-writable" Rights Tree Medium "files or directories that everybody may write"
        "chmod o-w; a shared directory needs its sticky bit (1777)";
    RunsAsRoot "runs-as-root" Rights Stored Medium "containers run as root"
        "set USER to a number other than 0";
}

impl Id {
    /// The id of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.facts().name == name)
    }

    /// Whether it is about what a package manager keeps for its next run.
    #[must_use]
    pub const fn is_cache(self) -> bool {
        matches!(
            self,
            Self::CacheApt
                | Self::CacheApk
                | Self::CacheDnf
                | Self::CachePip
                | Self::CacheNpm
                | Self::CacheCargo
                | Self::CacheGo
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_id() {
        for &id in Id::ALL {
            assert_eq!(Id::named(id.facts().name), Some(id));
        }
        assert_eq!(Id::named("no-such"), None);
    }

    #[test]
    fn every_id_stands_under_its_topic_in_the_document() {
        let document = include_str!("../../docs/rules-and-findings.md");
        for id in Id::ALL {
            let Facts { name, topic, .. } = id.facts();
            let heading = match topic {
                Topic::Secrets => "secrets",
                Topic::Rights => "permissions",
                Topic::Caches => "package caches",
                Topic::Bytes => "bytes",
            };
            let row = document.lines().find(|line| line.starts_with(&format!("| {heading} |")));
            assert!(row.is_some_and(|row| row.contains(&format!("`{name}`"))), "{name}: {heading}");
        }
    }
}
