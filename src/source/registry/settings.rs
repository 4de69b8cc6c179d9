//! What somebody may want of registries otherwise than usual.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::source::registry::blob_cache::BlobCache;
use crate::source::registry::configuration::Configuration;

/// When a registry is asked for a name that is not written as a registry's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pull {
    /// Never: what is not in a local store is not found.
    #[default]
    Never,
    /// Where no local store has it.
    Missing,
    /// Where no local store has it and somebody agrees: the registry is what there is to choose.
    Offered,
    /// Always, whatever local stores have.
    Always,
}

/// How registries are dealt with.
#[derive(Clone, Debug)]
pub struct Registries {
    /// Whether certificates have to be sound and connections encrypted. `None`: everywhere but on this machine itself,
    /// as Docker has it.
    pub tls_verify: Option<bool>,
    /// Files that say who signs in where (containers-auth.json(5) or Docker's `config.json`), the first that knows a
    /// registry counts.
    pub sign_in: Vec<PathBuf>,
    /// Directories with a directory `HOST[:PORT]` for each registry that has certificates of its own
    /// (containers-certs.d(5)).
    pub certificates: Vec<PathBuf>,
    /// Which mirrors are asked before which registry, and what short names mean (containers-registries.conf(5)).
    pub mirrors: Configuration,
    /// Where layers are kept; `None`: no longer than the process lives.
    pub shelf: Option<Arc<BlobCache>>,
    /// A connection on which nothing happens for so long is given up.
    pub stall: Duration,
    /// How long to wait before the first of the attempts after a failed one; each further one waits three times as long.
    pub back_off: Duration,
}

impl Default for Registries {
    /// Knows no files; 30 seconds of nothing, a third of a second before the second attempt.
    fn default() -> Self {
        Self {
            tls_verify: None,
            sign_in: Vec::new(),
            certificates: Vec::new(),
            mirrors: Configuration::default(),
            shelf: None,
            stall: Duration::from_secs(30),
            back_off: Duration::from_millis(330),
        }
    }
}

impl Registries {
    /// As this user's engines have it: their sign-in files, the machine's certificates.
    #[must_use]
    pub fn of_process() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let variable = |name: &str| set(name).map(PathBuf::from);
        let home = variable("HOME");
        let at_home = |path: &str| home.as_ref().map(|home| home.join(path));
        let sign_in = [
            variable("REGISTRY_AUTH_FILE"),
            variable("XDG_RUNTIME_DIR").map(|run| run.join("containers/auth.json")),
            variable("XDG_CONFIG_HOME")
                .map(|config| config.join("containers/auth.json"))
                .or_else(|| at_home(".config/containers/auth.json")),
            variable("DOCKER_CONFIG")
                .map(|config| config.join("config.json"))
                .or_else(|| at_home(".docker/config.json")),
            at_home(".dockercfg"),
        ];
        let certificates = [
            at_home(".config/containers/certs.d"),
            at_home(".config/docker/certs.d"),
            Some("/etc/containers/certs.d".into()),
            Some("/etc/docker/certs.d".into()),
        ];
        let own = variable("XDG_CONFIG_HOME").or_else(|| at_home(".config"));
        let own = own.map(|config| config.join("containers"));
        let own = |name: &str| own.as_ref().map(|own| own.join(name));
        let files = [
            variable("CONTAINERS_REGISTRIES_CONF"),
            own("registries.conf"),
            Some("/etc/containers/registries.conf".into()),
        ];
        let drop_ins = [Some("/etc/containers/registries.conf.d".into()), own("registries.conf.d")];
        let cache = variable("XDG_CACHE_HOME").or_else(|| at_home(".cache"));
        let chosen = "containers/short-name-aliases.conf";
        let of_root = PathBuf::from("/var/cache").join(chosen);
        let chosen_aliases =
            cache.map(|cache| cache.join(chosen)).filter(|file| file.is_file()).or(Some(of_root));
        Self {
            mirrors: Configuration {
                files: files.into_iter().flatten().collect(),
                drop_ins: drop_ins.into_iter().flatten().collect(),
                chosen_aliases,
            },
            sign_in: sign_in.into_iter().flatten().collect(),
            certificates: certificates.into_iter().flatten().collect(),
            ..Self::default()
        }
    }
}
