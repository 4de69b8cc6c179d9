//! Documents about an image in its registry: signatures, SBOMs, attestations (distribution-spec, "Listing referrers").
//!
//! They are not needed to show the image, so they are requested last. Registries without the referrers API have an
//! index under a tag made of the digest; cosign has tags of its own. BuildKit puts attestations into the image's index;
//! their manifests state what they are.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::image::digest::Digest;
use crate::image::manifest::{Descriptor, Document};
use crate::image::media_type::{OCI_INDEX, OCI_MANIFEST};
use crate::image::{Other, artifact, document, manifest};
use crate::source::documents::blobs::ExtraDocuments;
use crate::source::registry::failure::Failure;
use crate::source::registry::repository::{Item, Repository};

/// The most documents that are listed.
const MOST: usize = 1000;

/// The suffixes of cosign's tags, and what they mean.
const COSIGN: [(&str, &str); 3] = [("sig", "signature"), ("att", "attestation"), ("sbom", "SBOM")];

/// The most pages of a list.
const MOST_PAGES: usize = 32;

/// The most attestations of one image that are read.
const MOST_ATTACHED: usize = 16;

/// One image's.
#[derive(Debug)]
pub(super) struct Referrers {
    repository: Arc<Repository>,
    manifest: Digest,
    /// The attestations that its index lists.
    attached: Vec<Digest>,
}

impl ExtraDocuments for Referrers {
    fn list(&self) -> Vec<Other> {
        let unstoppable = AtomicBool::new(false);
        let tag = tag(&self.manifest);
        let mut others: Vec<Other> = self.stated(&unstoppable);
        others
            .extend(listed(&self.repository, &self.manifest, None, &unstoppable).iter().map(other));
        others.extend(
            COSIGN
                .iter()
                .filter_map(|(end, kind)| {
                    self.by_tag(&format!("{tag}.{end}"), kind, &unstoppable).ok().filter(|found| {
                        // It may be listed as a referrer already.
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
    /// The referrers of the image with this manifest, whose index has these attestations.
    pub(super) fn new(
        repository: Arc<Repository>,
        manifest: Digest,
        attestations: &[Descriptor],
    ) -> Self {
        let about = |descriptor: &&Descriptor| {
            descriptor.annotation("vnd.docker.reference.digest") == Some(manifest.as_str())
        };
        let attached = attestations.iter().filter(about).filter_map(Descriptor::digest);
        let attached = attached.take(MOST_ATTACHED).collect();
        Self { repository, manifest, attached }
    }

    /// What the attestations in the image's index state: an SBOM, the provenance.
    fn stated(&self, stop: &AtomicBool) -> Vec<Other> {
        let statements = self.attached.iter().filter_map(|digest| {
            let name = format!("manifests/{digest}");
            let (bytes, _) = fetch(&self.repository, &name, OCI_MANIFEST, stop)?;
            match manifest::parse(&bytes).ok()? {
                Document::Manifest(found) if digest.verify(&bytes) == Some(true) => Some(found),
                _ => None,
            }
        });
        let layers = statements.flat_map(|statement| statement.layers).take(MOST);
        layers.filter_map(|layer| stated_in(&layer)).collect()
    }

    fn by_tag(&self, tag: &str, kind: &str, stop: &AtomicBool) -> Result<Other, Failure> {
        let name = format!("manifests/{tag}");
        let item = Item { name: &name, accept: OCI_MANIFEST, range: None, head: true };
        let answer = self.repository.get(item, stop)?;
        let digest = answer.header("docker-content-digest").and_then(Digest::parse);
        Ok(Other {
            kind: kind.to_owned(),
            digest: digest.map(|digest| digest.as_str().to_owned()),
            size: answer.header("content-length").and_then(|length| length.parse().ok()),
            present: true,
            note: format!("tag {tag}").into(),
            ..Other::default()
        })
    }
}

/// Requests the referrers of an image by the API, else by the fallback tag; of one type, if the registry can filter.
pub(super) fn listed(
    repository: &Repository,
    manifest: &Digest,
    artifact_type: Option<&str>,
    stop: &AtomicBool,
) -> Vec<Descriptor> {
    let filter = artifact_type.map(|it| format!("?artifactType={}", it.replace('+', "%2B")));
    let name = format!("referrers/{manifest}{}", filter.unwrap_or_default());
    let mut found = pages(repository, &name, stop)
        .or_else(|| pages(repository, &format!("manifests/{}", tag(manifest)), stop))
        .unwrap_or_default();
    found.truncate(MOST);
    found
}

/// The prefix of the tags about an image.
fn tag(manifest: &Digest) -> String {
    format!("{}-{}", manifest.algorithm(), manifest.encoded())
}

/// The entries of an index, over all pages; `None` if it does not exist.
fn pages(repository: &Repository, name: &str, stop: &AtomicBool) -> Option<Vec<Descriptor>> {
    let (mut all, mut next) = (Vec::new(), Some(name.to_owned()));
    for page in 0..MOST_PAGES {
        let Some(name) = next.take() else { break };
        let Some((bytes, link)) = fetch(repository, &name, OCI_INDEX, stop) else { break };
        match manifest::parse(&bytes) {
            Ok(Document::Index(index)) => all.extend(index.manifests),
            _ if page == 0 => return None,
            _ => break,
        }
        if all.len() >= MOST {
            break;
        }
        next = link.as_deref().and_then(query_of_next).map(|query| {
            let path = name.split('?').next().unwrap_or_default();
            format!("{path}?{query}")
        });
    }
    (!all.is_empty()).then_some(all)
}

/// A document, and the next page from its header.
fn fetch(
    repository: &Repository,
    name: &str,
    accept: &str,
    stop: &AtomicBool,
) -> Option<(Vec<u8>, Option<String>)> {
    let item = Item { name, accept, range: None, head: false };
    let mut answer = repository.get(item, stop).ok()?;
    let link = answer.header("link").map(str::to_owned);
    let bytes = answer.body.with_config().limit(document::LIMIT).read_to_vec().ok()?;
    Some((bytes, link))
}

/// The kind of a layer of an attestation: an SBOM, or else provenance.
fn stated_in(layer: &Descriptor) -> Option<Other> {
    let predicate = layer.annotation("in-toto.io/predicate-type")?;
    let kind = if artifact::kind(predicate) == "SBOM" { "SBOM" } else { "attestation" };
    Some(Other {
        kind: kind.to_owned(),
        digest: layer.digest().map(|digest| digest.as_str().to_owned()),
        platform: None,
        size: layer.size,
        present: true,
        note: predicate.into(),
    })
}

/// The query of the next page from a `Link` header (RFC 8288, section 3). It is requested of the same document,
/// whatever the rest of the address.
fn query_of_next(header: &str) -> Option<&str> {
    let next = |link: &&str| {
        let parameters = link.rsplit('>').next().unwrap_or_default();
        parameters.split(';').any(|it| it.trim().replace('"', "") == "rel=next")
    };
    let link = header.split(',').find(next)?;
    let (_, query) = link.trim().strip_prefix('<')?.split('>').next()?.split_once('?')?;
    let plain = |c: u8| c.is_ascii_graphic() && !b"<>\"\\^`{|}#".contains(&c);
    (!query.is_empty() && query.bytes().all(plain)).then_some(query)
}

fn other(descriptor: &Descriptor) -> Other {
    let stated = descriptor.artifact_type.as_deref().or(descriptor.media_type.as_deref());
    let stated = stated.unwrap_or_default();
    Other {
        kind: artifact::kind(stated).to_owned(),
        digest: descriptor.digest().map(|digest| digest.as_str().to_owned()),
        platform: descriptor.platform.clone(),
        size: descriptor.size,
        present: true,
        note: stated.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_where_its_header_says() {
        for (header, expected) in [
            ("</v2/x/referrers/sha256:1?n=2&last=a%2Fb>; rel=\"next\"", Some("n=2&last=a%2Fb")),
            ("</a?x=1>; rel=prev, <https://elsewhere/b?y=2>;rel=next", Some("y=2")),
            ("</a?x=1>; rel=\"prev\"", None),
            ("</a>; rel=\"next\"", None),
            ("</a?x y>; rel=\"next\"", None),
            ("", None),
        ] {
            assert_eq!(query_of_next(header), expected, "{header}");
        }
    }
}
