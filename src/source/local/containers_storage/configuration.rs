//! Locations of stores by `storage.conf`: the system's store and that of a rootless podman.
//!
//! Precedence of files and defaults follows storage.conf(5) and containers/storage, `types/options.go`. A file that
//! cannot be read is ignored.

use std::path::{Path, PathBuf};

use crate::source::environment::Environment;
use crate::source::local::containers_storage::owners::Accounts;
use crate::source::local::containers_storage::settings::Settings;

/// A graphroot and the roots that belong to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Root {
    /// The graphroot: new images and containers are written here.
    pub(super) graph: PathBuf,
    /// Further roots: a separate image store, additional read-only stores, the runroot.
    pub(super) others: Vec<PathBuf>,
}

/// A user whose rootless store is searched.
struct User {
    uid: u32,
    home: Option<PathBuf>,
    config: Option<PathBuf>,
    data: Option<PathBuf>,
    runtime: Option<PathBuf>,
}

/// The roots that this user's podman uses, then the system's. Under sudo the roots of the invoking user are included.
pub(super) fn roots(environment: &Environment, accounts: &Accounts) -> Vec<Root> {
    let system = system(environment);
    let mut roots = Vec::new();
    if let Some(user) = this_user(environment) {
        roots.push(user_root(environment, &user, &system, true));
        roots.push(system_root(environment, &system));
    } else {
        let settings = override_file(environment).unwrap_or_else(|| system.clone());
        roots.push(system_root(environment, &settings));
        if let Some(user) = sudo_user(environment, accounts) {
            roots.push(user_root(environment, &user, &system, false));
        }
    }
    roots
}

/// The user of a rootless podman; `None` for root. `podman unshare` makes its user root and sets a variable.
fn this_user(environment: &Environment) -> Option<User> {
    let unshare_uid = environment.variable("_CONTAINERS_ROOTLESS_UID");
    let unshare_uid = unshare_uid.and_then(|uid| uid.to_str()?.parse().ok());
    let uid = unshare_uid
        .or_else(|| own_uid(&environment.system("proc/self")))
        .filter(|uid| *uid != 0)?;
    Some(User {
        uid,
        home: environment.variable("HOME"),
        config: environment.xdg("XDG_CONFIG_HOME", ".config"),
        data: environment.xdg("XDG_DATA_HOME", ".local/share"),
        runtime: environment.variable("XDG_RUNTIME_DIR"),
    })
}

fn sudo_user(environment: &Environment, accounts: &Accounts) -> Option<User> {
    let uid = environment.variable("SUDO_UID")?.to_str()?.parse().ok().filter(|uid| *uid != 0)?;
    let home = PathBuf::from(accounts.user(uid)?.1);
    Some(User {
        uid,
        config: Some(home.join(".config")),
        data: Some(home.join(".local/share")),
        home: Some(home),
        runtime: None,
    })
}

/// The UID of a process: the owner of its directory in `/proc`.
#[cfg(unix)]
fn own_uid(process: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(process).ok().map(|metadata| metadata.uid())
}

#[cfg(not(unix))]
const fn own_uid(_process: &Path) -> Option<u32> {
    None
}

/// `$CONTAINERS_STORAGE_CONF` replaces all other files.
fn override_file(environment: &Environment) -> Option<Settings> {
    environment
        .variable("CONTAINERS_STORAGE_CONF")
        .map(|file| Settings::read(&file).unwrap_or_default())
}

/// Settings of the whole system.
fn system(environment: &Environment) -> Settings {
    let directories =
        ["usr/share/containers", "etc/containers"].map(|path| environment.system(path));
    Settings::of_directories(&directories)
}

fn system_root(environment: &Environment, settings: &Settings) -> Root {
    let graph = settings.graphroot.as_deref().map(PathBuf::from);
    let run = settings.runroot.as_deref().map(PathBuf::from);
    root(
        graph.unwrap_or_else(|| environment.system("var/lib/containers/storage")),
        run.or_else(|| Some(environment.system("run/containers/storage"))),
        settings,
        &|path| PathBuf::from(path),
    )
}

/// A rootless store. Of the system's settings only `rootless_storage_path` and the additional stores apply to it.
fn user_root(environment: &Environment, user: &User, system: &Settings, own: bool) -> Root {
    let override_file = own.then(|| override_file(environment)).flatten();
    let directories: Vec<_> = user.config.iter().map(|it| it.join("containers")).collect();
    let settings = override_file.unwrap_or_else(|| Settings::of_directories(&directories));
    let base = Settings {
        rootless_storage_path: system.rootless_storage_path.clone(),
        additional: system.additional.clone(),
        ..Settings::default()
    };
    let settings = base.overridden_by(&settings);
    let expand = |path: &str| expanded(path, environment, user);
    let graph = settings.graphroot.as_deref().or(settings.rootless_storage_path.as_deref());
    let data = user.data.clone().unwrap_or_default();
    root(
        graph.map_or_else(|| data.join("containers/storage"), expand),
        settings
            .runroot
            .as_deref()
            .map(expand)
            .or_else(|| Some(user.runtime.as_ref()?.join("containers"))),
        &settings,
        &expand,
    )
}

fn root(
    graph: PathBuf,
    run: Option<PathBuf>,
    settings: &Settings,
    path: &dyn Fn(&str) -> PathBuf,
) -> Root {
    let imagestore = settings.imagestore.as_deref().map(path);
    let additional = settings.additional.iter().flatten().map(|store| path(store));
    Root { graph, others: imagestore.into_iter().chain(additional).chain(run).collect() }
}

/// Expands `$UID`, `$HOME` and other variables, which rootless settings may contain.
fn expanded(path: &str, environment: &Environment, user: &User) -> PathBuf {
    let value = |name: &str| match name {
        "UID" => user.uid.to_string(),
        "HOME" => user.home.as_ref().map(|home| home.display().to_string()).unwrap_or_default(),
        name => environment.variable(name).map(|it| it.display().to_string()).unwrap_or_default(),
    };
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let braced = after.strip_prefix('{').and_then(|it| it.split_once('}'));
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let plain = after.split_at(after.find(|c| !word(c)).unwrap_or(after.len()));
        let (name, behind) = braced.unwrap_or(plain);
        out.push_str(&value(name));
        rest = behind;
    }
    out.push_str(rest);
    PathBuf::from(out)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A system of its own: files by path, and the roots for these variables.
    fn roots_of(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Vec<String> {
        let system = tempfile::tempdir().unwrap();
        let root = system.path();
        for (path, text) in files {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let at = |value: &str| root.join(value.trim_start_matches('@'));
        let variables: Vec<(&str, PathBuf)> = variables
            .iter()
            .map(|(name, value)| {
                (*name, if value.starts_with('@') { at(value) } else { value.into() })
            })
            .collect();
        let variables: Vec<(&str, &Path)> =
            variables.iter().map(|(name, value)| (*name, value.as_path())).collect();
        let accounts = Accounts {
            passwd: "me:x:1000:1000::/home/me:/bin/sh".to_owned(),
            ..Accounts::default()
        };
        let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
        let roots = roots(&Environment::given(root, &variables), &accounts);
        let line = |root: Root| {
            let others: Vec<String> = root.others.iter().map(|it| shown(it)).collect();
            [vec![shown(&root.graph)], others].concat().join(" ")
        };
        roots.into_iter().map(line).collect()
    }

    const ROOTLESS: (&str, &str) = ("_CONTAINERS_ROOTLESS_UID", "1000");
    const SYSTEM: &str = "var/lib/containers/storage run/containers/storage";

    #[test]
    fn without_configuration_default_roots_are_used() {
        assert_eq!(roots_of(&[], &[]), [SYSTEM]);
        assert_eq!(
            roots_of(&[], &[ROOTLESS, ("HOME", "/home/me"), ("XDG_RUNTIME_DIR", "/run/user/1000")]),
            ["/home/me/.local/share/containers/storage /run/user/1000/containers", SYSTEM]
        );
        assert_eq!(
            roots_of(&[], &[ROOTLESS, ("HOME", "/home/me"), ("XDG_DATA_HOME", "/data")])[0],
            "/data/containers/storage"
        );
        assert_eq!(
            roots_of(&[], &[("SUDO_UID", "1000")]),
            [SYSTEM, "/home/me/.local/share/containers/storage"]
        );
    }

    #[test]
    fn etc_precedes_usr_share_and_drop_ins_override() {
        let share =
            ("usr/share/containers/storage.conf", "[storage]\ngraphroot='/a'\nrunroot='/r'");
        assert_eq!(roots_of(&[share], &[]), ["/a /r"]);
        let etc = (
            "etc/containers/storage.conf",
            "[storage]\ngraphroot='/b'\n[storage.options]\nadditionalimagestores=['/x','','/y']\nimagestore='/i'",
        );
        assert_eq!(roots_of(&[share, etc], &[]), ["/b /i /x /y run/containers/storage"]);
        let drop_in =
            ("etc/containers/storage.conf.d/10.conf", "[storage]\ngraphroot='/c'\nimagestore='/j'");
        let hidden =
            ("usr/share/containers/storage.conf.d/10.conf", "[storage]\nrunroot='/hidden'");
        let other = ("usr/share/containers/storage.conf.d/20.conf", "[storage]\nrunroot='/d'");
        let ignored = ("etc/containers/storage.conf.d/30.txt", "[storage]\nrunroot='/e'");
        assert_eq!(roots_of(&[etc, drop_in, hidden, other, ignored], &[]), ["/c /j /x /y /d"]);
    }

    #[test]
    fn an_unreadable_file_is_ignored() {
        let broken = ("etc/containers/storage.conf", "[storage\ngraphroot=");
        assert_eq!(roots_of(&[broken], &[]), [SYSTEM]);
        let wrong = ("etc/containers/storage.conf", "storage=7");
        assert_eq!(roots_of(&[wrong], &[]), [SYSTEM]);
        let types = ("etc/containers/storage.conf", "[storage]\ngraphroot=7\noptions=1");
        assert_eq!(roots_of(&[types], &[("CONTAINERS_STORAGE_CONF", "/nowhere")]), [SYSTEM]);
    }

    #[test]
    fn the_environment_variable_replaces_all_files() {
        let etc = ("etc/containers/storage.conf", "[storage]\ngraphroot='/b'");
        let override_file = ("override_file.conf", "[storage]\ngraphroot='/t'\nrunroot='/r'");
        let variable = ("CONTAINERS_STORAGE_CONF", "@override_file.conf");
        assert_eq!(roots_of(&[etc, override_file], &[variable]), ["/t /r"]);
        assert_eq!(
            roots_of(&[etc, override_file], &[variable, ROOTLESS, ("HOME", "/h")]),
            ["/t /r", "/b run/containers/storage"]
        );
    }

    #[test]
    fn a_rootless_store_uses_only_its_settings_of_the_system_file() {
        let etc = (
            "etc/containers/storage.conf",
            "[storage]\ngraphroot='/b'\nrootless_storage_path='$HOME/s/${UID}/$USER-x$'\n\
             [storage.options]\nadditionalimagestores=['/shared']",
        );
        let user = [ROOTLESS, ("HOME", "/home/me"), ("USER", "me")];
        assert_eq!(roots_of(&[etc], &user)[0], "/home/me/s/1000/me-x /shared");
        let own = ("home/.config/containers/storage.conf", "[storage]\ngraphroot='$HOME/own'");
        let user = [ROOTLESS, ("HOME", "@home")];
        assert_eq!(roots_of(&[etc, own], &user)[0], "home/own /shared");
    }
}
