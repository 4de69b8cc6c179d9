//! Classifies blobs and manifests that are not images, by their media types.

use crate::image::media_type::{DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST};

/// Media types of manifests and indexes of all versions. Schema 1 manifests are also served as plain JSON.
const MANIFESTS: [&str; 9] = [
    OCI_INDEX,
    OCI_MANIFEST,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.oci.artifact.manifest.v1+json",
    "application/json",
    "",
];

/// Config media types of images.
const CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// Config media type of BuildKit's cache exports (`--cache-to`).
const BUILD_CACHE: &str = "application/vnd.buildkit.cacheconfig";

/// Whether a config of this type makes a manifest an image. The first clients with schema 2 wrote
/// `application/octet-stream`.
pub(super) fn is_image_config(media_type: &str) -> bool {
    CONFIGS.contains(&media_type) || media_type == "application/octet-stream"
}

/// Whether a blob of this type is a document and therefore not a layer.
#[must_use]
pub fn is_document(media_type: &str) -> bool {
    let ends = ["json", "xml"].iter().any(|end| media_type.ends_with(end));
    ends || media_type.starts_with("text/") || media_type.contains("in-toto")
}

/// Whether this is a media type of a layer.
#[must_use]
pub fn is_layer(media_type: &str) -> bool {
    let named = media_type.contains(".layer.") || media_type.contains(".rootfs.");
    named && media_type.contains("tar")
}

/// Whether this is a media type of a manifest or an index.
#[must_use]
pub fn is_manifest(media_type: &str) -> bool {
    MANIFESTS.contains(&media_type)
}

/// What a descriptor points to if its media type excludes a manifest or an index; `None` if the document itself must
/// be read to decide.
#[must_use]
pub fn non_manifest(media_type: &str) -> Option<String> {
    if is_manifest(media_type) {
        return None;
    }
    if CONFIGS.contains(&media_type) {
        return Some("the config of an image".to_owned());
    }
    if is_layer(media_type) {
        return Some("a layer".to_owned());
    }
    (kind(media_type) != "artifact").then(|| with_article(media_type))
}

/// The kind of an artifact, with an article.
#[must_use]
pub fn with_article(artifact_type: &str) -> String {
    match kind(artifact_type) {
        "artifact" if artifact_type.is_empty() => "an artifact of unknown type".to_owned(),
        "artifact" => format!("an artifact of type {artifact_type}"),
        "build cache" => "a build cache, as BuildKit's --cache-to writes it".to_owned(),
        kind if kind.starts_with(['a', 'S']) => format!("an {kind}"),
        kind => format!("a {kind}"),
    }
}

/// The common name of an artifact type.
#[must_use]
pub fn kind(artifact_type: &str) -> &'static str {
    let stated = artifact_type.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| stated.contains(word));
    if has(&[BUILD_CACHE]) {
        "build cache"
    } else if has(&["amazon.soci.index"]) {
        "SOCI index"
    } else if has(&["spdx", "cyclonedx", "syft", "sbom"]) {
        "SBOM"
    } else if has(&["signature", "cosign", "notary", "sigstore.bundle"]) {
        "signature"
    } else if has(&["in-toto", "dsse", "attest", "slsa", "provenance"]) {
        "attestation"
    } else {
        "artifact"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifact_types_have_common_names() {
        for (stated, expected) in [
            ("application/spdx+json", "SBOM"),
            ("application/vnd.cyclonedx+json", "SBOM"),
            ("application/vnd.cncf.notary.signature", "signature"),
            ("application/vnd.dev.sigstore.bundle.v0.3+json", "signature"),
            ("application/vnd.in-toto+json", "attestation"),
            ("application/vnd.amazon.soci.index.v1+json", "SOCI index"),
            ("application/vnd.buildkit.cacheconfig.v0", "build cache"),
            ("application/vnd.example.thing", "artifact"),
            ("", "artifact"),
        ] {
            assert_eq!(kind(stated), expected, "{stated}");
        }
    }

    #[test]
    fn media_types_that_exclude_a_manifest_are_named() {
        for (stated, expected) in [
            ("application/vnd.oci.image.layer.v1.tar+gzip", "a layer"),
            ("application/vnd.docker.image.rootfs.diff.tar.gzip", "a layer"),
            ("application/vnd.oci.image.config.v1+json", "the config of an image"),
            ("application/vnd.dev.cosign.simplesigning.v1+json", "a signature"),
            ("application/spdx+json", "an SBOM"),
        ] {
            assert_eq!(non_manifest(stated).as_deref(), Some(expected), "{stated}");
        }
        for stated in MANIFESTS.into_iter().chain(["application/vnd.example.thing"]) {
            assert_eq!(non_manifest(stated), None, "{stated}");
        }
    }
}
