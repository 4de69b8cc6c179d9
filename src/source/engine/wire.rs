//! Requests to one engine: only `GET`, so that nothing is changed.
//!
//! Answers are limited in size and in the time without a byte. A caller can cancel at any time: the connection is then
//! closed during the blocking read.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{io, thread};

use serde_json::Value;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error as Http, Timeout};

use crate::layer::Watch;
use crate::source::Error;
use crate::source::contract::error::NO_TLS;
use crate::source::engine::endpoint::{Address, Endpoint};
use crate::source::engine::socket::{Nowhere, To};

/// The largest JSON answer that is read.
const JSON_MAX: u64 = 64 << 20;

/// The most bytes of an engine's error message.
const MESSAGE_MAX: u64 = 4096;

/// Time limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeLimits {
    /// For connecting.
    pub(super) connect: Duration,
    /// For a whole JSON answer.
    pub(super) answer: Duration,
    /// For the next bytes of an export. Docker before 25 builds the whole archive before it sends the first byte.
    pub(super) silence: Duration,
}

impl TimeLimits {
    /// The limits for lists that also have local stores.
    pub(crate) const fn short() -> Self {
        Self {
            connect: Duration::from_secs(1),
            answer: Duration::from_secs(10),
            silence: Duration::from_secs(10),
        }
    }
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            answer: Duration::from_mins(1),
            silence: Duration::from_mins(10),
        }
    }
}

/// The target of requests.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) endpoint: Endpoint,
    time_limits: TimeLimits,
    agent: Agent,
}

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nothing listens at the address.
    NotListening,
    /// The socket belongs to another user.
    Denied,
    /// The engine refused: status and its message.
    Refused(u16, String),
    /// Any other error, as text.
    Broken(String),
}

/// The response of an engine.
pub(super) type Answer = ureq::http::Response<ureq::Body>;

impl Wire {
    pub(super) fn new(endpoint: Endpoint, time_limits: TimeLimits) -> Result<Self, Fault> {
        let agent = agent(&endpoint, time_limits)?;
        Ok(Self { endpoint, time_limits, agent })
    }

    /// The engine's name in messages.
    pub(super) fn place(&self) -> String {
        self.endpoint.place()
    }

    /// Sends a request and returns a successful answer.
    pub(super) fn get(&self, path: &str) -> Result<Answer, Fault> {
        self.get_within(path, None)
    }

    fn get_within(&self, path: &str, limit: Option<Duration>) -> Result<Answer, Fault> {
        let scheme =
            if matches!(self.endpoint.address, Address::Tls(..)) { "https" } else { "http" };
        let authority = match &self.endpoint.address {
            Address::Socket(_) | Address::Far(_) => "localhost",
            Address::Tcp(authority) | Address::Tls(authority, _) => authority,
        };
        let request = self.agent.get(format!("{scheme}://{authority}{path}"));
        let request = request.config().timeout_global(limit).build();
        let answer = request.call().map_err(|error| fault(error, self.time_limits.connect))?;
        let status = answer.status().as_u16();
        if status == 200 {
            return Ok(answer);
        }
        let mut words = String::new();
        let mut body = answer.into_body().into_reader().take(MESSAGE_MAX);
        // The part of the message that can be read; the status is reported in any case.
        let _ = body.read_to_string(&mut words);
        let message = serde_json::from_str::<Value>(&words).ok();
        let message = message.as_ref().and_then(|json| {
            json.get("message").or_else(|| json.get("cause")).and_then(Value::as_str)
        });
        Err(Fault::Refused(status, message.unwrap_or(&words).trim().to_owned()))
    }

    /// Requests a JSON document.
    pub(super) fn json(&self, path: &str) -> Result<Value, Fault> {
        let answer = self.get_within(path, Some(self.time_limits.answer))?;
        let mut bytes = Vec::new();
        let limit = JSON_MAX + 1;
        answer
            .into_body()
            .into_with_config()
            .limit(u64::MAX)
            .reader()
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| {
                Fault::Broken(format!("its response was cut off: {}", words(&error)))
            })?;
        if bytes.len() as u64 == limit {
            return Err(Fault::Broken("its response is too long".to_owned()));
        }
        serde_json::from_slice(&bytes)
            .map_err(|error| Fault::Broken(format!("its response is not JSON: {error}")))
    }

    /// Requests a stream of any length and passes it to `read`, until it ends or `watch` cancels.
    pub(super) fn stream<T>(
        &self,
        path: &str,
        watch: &dyn Watch,
        read: impl FnOnce(&mut dyn Read) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let place = self.place();
        let cancelled = || Error::Cancelled { place: place.clone() };
        // A client of its own: cancelling it closes no other connection.
        let time_limits = TimeLimits { answer: self.time_limits.silence, ..self.time_limits };
        let wire =
            Self::new(self.endpoint.clone(), time_limits).map_err(|fault| self.error(fault))?;
        let done = AtomicBool::new(false);
        let agent = wire.agent.clone();
        thread::scope(|scope| {
            let guard = scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    if watch.cancelled() {
                        return agent.shutdown();
                    }
                    thread::park_timeout(Duration::from_millis(50));
                }
            });
            let result = wire.get(path).map_err(|fault| self.error(fault)).and_then(|answer| {
                let mut body = answer.into_body().into_with_config().limit(u64::MAX).reader();
                read(&mut body)
            });
            done.store(true, Ordering::Release);
            guard.thread().unpark();
            match result {
                _ if watch.cancelled() => Err(cancelled()),
                Err(Error::Io { source, .. }) => Err(self
                    .error(Fault::Broken(format!("the export was cut off: {}", words(&source))))),
                result => result,
            }
        })
    }

    /// As [`error`].
    pub(super) fn error(&self, fault: Fault) -> Error {
        error(&self.endpoint, fault)
    }
}

/// The error for a fault, with its remedy.
pub(crate) fn error(endpoint: &Endpoint, fault: Fault) -> Error {
    let kind = endpoint.kind;
    let (what, remedy) = match fault {
        Fault::NotListening => ("nothing is listening there".to_owned(), kind.start().to_owned()),
        Fault::Denied => (
            "permission denied".to_owned(),
            "run layertui with sudo, or as a member of the group that owns the socket (docker's is `docker`)"
                .to_owned(),
        ),
        Fault::Refused(status, words) => (
            format!("it answers {status}: {words}"),
            "see the engine's own log for the reason".to_owned(),
        ),
        Fault::Broken(what) if matches!(endpoint.address, Address::Far(_)) => (
            what,
            "see whether the engine's client can be run there by `ssh` without being asked for a password"
                .to_owned(),
        ),
        Fault::Broken(what) => (what, "see whether the engine still runs, and try again".to_owned()),
    };
    Error::Engine { place: endpoint.place(), what, remedy }
}

fn agent(endpoint: &Endpoint, time_limits: TimeLimits) -> Result<Agent, Fault> {
    let mut config = Agent::config_builder()
        // Proxy variables concern the Internet, not engines.
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("layertui/", env!("CARGO_PKG_VERSION")))
        .max_idle_connections(0)
        .timeout_resolve(Some(time_limits.connect))
        .timeout_connect(Some(time_limits.connect))
        .timeout_per_read(Some(time_limits.answer))
        .timeout_per_write(Some(time_limits.answer));
    Ok(match &endpoint.address {
        Address::Socket(path) => {
            Agent::with_parts(config.build(), To::Socket(path.clone()), Nowhere)
        }
        Address::Far(far) => {
            // Connecting by `ssh` is slow: consecutive requests share one connection.
            let config = config.max_idle_connections(1).max_idle_connections_per_host(1);
            let to = To::Far(far.clone(), endpoint.kind, time_limits.connect);
            Agent::with_parts(config.build(), to, Nowhere)
        }
        Address::Tcp(_) => Agent::new_with_config(config.build()),
        Address::Tls(_, certificates) => {
            if let Some(why) = NO_TLS {
                return Err(Fault::Broken(why.to_owned()));
            }
            config = config.tls_config(certificates.config().map_err(Fault::Broken)?);
            Agent::with_parts(
                config.build(),
                DefaultConnector::default(),
                DefaultResolver::default(),
            )
        }
    })
}

/// `connect` is the time limit for connecting.
fn fault(error: Http, connect: Duration) -> Fault {
    match error {
        Http::Io(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Fault::NotListening,
            io::ErrorKind::PermissionDenied => Fault::Denied,
            _ => Fault::Broken(format!("the connection broke: {}", words(&error))),
        },
        Http::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Fault::Broken(format!("it did not answer within {} s", connect.as_secs_f32()))
        }
        Http::Timeout(_) => Fault::Broken("it stopped responding".to_owned()),
        Http::HostNotFound => Fault::Broken("no such host".to_owned()),
        other => Fault::Broken(other.to_string()),
    }
}

/// The innermost error of the body's reader.
fn words(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Http>());
    match (inner, error.kind()) {
        (Some(Http::Timeout(_)), _) | (_, io::ErrorKind::TimedOut) => {
            "no more data was received".to_owned()
        }
        (_, io::ErrorKind::UnexpectedEof) => "the connection was closed".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::source::engine::endpoint::Kind;

    /// A peer that sends a beginning and then nothing.
    fn stalled() -> (tempfile::TempDir, Endpoint) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin").unwrap();
            // Until the client closes the connection.
            let _ = io::copy(&mut stream, &mut io::sink());
        });
        let address = Address::Socket(path);
        (home, Endpoint { kind: Kind::Docker, address, told_by: None })
    }

    fn read(silence: Duration, watch: &dyn Watch) -> Error {
        let (_home, endpoint) = stalled();
        let wire = Wire::new(endpoint, TimeLimits { silence, ..TimeLimits::default() }).unwrap();
        let all = |body: &mut dyn Read| {
            let mut bytes = Vec::new();
            let read = body.read_to_end(&mut bytes);
            assert_eq!(bytes, b"begin");
            read.map_err(|source| Error::Io { place: String::new(), doing: "", source })
        };
        wire.stream("/x", watch, all).unwrap_err()
    }

    struct Stops(AtomicBool);

    impl Watch for Stops {
        fn progress(&self, _done: u64) {}
        /// Cancels from the second call on: the request was sent by then.
        fn cancelled(&self) -> bool {
            self.0.swap(true, Ordering::Relaxed)
        }
    }

    #[test]
    fn a_socket_of_somebody_elses_is_named_with_a_way_in() {
        let (_home, endpoint) = stalled();
        let denied = Http::Io(io::ErrorKind::PermissionDenied.into());
        let message = error(&endpoint, fault(denied, Duration::ZERO)).to_string();
        for word in ["permission denied", "sudo", "group", &endpoint.address()] {
            assert!(message.contains(word), "{message}");
        }
    }

    /// Whether anything listens there is not known.
    #[test]
    fn a_host_that_does_not_answer_is_not_called_stopped() {
        let endpoint = Endpoint {
            kind: Kind::Docker,
            address: Address::Tcp("192.0.2.1:2375".to_owned()),
            told_by: None,
        };
        for timeout in [Timeout::Resolve, Timeout::Connect] {
            let fault = fault(Http::Timeout(timeout), Duration::from_secs(3));
            let message = error(&endpoint, fault).to_string();
            assert!(message.contains("did not answer within 3 s"), "{message}");
            assert!(!message.contains("nothing is listening"), "{message}");
        }
    }

    #[test]
    fn an_engine_that_falls_silent_is_given_up() {
        let error = read(Duration::from_millis(50), &crate::layer::Unwatched);
        assert!(error.to_string().contains("no more data was received"), "{error}");
    }

    #[test]
    fn whoever_stops_waiting_is_let_go_while_the_engine_is_silent() {
        let error = read(Duration::from_hours(1), &Stops(AtomicBool::new(false)));
        assert!(matches!(error, Error::Cancelled { .. }), "{error}");
    }
}
