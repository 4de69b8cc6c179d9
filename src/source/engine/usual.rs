//! Where engines listen when nothing says where: sockets of the system, of the user, and of desktop applications; on
//! Windows named pipes.

use std::path::PathBuf;

use crate::source::environment::Environment;

/// Where Docker and compatible engines listen: the sockets of the system and the user, whether they exist or not, then those
/// of desktop applications that exist.
pub(super) fn docker(environment: &Environment) -> Vec<PathBuf> {
    if cfg!(windows) {
        return vec![pipe("docker_engine")];
    }
    let run = environment.variable("XDG_RUNTIME_DIR").map(|run| run.join("docker.sock"));
    let system = environment.system("/var/run/docker.sock");
    with_existing([Some(system), run], docker_of_desktop(environment))
}

/// Where podman's service listens, as [`docker`].
pub(super) fn podman(environment: &Environment) -> Vec<PathBuf> {
    if cfg!(windows) {
        return vec![pipe("podman-machine-default")];
    }
    let run = environment.variable("XDG_RUNTIME_DIR").map(|run| run.join("podman/podman.sock"));
    let system = environment.system("/run/podman/podman.sock");
    with_existing([run, Some(system)], podman_of_desktop(environment))
}

/// The first, and those of `more` that exist. Of several links to one socket only the first: desktop applications link the
/// system's to theirs.
fn with_existing(first: [Option<PathBuf>; 2], more: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut sockets: Vec<PathBuf> = first.into_iter().flatten().collect();
    let mut known: Vec<PathBuf> =
        sockets.iter().filter_map(|path| path.canonicalize().ok()).collect();
    for path in more {
        if let Ok(target) = path.canonicalize()
            && !known.contains(&target)
        {
            known.push(target);
            sockets.push(path);
        }
    }
    sockets
}

fn pipe(name: &str) -> PathBuf {
    PathBuf::from(format!(r"\\.\pipe\{name}"))
}

/// Docker Desktop (macOS, Linux), OrbStack, Colima (its default profile, before and since it follows the XDG directories),
/// Rancher Desktop, Lima's templates.
fn docker_of_desktop(environment: &Environment) -> Vec<PathBuf> {
    let home = environment.variable("HOME");
    let of_home = |path: &str| below(home.clone(), path);
    let places = [
        of_home(".docker/run/docker.sock"),
        of_home(".docker/desktop/docker.sock"),
        of_home(".orbstack/run/docker.sock"),
        below(environment.variable("COLIMA_HOME"), "default/docker.sock"),
        of_home(".colima/default/docker.sock"),
        of_home(".colima/docker.sock"),
        below(environment.xdg("XDG_CONFIG_HOME", ".config"), "colima/default/docker.sock"),
        of_home(".rd/docker.sock"),
        below(lima(environment), "docker/sock/docker.sock"),
        below(lima(environment), "docker-rootful/sock/docker.sock"),
    ];
    places.into_iter().flatten().collect()
}

/// podman machine (macOS, since and before podman 5) and Lima's templates.
fn podman_of_desktop(environment: &Environment) -> Vec<PathBuf> {
    let machine = ".local/share/containers/podman/machine/podman.sock";
    let places = [
        below(environment.variable("TMPDIR"), "podman/podman-machine-default-api.sock"),
        below(environment.variable("HOME"), machine),
        below(lima(environment), "podman/sock/podman.sock"),
        below(lima(environment), "podman-rootful/sock/podman.sock"),
    ];
    places.into_iter().flatten().collect()
}

fn lima(environment: &Environment) -> Option<PathBuf> {
    environment.variable("LIMA_HOME").or_else(|| below(environment.variable("HOME"), ".lima"))
}

fn below(directory: Option<PathBuf>, path: &str) -> Option<PathBuf> {
    Some(directory?.join(path))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    type Look = fn(&Environment) -> Vec<PathBuf>;

    #[test]
    fn the_systems_and_the_users_are_named_even_where_they_do_not_exist() {
        let root = tempfile::tempdir().unwrap();
        let run = root.path().join("run/user/7");
        let environment = Environment::given(root.path(), &[("XDG_RUNTIME_DIR", &run)]);
        let below = |path: &str| root.path().join(path);
        let expected = [below("var/run/docker.sock"), run.join("docker.sock")];
        assert_eq!(docker(&environment), expected);
        let expected = [run.join("podman/podman.sock"), below("run/podman/podman.sock")];
        assert_eq!(podman(&environment), expected);
    }

    #[test]
    fn those_of_desktop_applications_are_found_in_turn_where_they_exist() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        let (temporary, lima, colima) = (at("T"), at("lima"), at("colima"));
        let variables = [
            ("HOME", root.path()),
            ("TMPDIR", &temporary),
            ("LIMA_HOME", &lima),
            ("COLIMA_HOME", &colima),
        ];
        let environment = Environment::given(root.path(), &variables);
        let cases: [(Look, Look, &[&str]); 2] = [
            (
                docker,
                docker_of_desktop,
                &[".docker/run", ".orbstack", "colima/default", ".rd", "lima/docker/sock"],
            ),
            (podman, podman_of_desktop, &["T/podman", "podman/machine", "lima/podman"]),
        ];
        for (all, of_desktop, products) in cases {
            let usual = all(&environment);
            let desktop = of_desktop(&environment);
            let first = |product: &&str| {
                let has = |path: &&PathBuf| path.to_string_lossy().contains(product);
                desktop.iter().find(has).cloned().unwrap_or_else(|| panic!("{product}"))
            };
            let expected: Vec<PathBuf> = products.iter().map(first).collect();
            for place in &expected {
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                UnixListener::bind(place).unwrap();
            }
            let found = all(&environment);
            assert_eq!(found[usual.len()..], expected);
            assert_eq!(found[..usual.len()], usual);
        }
    }

    #[test]
    fn a_link_to_the_socket_of_a_desktop_application_is_one_engine() {
        let root = tempfile::tempdir().unwrap();
        let environment = Environment::given(root.path(), &[("HOME", root.path())]);
        let [link, socket] = ["var/run/docker.sock", ".docker/run/docker.sock"];
        for path in [link, socket] {
            fs::create_dir_all(root.path().join(path).parent().unwrap()).unwrap();
        }
        UnixListener::bind(root.path().join(socket)).unwrap();
        symlink(root.path().join(socket), root.path().join(link)).unwrap();
        assert_eq!(docker(&environment), [root.path().join(link)]);
    }
}
