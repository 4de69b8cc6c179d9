//! Default and configured locations of stores.
//!
//! This module only names directories; [`crate::source::local::recognise`] examines them.

use std::path::{Path, PathBuf};

use crate::image::document;
use crate::image::document::Fields;
use crate::source::disk::given;
use crate::source::environment::Environment;

/// Maximum size of a configuration file, in bytes.
const CONFIG_MAX: u64 = 1 << 20;

/// Docker's data roots: of the system daemon, a rootless daemon, and the snap.
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

/// containerd's roots: the system's, those of k3s and rke2, a rootless one. The containerd inside Docker is found
/// with Docker's data root.
pub(super) fn containerd(environment: &Environment) -> Vec<PathBuf> {
    let own = ["var/lib/containerd", "var/lib/rancher/k3s/agent/containerd"];
    let own = own.into_iter().chain(["var/lib/rancher/rke2/agent/containerd"]);
    let rootless = environment.xdg("XDG_DATA_HOME", ".local/share").map(|it| it.join("containerd"));
    let configured = environment.variable("DOCKER_CONTAINERD_ROOT");
    existing(own.map(|path| environment.system(path)).chain(rootless).chain(configured))
}

/// `data-root` of a `daemon.json`; called `graph` before Docker 17.05.
fn data_root(config: &Path) -> Option<PathBuf> {
    let document = document::parse(&given::read(config, CONFIG_MAX).ok()?).ok()?;
    let fields = Fields::of(&document, "").ok()?;
    let configured = fields.text("data-root").ok()?.or_else(|| fields.text("graph").ok()?)?;
    Some(PathBuf::from(configured))
}

/// The directories that exist, or may exist but are not accessible, without duplicates.
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
    fn missing_directories_are_not_roots() {
        let system = tempfile::tempdir().unwrap();
        assert!(docker(&environment(system.path(), &[])).is_empty());
        assert!(containerd(&environment(system.path(), &[])).is_empty());
    }
}
