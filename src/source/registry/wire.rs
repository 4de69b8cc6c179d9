//! Connections: one pool for each host, with its certificates, proxy and time limits.
//!
//! Redirects are not followed here: the caller decides which headers to send along. All connections can be closed from
//! another thread; later requests open new ones.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body, Proxy};

use crate::source::contract::error::NO_TLS;
use crate::source::registry::failure::Failure;
use crate::source::registry::secret::Secret;
use crate::source::registry::settings::Registries;
use crate::source::registry::trust;
use crate::sync;

/// The time limit for connecting.
const CONNECT: Duration = Duration::from_secs(15);

/// The connections of one image.
pub(crate) struct Wire {
    certificates: Vec<PathBuf>,
    stall: Duration,
    agents: Mutex<HashMap<(String, bool), Peer>>,
}

/// The connections to one host.
#[derive(Clone)]
struct Peer {
    agent: Agent,
    /// Certificate files that could not be used.
    trouble: Vec<String>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").field("stall", &self.stall).finish_non_exhaustive()
    }
}

/// One request.
#[derive(Clone, Debug, Default)]
pub(super) struct Request<'r> {
    pub(super) url: &'r str,
    pub(super) accept: &'r str,
    pub(super) authorization: Option<&'r Secret>,
    /// The first and last byte; without a last one, to the end.
    pub(super) range: Option<(u64, Option<u64>)>,
    /// The form fields of a POST request.
    pub(super) form: Option<&'r [(&'r str, &'r str)]>,
    /// Whether it is a HEAD request.
    pub(super) head: bool,
}

/// A response with any status.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

impl Answer {
    /// The value of a header, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl From<Response<Body>> for Answer {
    fn from(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Wire {
    pub(super) fn new(settings: &Registries) -> Self {
        Self {
            certificates: settings.certificates.clone(),
            stall: settings.stall,
            agents: Mutex::default(),
        }
    }

    /// Sends a request; `verify`: whether the certificate is verified.
    pub(super) fn send(&self, request: &Request<'_>, verify: bool) -> Result<Answer, ureq::Error> {
        if let Some(why) = NO_TLS
            && origin(request.url).0 == "https"
        {
            return Err(ureq::Error::Tls(why));
        }
        let agent = self.peer(request.url, verify).agent;
        if let Some(form) = request.form {
            let mut post = agent.post(request.url).header("accept", request.accept);
            if let Some(authorization) = request.authorization {
                post = post.header("authorization", authorization.reveal());
            }
            return post.send_form(form.iter().copied()).map(Answer::from);
        }
        let get = if request.head { agent.head(request.url) } else { agent.get(request.url) };
        let mut get = get.header("accept", request.accept);
        if let Some(authorization) = request.authorization {
            get = get.header("authorization", authorization.reveal());
        }
        if let Some((first, last)) = request.range {
            let last = last.map(|last| last.to_string()).unwrap_or_default();
            get = get.header("range", format!("bytes={first}-{last}"));
        }
        get.call().map(Answer::from)
    }

    /// Closes all connections: blocked reads fail at once.
    pub(super) fn cut(&self) {
        for (_, peer) in sync::lock(&self.agents).drain() {
            peer.agent.shutdown();
        }
    }

    /// The failure of [`Self::send`], with the certificate files that could not be used.
    pub(super) fn failure(&self, url: &str, verify: bool, error: &ureq::Error) -> Failure {
        let (scheme, host) = origin(url);
        let failure = Failure::line(host, error);
        if scheme == "https" { failure.after(&self.peer(url, verify).trouble) } else { failure }
    }

    fn peer(&self, url: &str, verify: bool) -> Peer {
        let (scheme, host) = origin(url);
        let mut agents = sync::lock(&self.agents);
        let key = (format!("{scheme}://{host}"), verify);
        let peer = agents.entry(key).or_insert_with(|| {
            let (tls, trouble) = trust::of(host, &self.certificates, verify);
            let config = Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .proxy(proxy(scheme, host))
                .tls_config(tls)
                .timeout_connect(Some(CONNECT))
                .timeout_per_read(Some(self.stall))
                .timeout_per_write(Some(self.stall))
                .max_idle_connections_per_host(8)
                .user_agent(concat!("layertui/", env!("CARGO_PKG_VERSION")))
                .build();
            Peer { agent: Agent::new_with_config(config), trouble }
        });
        peer.clone()
    }
}

/// Scheme and host (with its port) of a URL.
pub(super) fn origin(url: &str) -> (&str, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (scheme, host)
}

/// The target of a redirect: a reference of RFC 3986, without the parts that registries do not use.
pub(super) fn target(from: &str, location: &str) -> String {
    let (scheme, host) = origin(from);
    if let Some(rest) = location.strip_prefix("//") {
        return format!("{scheme}://{rest}");
    }
    if location.starts_with('/') {
        return format!("{scheme}://{host}{location}");
    }
    // A query may name another URL.
    if location.split(['?', '#']).next().is_some_and(|path| path.contains("://")) {
        return location.to_owned();
    }
    let path = from.split(['?', '#']).next().unwrap_or(from);
    let directory = path.rfind('/').map_or(path, |slash| &path[..=slash]);
    format!("{directory}{location}")
}

/// Whether the host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or_default(),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = |port: &str| port.bytes().all(|c| c.is_ascii_digit());
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return false;
    }
    let address = name.parse::<std::net::IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The proxy for a host, from the variables that curl and Go use; none for this machine.
fn proxy(scheme: &str, host: &str) -> Option<Proxy> {
    if is_loopback(host) {
        return None;
    }
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let either = |name: &str| set(&name.to_lowercase()).or_else(|| set(name));
    // A CGI server sets `HTTP_PROXY` in capitals from the request header `Proxy`.
    let own = if scheme == "http" { set("http_proxy") } else { either("HTTPS_PROXY") };
    let proxy = Proxy::new(&own.or_else(|| either("ALL_PROXY"))?).ok()?;
    let mut builder = Proxy::builder(proxy.protocol()).host(proxy.host()).port(proxy.port());
    if let (Some(user), Some(password)) = (proxy.username(), proxy.password()) {
        builder = builder.username(user).password(password);
    }
    for part in either("NO_PROXY").unwrap_or_default().split(',').map(str::trim) {
        if !part.is_empty() {
            builder = builder.no_proxy(part);
        }
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_read_against_where_it_came_from() {
        let from = "https://r.io:5000/v2/a/blobs/x?y=1";
        for (location, expected) in [
            ("https://cdn.io/b?sig=1", "https://cdn.io/b?sig=1"),
            ("//cdn.io/b", "https://cdn.io/b"),
            ("/b/c", "https://r.io:5000/b/c"),
            ("z", "https://r.io:5000/v2/a/blobs/z"),
            ("/x?u=https://cdn.io/b", "https://r.io:5000/x?u=https://cdn.io/b"),
            ("z?u=https://cdn.io/b", "https://r.io:5000/v2/a/blobs/z?u=https://cdn.io/b"),
            ("https://cdn.io/b?u=https://r.io", "https://cdn.io/b?u=https://r.io"),
        ] {
            assert_eq!(target(from, location), expected);
        }
        assert_eq!(origin("http://h:1/a"), ("http", "h:1"));
    }

    #[test]
    fn this_machine_goes_by_several_names() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:80", "127.9.9.9", "[::1]:5000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example",
            "128.0.0.1",
            "[::2]",
            "r.io",
            "127.0.0.1.example",
            "evil-localhost",
            "[::1].example",
            "[::1]example:443",
            "localhost:80@r.io",
            "127.0.0.1:x",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
