//! Secrets in what an image says of itself: variables, labels, and the history with its build arguments.
//!
//! Told by a name that says so and a value that is there, or by a value that has a secret's form. Only the name ever
//! leaves this file; values go no further than into [`super::Redaction`], which takes them out of commands.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::assignments::{self, password};
use super::{Id, Place};
use crate::image::Image;

/// Parts of a name that say what it holds.
const SECRET: [&str; 13] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
    "AUTH_KEY",
    "SIGNING_KEY",
    "ENCRYPTION_KEY",
];

/// Endings that say where a secret is, not what it is.
const WHERE: [&str; 9] =
    ["_FILE", "_PATH", "_DIR", "_URL", "_NAME", "_TTL", "_ENDPOINT", "_STDIN", "_FD"];

/// Beginnings that say there is none: `adduser --disabled-password app`.
const NONE: [&str; 4] = ["DISABLED_", "DISABLE_", "NO_", "WITHOUT_"];

/// Values that switch something on or off.
const SWITCHES: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "1", "0"];

/// Beginnings of what some issuers hand out.
const ISSUED: [&str; 9] =
    ["AKIA", "ASIA", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "npm_"];

/// Whether a variable, label or argument of that name holds a secret if it holds anything.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    // What cuts text into words is no secret.
    let telling = name.replace("TOKENIZER", "");
    SECRET.iter().any(|part| telling.contains(part))
        && !WHERE.iter().any(|end| name.ends_with(end))
        && !NONE.iter().any(|start| name.starts_with(start))
}

/// Whether it is a secret: by its name, or by its form.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    let refers = value.is_empty() || value.starts_with('$') || value.starts_with("/run/secrets/");
    if refers || SWITCHES.iter().any(|switch| value.eq_ignore_ascii_case(switch)) {
        return false;
    }
    let issued =
        ISSUED.iter().any(|start| value.starts_with(start) && value.len() >= start.len() + 12);
    issued || is_secret_name(name) || password(value).is_some() || name.contains("://")
}

pub(super) fn find(image: &Image, found: &mut Vec<(Id, Place)>) {
    let set_by = last_env_steps(image);
    for (name, _) in variables(image).filter(|(name, value)| is_secret(name, value)) {
        found.push((Id::SecretInEnv, Place::name(name, set_by.get(name).copied())));
    }
    for (name, value) in &image.config.labels {
        if is_secret(name, value) {
            found.push((Id::SecretInLabel, Place::name(name, None)));
        }
    }
    let variables: HashSet<&str> = variables(image).map(|(name, _)| name).collect();
    for (at, step) in image.history.iter().enumerate() {
        let command = step.created_by.as_deref().unwrap_or_default();
        let mut names = BTreeSet::new();
        assignments::each(command, |name, value| {
            if is_secret(name, value) && !variables.contains(name) {
                names.insert(name);
            }
        });
        for name in names {
            let place = Place::name(name, Some(at));
            found.push((Id::SecretInHistory, Place { layer: step.layer, ..place }));
        }
    }
}

/// For each name that an `ENV` of the history sets, the last step that does.
fn last_env_steps(image: &Image) -> HashMap<&str, usize> {
    let mut steps = HashMap::new();
    for (at, step) in image.history.iter().enumerate() {
        let command = step.created_by.as_deref().unwrap_or_default();
        if command.contains("ENV") {
            assignments::each(command, |name, _| {
                steps.insert(name, at);
            });
        }
    }
    steps
}

/// The variables a container starts with.
pub(super) fn variables(image: &Image) -> impl Iterator<Item = (&str, &str)> {
    image.config.env.iter().filter_map(|variable| variable.split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_holds() {
        for secret in ["DB_PASSWORD", "github.token", "AWS_SECRET_ACCESS_KEY", "npm-token"] {
            assert!(is_secret_name(secret), "{secret}");
        }
        for other in [
            "PATH",
            "DB_PASSWORD_FILE",
            "TOKEN_URL",
            "KEYMAP",
            "GPG_KEY",
            "TOKENIZERS_PARALLELISM",
            "disabled-password",
            "password-stdin",
        ] {
            assert!(!is_secret_name(other), "{other}");
        }
    }

    #[test]
    fn a_value_gives_itself_away_and_a_reference_does_not() {
        assert!(is_secret("X", "AKIAIOSFODNN7EXAMPLE"));
        assert!(is_secret("DATABASE_URL", "postgres://app:hunter2@db/shop"));
        assert!(!is_secret("DATABASE_URL", "postgres://app@db/shop"));
        assert!(is_secret("https://me", "hunter2") && !is_secret("https://me", "$PASSWORD"));
        assert!(!is_secret("TOKEN", "") && !is_secret("TOKEN", "$TOKEN"));
        assert!(!is_secret("MYSQL_RANDOM_ROOT_PASSWORD", "Yes") && !is_secret("PASSWORD", "0"));
    }
}
