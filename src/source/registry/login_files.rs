//! Credentials for registries: from the files of `docker login` and `podman login`.
//!
//! Docker's `config.json`, its older `.dockercfg`, and containers-auth.json(5), whose keys may also name a part of a
//! registry.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::source::disk::given;
use crate::source::registry::credentials::Credentials;
use crate::source::registry::keychain;
use crate::source::registry::secret::Secret;

/// The key of Docker Hub in these files.
const HUB: &str = "https://index.docker.io/v1/";

/// The largest file, in bytes.
const LONGEST: u64 = 4 << 20;

/// The credentials for a repository (`docker.io/library/nginx`) from the first file with an entry, and the errors of
/// others.
pub(super) fn of(
    domain: &str,
    path: &str,
    files: &[impl AsRef<Path>],
) -> (Option<Credentials>, Vec<String>) {
    let mut trouble = Vec::new();
    for file in files {
        let file = file.as_ref();
        let found = match given::read(file, LONGEST) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => Err(error.to_string()),
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("not JSON: {error}"))
                .and_then(|value| in_file(&value, domain, path)),
        };
        match found {
            Ok(None) => {}
            Ok(found) => return (found, trouble),
            Err(why) => trouble.push(format!("{}: {why}", file.display())),
        }
    }
    (None, trouble)
}

fn in_file(value: &Value, domain: &str, path: &str) -> Result<Option<Credentials>, String> {
    let helper = value
        .get("credHelpers")
        .and_then(|helpers| names(domain).into_iter().find_map(|name| helpers.get(name)?.as_str()));
    let store = value.get("credsStore").and_then(Value::as_str).filter(|name| !name.is_empty());
    if let Some(helper) = helper {
        return ask(helper, domain);
    }
    // Files of Docker before 1.7 have the registries at the top level.
    let entries = match value.get("auths") {
        Some(auths) => auths.as_object(),
        None => value.as_object(),
    };
    let entry = entries.and_then(|entries| entry(entries, domain, path));
    match (entry.and_then(credentials), store) {
        (Some(found), _) => Ok(Some(found)),
        (None, Some(store)) => ask(store, domain),
        (None, None) => Ok(None),
    }
}

fn ask(name: &str, domain: &str) -> Result<Option<Credentials>, String> {
    keychain::ask(name, server(domain))
}

/// The name of the registry for credential helpers.
fn server(domain: &str) -> &str {
    if domain == "docker.io" { HUB } else { domain }
}

/// The names of a registry in these files.
fn names(domain: &str) -> Vec<&str> {
    match domain {
        "docker.io" => vec![HUB, "docker.io", "index.docker.io", "registry-1.docker.io"],
        domain => vec![domain],
    }
}

/// The entry for the longest prefix of the repository's name, else for the registry in any spelling.
fn entry<'f>(entries: &'f Map<String, Value>, domain: &str, path: &str) -> Option<&'f Value> {
    let mut part = format!("{domain}/{path}");
    loop {
        if let Some(entry) = entries.get(&part) {
            return Some(entry);
        }
        let slash = part.rfind('/')?;
        part.truncate(slash);
        if !part.contains('/') {
            break;
        }
    }
    let names = names(domain);
    let exact = names.iter().find_map(|&name| entries.get(name));
    exact.or_else(|| {
        let same = |key: &&String| names.contains(&host(key));
        entries.keys().find(same).and_then(|key| entries.get(key))
    })
}

/// The host of a key that is written as a URL.
fn host(key: &str) -> &str {
    let Some((_, rest)) = key.split_once("://") else { return "" };
    rest.split('/').next().unwrap_or_default()
}

fn credentials(entry: &Value) -> Option<Credentials> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).filter(|value| !value.is_empty());
    if let Some(token) = text("identitytoken") {
        return Some(Credentials::Identity(Secret::new(token)));
    }
    if let (Some(user), Some(password)) = (text("username"), text("password")) {
        return Some(Credentials::Password {
            user: user.to_owned(),
            password: Secret::new(password),
        });
    }
    let pair = STANDARD.decode(text("auth")?.trim()).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (user, password) = pair.trim_end_matches('\0').split_once(':')?;
    Some(Credentials::Password { user: user.to_owned(), password: Secret::new(password) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(file: &Value, domain: &str, path: &str) -> Option<String> {
        match in_file(file, domain, path).unwrap()? {
            Credentials::Password { user, .. } => Some(user),
            Credentials::Identity(token) => Some(format!("token {}", token.reveal())),
        }
    }

    fn auth(user: &str) -> Value {
        json!({"auth": STANDARD.encode(format!("{user}:p:w"))})
    }

    #[test]
    fn helpers_know_docker_hub_by_its_old_address() {
        assert_eq!(server("docker.io"), "https://index.docker.io/v1/");
        assert_eq!(server("r.io"), "r.io");
    }

    #[test]
    fn the_entry_for_the_longest_part_of_the_name_counts() {
        let file = json!({"auths": {
            "r.io": auth("all"), "r.io/a": auth("a"), "r.io/a/b": auth("b"),
            "https://old.io/v1/": auth("old"), "https://index.docker.io/v1/": auth("hub"),
            "t.io": {"identitytoken": "xyz", "auth": ""}, "empty.io": {},
        }});
        for (domain, path, expected) in [
            ("r.io", "a/b", Some("b")),
            ("r.io", "a/c", Some("a")),
            ("r.io", "x", Some("all")),
            ("old.io", "x", Some("old")),
            ("docker.io", "library/nginx", Some("hub")),
            ("t.io", "x", Some("token xyz")),
            ("empty.io", "x", None),
            ("other.io", "x", None),
        ] {
            assert_eq!(user(&file, domain, path).as_deref(), expected, "{domain}/{path}");
        }
    }

    #[test]
    fn hosts_are_matched_whole() {
        let file = json!({"auths": {"r.io": auth("r"), "https://s.io/v1/": auth("s")}});
        for domain in ["evil-r.io", "r.io.evil.com", "r.io:5000", "x.r.io", "R.io", "r.i", "io"] {
            assert_eq!(user(&file, domain, "x"), None, "{domain}");
        }
        for domain in ["evil-s.io", "s.io.evil.com", "s.io:443", "x.s.io", "s.i"] {
            assert_eq!(user(&file, domain, "x"), None, "{domain}");
        }
        assert_eq!(user(&file, "s.io", "x").as_deref(), Some("s"));
    }

    #[test]
    fn a_password_may_hold_colons_and_is_not_shown() {
        let found = credentials(&auth("me")).unwrap();
        let shown = format!("{found:?}");
        assert!(shown.contains("me") && !shown.contains("p:w"), "{shown}");
        assert_eq!(found.basic().unwrap().reveal(), "Basic bWU6cDp3");
    }

    #[test]
    fn what_is_no_such_file_says_nothing() {
        for value in [json!([]), json!({"auths": 7}), json!({"auths": {"r.io": {"auth": "%%"}}})] {
            assert_eq!(user(&value, "r.io", "x"), None, "{value}");
        }
    }
}
