//! Documents of a Docker data root: names of images, containers, and the registries of blobs.
//!
//! Source: moby, `image/store.go`, `reference/store.go`, `container/container.go`, `distribution/metadata`; before
//! 1.10 `graph/tags.go`. Both have the same structure with other keys.

use crate::image::digest::Digest;
use crate::image::document;
use crate::image::document::{DocumentError, Fields, LONGEST_LIST, Value, kept, known_time};
use crate::image::mount;
use crate::image::mount::Mount;

/// A name of an image in `repositories.json` (before 1.10 `repositories-<driver>`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// `repository:tag`, or `repository@sha256:…`.
    pub name: String,
    /// The manifest digest of a name by digest.
    pub manifest: Option<String>,
    /// Image ID as written: `sha256:…`, before 1.10 plain hexadecimal. Untrusted.
    pub id: String,
}

/// A container's `config.v2.json` (before 1.10 `config.json`). Foreign text, raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// Name, without Docker's leading slash.
    pub name: Option<String>,
    /// Creation time, as recorded.
    pub created: Option<String>,
    /// ID of its image.
    pub image_id: Option<String>,
    /// Reference of its image, as the user gave it.
    pub image_name: Option<String>,
    /// Storage driver.
    pub driver: Option<String>,
    /// Volumes and mounts.
    pub mounts: Vec<Mount>,
    /// Fields that were dropped.
    pub problems: Vec<String>,
}

/// A blob of a layer in a registry that it was pulled from or pushed to: `distribution/v2metadata-by-diffid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryBlob {
    /// Digest of the blob.
    pub digest: String,
    /// Full name of the repository.
    pub repository: String,
}

/// Parses the names; sorted.
///
/// # Errors
/// If `Repositories` is not an object of objects.
pub fn parse_repositories(bytes: &[u8]) -> Result<Vec<Named>, DocumentError> {
    let value = document::parse(bytes)?;
    let Some(repositories) = Fields::of(&value, "")?.object("Repositories")? else {
        return Err(DocumentError::Other("it has no `Repositories`"));
    };
    let mut names = Vec::new();
    for (repository, names_of) in repositories.entries() {
        for (key, id) in Fields::of(names_of, repositories.path(repository))?.strings() {
            names.push(named(repository, &key, id));
            if names.len() > LONGEST_LIST {
                let field = "Repositories".to_owned();
                return Err(DocumentError::TooLong { field, length: names.len() });
            }
        }
    }
    names.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(names)
}

/// Keys are complete names since 1.10, before that tags or digests.
fn named(repository: &str, key: &str, id: String) -> Named {
    let rest = key.strip_prefix(repository).filter(|rest| rest.starts_with([':', '@']));
    let manifest = rest.map_or(Some(key), |rest| rest.strip_prefix('@')).and_then(Digest::parse);
    let name = match (rest, &manifest) {
        (Some(_), _) => key.to_owned(),
        (None, Some(digest)) => format!("{repository}@{digest}"),
        (None, None) => format!("{repository}:{key}"),
    };
    Named { name, manifest: manifest.map(|digest| digest.as_str().to_owned()), id }
}

/// Parses the record of a container.
///
/// # Errors
/// If it is not a JSON object.
pub fn parse_container(bytes: &[u8]) -> Result<Container, DocumentError> {
    let value = document::parse(bytes)?;
    let fields = Fields::of(&value, "")?;
    let mut problems = Vec::new();
    let config = kept(fields.object("Config"), &mut problems);
    let image_name = config.and_then(|config| kept(config.text("Image"), &mut problems));
    let name = kept(fields.text("Name"), &mut problems);
    Ok(Container {
        name: name.map(|name| name.strip_prefix('/').unwrap_or(&name).to_owned()),
        created: known_time(kept(fields.text("Created"), &mut problems)),
        image_id: kept(fields.text("Image"), &mut problems),
        image_name,
        driver: kept(fields.text("Driver"), &mut problems),
        mounts: mount::recorded(&fields, &mut problems),
        problems,
    })
}

/// Parses the registry blobs of a layer, oldest first.
///
/// # Errors
/// If it is not a list.
pub fn parse_registry_blobs(bytes: &[u8]) -> Result<Vec<RegistryBlob>, DocumentError> {
    let value = document::parse(bytes)?;
    let Value::Array(items) = &value else {
        return Err(DocumentError::Other("not a list of digests and repositories"));
    };
    let blob = |item: &Value| {
        let fields = Fields::of(item, "").ok()?;
        let digest = Digest::parse(&fields.text("Digest").ok()??)?;
        let repository = fields.text("SourceRepository").ok()?.unwrap_or_default();
        Some(RegistryBlob { digest: digest.as_str().to_owned(), repository })
    };
    Ok(items.iter().take(LONGEST_LIST).filter_map(blob).collect())
}

/// Parses the URLs of a `descriptor.json`, which Docker writes for non-distributable layers.
///
/// # Errors
/// If it is not a JSON object, or `urls` is not a list of strings.
pub fn parse_urls(bytes: &[u8]) -> Result<Vec<String>, DocumentError> {
    let value = document::parse(bytes)?;
    Fields::of(&value, "")?.texts("urls")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_before_and_since_1_10_are_parsed_alike() {
        let digest = format!("sha256:{}", "d".repeat(64));
        let new = format!(
            r#"{{"Repositories":{{"reg:5000/a":{{"reg:5000/a:1":"sha256:x","reg:5000/a@{digest}":"sha256:x"}}}}}}"#
        );
        let old = format!(r#"{{"Repositories":{{"reg:5000/a":{{"1":"x","{digest}":"x"}}}}}}"#);
        for (text, id) in [(new, "sha256:x"), (old, "x")] {
            let named = |name: String, manifest| Named { name, manifest, id: id.to_owned() };
            assert_eq!(
                parse_repositories(text.as_bytes()).unwrap(),
                [
                    named("reg:5000/a:1".to_owned(), None),
                    named(format!("reg:5000/a@{digest}"), Some(digest.clone())),
                ]
            );
        }
    }

    #[test]
    fn a_malformed_list_of_names_is_an_error() {
        for text in ["", "{", "[]", "{}", r#"{"Repositories":[]}"#, r#"{"Repositories":{"a":1}}"#] {
            assert!(parse_repositories(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_container_has_a_name_and_an_image() {
        let container = parse_container(
            br#"{"ID":"c","Name":"/web","Image":"sha256:i","Config":{"Image":"nginx"},"Driver":7,
                "Created":"0001-01-01T00:00:00Z"}"#,
        )
        .unwrap();
        assert_eq!(container.name.as_deref(), Some("web"));
        assert_eq!(container.image_id.as_deref(), Some("sha256:i"));
        assert_eq!(container.image_name.as_deref(), Some("nginx"));
        assert_eq!((container.created, container.driver), (None, None));
        assert_eq!(container.problems, ["`Driver` is a number where a string should be"]);
    }

    #[test]
    fn mounts_are_recorded_in_two_ways() {
        let told = |text: &str| -> Vec<String> {
            let container = parse_container(text.as_bytes()).unwrap();
            container.mounts.iter().map(|mount| mount.line().into_raw()).collect()
        };
        let since = r#"{"MountPoints":{"/d":{"Destination":"/d","Name":"v","Source":"/x","RW":true},
            "/c":{"Destination":"/c","Source":"/etc/c","RW":false}},"Volumes":{"/no":"/no"}}"#;
        assert_eq!(told(since), ["/c  bind /etc/c  read-only", "/d  volume v  read-write"]);
        let before = r#"{"Volumes":{"/d":"/var/lib/docker/vfs/dir/1","/h":"/home"},"VolumesRW":{"/d":true,"/h":false}}"#;
        assert_eq!(
            told(before),
            ["/d  volume /var/lib/docker/vfs/dir/1  read-write", "/h  bind /home  read-only"]
        );
    }

    #[test]
    fn registry_blobs_have_digest_and_repository() {
        let digest = format!("sha256:{}", "b".repeat(64));
        let text = format!(
            r#"[{{"Digest":"{digest}","SourceRepository":"docker.io/a/b","HMAC":""}},{{"Digest":"../x"}}]"#
        );
        let blobs = parse_registry_blobs(text.as_bytes()).unwrap();
        assert_eq!(blobs, [RegistryBlob { digest, repository: "docker.io/a/b".to_owned() }]);
    }
}
