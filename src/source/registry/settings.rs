//! Settings for registries.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::source::environment::Environment;
use crate::source::registry::blob_cache::BlobCache;
use crate::source::registry::configuration::Configuration;

/// When a name without a registry is looked up in a registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pull {
    /// Never: only local stores are searched.
    #[default]
    Never,
    /// If no local store has it.
    Missing,
    /// If no local store has it, the registry is offered as a choice.
    Offered,
    /// Always, without searching local stores.
    Always,
}

/// Settings for registries.
#[derive(Clone, Debug)]
pub struct Registries {
    /// Whether certificates are verified and TLS is required. `None`: for all hosts but this machine, as Docker does.
    pub tls_verify: Option<bool>,
    /// Files with credentials (containers-auth.json(5) or Docker's `config.json`); the first with an entry for a
    /// registry is used.
    pub sign_in: Vec<PathBuf>,
    /// Directories with a directory `HOST[:PORT]` for each registry that has certificates of its own
    /// (containers-certs.d(5)).
    pub certificates: Vec<PathBuf>,
    /// Mirrors and short names (containers-registries.conf(5)).
    pub mirrors: Configuration,
    /// The cache of layers; `None`: temporary files only.
    pub blob_cache: Option<Arc<BlobCache>>,
    /// The time without a byte after which a connection is closed.
    pub stall: Duration,
    /// The delay before the second attempt; each further delay is three times as long.
    pub back_off: Duration,
}

impl Default for Registries {
    /// No files; 30 seconds without a byte; a third of a second before the second attempt.
    fn default() -> Self {
        Self {
            tls_verify: None,
            sign_in: Vec::new(),
            certificates: Vec::new(),
            mirrors: Configuration::default(),
            blob_cache: None,
            stall: Duration::from_secs(30),
            back_off: Duration::from_millis(330),
        }
    }
}

impl Registries {
    /// The settings of this user's engines: their credential files, the system's certificates.
    #[must_use]
    pub fn of_process() -> Self {
        let environment = Environment::of_process();
        let variable = |name: &str| environment.variable(name);
        let home = variable("HOME");
        let at_home = |path: &str| home.as_ref().map(|home| home.join(path));
        let own = environment.xdg("XDG_CONFIG_HOME", ".config");
        let own = |name: &str| own.as_ref().map(|own| own.join("containers").join(name));
        let sign_in = [
            variable("REGISTRY_AUTH_FILE"),
            variable("XDG_RUNTIME_DIR").map(|run| run.join("containers/auth.json")),
            own("auth.json"),
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
        let files = [
            variable("CONTAINERS_REGISTRIES_CONF"),
            own("registries.conf"),
            Some("/etc/containers/registries.conf".into()),
        ];
        let drop_ins = [Some("/etc/containers/registries.conf.d".into()), own("registries.conf.d")];
        let cache = environment.xdg("XDG_CACHE_HOME", ".cache");
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
