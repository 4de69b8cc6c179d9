//! podman's named connections: addresses of its service, each with a name and an optional key.
//!
//! `podman-connections.json` since podman 5, `containers.conf` before (containers.conf(5), "ENGINE TABLE",
//! `service_destinations` and `active_service`).

use std::path::PathBuf;

use serde_json::Value;

use crate::source::disk::given;
use crate::source::environment::Environment;

/// The largest configuration file, in bytes.
const MAX: u64 = 1 << 20;

/// The address of a service.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Connection {
    pub(super) name: String,
    /// `unix://…`, `tcp://…` or `ssh://…`
    pub(super) uri: String,
    /// The key file for `ssh`.
    pub(super) identity: Option<PathBuf>,
}

/// The connection with this name, or the default one; `None` if there is none.
pub(super) fn find(environment: &Environment, name: Option<&str>) -> Option<Connection> {
    let config = environment.xdg("XDG_CONFIG_HOME", ".config");
    let own = |file: &str| config.as_ref().map(|config| config.join("containers").join(file));
    let connections = environment.variable("PODMAN_CONNECTIONS_CONF");
    let connections = connections.or_else(|| own("podman-connections.json"));
    let newer = connections.and_then(|file| given::json(&file, MAX)).and_then(|json| {
        let all = json.get("Connection")?;
        let default = all.get("Default").and_then(Value::as_str);
        chosen(all.get("Connections")?, name.or(default)?, ["URI", "Identity"])
    });
    let files = [
        environment.variable("CONTAINERS_CONF"),
        own("containers.conf"),
        Some(environment.system("/etc/containers/containers.conf")),
    ];
    newer.or_else(|| {
        files.into_iter().flatten().find_map(|file| {
            let engine = table(&file)?;
            let default = engine.get("active_service").and_then(Value::as_str);
            chosen(engine.get("service_destinations")?, name.or(default)?, ["uri", "identity"])
        })
    })
}

fn chosen(all: &Value, name: &str, [uri, identity]: [&str; 2]) -> Option<Connection> {
    let found = all.get(name)?;
    let text = |key: &str| found.get(key)?.as_str().filter(|text| !text.is_empty());
    Some(Connection {
        name: name.to_owned(),
        uri: text(uri)?.to_owned(),
        identity: text(identity).map(PathBuf::from),
    })
}

/// The table `engine` of a `containers.conf`.
fn table(file: &std::path::Path) -> Option<Value> {
    let parsed: toml::Table = given::text(file, MAX).ok()?.parse().ok()?;
    serde_json::to_value(parsed.get("engine")?).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn a_connection_is_found_by_name_or_because_it_is_the_usual_one() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join(".config/containers");
        fs::create_dir_all(&config).unwrap();
        let environment = Environment::given(home.path(), &[("HOME", home.path())]);
        assert_eq!(find(&environment, None), None);
        fs::write(
            config.join("containers.conf"),
            "[engine]\nactive_service = \"old\"\n[engine.service_destinations.old]\n\
             uri = \"ssh://me@old/s\"\nidentity = \"/key\"\n",
        )
        .unwrap();
        let old = find(&environment, None).unwrap();
        assert_eq!((old.name.as_str(), old.uri.as_str()), ("old", "ssh://me@old/s"));
        assert_eq!(old.identity.as_deref(), Some(Path::new("/key")));
        let newer = r#"{"Connection": {"Default": "new", "Connections": {
            "new": {"URI": "ssh://new/s", "Identity": ""}, "other": {"URI": "unix:///o"}}}}"#;
        fs::write(config.join("podman-connections.json"), newer).unwrap();
        let uri = |name| find(&environment, name).map(|it| it.uri);
        assert_eq!(uri(None).as_deref(), Some("ssh://new/s"));
        assert_eq!(uri(Some("other")).as_deref(), Some("unix:///o"));
        assert_eq!(uri(Some("old")).as_deref(), Some("ssh://me@old/s"));
        assert_eq!(uri(Some("unknown")), None);
        assert_eq!(find(&environment, None).unwrap().identity, None);
    }

    #[test]
    fn what_cannot_be_read_is_no_connection() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join(".config/containers");
        fs::create_dir_all(&config).unwrap();
        let environment = Environment::given(home.path(), &[("HOME", home.path())]);
        for text in ["", "[engine", "[engine]\nactive_service = 7\n", "{\"Connection\": []}"] {
            fs::write(config.join("containers.conf"), text).unwrap();
            fs::write(config.join("podman-connections.json"), text).unwrap();
            assert_eq!(find(&environment, None), None, "{text}");
            assert_eq!(find(&environment, Some("x")), None, "{text}");
        }
    }
}
