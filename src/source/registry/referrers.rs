//! What a registry has about an image beside it: signatures, SBOMs, attestations (distribution-spec, "Listing referrers").
//!
//! Nothing of it is needed to show the image, so it is asked for last, by whoever shows it. Registries without the
//! referrers API have an index under a tag that is made of the digest; cosign has tags of its own.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::failure::Failure;
use super::repository::{Item, Repository};
use crate::image::digest::Digest;
use crate::image::manifest::{self, Descriptor, Document, OCI_INDEX, OCI_MANIFEST};
use crate::image::{Other, document};
use crate::source::blobs::Beside;

/// No more than this are listed.
const MOST: usize = 1000;

/// What cosign puts behind the digest in a tag, and what that is.
const COSIGN: [(&str, &str); 3] = [("sig", "signature"), ("att", "attestation"), ("sbom", "SBOM")];

/// One image's.
#[derive(Debug)]
pub(super) struct Referrers {
    pub(super) repository: Arc<Repository>,
    pub(super) manifest: Digest,
}

impl Beside for Referrers {
    fn list(&self) -> Vec<Other> {
        let tag = format!("{}-{}", self.manifest.algorithm(), self.manifest.encoded());
        let index = self
            .index(&format!("referrers/{}", self.manifest))
            .or_else(|| self.index(&format!("manifests/{tag}")));
        let mut others: Vec<Other> =
            index.into_iter().flatten().take(MOST).map(|it| other(&it)).collect();
        others.extend(
            COSIGN
                .iter()
                .filter_map(|(end, kind)| {
                    self.by_tag(&format!("{tag}.{end}"), kind).ok().filter(|found| {
                        // It may be known as a referrer already.
                        found.digest.is_none()
                            || others.iter().all(|known| known.digest != found.digest)
                    })
                })
                .collect::<Vec<_>>(),
        );
        others
    }
}

impl Referrers {
    /// What an index lists; `None` where there is none.
    fn index(&self, name: &str) -> Option<Vec<Descriptor>> {
        let item = Item { name, accept: OCI_INDEX, range: None, head: false };
        let mut answer = self.repository.get(item, &AtomicBool::new(false)).ok()?;
        let bytes = answer.body.with_config().limit(document::LIMIT).read_to_vec().ok()?;
        match manifest::parse(&bytes) {
            Ok(Document::Index(index)) => Some(index.manifests),
            _ => None,
        }
    }

    fn by_tag(&self, tag: &str, kind: &str) -> Result<Other, Failure> {
        let name = format!("manifests/{tag}");
        let item = Item { name: &name, accept: OCI_MANIFEST, range: None, head: true };
        let answer = self.repository.get(item, &AtomicBool::new(false))?;
        let digest = answer.header("docker-content-digest").and_then(Digest::parse);
        Ok(Other {
            kind: kind.to_owned(),
            digest: digest.map(|digest| digest.as_str().to_owned()),
            size: answer.header("content-length").and_then(|length| length.parse().ok()),
            present: true,
            note: format!("tag {tag}"),
            ..Other::default()
        })
    }
}

fn other(descriptor: &Descriptor) -> Other {
    let stated = descriptor.artifact_type.as_deref().or(descriptor.media_type.as_deref());
    let stated = stated.unwrap_or_default();
    Other {
        kind: kind(stated).to_owned(),
        digest: descriptor.digest().map(|digest| digest.as_str().to_owned()),
        platform: descriptor.platform.clone(),
        size: descriptor.size,
        present: true,
        note: stated.to_owned(),
    }
}

/// What an artifact of that type is to a person.
fn kind(artifact_type: &str) -> &'static str {
    let stated = artifact_type.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| stated.contains(word));
    if has(&["spdx", "cyclonedx", "syft", "sbom"]) {
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
    fn people_have_words_for_what_types_say() {
        for (stated, expected) in [
            ("application/spdx+json", "SBOM"),
            ("application/vnd.cyclonedx+json", "SBOM"),
            ("application/vnd.cncf.notary.signature", "signature"),
            ("application/vnd.dev.sigstore.bundle.v0.3+json", "signature"),
            ("application/vnd.in-toto+json", "attestation"),
            ("application/vnd.example.thing", "artifact"),
            ("", "artifact"),
        ] {
            assert_eq!(kind(stated), expected, "{stated}");
        }
    }
}
