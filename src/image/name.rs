//! Names of images (`nginx`, `ghcr.io/a/b:1.2@sha256:…`) and when two of them are the same.
//!
//! Follows Docker's rules for familiar names: no domain means `docker.io`, no slash there means `library/`, and
//! neither tag nor digest means `latest`. Used to match requested names with those in an archive, so characters that
//! a registry would refuse are accepted.

use std::fmt;

use crate::image::digest::Digest;

/// A complete name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// `docker.io`, `ghcr.io`, `localhost:5000`, …
    pub domain: String,
    /// `library/nginx`
    pub path: String,
    /// The tag; `latest` if neither tag nor digest was given.
    pub tag: Option<String>,
    /// The digest after `@`.
    pub digest: Option<Digest>,
}

impl Name {
    /// Parses a name and fills in defaults; `None` if it is not a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            None => (text, None),
            Some((rest, digest)) => (rest, Some(Digest::parse(digest)?)),
        };
        let (repository, tag) = split_tag(rest);
        let plain = |text: &str| {
            !text.is_empty() && !text.bytes().any(|c| c.is_ascii_control() || b" @:".contains(&c))
        };
        let (domain, path) = match split_registry(repository) {
            Some((domain, path)) => (domain, path.to_owned()),
            None if repository.contains('/') => ("docker.io", repository.to_owned()),
            None => ("docker.io", format!("library/{repository}")),
        };
        let domain = if domain == "index.docker.io" { "docker.io" } else { domain };
        let path = match path.as_str() {
            short if domain == "docker.io" && !short.contains('/') => format!("library/{short}"),
            _ => path,
        };
        let last = path.rsplit('/').next().unwrap_or_default();
        if !plain(&path) || last.is_empty() || tag.is_some_and(|tag| !plain(tag)) {
            return None;
        }
        let tag = match (tag, &digest) {
            (None, None) => Some("latest".to_owned()),
            (tag, _) => tag.map(str::to_owned),
        };
        Some(Self { domain: domain.to_owned(), path, tag, digest })
    }

    /// Whether a request for `self` is satisfied by `other`: the same repository, and the same tag or digest.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        let same = |a: &Option<Digest>, b: &Option<Digest>| a.is_none() || a == b;
        self.domain == other.domain
            && self.path == other.path
            && same(&self.digest, &other.digest)
            && (self.tag == other.tag || (self.tag.is_none() && self.digest.is_some()))
    }

    /// Whether both name the same repository, whatever their tags.
    #[must_use]
    pub fn same_repository(&self, other: &Self) -> bool {
        self.domain == other.domain && self.path == other.path
    }

    /// Whether `other` ends with the path and has the tag of this name, in any registry. `self` is a result of
    /// [`Self::on_localhost`].
    #[must_use]
    pub fn is_suffix_of(&self, other: &Self) -> bool {
        self.digest.is_none() && self.tag == other.tag && self.is_repository_suffix_of(other)
    }

    /// As [`Self::is_suffix_of`], without comparing tags.
    #[must_use]
    pub fn is_repository_suffix_of(&self, other: &Self) -> bool {
        let before = other.path.strip_suffix(self.path.as_str());
        before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }

    /// The same name below `localhost/`, where podman and buildah put what they build.
    #[must_use]
    pub fn on_localhost(&self) -> Option<Self> {
        (self.domain == "docker.io").then(|| {
            let path = self.path.strip_prefix("library/").unwrap_or(&self.path).to_owned();
            Self { domain: "localhost".to_owned(), path, ..self.clone() }
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.domain, self.path)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

/// Splits off a trailing `:tag`; a colon before the last slash belongs to a port.
#[must_use]
pub fn split_tag(text: &str) -> (&str, Option<&str>) {
    let after_slash = text.rfind('/').map_or(0, |slash| slash + 1);
    match text[after_slash..].rfind(':') {
        Some(colon) => (&text[..after_slash + colon], Some(&text[after_slash + colon + 1..])),
        None => (text, None),
    }
}

/// The registry that a name begins with, and the rest; `None` for a short name
/// (containers-registries.conf(5), "Short-Name Aliasing").
#[must_use]
pub fn split_registry(text: &str) -> Option<(&str, &str)> {
    let is_registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
    text.split_once('/').filter(|(first, _)| is_registry(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn familiar_names_expand_as_in_docker() {
        for (text, full) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.2", "docker.io/library/nginx:1.2"),
            ("lab/hello", "docker.io/lab/hello:latest"),
            ("docker.io/nginx", "docker.io/library/nginx:latest"),
            ("index.docker.io/lab/x:1", "docker.io/lab/x:1"),
            ("localhost/lab/hello:1", "localhost/lab/hello:1"),
            ("localhost:5000/a", "localhost:5000/a:latest"),
            ("ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1"),
        ] {
            assert_eq!(Name::parse(text).unwrap().to_string(), full, "{text}");
        }
    }

    #[test]
    fn a_digest_replaces_the_default_tag() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let name = Name::parse(&format!("nginx@{digest}")).unwrap();
        assert_eq!(name.to_string(), format!("docker.io/library/nginx@{digest}"));
        let tagged = Name::parse(&format!("nginx:1@{digest}")).unwrap();
        assert!(name.matches(&tagged));
        assert!(!name.matches(&Name::parse("nginx:1").unwrap()));
        assert!(!Name::parse("nginx:2").unwrap().matches(&tagged));
    }

    #[test]
    fn malformed_names_are_refused() {
        for text in ["", "/", "a/", ":tag", "a b", "a@sha256:12", "a:", "a\nb"] {
            assert_eq!(Name::parse(text), None, "{text}");
        }
    }

    #[test]
    fn podman_puts_its_builds_below_localhost() {
        let asked = Name::parse("hello:1").unwrap().on_localhost().unwrap();
        assert!(asked.matches(&Name::parse("localhost/hello:1").unwrap()));
        assert_eq!(Name::parse("ghcr.io/x").unwrap().on_localhost(), None);
    }
}
