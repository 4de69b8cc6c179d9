//! Which names and values are secrets, and which are not: placeholders, references, lengths of passwords.

/// Parts of a name that mark its value as a secret.
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

/// Endings of names whose value is the location of a secret.
const LOCATION_SUFFIXES: [&str; 13] = [
    "_FILE",
    "_PATH",
    "_DIR",
    "_URL",
    "_URI",
    "_NAME",
    "_TYPE",
    "_HEADER",
    "_ALGORITHM",
    "_TTL",
    "_ENDPOINT",
    "_STDIN",
    "_FD",
];

/// Prefixes that negate: `adduser --disabled-password app`.
const NEGATIONS: [&str; 4] = ["DISABLED_", "DISABLE_", "NO_", "WITHOUT_"];

/// Words of names whose numeric value is a property of a secret: `PASSWORD_MIN_LENGTH=8`.
const MEASURES: [&str; 38] = [
    "LENGTH",
    "LEN",
    "SIZE",
    "BITS",
    "BYTES",
    "CHARS",
    "COUNT",
    "NUMBER",
    "MIN",
    "MAX",
    "MINIMUM",
    "MAXIMUM",
    "LIMIT",
    "TTL",
    "AGE",
    "LIFETIME",
    "LIFESPAN",
    "VALIDITY",
    "DURATION",
    "TIMEOUT",
    "EXPIRY",
    "EXPIRE",
    "EXPIRES",
    "EXPIRATION",
    "INTERVAL",
    "DELAY",
    "DAYS",
    "HOURS",
    "MINUTES",
    "SECONDS",
    "SECS",
    "MS",
    "RETRIES",
    "ATTEMPTS",
    "ROUNDS",
    "ITERATIONS",
    "HISTORY",
    "VERSION",
];

/// Switches and empty values.
const SWITCHES: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "1", "0", "null", "none"];

/// Prefixes of tokens of known issuers.
const TOKEN_PREFIXES: [&str; 17] = [
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "npm_",
    "pypi-",
    "dckr_pat_",
    "hf_",
    "sk_live_",
    "rk_live_",
];

/// Placeholders of documentation and templates, in lower case letters and digits.
const PLACEHOLDERS: [&str; 11] = [
    "changeme",
    "changeit",
    "changethis",
    "replaceme",
    "replacethis",
    "placeholder",
    "redacted",
    "undefined",
    "todo",
    "fixme",
    "xoauthbasic",
];

/// Authentication schemes, which precede a token in a header.
const SCHEMES: [&str; 3] = ["Bearer ", "Basic ", "token "];

/// Whether a nonempty variable, label or argument of that name is a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    // Names of tokenizers are no secrets.
    let words = name.replace("TOKENIZER", "");
    (SECRET.iter().any(|part| words.contains(part)) || name.ends_with("_PASS"))
        && !LOCATION_SUFFIXES.iter().any(|end| name.ends_with(end))
        && !NEGATIONS.iter().any(|start| name.starts_with(start))
}

/// Whether it is a secret, by its name or by the form of its value.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    if !is_literal(value) {
        return false;
    }
    is_issued(value)
        || is_secret_name(name) && !is_measure(name, value)
        || url_passwords(value).next().is_some()
        || name.contains("://")
}

/// Whether the value of a secret's name is a secret: neither a switch nor a placeholder.
pub(super) fn is_literal(value: &str) -> bool {
    !SWITCHES.iter().any(|switch| value.eq_ignore_ascii_case(switch)) && !is_placeholder(value)
}

/// Passwords in URLs (RFC 3986, section 3.2.1): `scheme://user:password@host`, or a token in the place of the user. Each
/// with the part of the URL before it, which names it. Placeholders are skipped.
pub(super) fn url_passwords(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let in_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let ends = |c: char| c.is_whitespace() || "/?#\"'<>,;".contains(c);
    text.match_indices("://").filter_map(move |(at, sign)| {
        let start = text[..at].trim_end_matches(in_scheme).len();
        let user_start = at + sign.len();
        let authority = text[user_start..].split(ends).next()?;
        let (info, _) = authority.rsplit_once('@')?;
        let (user, password) = info.split_once(':').unwrap_or((info, ""));
        if !is_placeholder(password) {
            let end = user_start + user.len();
            return Some((&text[start..end], password));
        }
        is_issued(user).then_some((&text[start..user_start], user))
    })
}

/// Whether the value has the prefix and length of a token of a known issuer.
fn is_issued(value: &str) -> bool {
    TOKEN_PREFIXES.iter().any(|start| value.starts_with(start) && value.len() >= start.len() + 12)
}

/// Whether the value is a number and the name a property of a secret, such as its length or lifetime.
fn is_measure(name: &str, value: &str) -> bool {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || "._ ".contains(c));
    let number = value.starts_with(|c: char| c.is_ascii_digit()) && unit.len() <= 7;
    let plain = unit.chars().all(|c| c.is_ascii_alphabetic());
    let words = || name.split(['_', '-', '.']);
    number
        && plain
        && words().any(|word| MEASURES.iter().any(|measure| word.eq_ignore_ascii_case(measure)))
}

/// Whether a value is a placeholder: a reference, or a word to be replaced.
fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let value =
        SCHEMES.iter().find_map(|scheme| value.strip_prefix(scheme)).unwrap_or(value).trim_start();
    let enclosed = |open: &str, close: &str| {
        value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(is_label)
    };
    value.is_empty()
        || value.starts_with("/run/secrets/")
        || value.starts_with("$(")
        || value.starts_with('`')
        || [("<", ">"), ("@", "@"), ("__", "__"), ("{", "}"), ("[", "]")]
            .iter()
            .any(|(open, close)| enclosed(open, close))
        || is_masked(value)
        || is_stand_in(value)
        || is_references(value)
}

/// Whether it can be the name of a variable.
fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '))
}

/// `****`, `xxxx`, `...`
fn is_masked(value: &str) -> bool {
    let first = value.chars().next().unwrap_or_default();
    value.len() >= 3 && "*xX.-?#".contains(first) && value.chars().all(|c| c == first)
}

fn is_stand_in(value: &str) -> bool {
    let letters = |c: &char| c.is_ascii_alphanumeric();
    let word: String =
        value.chars().take(64).filter(letters).map(|c| c.to_ascii_lowercase()).collect();
    let ends = ["token", "key", "password", "secret", "here"];
    PLACEHOLDERS.contains(&word.as_str())
        || word.starts_with("your") && ends.iter().any(|end| word.ends_with(end))
}

/// Whether the value consists of references and punctuation only: `${A}`, `$A:$B`, `%A%`, `{{ a }}`. The default
/// in `${A:-default}` counts as part of the value.
fn is_references(value: &str) -> bool {
    let mut rest = value;
    let mut found = false;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = after_reference(rest) {
            found = true;
            rest = after;
        } else if first.is_alphanumeric() {
            return false;
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

/// The text after a reference at its beginning; `None` if it does not begin with one.
fn after_reference(text: &str) -> Option<&str> {
    if let Some(inner) = text.strip_prefix("${{").or_else(|| text.strip_prefix("{{")) {
        return inner.split_once("}}").map(|(_, after)| after);
    }
    if let Some(inner) = text.strip_prefix("${") {
        let (inner, after) = inner.split_once('}')?;
        let name =
            inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_.-".contains(c));
        // `-` without a colon begins a default as well, but is also part of many names.
        let default = name.strip_prefix(":-").or_else(|| name.strip_prefix(":="));
        let literal = default.is_some_and(|it| {
            !it.is_empty() && !it.starts_with('$') && !is_masked(it) && !is_stand_in(it)
        });
        return (!literal).then_some(after);
    }
    if let Some(inner) = text.strip_prefix("%(") {
        return inner.split_once(")s").map(|(_, after)| after);
    }
    if let Some(inner) = text.strip_prefix('%') {
        let (name, after) = inner.split_once('%')?;
        return (is_label(name) && !name.contains(' ')).then_some(after);
    }
    let inner = text.strip_prefix('$')?;
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (name, after) = inner.split_at(end.unwrap_or(inner.len()));
    // A name is written in one case; `$uperS3cret` is a password.
    let one_case = name.to_ascii_uppercase() == name || name.to_ascii_lowercase() == name;
    (one_case && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_holds() {
        for secret in
            ["DB_PASSWORD", "github.token", "AWS_SECRET_ACCESS_KEY", "npm-token", "SMTP_PASS"]
        {
            assert!(is_secret_name(secret), "{secret}");
        }
        for other in [
            "PATH",
            "DB_PASSWORD_FILE",
            "TOKEN_URL",
            "KEYMAP",
            "GPG_KEY",
            "BYPASS",
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
        assert!(is_secret("URLS", "https://a.example,https://u:p@b.example"));
        assert!(is_secret("ORIGIN", "https://ghp_abcdefghijklmnop@github.com/a/b"));
        assert!(!is_secret("DATABASE_URL", "postgres://app@db/shop"));
        assert!(!is_secret("DATABASE_URL", "postgres://app:${PASSWORD}@db/shop"));
        assert!(!is_secret("ORIGIN", "https://$TOKEN:x-oauth-basic@github.com/a/b"));
        assert!(is_secret("https://me", "hunter2") && !is_secret("https://me", "$PASSWORD"));
        assert!(!is_secret("TOKEN", "") && !is_secret("TOKEN", "$TOKEN"));
        assert!(!is_secret("MYSQL_RANDOM_ROOT_PASSWORD", "Yes") && !is_secret("PASSWORD", "0"));
    }

    #[test]
    fn placeholders_are_no_secrets() {
        for placeholder in [
            "${TOKEN}",
            "$TOKEN",
            "\"${TOKEN}\"",
            "${TOKEN:-}",
            "${TOKEN:-changeme}",
            "${TOKEN:-${OTHER}}",
            "${TOKEN:?not set}",
            "${USER}:${PASSWORD}",
            "Bearer ${TOKEN}",
            "$(cat /run/secrets/token)",
            "${{ secrets.TOKEN }}",
            "{{ token }}",
            "%TOKEN%",
            "%(TOKEN)s",
            "@TOKEN@",
            "__TOKEN__",
            "<token>",
            "<your token>",
            "changeme",
            "change-me",
            "CHANGE_ME",
            "your-token-here",
            "********",
            "xxxx",
            "null",
        ] {
            assert!(!is_secret("TOKEN", placeholder), "{placeholder}");
        }
        for literal in [
            "hunter2",
            "prefix-${TOKEN}",
            "${TOKEN:-hunter2}",
            "$uperS3cret",
            "$1$salt$hash",
            "<a>b</a>",
            "100%sure",
            "Bearer abc",
            "not-a-real-token",
        ] {
            assert!(is_secret("TOKEN", literal), "{literal}");
        }
    }

    #[test]
    fn numbers_that_measure_are_no_secrets() {
        for (name, value) in [
            ("PASSWORD_MIN_LENGTH", "8"),
            ("NEXTAUTH_SECRET_LENGTH", "32"),
            ("TOKEN_TTL", "3600"),
            ("TOKEN_MAX_AGE", "30d"),
            ("ACCESS_TOKEN_EXPIRE_MINUTES", "15"),
            ("MAX_TOKENS", "4096"),
            ("jwt.secret-lifetime", "1.5h"),
            ("PASSWORD_MIN", "8"),
        ] {
            assert!(!is_secret(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("DB_PASSWORD", "123456"),
            ("PASSWORD_MAX", "hunter2"),
            ("ADMIN_PASSWORD_LENGTHY", "8"),
            ("TOKEN_VERSION", "3fe8a0cb91d6"),
        ] {
            assert!(is_secret(name, value), "{name}={value}");
        }
    }
}
