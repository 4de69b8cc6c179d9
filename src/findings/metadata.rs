//! Secrets in what an image says of itself: variables, labels, and the history with its build arguments.
//!
//! Told by a name that says so and a value that is there, or by a value that has a secret's form. Only the name ever
//! leaves this file; values go no further than into [`super::Redaction`], which takes them out of commands.

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
    if refers || SWITCHES.contains(&value.to_ascii_lowercase().as_str()) {
        return false;
    }
    let issued =
        ISSUED.iter().any(|start| value.starts_with(start) && value.len() >= start.len() + 12);
    issued || is_secret_name(name) || password(value).is_some() || name.contains("://")
}

/// Of `scheme://user:password@host` what stands before the password, which names it, and the password.
fn password(word: &str) -> Option<(&str, &str)> {
    let start = word.find("://")? + 3;
    let authority = word[start..].split('/').next().unwrap_or_default();
    let (user, password) = authority.rsplit_once('@')?.0.split_once(':')?;
    let known = !password.is_empty() && !password.starts_with('$');
    known.then_some((&word[..start + user.len()], password))
}

pub(super) fn find(image: &Image, found: &mut Vec<(Id, Place)>) {
    for (name, _) in variables(image).filter(|(name, value)| is_secret(name, value)) {
        let step = image.history.iter().rposition(|step| {
            let command = step.created_by.as_deref().unwrap_or_default();
            command.contains("ENV") && assignments(command).iter().any(|(other, _)| *other == name)
        });
        found.push((Id::SecretInEnv, Place::name(name, step)));
    }
    for (name, value) in &image.config.labels {
        if is_secret(name, value) {
            found.push((Id::SecretInLabel, Place::name(name, None)));
        }
    }
    for (at, step) in image.history.iter().enumerate() {
        let command = step.created_by.as_deref().unwrap_or_default();
        let mut names: Vec<&str> = assignments(command)
            .into_iter()
            .filter(|(name, value)| is_secret(name, value))
            .map(|(name, _)| name)
            .filter(|name| !variables(image).any(|(variable, _)| variable == *name))
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let place = Place::name(name, Some(at));
            found.push((Id::SecretInHistory, Place { layer: step.layer, ..place }));
        }
    }
}

/// The variables a container starts with.
pub(super) fn variables(image: &Image) -> impl Iterator<Item = (&str, &str)> {
    image.config.env.iter().filter_map(|variable| variable.split_once('='))
}

/// Everything of the form `NAME=value` and `--name value` in a command, the old `ENV NAME value`, and passwords in URLs
/// with the URL up to there for their name.
pub(super) fn assignments(command: &str) -> Vec<(&str, &str)> {
    // The history has lost the quotes of these: a value ends where the next name begins.
    let unquoted = ["ENV ", "ARG ", "LABEL ", "|"].iter().any(|start| {
        let bare = command.trim_start().trim_start_matches("RUN ");
        bare.trim_start_matches("/bin/sh -c #(nop)").trim_start().starts_with(start)
    });
    let words: Vec<&str> = command.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let bare = word.trim_start_matches(['-', '"', '\'', '(', ';']);
        if let Some((name, value)) = bare.split_once('=')
            && is_name(name)
        {
            found.push((name, whole_value(command, value, &words[at + 1..], unquoted)));
            continue;
        }
        found.extend(password(bare));
        if bare.contains('=') {
            continue;
        }
        let Some(&next) = words.get(at + 1) else { continue };
        let old_env = at > 0 && words[at - 1] == "ENV";
        let option = word.starts_with("--") && !next.starts_with(['-', '&', '|', ';']);
        if is_name(bare) && (option || old_env && !next.contains('=')) {
            found.push((bare, whole_value(command, next, &words[at + 2..], old_env)));
        }
    }
    found
}

/// A value with the words that still belong to it: up to the closing quote; where quotes were lost, up to what is a
/// name again, or the command.
fn whole_value<'c>(command: &'c str, first: &'c str, rest: &[&'c str], unquoted: bool) -> &'c str {
    let quote = first.chars().next().filter(|c| matches!(c, '"' | '\''));
    let closed = |word: &str, quote: char| word.len() > 1 && word.ends_with(quote);
    let mut last = first;
    for &word in rest {
        let goes_on = if let Some(quote) = quote {
            !closed(last, quote) || (last == first && first.len() == 1)
        } else {
            let name = word.split_once('=').is_some_and(|(name, _)| is_name(name));
            unquoted && !name && !matches!(word, "/bin/sh" | "/bin/bash" | "#")
        };
        if !goes_on {
            break;
        }
        last = word;
    }
    // Both are slices of the command.
    let from = first.as_ptr() as usize - command.as_ptr() as usize;
    let to = last.as_ptr() as usize - command.as_ptr() as usize + last.len();
    &command[from..to]
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
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

    #[test]
    fn assignments_are_found_however_they_are_written() {
        let all = assignments;
        assert_eq!(all("|2 A=1 TOKEN=x /bin/sh -c make"), [("A", "1"), ("TOKEN", "x")]);
        assert_eq!(all("ENV TOKEN abc"), [("TOKEN", "abc")]);
        assert_eq!(all("RUN login --password hunter2 && x"), [("password", "hunter2")]);
        assert_eq!(all("RUN login --token=abc"), [("token", "abc")]);
        assert_eq!(all("ENV TOKEN=two words B=c"), [("TOKEN", "two words"), ("B", "c")]);
        assert_eq!(all("ENV TOKEN two words"), [("TOKEN", "two words")]);
        assert_eq!(all("RUN TOKEN=\"a b\" make it"), [("TOKEN", "\"a b\"")]);
        assert_eq!(all("/bin/sh -c #(nop)  ARG TOKEN=two words"), [("TOKEN", "two words")]);
        assert_eq!(all("|1 T=a b /bin/sh -c make"), [("T", "a b")]);
        assert_eq!(all("RUN git clone https://me:pw@host/x?a=b"), [("https://me", "pw")]);
        assert_eq!(all("RUN git clone https://me:$PW@host/x https://host:8080/y"), []);
    }
}
