//! Finds addresses of engines: in the environment, in Docker's contexts, in podman's connections, and the usual ones.
//!
//! Only the addresses are determined here; [`crate::source::engine::wire`] connects. The environment is plain data, so
//! that tests can set it.

use std::path::{Path, PathBuf};

use crate::image::digest::Digest;
use crate::source::disk::given;
use crate::source::engine::certificates::Certificates;
use crate::source::engine::connections;
use crate::source::engine::connections::Connection;
use crate::source::engine::ssh::Far;
use crate::source::engine::usual;
use crate::source::environment::Environment;

/// The largest configuration file, in bytes.
const CONFIG_MAX: u64 = 1 << 20;

/// The kinds of engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Kind {
    /// Docker and compatible engines.
    Docker,
    /// podman, whose service implements Docker's API.
    Podman,
}

impl Kind {
    /// The transport of references, from containers-transports(5) if it has one.
    pub(in crate::source) const fn transport(self) -> &'static str {
        match self {
            Self::Docker => "docker-daemon",
            Self::Podman => "podman",
        }
    }

    /// How to start the engine or to configure another address.
    pub(super) const fn start(self) -> &'static str {
        match self {
            Self::Docker => {
                "start Docker (`systemctl start docker`), or set DOCKER_HOST or a Docker context to its address"
            }
            Self::Podman => {
                "start podman's API (`systemctl --user start podman.socket`, or `podman system service`), or set CONTAINER_HOST to its address"
            }
        }
    }
}

/// The address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A Unix socket, on Windows a named pipe.
    Socket(PathBuf),
    /// `HOST:PORT`, not encrypted.
    Tcp(String),
    /// `HOST:PORT` with TLS, and where the certificates are.
    Tls(String, Certificates),
    /// By `ssh`.
    Far(Far),
}

/// One address of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(super) kind: Kind,
    pub(super) address: Address,
    /// The variable or context that states it; `None` for the usual addresses.
    pub(super) told_by: Option<String>,
}

impl Endpoint {
    /// Its name in messages: `docker-daemon at /run/docker.sock`.
    pub(super) fn place(&self) -> String {
        let by = self.told_by.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        format!("{} at {}{by}", self.kind.transport(), self.address())
    }

    /// The address as text.
    pub(crate) fn address(&self) -> String {
        match &self.address {
            Address::Socket(path) => path.display().to_string(),
            Address::Tcp(authority) => format!("tcp://{authority}"),
            Address::Tls(authority, _) => format!("tcp://{authority} with TLS"),
            Address::Far(far) => far.to_string(),
        }
    }

    /// Whether it is a socket of this machine, so that the engine's files may be readable.
    pub(super) const fn is_local(&self) -> bool {
        matches!(self.address, Address::Socket(_))
    }
}

/// The addresses of an engine of this kind: the configured one, or the usual ones, most likely first.
///
/// # Errors
/// If the configured address is invalid.
pub(super) fn endpoints(kind: Kind, environment: &Environment) -> Result<Vec<Endpoint>, String> {
    let told = match kind {
        Kind::Docker => docker(environment),
        Kind::Podman => podman(environment),
    };
    if let Some(endpoint) = told {
        return Ok(vec![endpoint?]);
    }
    let usual = usual(kind, environment);
    let here =
        |endpoint: &Endpoint| matches!(&endpoint.address, Address::Socket(it) if it.exists());
    if kind == Kind::Podman && !usual.iter().any(here) {
        // If podman runs in a virtual machine, its default connection leads there.
        if let Some(connection) = connections::find(environment, None) {
            return Ok(vec![connected(&connection, environment)?]);
        }
    }
    Ok(usual)
}

/// podman's order: `CONTAINER_HOST`, then the connection that `CONTAINER_CONNECTION` names.
fn podman(environment: &Environment) -> Option<Result<Endpoint, String>> {
    if let Some(host) = text(environment, "CONTAINER_HOST") {
        return Some(named(Kind::Podman, &host, "CONTAINER_HOST", environment));
    }
    let name = text(environment, "CONTAINER_CONNECTION")?;
    Some(match connections::find(environment, Some(&name)) {
        Some(connection) => connected(&connection, environment),
        None => Err(format!("CONTAINER_CONNECTION: podman has no connection `{name}`")),
    })
}

fn connected(connection: &Connection, environment: &Environment) -> Result<Endpoint, String> {
    let told_by = format!("connection {}", connection.name);
    let mut endpoint = named(Kind::Podman, &connection.uri, &told_by, environment)?;
    if let (Address::Far(far), Some(identity)) = (&mut endpoint.address, &connection.identity) {
        far.identity = Some(identity.clone());
    }
    Ok(endpoint)
}

fn usual(kind: Kind, environment: &Environment) -> Vec<Endpoint> {
    let endpoint = |path| Endpoint { kind, address: Address::Socket(path), told_by: None };
    let sockets = match kind {
        Kind::Docker => usual::docker(environment),
        Kind::Podman => usual::podman(environment),
    };
    sockets.into_iter().map(endpoint).collect()
}

/// Docker's order: `DOCKER_HOST`, `DOCKER_CONTEXT`, the context of `docker context use`.
fn docker(environment: &Environment) -> Option<Result<Endpoint, String>> {
    if let Some(host) = text(environment, "DOCKER_HOST") {
        return Some(named(Kind::Docker, &host, "DOCKER_HOST", environment));
    }
    let directory = docker_directory(environment)?;
    let name = text(environment, "DOCKER_CONTEXT").or_else(|| {
        let config = given::json(&directory.join("config.json"), CONFIG_MAX)?;
        Some(config.get("currentContext")?.as_str()?.to_owned())
    })?;
    (!name.is_empty() && name != "default").then(|| context(&name, &directory))
}

fn docker_directory(environment: &Environment) -> Option<PathBuf> {
    let told = environment.variable("DOCKER_CONFIG");
    told.or_else(|| Some(environment.variable("HOME")?.join(".docker")))
}

/// A context: `contexts/meta/SHA256/meta.json` says where, `contexts/tls/SHA256/docker` holds the certificates
/// (docker/cli, `cli/context/store`). The name is hashed, so it cannot lead anywhere else.
fn context(name: &str, directory: &Path) -> Result<Endpoint, String> {
    let digest = Digest::of(name.as_bytes());
    let id = digest.encoded();
    let file = directory.join("contexts/meta").join(id).join("meta.json");
    let meta = given::json(&file, CONFIG_MAX).ok_or_else(|| {
        format!(
            "Docker's context `{name}` cannot be read: {} is not there or no JSON",
            file.display()
        )
    })?;
    let docker = meta.get("Endpoints").and_then(|endpoints| endpoints.get("docker"));
    let host = docker.and_then(|docker| docker.get("Host")?.as_str()).unwrap_or_default();
    let skip = docker.and_then(|docker| docker.get("SkipTLSVerify")?.as_bool()).unwrap_or(false);
    let tls = directory.join("contexts/tls").join(id).join("docker");
    let certificates = (tls.is_dir() || skip).then(|| Certificates::in_directory(Some(&tls), skip));
    let told_by = format!("context {name}");
    let address = address(host, certificates).map_err(|what| format!("{told_by}: {what}"))?;
    Ok(Endpoint { kind: Kind::Docker, address, told_by: Some(told_by) })
}

/// Parses the value of a variable, with TLS as Docker's variables state.
fn named(
    kind: Kind,
    host: &str,
    variable: &str,
    environment: &Environment,
) -> Result<Endpoint, String> {
    let verify = environment.variable("DOCKER_TLS_VERIFY").is_some();
    let tls = verify || environment.variable("DOCKER_TLS").is_some();
    let certificates = match kind {
        Kind::Docker => tls.then(|| {
            let directory = environment.variable("DOCKER_CERT_PATH");
            let directory = directory.or_else(|| docker_directory(environment));
            Certificates::in_directory(directory.as_deref(), !verify)
        }),
        Kind::Podman => Certificates::of_podman(environment),
    };
    let mut address = address(host, certificates).map_err(|what| format!("{variable}: {what}"))?;
    if let (Address::Far(far), Kind::Podman) = (&mut address, kind) {
        far.identity = environment.variable("CONTAINER_SSHKEY");
    }
    Ok(Endpoint { kind, address, told_by: Some(variable.to_owned()) })
}

fn address(host: &str, certificates: Option<Certificates>) -> Result<Address, String> {
    let (scheme, rest) = host.split_once("://").unwrap_or(("", host));
    let authority = |port: u16| {
        let authority = rest.split('/').next().unwrap_or_default();
        let has_port = authority
            .rsplit_once(':')
            .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()));
        match (authority.is_empty(), has_port) {
            (true, _) => format!("localhost:{port}"),
            (_, true) => authority.to_owned(),
            _ => format!("{authority}:{port}"),
        }
    };
    match (scheme, certificates) {
        ("unix", _) if !rest.is_empty() => Ok(Address::Socket(PathBuf::from(rest))),
        ("npipe", _) if cfg!(windows) => {
            Ok(Address::Socket(PathBuf::from(rest.replace('/', "\\"))))
        }
        ("" | "tcp" | "http" | "https", Some(certificates)) => {
            Ok(Address::Tls(authority(2376), certificates))
        }
        ("https", None) => Ok(Address::Tls(authority(2376), Certificates::default())),
        ("tcp" | "http", None) => Ok(Address::Tcp(authority(2375))),
        ("ssh", _) => Far::parse(rest)
            .map(Address::Far)
            .ok_or_else(|| "not an ssh address: write ssh://USER@HOST:PORT".to_owned()),
        _ => Err(format!(
            "`{host}` is not a supported address: write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST"
        )),
    }
}

fn text(environment: &Environment, name: &str) -> Option<String> {
    Some(environment.variable(name)?.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docker_at(root: &Path, variables: &[(&str, &Path)]) -> Result<Vec<Endpoint>, String> {
        endpoints(Kind::Docker, &Environment::given(root, variables))
    }

    #[test]
    fn a_variable_is_the_only_word() {
        let root = Path::new("/");
        let told = |host: &str, more: &[(&str, &Path)]| {
            let variables = [&[("DOCKER_HOST", Path::new(host))], more].concat();
            docker_at(root, &variables).map(|all| {
                assert_eq!(all.len(), 1);
                all[0].clone()
            })
        };
        let unix = told("unix:///x/y.sock", &[]).unwrap();
        assert_eq!(unix.address, Address::Socket("/x/y.sock".into()));
        assert_eq!(unix.place(), "docker-daemon at /x/y.sock (DOCKER_HOST)");
        for (host, authority) in
            [("tcp://h", "h:2375"), ("tcp://h:1", "h:1"), ("http://[::1]:9/x", "[::1]:9")]
        {
            assert_eq!(told(host, &[]).unwrap().address, Address::Tcp(authority.to_owned()));
        }
        let on = Path::new("1");
        let home = tempfile::tempdir().unwrap();
        let at = home.path();
        std::fs::write(at.join("ca.pem"), "").unwrap();
        let verify = [("DOCKER_TLS_VERIFY", on), ("DOCKER_CERT_PATH", at)];
        let authority = Some(at.join("ca.pem"));
        let certificates = Certificates { authority, ..Certificates::default() };
        assert_eq!(
            told("tcp://h", &verify).unwrap().address,
            Address::Tls("h:2376".to_owned(), certificates)
        );
        let far = told("ssh://me@h:22/run/docker.sock", &[]).unwrap();
        assert_eq!(far.place(), "docker-daemon at ssh://me@h:22/run/docker.sock (DOCKER_HOST)");
        assert!(!far.is_local(), "its files are elsewhere");
        for host in ["npipe:////./pipe/docker", "nonsense", "unix://"] {
            let message = told(host, &[]).unwrap_err();
            assert!(message.contains("DOCKER_HOST") && message.contains("unix:///"), "{message}");
        }
    }

    #[test]
    fn a_context_is_found_by_the_hash_of_its_name() {
        let home = tempfile::tempdir().unwrap();
        let docker = home.path().join(".docker");
        // `printf lab | sha256sum`
        let id = "a51146d38077ff992eba84cf1d5e9b249073503eb74868699016153b031a38f7";
        let meta = docker.join("contexts/meta").join(id);
        std::fs::create_dir_all(&meta).unwrap();
        std::fs::create_dir_all(docker.join("contexts/tls").join(id).join("docker")).unwrap();
        std::fs::write(docker.join("config.json"), r#"{"currentContext": "lab"}"#).unwrap();
        let here = |more: &[(&str, &Path)]| {
            docker_at(home.path(), &[&[("HOME", home.path())], more].concat())
        };
        assert!(here(&[]).unwrap_err().contains("`lab`"), "its file is not there");
        std::fs::write(
            meta.join("meta.json"),
            r#"{"Name": "lab", "Endpoints": {"docker": {"Host": "tcp://h:2376", "SkipTLSVerify": false}}}"#,
        )
        .unwrap();
        let found = here(&[]).unwrap();
        assert_eq!(found[0].place(), "docker-daemon at tcp://h:2376 with TLS (context lab)");
        let other = here(&[("DOCKER_CONTEXT", Path::new("default"))]).unwrap();
        assert!(other.iter().all(|endpoint| endpoint.told_by.is_none()), "the default one");
        let host = here(&[("DOCKER_HOST", Path::new("unix:///s"))]).unwrap();
        assert_eq!(host[0].address, Address::Socket("/s".into()), "the variable comes first");
    }

    #[test]
    fn podmans_connections_are_followed() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join(".config/containers");
        std::fs::create_dir_all(&config).unwrap();
        let file = r#"{"Connection": {"Default": "machine", "Connections": {
            "machine": {"URI": "ssh://core@localhost:7/run/p.sock", "Identity": "/key"},
            "lab": {"URI": "tcp://lab:8080"}}}}"#;
        std::fs::write(config.join("podman-connections.json"), file).unwrap();
        let run = home.path().join("run");
        let podman = |more: &[(&str, &Path)]| {
            let variables = [&[("HOME", home.path()), ("XDG_RUNTIME_DIR", &run)], more].concat();
            endpoints(Kind::Podman, &Environment::given(home.path(), &variables))
        };
        let places = |more: &[(&str, &Path)]| -> Vec<String> {
            podman(more).unwrap().iter().map(Endpoint::place).collect()
        };
        let machine = "podman at ssh://core@localhost:7/run/p.sock (connection machine)";
        assert_eq!(places(&[]), [machine]);
        let found = podman(&[]).unwrap();
        let Address::Far(far) = &found[0].address else { panic!("{found:?}") };
        assert_eq!(far.identity.as_deref(), Some(Path::new("/key")));
        let lab = Path::new("lab");
        let named = places(&[("CONTAINER_CONNECTION", lab)]);
        assert_eq!(named, ["podman at tcp://lab:8080 (connection lab)"]);
        let unknown = podman(&[("CONTAINER_CONNECTION", Path::new("x"))]).unwrap_err();
        assert!(unknown.contains("no connection `x`"), "{unknown}");
        let secure =
            [("CONTAINER_HOST", Path::new("tcp://h:1")), ("CONTAINER_TLS_CA", Path::new("/ca"))];
        assert_eq!(places(&secure), ["podman at tcp://h:1 with TLS (CONTAINER_HOST)"]);
        std::fs::create_dir_all(run.join("podman")).unwrap();
        std::fs::write(run.join("podman/podman.sock"), "").unwrap();
        assert!(
            podman(&[]).unwrap().iter().all(|it| it.told_by.is_none()),
            "what is here comes first"
        );
    }
}
