//! Files that may contain a credential, recognised by path, and the check of their contents.
//!
//! Such files also exist without one: settings that name a registry, certificates, unresolved references. An unreadable file
//! counts if files of its name usually contain a credential.

use crate::findings::Id;
use crate::findings::credential::{is_literal, is_secret, url_passwords};
use crate::findings::path_pattern::PathPattern;
use crate::findings::path_pattern::PathPattern::{Below, Ending, EnvFile, Name, Tail};

/// Paths of files of one format, and how to check them.
pub(super) struct CredentialFile {
    /// The finding, if the file contains a credential.
    pub(super) id: Id,
    patterns: &'static [PathPattern],
    form: Form,
    /// Whether an unreadable file counts.
    pub(super) if_unread: bool,
    /// Whether a file of which only the beginning was read counts.
    pub(super) if_cut: bool,
}

/// How to recognise a credential in a file.
enum Form {
    /// One of these texts.
    Text(&'static [&'static str]),
    /// A value given to one of these keys: `key=value`, `key: value`, `"key": "value"`, `<key>value</key>`.
    Keys(&'static [&'static str]),
    /// The token after the word `password` (netrc).
    Netrc,
    /// `NAME=value`, where name and value are those of a secret.
    Variables,
    /// The last field, after this number of colons.
    Field(usize),
    /// A password in a URL, which is also found in all other formats but `Text`.
    Url,
    /// The file is binary and is itself a credential.
    Always,
}

const KEY: &[&str] = &["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----", "PuTTY-User-Key-File-"];

/// Bytes of a value that are examined.
const VALUE_MAX: usize = 4096;

const fn usual(id: Id, patterns: &'static [PathPattern], form: Form) -> CredentialFile {
    CredentialFile { id, patterns, form, if_unread: true, if_cut: true }
}

const fn settings(patterns: &'static [PathPattern], form: Form) -> CredentialFile {
    CredentialFile { id: Id::RegistryCredentials, patterns, form, if_unread: false, if_cut: false }
}

const fn cloud(patterns: &'static [PathPattern], form: Form) -> CredentialFile {
    usual(Id::CloudCredentials, patterns, form)
}

const fn registry(patterns: &'static [PathPattern], form: Form) -> CredentialFile {
    usual(Id::RegistryCredentials, patterns, form)
}

/// The first match decides.
static FILES: [CredentialFile; 23] = [
    usual(Id::EnvFile, &[EnvFile], Form::Variables),
    cloud(
        &[Tail("/.aws/credentials"), Name(".boto"), Name(".s3cfg")],
        Form::Keys(&[
            "aws_secret_access_key",
            "aws_session_token",
            "gs_secret_access_key",
            "gs_oauth2_refresh_token",
            "secret_key",
            "access_token",
        ]),
    ),
    cloud(
        &[
            Tail("/.azure/accessTokens.json"),
            Tail("/.azure/msal_token_cache.json"),
            Tail("/gcloud/application_default_credentials.json"),
            Tail("/.terraform.d/credentials.tfrc.json"),
            Tail("/.config/doctl/config.yaml"),
        ],
        Form::Keys(&[
            "accesstoken",
            "refreshtoken",
            "refresh_token",
            "private_key",
            "secret",
            "token",
            "access-token",
        ]),
    ),
    cloud(&[Tail("/gcloud/credentials.db")], Form::Always),
    cloud(
        &[Tail("/.kube/config")],
        Form::Keys(&[
            "token",
            "password",
            "client-key-data",
            "id-token",
            "refresh-token",
            "client-secret",
        ]),
    ),
    registry(
        &[Tail("/.docker/config.json"), Tail("/containers/auth.json"), Name(".dockercfg")],
        Form::Keys(&["auth", "identitytoken", "registrytoken", "password"]),
    ),
    registry(
        &[Name(".npmrc"), Tail("/etc/npmrc")],
        Form::Keys(&["_auth", "_authtoken", "_password"]),
    ),
    registry(&[Name(".yarnrc.yml")], Form::Keys(&["npmauthtoken", "npmauthident"])),
    registry(
        &[Tail("/.m2/settings.xml"), Tail("/.m2/settings-security.xml")],
        Form::Keys(&["password", "passphrase", "master"]),
    ),
    registry(&[Name(".pypirc")], Form::Keys(&["password"])),
    registry(&[Name(".netrc"), Name("_netrc")], Form::Netrc),
    registry(&[Name(".git-credentials")], Form::Url),
    registry(&[Name(".htpasswd")], Form::Field(1)),
    registry(&[Name(".pgpass")], Form::Field(4)),
    registry(
        &[Tail("/.cargo/credentials"), Tail("/.cargo/credentials.toml")],
        Form::Keys(&["token", "secret-key"]),
    ),
    registry(&[Tail("/.gem/credentials")], Form::Field(2)),
    registry(&[Tail("/gh/hosts.yml")], Form::Keys(&["oauth_token"])),
    settings(&[Below("/etc/apt/auth.conf.d"), Tail("/etc/apt/auth.conf")], Form::Netrc),
    settings(
        &[
            Name("pip.conf"),
            Name("pip.ini"),
            Tail("/uv/uv.toml"),
            Name(".gitconfig"),
            Tail("/etc/gitconfig"),
            Tail("/.git/config"),
            Tail("/git/config"),
            Tail("/etc/apt/sources.list"),
            Below("/etc/apt/sources.list.d"),
            Tail("/etc/apt/apt.conf"),
            Below("/etc/apt/apt.conf.d"),
            Tail("/etc/apk/repositories"),
            Name(".yarnrc"),
            Name(".curlrc"),
            Name(".condarc"),
            Tail("/.cargo/config.toml"),
        ],
        Form::Url,
    ),
    settings(
        &[Below("/etc/yum.repos.d"), Tail("/etc/yum.conf"), Tail("/etc/dnf/dnf.conf")],
        Form::Keys(&["password", "proxy_password"]),
    ),
    settings(
        &[Name(".wgetrc"), Tail("/etc/wgetrc")],
        Form::Keys(&["password", "http_password", "proxy_password", "ftp_password"]),
    ),
    CredentialFile {
        id: Id::PrivateKey,
        patterns: &[
            Ending(".pem"),
            Ending(".key"),
            Ending(".asc"),
            Ending(".ppk"),
            Ending(".p8"),
            Ending("_key"),
            Ending("_rsa"),
            Ending("_dsa"),
            Ending("_ed25519"),
            Ending("_ecdsa"),
            Ending("_sk"),
        ],
        form: Form::Text(KEY),
        if_unread: false,
        if_cut: false,
    },
    registry(
        &[Tail("/.composer/auth.json"), Tail("/composer/auth.json")],
        Form::Keys(&["password", "token", "github.com", "gitlab.com"]),
    ),
];

/// The format of the file with this path.
pub(super) fn rule(path: &[u8]) -> Option<&'static CredentialFile> {
    FILES.iter().find(|file| file.patterns.iter().any(|pattern| pattern.fits(path)))
}

impl CredentialFile {
    /// Whether the contents, as far as they were read, contain a credential.
    pub(super) fn holds_credential(&self, contents: &[u8]) -> bool {
        let text = String::from_utf8_lossy(contents);
        let lines = || text.lines().filter(|line| !line.trim_start().starts_with(['#', ';']));
        let form = match &self.form {
            Form::Always => return true,
            Form::Text(signs) => return signs.iter().any(|sign| text.contains(sign)),
            Form::Keys(keys) => lines().any(|line| gives_value(line, keys)),
            Form::Netrc => names_password(lines()),
            Form::Variables => lines().any(sets_secret),
            Form::Field(field) => lines().any(|line| has_field(line, *field)),
            Form::Url => false,
        };
        form || lines().any(|line| url_passwords(line).next().is_some())
    }
}

/// Whether the line assigns a literal value to one of the keys, which are lower case.
fn gives_value(line: &str, keys: &[&str]) -> bool {
    let small = line.to_ascii_lowercase();
    let in_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    keys.iter().any(|key| {
        small.match_indices(key).any(|(at, _)| {
            let after = &line[at + key.len()..];
            !line[..at].ends_with(in_key) && !after.starts_with(in_key) && is_given(after)
        })
    })
}

/// Whether a literal value follows a key, after the closing quote of the key and a separator.
fn is_given(after: &str) -> bool {
    let end = after.char_indices().nth(VALUE_MAX).map_or(after.len(), |(at, _)| at);
    let after = after[..end].trim_start_matches(['"', '\'', ' ', '\t']);
    let Some(value) = after.strip_prefix(['=', ':', '>']) else { return false };
    let value = value.trim_start();
    let value = match value.chars().next() {
        // Not a literal: a nested object, a list, or a block scalar, whose lines follow (YAML, section 8.1).
        None | Some('{' | '[') => return false,
        Some('|') => return true,
        Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
        Some(_) if after.starts_with('>') => value.split('<').next().unwrap_or_default(),
        Some(_) => value.split(" #").next().unwrap_or_default(),
    };
    is_literal(value)
}

fn names_password<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    let mut words = lines.flat_map(str::split_whitespace);
    words.any(|word| word == "password") && words.next().is_some_and(is_literal)
}

fn sets_secret(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    line.split_once('=').is_some_and(|(name, value)| is_secret(name.trim(), value.trim()))
}

fn has_field(line: &str, field: usize) -> bool {
    line.splitn(field + 1, ':').nth(field).is_some_and(is_literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_decide_whether_a_file_holds_a_credential() {
        for (path, with, without) in [
            ("/a/.npmrc", "//r.example/:_authToken=npm_x1", "//r.example/:_authToken=${NPM_TOKEN}"),
            ("/a/.npmrc", "_auth = \"YTpi\"", "registry=https://r.example\nalways-auth=true"),
            ("/a/.npmrc", "registry=https://u:p@r.example", "registry=https://u:${P}@r.example"),
            ("/a/.npmrc", "//r/:_password=eA==", "#//r/:_password=eA==\n; _auth=x"),
            ("/a/.yarnrc.yml", "npmAuthToken: abc", "npmAuthToken: \"${NPM_TOKEN:-}\""),
            ("/a/.netrc", "machine x login y password z", "machine x login y"),
            ("/a/.netrc", "machine x\n login y\n password\n z", "machine x login y password $PASS"),
            ("/a/.pypirc", "password = pypi-abc", "[pypi]\nusername = __token__"),
            (
                "/a/.pypirc",
                "repository: https://u:p@r.example",
                "password = %(PYPI)s\npassword: <token>",
            ),
            ("/a/.env", "DB_PASSWORD=hunter2", "NEXT_PUBLIC_URL=https://x\nNODE_ENV=production"),
            ("/a/.env", "export API_KEY='k'", "API_KEY=${API_KEY}\nTOKEN=\nPASSWORD_MIN_LENGTH=8"),
            (
                "/a/.docker/config.json",
                r#"{"auths":{"r":{"auth":"YTpi"}}}"#,
                r#"{"credsStore":"desktop","auths":{"r":{}}}"#,
            ),
            (
                "/a/.docker/config.json",
                "{\"r\": {\n \"identitytoken\" : \"x\"}}",
                r#"{"auths":{"r":{"auth":""}}}"#,
            ),
            (
                "/a/.aws/credentials",
                "aws_secret_access_key = abc",
                "[p]\ncredential_process = /bin/x",
            ),
            (
                "/a/.kube/config",
                "    token: abc",
                "    tokenFile: /var/run/token\n    client-key: /k.pem",
            ),
            ("/a/.m2/settings.xml", "<password>x1</password>", "<password>${env.PW}</password>"),
            ("/a/.git-credentials", "https://u:p@github.com", "https://github.com"),
            ("/a/.cargo/credentials.toml", "token = \"abc\"", "[registry]\n"),
            ("/a/.gem/credentials", ":rubygems_api_key: abc", "---\n"),
            ("/a/.htpasswd", "me:$apr1$r31$HqJZimc", "# none\n"),
            ("/a/.pgpass", "h:5432:db:me:pw", "h:5432:db:me:"),
            (
                "/etc/pip.conf",
                "index-url = https://u:p@r.example/simple",
                "index-url = https://r.example/simple",
            ),
            (
                "/root/.config/pip/pip.conf",
                "extra-index-url =\n  https://a\n  https://u:p@b",
                "# https://u:p@b",
            ),
            ("/root/.gitconfig", "[url \"https://u:p@h/\"]", "[user]\nname = me"),
            (
                "/src/.git/config",
                "url = https://ghp_abcdefghijklmnop@github.com/a",
                "url = https://github.com/a",
            ),
            (
                "/etc/apt/sources.list",
                "deb https://u:p@h/ stable main",
                "deb https://h/ stable main",
            ),
            ("/etc/apt/sources.list.d/a.sources", "URIs: https://u:p@h/", "URIs: https://h/"),
            ("/etc/apt/auth.conf.d/a.conf", "machine h login u password p", "machine h"),
            ("/etc/yum.repos.d/a.repo", "password=x1", "baseurl=https://h/"),
            ("/etc/ssl/a.pem", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----"),
        ] {
            let file = rule(path.as_bytes()).expect(path);
            assert!(file.holds_credential(with.as_bytes()), "{path}: {with}");
            assert!(!file.holds_credential(without.as_bytes()), "{path}: {without}");
        }
    }

    #[test]
    fn only_certain_names_are_looked_into() {
        for path in ["/app/aws/credentials", "/a/npmrc", "/a/.env.example", "/root/.ssh/id_rsa.pub"]
        {
            assert!(rule(path.as_bytes()).is_none(), "{path}");
        }
    }
}
