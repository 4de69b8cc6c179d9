//! Errors of registries: the cause and the remedy.

use std::io;

use serde_json::Value;

use crate::layer::blob::growing_file::Reason;
use crate::source::Error;
use crate::source::registry::secret;
use crate::source::registry::secret::Secret;

/// The most bytes that are read of an error response.
pub(super) const EXPLANATION: u64 = 64 << 10;

/// The most characters of a registry's message in an error.
const QUOTED: usize = 300;

/// The remedy for an untrusted certificate.
const TRUST: &str =
    "put the registry's CA into /etc/containers/certs.d/HOST/ca.crt, or use --tls-verify=false";

/// A cause and its remedy.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    /// The cause.
    pub(super) what: String,
    /// The remedy.
    pub(super) remedy: String,
}

/// The kinds of failure that callers handle differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// The registry answered with a refusal.
    Refused,
    /// The registry has no such document, or does not know such requests.
    Absent,
    /// The registry cannot be reached, or the connection broke.
    Network,
    /// The bytes do not have the expected digest, size or form.
    Mismatch,
    /// The caller cancelled the request.
    Stopped,
    /// The registry does not serve ranges of this blob.
    RangesUnsupported,
    /// The disk has no space for the temporary copy.
    NoSpace,
}

impl Failure {
    pub(super) fn new(
        kind: FailureKind,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { kind, what: what.into(), remedy: remedy.into() }
    }

    pub(super) fn stopped() -> Self {
        Self::new(FailureKind::Stopped, "stopped", "")
    }

    /// As an error about a reference.
    pub(super) fn about(self, reference: &str) -> Error {
        if self.kind == FailureKind::Stopped {
            return Error::Cancelled { place: reference.to_owned() };
        }
        let Self { what, remedy, .. } = self;
        Error::Registry { reference: reference.to_owned(), what, remedy }
    }

    /// An error status.
    pub(super) fn status(status: u16, host: &str, explanation: &str, signed_in: bool) -> Self {
        let said = match explanation {
            "" => String::new(),
            text => format!(" ({text})"),
        };
        let sign_in = format!("`docker login {host}` or `podman login {host}` signs in");
        let (what, remedy) = match status {
            401 if signed_in => ("rejected the credentials".to_owned(), format!("{sign_in} again")),
            401 => ("requires authentication".to_owned(), sign_in),
            403 if signed_in => (
                "denies this user access".to_owned(),
                format!("ask its owner, or sign in as another: {sign_in}"),
            ),
            403 => ("denies access without authentication".to_owned(), sign_in),
            404 => (
                "has no such image".to_owned(),
                "check name and tag; some registries answer so for private images".to_owned(),
            ),
            429 => (
                "received too many requests".to_owned(),
                format!("wait a while; most limits are higher after signing in: {sign_in}"),
            ),
            500..=599 => (format!("failed with status {status}"), "try again later".to_owned()),
            _ => (format!("answered with status {status}"), "its operator may know why".to_owned()),
        };
        let kind = match status {
            400 | 404 | 405 | 501 => FailureKind::Absent,
            _ => FailureKind::Refused,
        };
        Self::new(kind, format!("{host} {what}{said}"), remedy)
    }

    /// An error of the connection.
    pub(super) fn line(host: &str, error: &ureq::Error) -> Self {
        let (what, remedy) = match error {
            error if unknown(error) => {
                ("no such host".to_owned(), "check the name, and whether there is a network")
            }
            ureq::Error::Timeout(_) => ("timed out without data".to_owned(), "try again"),
            ureq::Error::Tls(why) => ((*why).to_owned(), "use a build with TLS"),
            error if untrusted(error) => (format!("no trusted TLS connection: {error}"), TRUST),
            ureq::Error::ConnectProxyFailed(why) => (
                format!("cannot be reached: {why}"),
                "check the proxy variables and who may use the proxy",
            ),
            error => (description(error), "check the name, the network and the proxy variables"),
        };
        Self::new(FailureKind::Network, format!("{host}: {what}"), remedy)
    }

    /// The failure, if files of the configuration could not be used before: they may be the cause.
    pub(super) fn after(self, trouble: &[String]) -> Self {
        if trouble.is_empty() {
            return self;
        }
        let Self { kind, what, remedy } = self;
        let what = format!("{what} ({})", trouble.join("; "));
        Self { kind, what, remedy: format!("correct that first, then {remedy}") }
    }

    /// A registry that answers over plain HTTP instead of TLS.
    pub(super) fn unencrypted(host: &str) -> Self {
        let what = format!("{host} answers with plain HTTP, without TLS");
        let remedy = "--tls-verify=false allows it, or `insecure = true` in registries.conf";
        Self::new(FailureKind::Refused, what, remedy)
    }

    /// As an I/O error of reading a blob.
    pub(super) fn reason(self, repository: &str) -> Reason {
        let reason = Reason::from(self);
        Reason { message: format!("{repository}: {}", reason.message), ..reason }
    }

    /// Whether another attempt may succeed.
    pub(super) fn may_pass(error: &ureq::Error) -> bool {
        use ureq::Error as E;
        !matches!(error, E::BadUri(_) | E::Http(_) | E::InvalidProxyUrl | E::ConnectProxyFailed(_))
            && !unknown(error)
            && !untrusted(error)
            && !refused(error)
    }
}

fn refused(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Whether the host name cannot be resolved. The standard library has no error kind for it.
fn unknown(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound => true,
        ureq::Error::Io(error) => error.to_string().contains("lookup address information"),
        _ => false,
    }
}

/// Whether the TLS handshake failed: certificate or protocol.
fn untrusted(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Rustls(_) => true,
        ureq::Error::Io(error) => error.to_string().contains("peer certificate"),
        _ => false,
    }
}

fn description(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

impl From<Failure> for Reason {
    fn from(failure: Failure) -> Self {
        let kind = match failure.kind {
            FailureKind::Mismatch => io::ErrorKind::InvalidData,
            FailureKind::Stopped => io::ErrorKind::ConnectionAborted,
            FailureKind::RangesUnsupported => io::ErrorKind::Unsupported,
            _ => io::ErrorKind::UnexpectedEof,
        };
        let message = match failure.remedy.as_str() {
            "" => failure.what,
            remedy => format!("{}; {remedy}", failure.what),
        };
        Self { kind, message }
    }
}

/// The message of an error response: the distribution-spec's `errors`, or a token service's `details`.
pub(super) fn explanation(body: &[u8], secrets: &[Secret]) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return String::new() };
    let of = |value: &Value| {
        let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|it| !it.is_empty());
        text("message").or_else(|| text("code")).map(str::to_owned)
    };
    let listed = value.get("errors").and_then(Value::as_array);
    let first = listed.and_then(|errors| errors.first()).and_then(of);
    let plain = ["details", "message", "error_description"]
        .into_iter()
        .find_map(|key| value.get(key)?.as_str().map(str::to_owned));
    // Secrets are removed before shortening, which could cut one in two.
    let text = secret::without(&first.or(plain).unwrap_or_default(), secrets);
    text.chars().take(QUOTED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_explains_itself_in_several_ways() {
        let say = |json: &str| explanation(json.as_bytes(), &[Secret::new("s3cret")]);
        assert_eq!(say(r#"{"errors":[{"code":"DENIED","message":"no s3cret"}]}"#), "no (secret)");
        assert_eq!(say(r#"{"errors":[{"code":"DENIED"}]}"#), "DENIED");
        assert_eq!(say(r#"{"details":"incorrect username"}"#), "incorrect username");
        assert_eq!(say("<html>"), "");
        let long = format!("{}s3cret", "x".repeat(QUOTED - 2));
        assert!(!say(&format!(r#"{{"message":"{long}"}}"#)).contains("s3"));
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        for (status, signed_in, part) in [
            (401, false, "docker login r.example"),
            (401, true, "again"),
            (403, true, "owner"),
            (404, false, "check name and tag"),
            (429, false, "wait a while"),
            (503, false, "try again later"),
        ] {
            let failure = Failure::status(status, "r.example", "", signed_in);
            assert!(failure.remedy.contains(part), "{status}: {}", failure.remedy);
        }
    }
}
