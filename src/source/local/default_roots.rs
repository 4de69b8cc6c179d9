//! Where engines keep their stores unless they are told otherwise, and where their configuration says they were told.
//!
//! Only which directories to look at is decided here; what they hold is found out by [`crate::source::local::recognise`]. The environment
//! comes in as plain data, so that a test can give its own.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::image::document;
use crate::image::document::Fields;
use crate::source::disk::given;

/// A configuration file larger than this is none.
const CONFIG_MAX: u64 = 1 << 20;

/// What decides where stores are.
#[derive(Clone, Debug)]
pub(in crate::source) struct Environment {
    variables: HashMap<OsString, OsString>,
    /// What stands for `/`: another directory only in tests.
    root: PathBuf,
}

impl Environment {
    /// This process's own.
    pub(in crate::source) fn of_process() -> Self {
        Self { variables: std::env::vars_os().collect(), root: PathBuf::from("/") }
    }

    /// One that a test makes up.
    #[cfg(test)]
    pub(in crate::source) fn given(root: &Path, variables: &[(&str, &Path)]) -> Self {
        let variables =
            variables.iter().map(|&(name, value)| (name.into(), value.as_os_str().to_owned()));
        Self { variables: variables.collect(), root: root.to_path_buf() }
    }

    /// A variable that is set to something.
    pub(in crate::source) fn variable(&self, name: &str) -> Option<PathBuf> {
        let value = self.variables.get(std::ffi::OsStr::new(name))?;
        (!value.is_empty()).then(|| PathBuf::from(value))
    }

    /// An absolute path of the system.
    pub(in crate::source) fn system(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// `$NAME`, or what stands for it below the home directory (XDG Base Directory Specification).
    pub(in crate::source) fn xdg(&self, name: &str, below_home: &str) -> Option<PathBuf> {
        let absolute = self.variable(name).filter(|path| path.is_absolute());
        absolute.or_else(|| Some(self.variable("HOME")?.join(below_home)))
    }
}

/// Directories in which Docker keeps its data: of the system's daemon, of a rootless one, of the snap.
pub(super) fn docker(environment: &Environment) -> Vec<PathBuf> {
    let config = environment.xdg("XDG_CONFIG_HOME", ".config");
    let data = environment.xdg("XDG_DATA_HOME", ".local/share");
    let rootless = config.and_then(|config| data_root(&config.join("docker/daemon.json")));
    let system = data_root(&environment.system("etc/docker/daemon.json"));
    let places = [
        Some(system.unwrap_or_else(|| environment.system("var/lib/docker"))),
        rootless.or_else(|| Some(data?.join("docker"))),
        Some(environment.system("var/snap/docker/common/var-lib-docker")),
    ];
    existing(places.into_iter().flatten())
}

/// Directories in which containerd keeps its data: the system's, those of k3s and rke2, a rootless one. The one that
/// Docker runs for itself is found with Docker's root.
pub(super) fn containerd(environment: &Environment) -> Vec<PathBuf> {
    let own = ["var/lib/containerd", "var/lib/rancher/k3s/agent/containerd"];
    let own = own.into_iter().chain(["var/lib/rancher/rke2/agent/containerd"]);
    let rootless = environment.xdg("XDG_DATA_HOME", ".local/share").map(|it| it.join("containerd"));
    let configured = environment.variable("DOCKER_CONTAINERD_ROOT");
    existing(own.map(|path| environment.system(path)).chain(rootless).chain(configured))
}

/// `data-root`, which was called `graph` before Docker 17.05.
fn data_root(config: &Path) -> Option<PathBuf> {
    let document = document::parse(&given::read(config, CONFIG_MAX).ok()?).ok()?;
    let fields = Fields::of(&document, "").ok()?;
    let configured = fields.text("data-root").ok()?.or_else(|| fields.text("graph").ok()?)?;
    Some(PathBuf::from(configured))
}

/// Those that exist, or may exist behind a door that is closed to us, each once.
fn existing(places: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut existing: Vec<PathBuf> = Vec::new();
    for place in places {
        let exists = match std::fs::metadata(&place) {
            Ok(metadata) => metadata.is_dir(),
            Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
        };
        if exists && !existing.contains(&place) {
            existing.push(place);
        }
    }
    existing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(root: &Path, variables: &[(&str, &Path)]) -> Environment {
        Environment::given(root, variables)
    }

    fn make(root: &Path, directory: &str) -> PathBuf {
        let path = root.join(directory);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn docker_is_where_its_configuration_says() {
        let system = tempfile::tempdir().unwrap();
        let root = system.path();
        let home = make(root, "home/me");
        let usual = make(root, "var/lib/docker");
        let rootless = make(root, "home/me/.local/share/docker");
        let here = environment(root, &[("HOME", &home)]);
        assert_eq!(docker(&here), [usual, rootless.clone()]);

        let moved = make(root, "srv/docker");
        let config = make(root, "etc/docker").join("daemon.json");
        std::fs::write(&config, format!(r#"{{"data-root": "{}"}}"#, moved.display())).unwrap();
        assert_eq!(docker(&here), [moved, rootless]);
    }

    #[test]
    fn containerd_is_where_it_or_its_distribution_says() {
        let system = tempfile::tempdir().unwrap();
        let root = system.path();
        let own = make(root, "var/lib/containerd");
        let k3s = make(root, "var/lib/rancher/k3s/agent/containerd");
        let configured = make(root, "srv/containerd");
        let here = environment(root, &[("DOCKER_CONTAINERD_ROOT", &configured)]);
        assert_eq!(containerd(&here), [own, k3s, configured]);
    }

    #[test]
    fn what_is_not_there_is_no_place() {
        let system = tempfile::tempdir().unwrap();
        assert!(docker(&environment(system.path(), &[])).is_empty());
        assert!(containerd(&environment(system.path(), &[])).is_empty());
    }
}
