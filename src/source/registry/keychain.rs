//! Credential helpers: programs that store passwords outside of files (the protocol of `docker-credential-helpers`).

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::source::registry::credentials::Credentials;
use crate::source::registry::secret::Secret;

/// The time limit for a helper; a slower one is waiting for input.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The longest answer, in bytes.
const LONGEST: u64 = 1 << 20;

/// The user name that marks a token instead of a password.
const TOKEN: &str = "<token>";

/// Asks `docker-credential-NAME` for the credentials of a registry; `None` if it has none.
///
/// # Errors
/// If the helper fails; the message has none of its output.
pub(super) fn ask(name: &str, server: &str) -> Result<Option<Credentials>, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return Err("the credential helper's name is invalid".to_owned());
    }
    let program = format!("docker-credential-{name}");
    let mut helper = Command::new(&program);
    helper.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = helper.spawn().map_err(|error| format!("{program}: {error}"))?;
    let answer = talk(&mut child, server);
    let _ = child.kill();
    let _ = child.wait();
    match answer {
        Some(answer) => Ok(read(&answer)),
        None => Err(format!("{program} did not answer within {} s", TIMEOUT.as_secs())),
    }
}

fn talk(child: &mut Child, server: &str) -> Option<Vec<u8>> {
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not read its input does not answer either.
        let _ = input.write_all(server.as_bytes());
    }
    let output = child.stdout.take()?;
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut answer = Vec::new();
        let _ = output.take(LONGEST).read_to_end(&mut answer);
        let _ = send.send(answer);
    });
    let until = Instant::now() + TIMEOUT;
    receive.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
}

/// An answer that is not a JSON object means "credentials not found".
fn read(answer: &[u8]) -> Option<Credentials> {
    let value: Value = serde_json::from_slice(answer).ok()?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let (user, secret) = (text("Username"), Secret::new(text("Secret")));
    match user {
        _ if secret.is_empty() => None,
        TOKEN => Some(Credentials::Identity(secret)),
        user => Some(Credentials::Password { user: user.to_owned(), password: secret }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_a_password_a_token_or_nothing() {
        let password = read(br#"{"ServerURL":"x","Username":"u","Secret":"p"}"#);
        let expected = Credentials::Password { user: "u".to_owned(), password: Secret::new("p") };
        assert_eq!(password, Some(expected));
        let token = read(br#"{"Username":"<token>","Secret":"t"}"#);
        assert_eq!(token, Some(Credentials::Identity(Secret::new("t"))));
        assert_eq!(read(b"credentials not found in native keychain"), None);
    }

    #[test]
    fn only_a_plain_name_is_run() {
        for name in ["", "../../bin/sh", "a b", "/x"] {
            assert!(ask(name, "r.example").is_err(), "{name}");
        }
    }
}
