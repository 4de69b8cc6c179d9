//! Requests tokens from a registry's authorization service, with a password, an identity token or anonymously
//! (distribution's token and OAuth2 specifications).

use serde_json::Value;

use crate::source::percent::encoded;
use crate::source::registry::credentials::Credentials;
use crate::source::registry::failure::{EXPLANATION, Failure, FailureKind, explanation};
use crate::source::registry::retry::Retry;
use crate::source::registry::secret::Secret;
use crate::source::registry::wire::{Answer, Request, Wire, origin};

/// The client ID of this program.
const CLIENT: &str = "layertui";

/// The reserved characters that a query has unencoded, for services that compare the text.
const PLAIN: &str = "/:,";

/// The parameters of a token request.
pub(super) struct Wanted<'w> {
    pub(super) realm: &'w str,
    pub(super) service: Option<&'w str>,
    pub(super) scope: &'w str,
}

/// Requests a token and returns an `Authorization` header; an error with whether to retry.
pub(super) fn get(
    wire: &Wire,
    wanted: &Wanted<'_>,
    credentials: Option<&Credentials>,
    verify: bool,
) -> Result<Secret, (Failure, Retry)> {
    let (_, host) = origin(wanted.realm);
    let answer = match credentials {
        Some(Credentials::Identity(token)) => by_identity(wire, wanted, token, verify),
        other => by_password(wire, wanted, other, verify),
    };
    let answer = answer.map_err(|error| {
        (wire.failure(wanted.realm, verify, &error), Retry::after_error(&error))
    })?;
    let (status, retry) = (answer.status, Retry::after_answer(&answer));
    let body = read(answer);
    if status != 200 {
        let secrets = credentials.map(Credentials::secrets).unwrap_or_default();
        let said = explanation(&body, &secrets);
        return Err((Failure::status(status, host, &said, credentials.is_some()), retry));
    }
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let token = ["token", "access_token"].into_iter().find_map(|key| value.get(key)?.as_str());
    let token = token.filter(|token| !token.is_empty()).ok_or_else(|| {
        let what = format!("{host} answers without a token");
        let remedy = "check whether a proxy or a portal is in between";
        (Failure::new(FailureKind::Mismatch, what, remedy), Retry::No)
    })?;
    Ok(Secret::new(format!("Bearer {token}")))
}

fn by_password(
    wire: &Wire,
    wanted: &Wanted<'_>,
    credentials: Option<&Credentials>,
    verify: bool,
) -> Result<Answer, ureq::Error> {
    let mark = if wanted.realm.contains('?') { '&' } else { '?' };
    let service = wanted.service.map(|service| format!("service={}&", encoded(service, PLAIN)));
    let service = service.unwrap_or_default();
    let url = format!("{}{mark}{service}scope={}", wanted.realm, encoded(wanted.scope, PLAIN));
    let authorization = credentials.and_then(Credentials::basic);
    wire.send(
        &Request {
            url: &url,
            accept: "application/json",
            authorization: authorization.as_ref(),
            ..Request::default()
        },
        verify,
    )
}

fn by_identity(
    wire: &Wire,
    wanted: &Wanted<'_>,
    token: &Secret,
    verify: bool,
) -> Result<Answer, ureq::Error> {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT),
        ("service", wanted.service.unwrap_or_default()),
        ("scope", wanted.scope),
        ("refresh_token", token.reveal()),
    ];
    let request = Request {
        url: wanted.realm,
        accept: "application/json",
        form: Some(&form),
        ..Request::default()
    };
    wire.send(&request, verify)
}

fn read(mut answer: Answer) -> Vec<u8> {
    answer.body.with_config().limit(EXPLANATION).read_to_vec().unwrap_or_default()
}
