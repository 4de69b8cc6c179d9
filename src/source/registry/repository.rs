//! One repository of one registry: requests with authentication, redirects without credentials for other hosts, and
//! retries.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::image::name::Name;
use crate::source::registry::challenge::Challenge;
use crate::source::registry::credentials::Credentials;
use crate::source::registry::failure::{EXPLANATION, Failure, FailureKind, explanation};
use crate::source::registry::mirrors::Endpoint;
use crate::source::registry::retry::Retry;
use crate::source::registry::secret::Secret;
use crate::source::registry::settings::Registries;
use crate::source::registry::token::Wanted;
use crate::source::registry::wire::{Answer, Request, Wire, is_loopback, origin, target};
use crate::source::registry::{challenge, login_files, token};
use crate::sync;

/// The host of Docker Hub's registry.
const HUB: &str = "registry-1.docker.io";

/// The most attempts for a request.
const ATTEMPTS: u32 = 4;

/// The most redirects.
const REDIRECTS: usize = 6;

/// The longest `Retry-After` that is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The interval at which a sleep checks for cancellation.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// A repository.
#[derive(Debug)]
pub(super) struct Repository {
    domain: String,
    path: String,
    host: String,
    sign_in: Vec<std::path::PathBuf>,
    wire: Wire,
    back_off: Duration,
    /// Whether certificates are verified and TLS is required.
    strict: bool,
    /// Whether it answers over plain HTTP instead of TLS, once it was tested.
    unencrypted: OnceLock<bool>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The registry speaks no TLS.
    plain: bool,
    authorization: Option<Secret>,
    credentials: Option<Credentials>,
    /// Whether the credential files were read.
    looked: bool,
    trouble: Vec<String>,
}

/// A request to a repository.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'i> {
    /// `manifests/latest`, `blobs/sha256:…`
    pub(super) name: &'i str,
    pub(super) accept: &'i str,
    /// The first and last byte; without a last one, to the end.
    pub(super) range: Option<(u64, Option<u64>)>,
    pub(super) head: bool,
}

/// Whether a name is valid in a URL of the API (distribution-spec, "Pulling manifests").
pub(super) fn is_askable(name: &Name) -> bool {
    let plain = |text: &str, more: &[u8]| {
        text.bytes().all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
    };
    plain(&name.path, b"._-/")
        && !name.path.split('/').any(|part| part.is_empty() || part.starts_with('.'))
        && name.tag.as_deref().is_none_or(|tag| plain(tag, b"._-"))
        && plain(&name.domain, b".-:[]")
}

impl Repository {
    pub(super) fn new(place: &Endpoint, settings: &Registries) -> Self {
        let Endpoint { name, insecure, .. } = place;
        let host = if name.domain == "docker.io" { HUB } else { &name.domain };
        Self {
            domain: name.domain.clone(),
            path: name.path.clone(),
            host: host.to_owned(),
            sign_in: settings.sign_in.clone(),
            wire: Wire::new(settings),
            back_off: settings.back_off,
            strict: settings.tls_verify.unwrap_or_else(|| !insecure && !is_loopback(host)),
            unencrypted: OnceLock::new(),
            state: Mutex::default(),
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The name in errors, as in a reference.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.domain, self.path)
    }

    /// Closes all connections.
    pub(super) fn cut(&self) {
        self.wire.cut();
    }

    /// Repeats the request until the status is 200 or 206, or no attempt is left.
    pub(super) fn get(&self, item: Item<'_>, stop: &AtomicBool) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            let (failure, retry) = match self.ask(item) {
                _ if stop.load(Ordering::Relaxed) => return Err(Failure::stopped()),
                Ok(answer) if matches!(answer.status, 200 | 206) => return Ok(answer),
                Ok(answer) => self.refused(answer),
                Err(failed) => failed,
            };
            let wait = match retry {
                _ if attempt >= ATTEMPTS => return Err(failure),
                Retry::No => return Err(failure),
                Retry::Again => self.pause(attempt),
                Retry::After(wait) => wait,
            };
            if wait > LONGEST_WAIT {
                let what = format!("{}, and asks to wait {} s", failure.what, wait.as_secs());
                return Err(Failure { what, ..failure });
            }
            sleep(wait, stop)?;
            attempt += 1;
        }
    }

    /// The delay after this many attempts.
    pub(super) fn pause(&self, attempts: u32) -> Duration {
        self.back_off * 3u32.pow(attempts.saturating_sub(1).min(5))
    }

    /// The error of a response, and whether to retry.
    fn refused(&self, mut answer: Answer) -> (Failure, Retry) {
        let retry = Retry::after_answer(&answer);
        let body = answer.body.with_config().limit(EXPLANATION).read_to_vec();
        let (said, trouble, signed_in) = {
            let state = self.state();
            let secrets = state.credentials.as_ref().map(Credentials::secrets);
            let sent = state.authorization.iter().flat_map(Secret::header_parts);
            let secrets: Vec<Secret> = secrets.into_iter().flatten().chain(sent).collect();
            let said = explanation(&body.unwrap_or_default(), &secrets);
            (said, state.trouble.clone(), state.credentials.is_some())
        };
        let failure = Failure::status(answer.status, &self.host, &said, signed_in);
        (failure.after(&trouble), retry)
    }

    /// One attempt; an error with whether to retry.
    fn ask(&self, item: Item<'_>) -> Result<Answer, (Failure, Retry)> {
        let mut signed_in = false;
        loop {
            let sent = self.state().authorization.clone();
            let answer = self.request(item, sent.as_ref())?;
            if answer.status != 401 || signed_in {
                return Ok(answer);
            }
            // Another thread may have authenticated since, and a token may have expired: each case once.
            signed_in = true;
            let headers = answer.headers.get_all("www-authenticate");
            let challenge = challenge::strongest(headers.iter().filter_map(|it| it.to_str().ok()));
            let Some(challenge) = challenge else { return Ok(answer) };
            match self.sign_in(&challenge)? {
                Some(authorization) => self.state().authorization = Some(authorization),
                None => return Ok(answer),
            }
        }
    }

    /// Sends a request, over TLS unless the registry has none.
    fn request(&self, item: Item<'_>, sent: Option<&Secret>) -> Result<Answer, (Failure, Retry)> {
        let url = |scheme: &str| format!("{scheme}://{}/v2/{}/{}", self.host, self.path, item.name);
        let plain = self.state().plain;
        let scheme = if plain { "http" } else { "https" };
        match self.follow(url(scheme), item, sent) {
            Err((failure, error)) if !plain && !self.strict && speaks_plain(error.as_ref()) => {
                let answer =
                    self.follow(url("http"), item, sent).map_err(|second| match second {
                        // The registry answered.
                        (refused, None) => (refused, Retry::No),
                        (_, Some(_)) => (failure, Retry::Again),
                    })?;
                self.state().plain = true;
                Ok(answer)
            }
            Err((_, error)) if !plain && speaks_plain(error.as_ref()) && self.has_no_tls() => {
                Err((Failure::unencrypted(&self.host), Retry::No))
            }
            Err((failure, error)) => {
                Err((failure, error.as_ref().map_or(Retry::No, Retry::after_error)))
            }
            Ok(answer) => Ok(answer),
        }
    }

    /// Whether the registry answers over plain HTTP. Tested once, only to explain a failure of TLS, and without
    /// credentials or path.
    fn has_no_tls(&self) -> bool {
        let url = format!("http://{}/v2/", self.host);
        let request = Request { url: &url, accept: "*/*", ..Request::default() };
        // A server that expects TLS may answer plain HTTP with status 400.
        let answers = |answer: Answer| matches!(answer.status, 200 | 401 | 403 | 404);
        *self.unencrypted.get_or_init(|| self.wire.send(&request, true).is_ok_and(answers))
    }

    fn follow(
        &self,
        mut url: String,
        item: Item<'_>,
        sent: Option<&Secret>,
    ) -> Result<Answer, (Failure, Option<ureq::Error>)> {
        let first = url.clone();
        for _ in 0..REDIRECTS {
            let request = Request {
                url: &url,
                accept: item.accept,
                // Only the registry itself receives credentials.
                authorization: sent.filter(|_| origin(&url) == origin(&first)),
                range: item.range,
                head: item.head,
                form: None,
            };
            let answer = self
                .wire
                .send(&request, self.strict)
                .map_err(|error| (self.wire.failure(&url, self.strict, &error), Some(error)))?;
            let location = match answer.status {
                301 | 302 | 303 | 307 | 308 => answer.header("location"),
                _ => None,
            };
            let Some(location) = location else {
                if answer.status == 401 && origin(&url) != origin(&first) {
                    // Credentials of the registry are not sent to another host, not even for a token.
                    let (own, other) = (&self.host, origin(&url).1);
                    let what = format!("{own} redirects to {other}, which requires authentication");
                    let remedy = "report it to the registry's operator";
                    return Err((Failure::new(FailureKind::Refused, what, remedy), None));
                }
                return Ok(answer);
            };
            let next = target(&url, location);
            let downgrade = origin(&url).0 == "https" && origin(&next).0 != "https";
            if downgrade && self.strict {
                let host = origin(&next).1;
                let what = format!("{} redirects to {host} without encryption", self.host);
                return Err((
                    Failure::new(FailureKind::Refused, what, "--tls-verify=false allows it"),
                    None,
                ));
            }
            url = next;
        }
        let what = format!("{} redirects in circles", self.host);
        Err((Failure::new(FailureKind::Refused, what, "tell its operator"), None))
    }

    /// The header that answers a challenge; `None` without credentials.
    fn sign_in(&self, challenge: &Challenge) -> Result<Option<Secret>, (Failure, Retry)> {
        let credentials = self.credentials();
        match challenge {
            Challenge::Basic => Ok(credentials.as_ref().and_then(Credentials::basic)),
            Challenge::Bearer { realm, service, scope } => {
                let (scheme, host) = origin(realm);
                if scheme != "https" && (self.strict || !self.state().plain) {
                    let what =
                        format!("{} uses a token service at {host} without encryption", self.host);
                    let remedy = "--tls-verify=false allows it";
                    return Err((Failure::new(FailureKind::Refused, what, remedy), Retry::No));
                }
                let own = format!("repository:{}:pull", self.path);
                let wanted = Wanted {
                    realm,
                    service: service.as_deref(),
                    scope: scope.as_deref().unwrap_or(&own),
                };
                let token = token::get(&self.wire, &wanted, credentials.as_ref(), self.strict);
                let trouble = || self.state().trouble.clone();
                token.map(Some).map_err(|(failure, retry)| (failure.after(&trouble()), retry))
            }
        }
    }

    fn credentials(&self) -> Option<Credentials> {
        let mut state = self.state();
        if !state.looked {
            state.looked = true;
            let found = login_files::of(&self.domain, &self.path, &self.sign_in);
            (state.credentials, state.trouble) = found;
        }
        state.credentials.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        sync::lock(&self.state)
    }
}

/// Whether the error is typical of a server without TLS.
fn speaks_plain(error: Option<&ureq::Error>) -> bool {
    use ureq::Error as E;
    matches!(error, Some(E::Rustls(_) | E::Tls(_) | E::Io(_) | E::ConnectionFailed))
}

/// Sleeps; returns early if cancelled.
pub(super) fn sleep(time: Duration, stop: &AtomicBool) -> Result<(), Failure> {
    let until = Instant::now() + time;
    while !stop.load(Ordering::Relaxed) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(POLL_INTERVAL));
    }
    Err(Failure::stopped())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_checked_everywhere_but_on_this_machine_and_where_it_is_said() {
        let strict = |domain: &str, insecure, tls_verify| {
            let name = Name::parse(&format!("{domain}/a")).unwrap();
            let place = Endpoint { name, insecure, mirror: false };
            let settings = Registries { tls_verify, ..Registries::default() };
            Repository::new(&place, &settings).strict
        };
        for domain in ["r.io", "r.io:80", "docker.io", "localhost.r.io", "10.0.0.1:5000"] {
            assert!(strict(domain, false, None), "{domain}");
        }
        assert!(!strict("localhost:5000", false, None) && !strict("127.0.0.1:5000", false, None));
        assert!(!strict("r.io", true, None) && !strict("r.io", false, Some(false)));
        assert!(strict("localhost:5000", false, Some(true)) && strict("r.io", true, Some(true)));
    }
}
