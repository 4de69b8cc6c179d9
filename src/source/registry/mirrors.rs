//! The registries to try for a name: mirrors by containers-registries.conf(5), then its own.

use crate::image::name::Name;
use crate::source::registry::configuration::{Registry, Rules};

/// The most mirrors of one registry.
const MOST: usize = 1000;

/// A registry to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The image's name there.
    pub(super) name: Name,
    /// Whether the configuration allows untrusted certificates and plain HTTP.
    pub(super) insecure: bool,
    /// Whether it is a mirror.
    pub(super) mirror: bool,
}

/// The registries for `name`, in order; an error if the configuration is invalid or blocks it.
pub(super) fn of(name: &Name, rules: &Rules) -> Result<Vec<Endpoint>, String> {
    places(name, &rules.registries)
}

fn places(name: &Name, registries: &[Registry]) -> Result<Vec<Endpoint>, String> {
    let whole = format!("{}/{}", name.domain, name.path);
    let matching = registries.iter().filter_map(|it| Some((matched(&whole, &it.prefix)?, it)));
    // The longest prefix applies; a wildcard is shorter than any host that it matches.
    let found = matching.max_by_key(|(len, it)| (!it.prefix.starts_with("*."), *len));
    let own = |insecure| Endpoint { name: name.clone(), insecure, mirror: false };
    let Some((len, registry)) = found else { return Ok(vec![own(false)]) };
    if registry.blocked {
        return Err(format!("registries.conf blocks {}", registry.prefix));
    }
    let mut places = Vec::new();
    for mirror in registry.mirror.iter().take(MOST) {
        let by_digest = name.digest.is_some();
        let serves = match mirror.pulls.as_str() {
            "digest-only" => by_digest,
            "tag-only" => !by_digest,
            _ => by_digest || !registry.mirror_by_digest_only,
        };
        if serves {
            let name = moved(name, &mirror.location, &whole[len..])?;
            places.push(Endpoint { name, insecure: mirror.insecure, mirror: true });
        }
    }
    places.push(match registry.location.as_str() {
        "" => own(registry.insecure),
        location => {
            Endpoint { name: moved(name, location, &whole[len..])?, ..own(registry.insecure) }
        }
    });
    Ok(places)
}

/// The length of the part of a name that the prefix matches: whole components, or (`*.example.com`) a host below the
/// domain.
fn matched(whole: &str, prefix: &str) -> Option<usize> {
    if let Some(domain) = prefix.strip_prefix('*').filter(|it| it.starts_with('.')) {
        let host = whole.split('/').next().unwrap_or_default();
        let bare = host.split(':').next().unwrap_or_default();
        let covered = if domain.contains(':') { host } else { bare };
        return covered.ends_with(domain).then_some(host.len());
    }
    let rest = whole.strip_prefix(prefix).filter(|_| !prefix.is_empty())?;
    (rest.is_empty() || rest.starts_with(['/', ':'])).then_some(prefix.len())
}

/// The name with its prefix replaced by `location`.
fn moved(name: &Name, location: &str, rest: &str) -> Result<Name, String> {
    let whole = format!("{location}{rest}");
    let moved =
        whole.split_once('/').filter(|(domain, path)| !domain.is_empty() && !path.is_empty());
    let (domain, path) = moved.ok_or_else(|| {
        format!("registries.conf sends to `{location}`, which is not a valid location")
    })?;
    Ok(Name { domain: domain.to_owned(), path: path.to_owned(), ..name.clone() })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::source::registry::configuration::Configuration;

    fn asked(name: &str, conf: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("registries.conf");
        fs::write(&file, conf).unwrap();
        let configuration = Configuration { files: vec![file], ..Configuration::default() };
        let places = of(&Name::parse(name).unwrap(), &Rules::read(&configuration)?)?;
        let line = |place: &Endpoint| {
            let Endpoint { name, insecure, mirror } = place;
            let marks = [(*insecure, " insecure"), (*mirror, " mirror")];
            let marks: String = marks.iter().filter(|it| it.0).map(|it| it.1).collect();
            format!("{}/{}{marks}", name.domain, name.path)
        };
        Ok(places.iter().map(line).collect())
    }

    const CONF: &str = r#"
        unqualified-search-registries = ["quay.example"]
        [[registry]]
        location = "docker.io"
        [[registry.mirror]]
        location = "mirror.example:5000/hub"
        insecure = true
        [[registry.mirror]]
        location = "digests.example"
        pull-from-mirror = "digest-only"
        [[registry.mirror]]
        location = "tags.example"
        pull-from-mirror = "tag-only"
        [[registry]]
        prefix = "a.example/b"
        location = "c.example/d"
        [[registry]]
        prefix = "*.wide.example"
        location = "narrow.example"
        [[registry]]
        location = "bad.example"
        blocked = true
        [[registry]]
        location = "plain.example"
        insecure = true
        mirror-by-digest-only = true
        [[registry.mirror]]
        location = "other.example"
    "#;

    #[test]
    fn mirrors_come_before_the_registry() {
        let digest = format!("@sha256:{}", "ab".repeat(32));
        let by_digest = format!("nginx{digest}");
        let plain_by_digest = format!("plain.example/x{digest}");
        for (name, expected) in [
            (
                "nginx",
                &[
                    "mirror.example:5000/hub/library/nginx insecure mirror",
                    "tags.example/library/nginx mirror",
                    "docker.io/library/nginx",
                ][..],
            ),
            (
                &by_digest,
                &[
                    "mirror.example:5000/hub/library/nginx insecure mirror",
                    "digests.example/library/nginx mirror",
                    "docker.io/library/nginx",
                ],
            ),
            ("a.example/b/x", &["c.example/d/x"]),
            ("a.example/bb/x", &["a.example/bb/x"]),
            ("x.wide.example/y", &["narrow.example/y"]),
            ("wide.example/y", &["wide.example/y"]),
            ("plain.example/x", &["plain.example/x insecure"]),
            (&plain_by_digest, &["other.example/x mirror", "plain.example/x insecure"]),
        ] {
            assert_eq!(asked(name, CONF).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn what_is_forbidden_or_wrong_is_said() {
        for (conf, part) in [
            (CONF, "blocks bad.example"),
            ("[[registry]]\nprefix = \"bad.example\"\nlocation = \"/\"", "not a valid location"),
            ("[[registry", "registries.conf: "),
            ("[[registry]]\ninsecure = \"maybe\"", "registries.conf: "),
        ] {
            let why = asked("bad.example/x", conf).unwrap_err();
            assert!(why.contains(part), "{why} has no '{part}'");
        }
        let v1 = "[registries.search]\nregistries = [\"docker.io\"]";
        assert_eq!(asked("bad.example/x", v1).unwrap(), ["bad.example/x"]);
    }

    #[test]
    fn a_later_file_replaces_what_an_earlier_says_of_a_prefix() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let says = |file: PathBuf, location: &str| {
            let text = format!("[[registry]]\nprefix = \"r.example\"\nlocation = \"{location}\"");
            fs::write(file, text).unwrap();
        };
        for directory in ["system", "user"] {
            fs::create_dir(at(directory)).unwrap();
        }
        says(at("registries.conf"), "main");
        says(at("unused.conf"), "unused");
        says(at("system/20.conf"), "twenty");
        says(at("system/10.conf"), "ten");
        says(at("system/30.txt"), "text");
        let mut configuration = Configuration {
            files: vec![at("absent.conf"), at("registries.conf"), at("unused.conf")],
            drop_ins: vec![at("system"), at("user"), at("absent")],
            chosen_aliases: None,
        };
        let name = Name::parse("r.example/x").unwrap();
        let first = |configuration: &Configuration| {
            of(&name, &Rules::read(configuration).unwrap()).unwrap()[0].name.domain.clone()
        };
        assert_eq!(first(&configuration), "twenty");
        says(at("user/00.conf"), "user");
        assert_eq!(first(&configuration), "user");
        configuration.drop_ins.clear();
        assert_eq!(first(&configuration), "main");
    }
}
