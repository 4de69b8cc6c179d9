//! Requests of Docker's API, which podman implements as well.
//!
//! Answers become plain data; values of another type than specified are ignored. Docker Engine API reference, versions
//! 1.24 to 1.52: these requests are the same in all of them.

use serde_json::Value;

use crate::image::platform::Platform;
use crate::source::Error;
use crate::source::engine::endpoint::{Endpoint, Kind};
use crate::source::engine::wire::{Fault, TimeLimits, Wire};
use crate::source::local::root::StoreEntry;
use crate::source::percent::encoded;

/// The API version of the requests. Docker 29 requires at least 1.44.
const NEWEST: (u32, u32) = (1, 49);

/// The first version with a platform parameter.
const WITH_PLATFORMS: (u32, u32) = (1, 49);

/// An engine that answers.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) wire: Wire,
    version: Option<(u32, u32)>,
}

/// Where an engine stores its images, as it reports.
#[derive(Debug)]
pub(super) struct Root {
    /// `DockerRootDir`: a data root, or podman's graph root.
    pub(super) directory: String,
    /// Whether containerd stores the images, possibly in another directory.
    pub(super) containerd: bool,
}

impl Engine {
    /// Contacts the engine and reads its API version.
    pub(crate) fn connect(endpoint: Endpoint, time_limits: TimeLimits) -> Result<Self, Fault> {
        let wire = Wire::new(endpoint, time_limits)?;
        let mut answer = wire.get("/_ping")?;
        let version = answer.headers().get("api-version").and_then(|it| it.to_str().ok());
        let version = version.and_then(numbers).map(|version| version.min(NEWEST));
        // A response that is read to its end leaves the connection usable.
        let _ = answer.body_mut().with_config().limit(1024).read_to_vec();
        Ok(Self { wire, version })
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.wire.endpoint.kind
    }

    pub(crate) fn place(&self) -> String {
        self.wire.place()
    }

    pub(crate) fn error(&self, fault: Fault) -> Error {
        self.wire.error(fault)
    }

    fn path(&self, rest: &str) -> String {
        match self.version {
            Some((major, minor)) => format!("/v{major}.{minor}{rest}"),
            None => rest.to_owned(),
        }
    }

    /// The parameter `?platform=`, if the engine supports it.
    fn with_platform(&self, platform: Option<&Platform>) -> String {
        let Some(platform) = platform.filter(|_| self.version >= Some(WITH_PLATFORMS)) else {
            return String::new();
        };
        let mut wanted = serde_json::json!({
            "os": platform.os, "architecture": platform.architecture,
        });
        if let Some(variant) = &platform.variant {
            wanted["variant"] = variant.as_str().into();
        }
        format!("?platform={}", encoded(&wanted.to_string(), ""))
    }

    /// All images without intermediate ones of builds.
    pub(crate) fn images(&self) -> Result<Vec<StoreEntry>, Fault> {
        let answer = self.wire.json(&self.path("/images/json"))?;
        let images = answer.as_array().ok_or_else(|| shape("its list of images"))?;
        let mut images: Vec<StoreEntry> = images.iter().map(kept).collect();
        // In the order of stores: by name, unnamed images last.
        images.sort_by(|a, b| {
            let key = |kept: &StoreEntry| (kept.names.is_empty(), kept.names.first().cloned());
            key(a).cmp(&key(b))
        });
        Ok(images)
    }

    /// All containers, running or not.
    pub(crate) fn containers(&self) -> Result<Vec<StoreEntry>, Fault> {
        let answer = self.wire.json(&self.path("/containers/json?all=1"))?;
        let containers = answer.as_array().ok_or_else(|| shape("its list of containers"))?;
        let mut containers: Vec<StoreEntry> = containers.iter().map(kept_container).collect();
        containers.sort_by(|a, b| a.names.cmp(&b.names));
        Ok(containers)
    }

    /// The API version of the engine.
    pub(crate) fn version(&self) -> String {
        self.version.map_or_else(String::new, |(major, minor)| format!("API {major}.{minor}"))
    }

    /// Inspects an image; `None` if the engine has no such name or ID. If it can store several platforms of an image,
    /// the answer lists them.
    pub(crate) fn image(
        &self,
        name: &str,
        platform: Option<&Platform>,
    ) -> Result<Option<Value>, Fault> {
        let path = format!("/images/{}/json", encoded(name, "/:@"));
        let listing = self.version >= Some(WITH_PLATFORMS);
        let list = || self.about(&format!("{path}{}", if listing { "?manifests=1" } else { "" }));
        let query = self.with_platform(platform);
        if query.is_empty() {
            return list();
        }
        // No engine supports both parameters at once.
        let mut image = self.about(&format!("{path}{query}"))?;
        if let (Some(image), Ok(Some(mut all))) = (&mut image, list()) {
            image["Manifests"] = all["Manifests"].take();
        }
        Ok(image)
    }

    /// The history of an image, newest step first.
    pub(super) fn history(&self, id: &str, platform: Option<&Platform>) -> Result<Value, Fault> {
        let query = self.with_platform(platform);
        self.wire.json(&self.path(&format!("/images/{}/history{query}", encoded(id, ":"))))
    }

    /// Inspects a container; `None` if the engine has no such name or ID.
    pub(crate) fn container(&self, name: &str) -> Result<Option<Value>, Fault> {
        self.about(&format!("/containers/{}/json", encoded(name, "")))
    }

    /// The changes of a container since its start.
    pub(super) fn changes(&self, container: &str) -> Result<Value, Fault> {
        self.wire.json(&self.path(&format!("/containers/{}/changes", encoded(container, ""))))
    }

    fn about(&self, path: &str) -> Result<Option<Value>, Fault> {
        match self.wire.json(&self.path(path)) {
            Ok(value) if value.is_object() => Ok(Some(value)),
            Ok(_) => Err(shape("what it says of it")),
            Err(Fault::Refused(404, _)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Where the engine stores its images.
    pub(super) fn root(&self) -> Result<Root, Fault> {
        let info = self.wire.json(&self.path("/info"))?;
        let directory = info.get("DockerRootDir").and_then(Value::as_str).unwrap_or_default();
        let status = info.get("DriverStatus").map(Value::to_string).unwrap_or_default();
        let containerd = status.contains("io.containerd.snapshotter");
        Ok(Root { directory: directory.to_owned(), containerd })
    }

    /// The path of the request for an archive of an image.
    pub(super) fn export_of(&self, id: &str, platform: Option<&Platform>) -> String {
        let query = self.with_platform(platform);
        self.path(&format!("/images/{}/get{query}", encoded(id, ":")))
    }

    /// The path of the request for the merged tree of a container.
    pub(super) fn tree_of(&self, container: &str) -> String {
        self.path(&format!("/containers/{}/export", encoded(container, "")))
    }
}

/// An entry of the list of images.
fn kept(image: &Value) -> StoreEntry {
    let named = |names: Vec<String>| -> Vec<String> {
        names.into_iter().filter(|name| !name.starts_with("<none>")).collect()
    };
    let id = image.get("Id").and_then(Value::as_str).map(full_id);
    let digests = named(texts(image, "RepoDigests"));
    let digests = digests.iter().filter_map(|name| Some(name.split_once('@')?.1.to_owned()));
    let mut ids: Vec<String> = id.into_iter().collect();
    for digest in digests {
        if !ids.contains(&digest) {
            ids.push(digest);
        }
    }
    let created = image.get("Created").and_then(Value::as_i64);
    StoreEntry {
        names: named(texts(image, "RepoTags")),
        ids,
        size: image.get("Size").and_then(Value::as_u64),
        created: created.and_then(time).map(Into::into),
        ..StoreEntry::default()
    }
}

/// An entry of the list of containers. Names begin with a slash; names with more slashes are links of other containers.
fn kept_container(container: &Value) -> StoreEntry {
    let names = texts(container, "Names").into_iter();
    let names = names.map(|name| name.trim_start_matches('/').to_owned());
    let text = |key: &str| container[key].as_str().map(str::to_owned);
    StoreEntry {
        names: names.filter(|name| !name.contains('/')).collect(),
        ids: text("Id").into_iter().collect(),
        created: container["Created"].as_i64().and_then(time).map(Into::into),
        image: text("Image"),
        ..StoreEntry::default()
    }
}

/// podman omits the algorithm in some answers.
pub(super) fn full_id(id: &str) -> String {
    let bare = id.len() == 64 && id.bytes().all(|c| c.is_ascii_hexdigit());
    if bare { format!("sha256:{id}") } else { id.to_owned() }
}

/// A list of texts; empty for `null` and other types.
pub(super) fn texts(value: &Value, key: &str) -> Vec<String> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|it| Some(it.as_str()?.to_owned())).collect()
}

/// Seconds since 1970 as RFC 3339.
pub(super) fn time(seconds: i64) -> Option<String> {
    jiff::Timestamp::from_second(seconds).ok().map(|time| time.to_string())
}

fn shape(what: &str) -> Fault {
    Fault::Broken(format!("{what} has an unknown format"))
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_the_list_is_read_as_far_as_it_is_sound() {
        let id = "a".repeat(64);
        let image = serde_json::json!({
            "Id": id, "RepoTags": ["a:1", "<none>:<none>", 7], "RepoDigests": ["a@sha256:1", "a@sha256:1"],
            "Created": 0, "Size": 12, "Labels": "odd",
        });
        let kept = kept(&image);
        assert_eq!(kept.names, ["a:1"]);
        assert_eq!(kept.ids, [format!("sha256:{id}"), "sha256:1".to_owned()]);
        assert_eq!(kept.size, Some(12));
        assert_eq!(
            kept.created.as_ref().map(crate::text::Foreign::raw),
            Some("1970-01-01T00:00:00Z")
        );
        let odd = serde_json::json!({"Id": null, "RepoTags": null, "Size": -1});
        assert_eq!(crate::source::engine::api::kept(&odd), StoreEntry::default());
    }

    #[test]
    fn versions_are_numbers() {
        assert_eq!(numbers("1.41"), Some((1, 41)));
        assert_eq!(numbers("1.9").map(|version| version.min(NEWEST)), Some((1, 9)));
        assert_eq!(numbers("x"), None);
    }
}
